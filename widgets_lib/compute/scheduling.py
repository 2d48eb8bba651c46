"""How long threads of this process waited for a processor that other programs had."""

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TASKS = Path("/proc/self/task")


class WaitClock:
    """Seconds that some threads of this process were ready to run and had no processor; 0 where no system says so.

    Source: the second field of /proc/<pid>/task/<tid>/schedstat (Linux, Documentation/scheduler/sched-stats.rst).
    """

    def __init__(self, threads: Iterable[int]):
        """threads: their native ids."""
        self._files: list[int] = []
        for thread in threads:
            with suppress(OSError):  # it has ended meanwhile, or the system does not say
                self._files.append(os.open(TASKS / str(thread) / "schedstat", os.O_RDONLY))

    @classmethod
    def of_this_thread(cls) -> "WaitClock":
        """The clock of the thread that makes it."""
        return cls(_own_id())

    @classmethod
    def of_the_others(cls) -> "WaitClock":
        """One clock for all other threads that this process has now."""
        try:
            threads = {int(name) for name in os.listdir(TASKS)}
        except OSError:
            threads = set()
        return cls(threads.difference(_own_id()))

    @property
    def tells(self) -> bool:
        """Whether the system says anything."""
        return bool(self._files)

    def read_s(self) -> float:
        """What all of them together have waited since each began."""
        waited_ns = 0
        for file in self._files:
            with suppress(OSError):  # it has ended meanwhile
                waited_ns += int(os.pread(file, 100, 0).split()[1])
        return waited_ns / 1e9

    def __enter__(self) -> "WaitClock":
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files:
            os.close(file)


def _own_id() -> list[int]:
    """The system's number for this thread; none in a browser, whose Python knows no such numbers."""
    return [threading.get_native_id()] if hasattr(threading, "get_native_id") else []
