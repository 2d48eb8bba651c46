"""A kernel with all the processes that it has started: how many they are, and what memory they hold together.

A limit of the operating system's holds for one process (RLIMIT_DATA) or for all of a user's (RLIMIT_NPROC), never for
the tree of one kernel, so the server counts. Linux only.
"""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from time import monotonic

PROC = Path("/proc")
FRESH_S = 0.5  # one look at the processes of the machine serves all kernels
HELD = re.compile(rb"^(?:Rss|Pss_)(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)  # what no file gives back

Table = dict[int, tuple[int, int]]  # process id -> its parent, and when it was started

_table: Table = {}
_read_at = -FRESH_S


def processes() -> Table:
    """The processes of this machine, as they were not long ago; empty where there is no /proc."""
    global _table, _read_at
    if monotonic() - _read_at >= FRESH_S:
        _table, _read_at = _read_processes(), monotonic()
    return _table


def _read_processes() -> Table:
    found = {}
    for entry in os.scandir(PROC) if PROC.is_dir() else ():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):  # it has ended meanwhile
                fields = Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()
                if fields[0] != b"Z":  # a zombie holds nothing
                    found[int(entry.name)] = int(fields[1]), int(fields[19])
    return found


class KernelTree:
    """A process and its descendants; one that was seen stays one of them when its parent has ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._started: dict[int, int] = {}  # of all that were seen: a process id may be given out again

    def descendants(self) -> list[int]:
        """The process ids of all but the first."""
        table = processes()
        self._started = {pid: at for pid, at in self._started.items() if pid in table and table[pid][1] == at}
        known = {self.pid, *self._started}
        children: dict[int, list[int]] = {}
        for pid, (parent, _) in table.items():
            children.setdefault(parent, []).append(pid)
        waiting = list(known)
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in known:
                    known.add(child)
                    waiting.append(child)
        self._started = {pid: table[pid][1] for pid in known if pid in table}
        return sorted(known & table.keys() - {self.pid})

    def problem(self, max_mb: int, max_processes: int) -> str:
        """Which limit it exceeds, in words; empty if none. A limit of 0 is none."""
        pids = [self.pid, *self.descendants()]
        if max_processes and len(pids) > max_processes:
            return f"{len(pids)} processes, and {max_processes} are allowed"
        # Forks share most of their memory, which is counted for each here. To count it right takes much longer.
        if max_mb and _held_mb(pids, "status") > max_mb and (held := _held_mb(pids, "smaps_rollup")) > max_mb:
            return f"{held:,} MB of memory, and {max_mb:,} are allowed"
        return ""

    def end_descendants(self) -> int:
        """Kills all but the first; how many they were."""
        pids = self.descendants()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)


def _held_mb(pids: list[int], file: str) -> int:
    held_kb = 0
    for pid in pids:
        with suppress(OSError):  # it has ended meanwhile
            held_kb += sum(map(int, HELD.findall((PROC / str(pid) / file).read_bytes())))
    return held_kb // 1024
