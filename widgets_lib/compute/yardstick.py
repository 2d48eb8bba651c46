"""A piece of work that is always the same: while it takes longer than it ever did, everything else does, too.

Why neither the clock on the wall nor that of the processor is enough: two threads of one core, or two virtual machines
on it, slow each other down by 1.7 to 2 times, from one twentieth of a second to the next, and the system neither counts
that as waiting nor as stolen time: the call was at work all along. Measured on a guest with two processors, 170 of 172
calls had all of their time on the wall, what they had waited taken off, as processor time, and 21 took more than 1.6
times their least. The work below took 1.01 times its own least in quiet moments and 1.85 times in the others, so that
1.3 tells one from the other.
"""

import math
import time
from time import perf_counter

from widgets_lib.compute._browser import in_browser

__all__ = ["YARDSTICK", "Yardstick"]

NUMBERS = tuple(range(600))
ROUNDS, TRIES = 3, 3  # 22 µs each; the middle one of three counts, as a single one may be cut in two by another program
SLOWED = 1.3
FRESH_S = 0.002  # so long what was seen holds
ALONE = 0.1  # of the work's time: other threads of this process worked for no more than this share of it
SPINNING_S = 0.05  # libraries' threads look for more work for up to so long before they sleep
WATCHED_S, GLANCE_S = 0.5, 0.01  # a process watches for so long before it knows its least; one look counts for so much


class Yardstick:
    """How long the work takes now, and whether that is more than it need. The least is kept for the whole process."""

    def __init__(self) -> None:
        self._least_s = self._last_s = math.inf
        self._looked_at = -math.inf
        self._watched_s = 0.0
        self.alone = True
        """Whether no other thread of this process was at work at the last look: they slow the work down as well."""

    def look(self) -> float:
        """Seconds that the work takes at this moment; what was seen less than 2 ms ago still holds."""
        return self.look_again() if perf_counter() - self._looked_at > FRESH_S else self._last_s

    def look_again(self) -> float:
        """The same, whatever was seen a moment ago."""
        if not in_browser():  # whose clock is coarser than the work
            self._take()
        return self._last_s

    def look_alone(self) -> float:
        """The same as soon as no other thread of this process is at work; 0 if one still is after 50 ms.

        After a call, a library's threads go on looking for work for a while.
        """
        end = perf_counter() + SPINNING_S
        self.look()
        while not self.alone and perf_counter() < end:
            self._take()
        return self._last_s if self.alone else 0.0

    def slowed(self, *looks_s: float) -> bool:
        """Whether at one of these looks the work took longer than it can."""
        return max(looks_s) > SLOWED * self._least_s

    def learn(self) -> None:
        """Watch for as long as it takes to know the least: half a second in a process, less what was watched before.

        Measuring many short calls brings so many looks along; one long call does not.
        """
        while self._watched_s < WATCHED_S and not in_browser():
            self._take()

    def _take(self) -> None:
        start_s, others_worked_s = perf_counter(), _others_worked_s()
        self._last_s = sorted(_work_s() for _ in range(TRIES))[TRIES // 2]
        self.alone = _others_worked_s() - others_worked_s <= ALONE * (perf_counter() - start_s)
        self._least_s = min(self._least_s, self._last_s)
        now = perf_counter()
        self._watched_s += min(now - self._looked_at, GLANCE_S)
        self._looked_at = now


def _work_s() -> float:
    start = perf_counter()
    for _ in range(ROUNDS):
        list(map(abs, NUMBERS))
    return perf_counter() - start


def _others_worked_s() -> float:
    """What all other threads of this process have worked."""
    return time.process_time() - time.thread_time()


YARDSTICK = Yardstick()
