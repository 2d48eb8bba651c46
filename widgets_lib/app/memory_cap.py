"""How many kernels there may be, as memory allows: what they hold is measured, and what the next will need expected.

A measurement takes the processes of all kernels one by one, on a thread, with pauses of `REST` times what each took:
a twentieth of one core is spent. `PAUSE_S` after the last of them it begins again.

A visitor counts as what is expected of one, or as what they hold once that is more. So there is room for those who got in
to use more than at first, and the cap never falls below their number: nobody is sent away for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, thread_time
from typing import TYPE_CHECKING

from widgets_lib.app.memory import Held, Meter, allow_open_files

if TYPE_CHECKING:
    from logging import Logger

    from widgets_lib.app.kernel_slots import KernelSlots

PAUSE_S = 5.0
REST = 19
RESERVE_MB = 512  # stays free for the system and the server
PROCESS_MB = 600  # of a kernel that has imported torch, numba and matplotlib and used the digits
FORK_MB = 50  # its own, of a fork of a lesson whose widgets have been used
GUESSES = 4  # visitors of the size above are added to those that were measured, of whom there may be few
SETTLED_S = 300  # a lesson that was just opened will hold more
REMEMBERED = 32  # visitors who have left
UNKNOWN = 10  # kernels, where nothing is known of the system's memory
FILES = 16  # that the server has open for each kernel with a page
RESERVED_FILES = 128  # for all else


@dataclass(frozen=True)
class Load:
    """MB that all kernels may hold together, that they hold, that one more visitor is expected to need; and the cap."""

    memory_mb: int
    used_mb: int
    per_visitor_mb: int
    max_kernels: int


class MemoryCap:
    """Sets `slots.max_kernels`, unless it is fixed."""

    def __init__(
        self,
        slots: KernelSlots,
        pid_of: Callable[[str], int | None],
        *,
        memory_mb: int,
        forks: bool,
        log: Logger,
        meter: Meter | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`pid_of(kernel id)`: None before it has started. `memory_mb` 0: what the system has free."""
        self.slots, self.pid_of, self.memory_mb, self.log = slots, pid_of, memory_mb, log
        self.guess_mb = FORK_MB if forks else PROCESS_MB
        self.fixed = bool(slots.max_kernels)
        self.most = (allow_open_files() - RESERVED_FILES) // FILES
        self.meter, self.now = meter or Meter(), now
        self._peaks: dict[str, float] = {}  # kernel id -> the most that it was seen to hold of its own
        self._since: dict[str, float] = {}  # kernel id -> when that was first seen
        self._left: deque[float] = deque(maxlen=REMEMBERED)  # the most that visitors held who have left
        self._measuring: asyncio.Task | None = None
        self.load = self._adapt({}, Held())

    def start(self) -> None:
        """Begins to measure; needs a running event loop."""
        self._measuring = asyncio.ensure_future(self._keep_measuring())

    def stop(self) -> None:
        """Called when the server ends."""
        if self._measuring:
            self._measuring.cancel()

    async def _keep_measuring(self) -> None:
        while True:
            try:
                await self.measure()
            except Exception:
                self.log.exception("Memory cannot be measured; the cap on kernels stays")
            await asyncio.sleep(PAUSE_S)

    async def measure(self) -> None:
        """Measures all kernels once, and sets the cap."""
        pids = {kernel_id: self.pid_of(kernel_id) for kernel_id in (*self.slots.visits, *self.slots.preheated)}
        started = {kernel_id: pid for kernel_id, pid in pids.items() if pid}
        trees, others = await asyncio.to_thread(self.meter.trees, list(started.values()))
        kernels = {}
        for kernel_id, tree in zip(started, trees, strict=True):
            if held := await self._held(tree):
                kernels[kernel_id] = held
        self.load = self._adapt(kernels, await self._held(others))

    async def _held(self, pids: list[int]) -> Held | None:
        """What these processes hold; None if that can be read of none."""
        total = None
        for pid in pids:
            held, cpu_s = await asyncio.to_thread(self._timed, pid)
            if held:
                total = held + (total or Held())
            await asyncio.sleep(REST * cpu_s)
        return total

    def _timed(self, pid: int) -> tuple[Held | None, float]:
        began = thread_time()
        return self.meter.held(pid), thread_time() - began

    def _adapt(self, kernels: dict[str, Held], others: Held | None) -> Load:
        """Sets the cap. `others`: what no kernel holds, as the lessons that were run for all."""
        slots = self.slots
        present = [*slots.visits, *slots.preheated]  # by now
        kernels = {kernel_id: kernels[kernel_id] for kernel_id in present if kernel_id in kernels}
        expected_mb = self._expected_mb(kernels)
        used_mb = sum((held.pss_mb for held in kernels.values()), others.pss_mb if others else 0)
        own_mb = {kernel_id: kernels[kernel_id].own_mb if kernel_id in kernels else 0 for kernel_id in present}
        if not kernels and others is None:  # nothing can be read
            used_mb, own_mb = len(present) * expected_mb, dict.fromkeys(present, expected_mb)
        room_mb = self._room_mb(used_mb)
        if not self.fixed:
            growth_mb = sum(max(0, expected_mb - own) for own in own_mb.values())
            count = UNKNOWN if room_mb is None else len(present) + (room_mb - growth_mb) // expected_mb
            slots.has_room = count > len(present)
            before, slots.max_kernels = slots.max_kernels, max(1, len(slots.visits), int(min(count, self.most)))
            if slots.max_kernels > before:
                slots.changed.set()
        memory_mb = self.memory_mb if room_mb is None else used_mb + max(0, room_mb)
        return Load(round(memory_mb), round(used_mb), round(expected_mb), slots.max_kernels)

    def _room_mb(self, used_mb: float) -> float | None:
        """What kernels may take more than they hold: what is set, and no more than the system has. None: not known."""
        free_mb = self.meter.free_mb()
        rooms = [free_mb - RESERVE_MB] if free_mb is not None else []
        if self.memory_mb:
            rooms.append(self.memory_mb - used_mb)
        return min(rooms, default=None)

    def _expected_mb(self, kernels: dict[str, Held]) -> float:
        """What one more visitor will need: the mean of what those who are here and were here lately held at most."""
        visits = self.slots.visits
        for kernel_id, held in kernels.items():
            if kernel_id in visits and not visits[kernel_id].preparing:
                self._peaks[kernel_id] = max(held.own_mb, self._peaks.get(kernel_id, 0))
                self._since.setdefault(kernel_id, self.now())
        for kernel_id in self._peaks.keys() - visits.keys():
            self._left.append(self._peaks.pop(kernel_id))
            del self._since[kernel_id]
        seen = [*map(self._seen_mb, self._peaks), *self._left]
        return (GUESSES * self.guess_mb + sum(seen)) / (GUESSES + len(seen))

    def _seen_mb(self, kernel_id: str) -> float:
        """What a visitor tells of the next: not that one holds little, as long as they have just come."""
        settled = self.now() - self._since[kernel_id] >= SETTLED_S
        return max(self._peaks[kernel_id], 0 if settled else self.guess_mb)
