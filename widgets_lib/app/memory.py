"""What processes hold of this machine's memory, and what of it is free to be held. Linux; elsewhere only the latter.

To read what a process holds, the system goes through all its pages: some milliseconds for one that has loaded torch.
Call `Meter.held` on a thread, seldom.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from widgets_lib.app.kernel_trees import KernelTree

try:
    import resource
except ImportError:  # only Unix has it
    resource = None  # type: ignore[assignment]

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")
MB = 2**20
MAX_FILES = 65_536  # more are never needed
FIELD = re.compile(r"^(\w+):?\s+(\d+)", re.MULTILINE)  # of /proc/meminfo, smaps_rollup and memory.stat
OWN = ("Private_Dirty", "Private_Hugetlb", "SwapPss")  # not what a file gives back, as the pixels of MNIST
# Of a cgroup's folder, in both versions: its limit, what it holds, and how the fields of memory.stat begin.
VERSIONS = (
    ("memory.max", "memory.current", ""),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
)


@dataclass(frozen=True)
class Held:
    """MB of memory: `pss_mb` counts a page that n processes share as 1/n, `own_mb` only what is of no other and of no file."""

    pss_mb: float = 0.0
    own_mb: float = 0.0

    def __add__(self, other: Held) -> Held:
        return Held(self.pss_mb + other.pss_mb, self.own_mb + other.own_mb)


class Meter:
    """Reads from the system; a test has one of its own."""

    def __init__(self) -> None:
        self._started = KernelTree(os.getpid())  # remembers a process whose parent has ended

    def held(self, pid: int) -> Held | None:
        """What a process holds now; None where that cannot be read, as when it has ended."""
        try:
            fields = _fields(PROC / str(pid) / "smaps_rollup")
            return Held((fields["Pss"] + fields["SwapPss"]) / 1024, sum(fields.get(name, 0) for name in OWN) / 1024)
        except (OSError, KeyError):
            return None

    def trees(self, pids: Iterable[int]) -> tuple[list[list[int]], list[int]]:
        """The process ids of each tree that begins with one of `pids`, and all others that this process has started."""
        trees = [[pid, *KernelTree(pid).descendants()] for pid in pids]
        return trees, sorted(set(self._started.descendants()).difference(*trees))

    def free_mb(self) -> float | None:
        """MB that processes may still take: of the machine, and of the cgroups that this process is in.

        Pages of files are free as long as no process maps them: it needs them again at once. None if it is not known.
        """
        found = [_machine_free_mb(), *_cgroups_free_mb()]
        return min((mb for mb in found if mb is not None), default=None)


def _fields(path: Path) -> dict[str, int]:
    return {name: int(number) for name, number in FIELD.findall(path.read_text())}


def _machine_free_mb() -> float | None:
    try:
        fields = _fields(PROC / "meminfo")
        return max(0, fields["MemAvailable"] - fields.get("Mapped", 0)) / 1024
    except (OSError, KeyError):
        with suppress(Exception):  # whatever a system has that psutil does not know
            return psutil.virtual_memory().available / MB
    return None


def _cgroups_free_mb() -> Iterator[float]:
    """What is left of each limit, of the cgroup of this process and of those it is in."""
    for folder in _cgroup_folders():
        for limit, usage, prefix in VERSIONS:
            with suppress(OSError, ValueError, KeyError):  # no limit ("max"), or the other version
                most, held = int((folder / limit).read_text()), int((folder / usage).read_text())
                stat = _fields(folder / "memory.stat")
                cached = sum(stat[f"{prefix}{name}"] for name in ("inactive_file", "active_file"))
                mapped = stat.get(f"{prefix}file_mapped", stat.get(f"{prefix}mapped_file", 0))
                yield max(0, most - held + max(0, cached - mapped)) / MB


def _cgroup_folders() -> Iterator[Path]:
    """Where the limits on this process's memory stand. In a container its own cgroup may be the root of what it sees."""
    try:
        lines = (PROC / "self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = CGROUPS / "memory" if controllers else CGROUPS
        folder = root / path.lstrip("/")
        yield from (each for each in (folder, *folder.parents) if each == root or root in each.parents)


def allow_open_files() -> int:
    """Lets this process have as many files open as it may; how many these are. Systems begin with 1,024 or fewer."""
    if resource is None:
        return MAX_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_FILES
    most = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # macOS has another bound
            return soft
    return max(soft, most)
