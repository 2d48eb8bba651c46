"""How long threads of this process waited for a processor that other programs had."""

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TASKS, LOAD = Path("/proc/self/task"), Path("/proc/loadavg")


class WaitClock:
    """Seconds that some threads of this process were ready to run and had no processor; 0 where no system says so.

    Source: the first two fields of /proc/<pid>/task/<tid>/schedstat (Linux, Documentation/scheduler/sched-stats.rst).
    """

    def __init__(self, threads: Iterable[int] = (), *, follow: bool = False):
        """threads: their native ids. follow: all others that this process has then, or begins later, as well."""
        self._files: dict[int, int] = {}
        self._read_ns: dict[int, tuple[int, int]] = {}  # what was read last of a thread that has ended still counts
        self._follow, self._links = follow, 0
        for thread in threads:
            self._open(thread)
        if follow:
            self._find()

    @classmethod
    def of_this_thread(cls) -> "WaitClock":
        """The clock of the thread that makes it."""
        return cls(_own_id())

    @classmethod
    def of_the_others(cls) -> "WaitClock":
        """One clock for all threads of this process but the one that makes it, whenever they begin.

        A pool often begins its threads with the first call that needs them.
        """
        return cls(follow=True)

    @property
    def tells(self) -> bool:
        """Whether the system says anything."""
        return bool(self._files)

    def read_s(self) -> float:
        """What all of them together have waited since each began."""
        ended = False
        for thread, file in list(self._files.items()):
            try:
                self._read_ns[thread] = _read_ns(file)
            except OSError:
                os.close(self._files.pop(thread))
                ended = True
        if self._follow and (ended or self._links != _links()):  # one that has ended may hide that another began
            self._find()
        return sum(waited_ns for _, waited_ns in self._read_ns.values()) / 1e9

    @property
    def worked_s(self) -> float:
        """What all of them together had worked when they were read last; of one at work up to 10 ms may be missing."""
        return sum(worked_ns for worked_ns, _ in self._read_ns.values()) / 1e9

    def _find(self) -> None:
        self._links = _links()
        with suppress(OSError):
            for thread in {int(name) for name in os.listdir(TASKS)}.difference(_own_id(), self._files):
                self._open(thread)

    def _open(self, thread: int) -> None:
        with suppress(OSError):  # it has ended meanwhile, or the system does not say
            self._files[thread] = file = os.open(TASKS / str(thread) / "schedstat", os.O_RDONLY)
            self._read_ns[thread] = _read_ns(file)

    def __enter__(self) -> "WaitClock":
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files.values():
            os.close(file)


def crowded(threads: float) -> bool:
    """Whether so many threads have to wait for a processor now, beside all others that want one; False if nobody tells.

    Source: the fourth field of /proc/loadavg (Linux), in which the thread that asks is counted as well.
    """
    try:
        running = int(LOAD.read_text().split()[3].partition("/")[0])
    except OSError:
        return False
    return running - 1 + threads > (os.cpu_count() or 1)


def _read_ns(file: int) -> tuple[int, int]:
    """(worked, waited)."""
    worked, waited = os.pread(file, 100, 0).split()[:2]
    return int(worked), int(waited)


def _links() -> int:
    """How many threads this process has, plus a constant; it takes a microsecond, and to list them tens of them."""
    try:
        return TASKS.stat().st_nlink
    except OSError:
        return 0


def _own_id() -> list[int]:
    """The system's number for this thread; none in a browser, whose Python knows no such numbers."""
    return [threading.get_native_id()] if hasattr(threading, "get_native_id") else []
