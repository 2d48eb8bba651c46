"""Memory that a kernel has freed goes back to the system, once it has come to rest.

The C library keeps what was freed for later: after a lesson's variants a kernel held 195 MB of which it used 70. It is
asked to give it back, which it does wherever a page is free, but for the end of a store that only some threads use. So
all threads use one (`client.ALLOCATOR`): after all widgets of lesson 7 a kernel keeps 39 MB instead of 58 to 130.
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

from tornado.ioloop import PeriodicCallback

LOOK_S = 3.0
GROWN_MB = 8  # less is not worth the trouble
AT_REST = 0.02  # of the time between two looks may be spent computing
STATM = Path("/proc/self/statm")


class Tidying:
    """Looks at this process from time to time; one that computes is left alone until it has done."""

    def __init__(self) -> None:
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only glibc has it
        self._least_mb, self._cpu_s, self._worked = own_mb(), time.process_time(), False

    def start(self) -> None:
        """Looks every `LOOK_S` seconds, on the running event loop."""
        if self._trim:
            PeriodicCallback(self.look, LOOK_S * 1000).start()

    def look(self) -> None:
        """Gives back what is free if the kernel has grown, has worked, and now rests."""
        before, self._cpu_s = self._cpu_s, time.process_time()
        if self._cpu_s - before > AT_REST * LOOK_S:
            self._worked = True
        elif self._worked:
            self._worked = False
            if own_mb() > self._least_mb + GROWN_MB:
                self._trim(0)


def own_mb() -> float:
    """MB that this process holds and no file gives back, with what it shares with the process it is a fork of."""
    _, resident, of_files, *_ = map(int, STATM.read_text().split())
    return (resident - of_files) * os.sysconf("SC_PAGE_SIZE") / 2**20
