"""How long threads of this process waited for a processor that other programs had."""

import os
import threading
from pathlib import Path

TASKS = Path("/proc/self/task")


class WaitClock:
    """Seconds that a thread was ready to run and had no processor, since it began; 0 where the system does not say.

    Source: the second field of /proc/<pid>/task/<tid>/schedstat (Linux, Documentation/scheduler/sched-stats.rst).
    """

    def __init__(self) -> None:
        try:
            self._file = os.open(TASKS / str(threading.get_native_id()) / "schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def read_s(self) -> float:
        """What the calling thread has waited so far, if it is the one that made the clock."""
        return int(os.pread(self._file, 100, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)


def other_threads_wait_s() -> float:
    """The same for all other threads of this process together."""
    own, total = str(threading.get_native_id()), 0
    try:
        for task in os.listdir(TASKS):
            if task != own:
                total += int((TASKS / task / "schedstat").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):  # a thread has ended meanwhile, or the system does not say
        return 0.0
    return total / 1e9
