"""Which kernels there may be, and for whom: the slots of open lessons and of lessons that were run ahead."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tornado.web import HTTPError, RequestHandler

if TYPE_CHECKING:
    from widgets_lib.app.forks.templates import Template
    from widgets_lib.app.preheating import Preheated


@dataclass
class Visit:
    """One open lesson, from the moment its kernel is asked for until the kernel is gone."""

    visitor: str | None = None  # see `kernel_manager.identify_visitor`
    handler: RequestHandler | None = None  # sends the page
    preparing: bool = True  # the cells of the page are being run
    connections: int = 0  # websockets to the kernel
    connected: bool = False  # whether there was ever one
    disconnected: bool = False  # the client has gone before the page was complete
    timeout_handle: asyncio.TimerHandle | None = None  # interrupts a callback that takes too long

    def cancel_timeout(self) -> None:
        """Called when a callback has ended."""
        if self.timeout_handle:
            self.timeout_handle.cancel()
            self.timeout_handle = None


class KernelSlots:
    """At most `max_kernels` slots, which may change (see `memory_cap`).

    The kernel manager fills `visits`, the pool `preheated`; visits come first.
    """

    def __init__(self, max_kernels: int, max_kernels_per_visitor: int = 0) -> None:
        self.max_kernels = max_kernels
        self.max_kernels_per_visitor = max_kernels_per_visitor  # 0: no limit
        self.has_room = True  # in memory; a visitor may try all the same
        self.visits: dict[str, Visit] = {}  # by kernel id
        self.preheated: dict[str, Preheated] = {}  # by kernel id, the oldest first
        self.templates: dict[str, Template] = {}  # by lesson: what visitors' kernels are forks of; they hold no slot
        self.changed = asyncio.Event()  # set when a slot is free or a page complete: another lesson may be preheated

    def has_free(self) -> bool:
        """Whether a lesson may be run ahead of its visitors."""
        return self.has_room and len(self.visits) + len(self.preheated) < self.max_kernels

    def ready_count(self) -> int:
        """Lessons that open at once: preheated, or frozen after they were run."""
        return sum(preheated.ready for preheated in self.preheated.values()) + len(self.templates)

    def is_idle(self) -> bool:
        """Whether no visitor waits for a page."""
        return not any(visit.preparing for visit in self.visits.values())

    def acquire_slot(self, kernel_id: str, visitor=None, handler=None, preparing: bool = True) -> None:
        """Gives a slot to a visitor. Raises: HTTPError 503 if visitors hold all, 429 if this one holds too many."""
        held = self._open_kernel_count(visitor) if visitor else 0
        if self.max_kernels_per_visitor and held >= self.max_kernels_per_visitor:
            raise HTTPError(429, "You have %s open", "a lesson" if held == 1 else f"{held} lessons")
        if len(self.visits) >= self.max_kernels:
            raise HTTPError(503, "%d of %d kernels are in use", len(self.visits), self.max_kernels)
        self.visits[kernel_id] = Visit(visitor, handler, preparing)

    def _open_kernel_count(self, visitor: str) -> int:
        """Lessons of the visitor that are on their way or in use; a kernel that a crashed browser left is neither."""
        return sum(
            visit.preparing or not visit.connected or visit.connections > 0
            for visit in self.visits.values()
            if visit.visitor == visitor
        )

    def evict_preheated(self) -> list[str]:
        """Takes slots from preheated lessons, the newest first, until there are enough; returns their kernel ids."""
        evicted = []
        while self.preheated and len(self.visits) + len(self.preheated) > self.max_kernels:
            kernel_id, preheated = self.preheated.popitem()
            preheated.evict()
            evicted.append(kernel_id)
        return evicted

    def page_is_ready(self, kernel_id: str) -> None:
        """The last cell of the page has been run: from here on the kernel runs callbacks only."""
        if kernel_id in self.visits:
            self.visits[kernel_id].preparing = False
        self.changed.set()

    def end_visit(self, kernel_id: str) -> None:
        """Frees the slot of a visitor, if the kernel has one."""
        visit = self.visits.pop(kernel_id, None)
        if visit:
            visit.cancel_timeout()

    def release(self, kernel_id: str) -> None:
        """Frees the slot of a kernel that is gone."""
        self.end_visit(kernel_id)
        self.preheated.pop(kernel_id, None)
        self.changed.set()
