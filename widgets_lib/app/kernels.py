"""Kernels within limits: one visitor too many gets "the class is full", and no visitor can take the whole machine."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler
from traitlets import Integer
from voila.request_info_handler import RequestInfoSocketHandler

from widgets_lib.app.sockets import Backlog
from widgets_lib.app.visitor import REQUEST, VISITOR

try:
    from resource import RLIMIT_DATA, prlimit
except ImportError:  # only Linux has prlimit
    prlimit = None

THREAD_VARIABLES = [
    *(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")),
    "VECLIB_MAXIMUM_THREADS",
]
GRACE_S = 2  # for an interrupted callback to come to its end


@dataclass
class Visit:
    """One open lesson: is its page still being prepared, and has the page ever connected to its kernel?"""

    preparing: bool = True
    connected: bool = False
    visitor: str | None = None
    request: RequestHandler | None = None  # what sends him the page
    abandoned: bool = False  # he left before it was sent
    alarm: asyncio.TimerHandle | None = None  # rings when a callback takes too long


class LessonKernelManager(AsyncMappingKernelManager):
    """Starts at most `max_kernels` kernels; the next visitor is answered 503."""

    max_kernels = Integer(
        10,
        min=1,
        config=True,
        help="Most kernels at a time: those of open lessons and those that wait for a visitor, who give way.",
    )
    max_kernels_per_visitor = Integer(
        4,
        min=0,
        config=True,
        help="""Lessons that one visitor may have open at a time, 0 for no limit. Visitors are told apart by a cookie:
        one whose browser takes none is not limited.""",
    )
    memory_limit_mb = Integer(
        2048, min=0, config=True, help="MB of data that one kernel's process may hold, 0 for no limit. Linux only."
    )
    threads = Integer(
        1,
        min=0,
        config=True,
        help="""Threads that a numerical library may use in one kernel; 0 leaves it to the libraries.
        A variable such as OMP_NUM_THREADS that is set for the server is left as it is.""",
    )
    callback_timeout = Integer(
        30,
        min=0,
        config=True,
        help="Seconds that a widget's callback may take before it is interrupted, 0 for no limit.",
    )
    unopened_timeout = Integer(
        120,
        min=1,
        config=True,
        help="Seconds after which a kernel is stopped whose page was never opened: a crawler's.",
    )

    def __init__(self, **kwargs):
        self.visits = {}  # kernel id -> Visit, from before the kernel is started until it is gone
        self.waiting = {}  # kernel id -> what waits there for a visitor; see pool.py
        super().__init__(**kwargs)
        if self.memory_limit_mb and prlimit is None:
            self.log.warning("memory_limit_mb is not applied: this system cannot limit another process's memory")

    async def _async_start_kernel(self, **kwargs):
        """Starts a visitor's kernel and returns its id. Raises: as `admit`."""
        kernel_id = kwargs.setdefault("kernel_id", self.new_kernel_id())
        self.admit(kernel_id)
        self.make_room()
        try:
            await self.launch(**kwargs)
        except BaseException:
            self.remove_kernel(kernel_id)
            raise
        if kernel_id in self.visits and self.visits[kernel_id].abandoned:  # meanwhile
            self.end(kernel_id)
        return kernel_id

    start_kernel = _async_start_kernel

    def admit(self, kernel_id, preparing=True):
        """Gives whoever asks a place. Raises: HTTPError 503 if the class is full, 429 if he holds too many of them."""
        visitor = VISITOR.get()
        there = self._open_for(visitor) if visitor else 0
        if self.max_kernels_per_visitor and there >= self.max_kernels_per_visitor:
            raise HTTPError(429, "You have %s open", "a lesson" if there == 1 else f"{there} lessons")
        if len(self.visits) >= self.max_kernels:
            raise HTTPError(503, "%d of %d kernels are in use", len(self.visits), self.max_kernels)
        self.visits[kernel_id] = Visit(preparing, visitor=visitor, request=REQUEST.get())

    def _open_for(self, visitor):
        """How many of his lessons are on their way or looked at. A kernel that a crashed browser left is neither."""
        return sum(
            visit.preparing or not visit.connected or self._kernel_connections.get(kernel_id, 0) > 0
            for kernel_id, visit in self.visits.items()
            if visit.visitor == visitor
        )

    def make_room(self):
        """Called once a visitor has a place: what waits must give way."""

    async def launch(self, **kwargs):
        """Starts a kernel, whoever it is for, with its threads and memory limited; returns its id."""
        limits = dict.fromkeys(THREAD_VARIABLES, str(self.threads)) if self.threads else {}
        kwargs["env"] = limits | dict(kwargs.get("env") or os.environ)
        kernel_id = await super()._async_start_kernel(**kwargs)
        kernel = self.get_kernel(kernel_id)
        self._limit_memory(kernel)
        kernel.observe(self._on_state, "execution_state")
        return kernel_id

    def _limit_memory(self, kernel):
        """Its heap, not its address space: torch maps gigabytes it never touches. Children inherit the limit."""
        if self.memory_limit_mb and prlimit:
            size_bytes = self.memory_limit_mb * 1024**2
            try:
                prlimit(kernel.provisioner.pid, RLIMIT_DATA, (size_bytes, size_bytes))
            except OSError as error:
                self.log.warning("the memory of kernel %s is not limited: %s", kernel.kernel_id, error)

    def abandon(self, request):
        """The visitor whose page `request` was sending has left."""
        for kernel_id, visit in self.visits.items():
            if visit.request is request:
                visit.abandoned = True
                self.end(kernel_id)

    def page_is_ready(self, kernel_id):
        """The last cell of its page has been run: from here on the kernel runs callbacks only."""
        if kernel_id in self.visits:
            self.visits[kernel_id].preparing = False

    def notify_connect(self, kernel_id):
        """The page has loaded and opened its websocket."""
        super().notify_connect(kernel_id)
        if kernel_id in self.visits:
            self.visits[kernel_id].connected = True

    def start_buffering(self, kernel_id, session_key, channels):
        """Keeps what the kernel says for a page that lost its connection, within limits."""
        super().start_buffering(kernel_id, session_key, channels)
        if kernel_id in self._kernel_buffers:
            self._kernel_buffers[kernel_id]["buffer"] = Backlog(partial(self.stop_buffering, kernel_id))

    # --- the ends of a kernel

    async def shutdown_kernel(self, kernel_id, now=False, restart=False):
        """Stops a kernel. Its place is free when that begins: a page that is reloaded asks for it a moment later.

        For that moment there may be more than `max_kernels`. A busy kernel would draw it out to
        `shutdown_wait_time` (5 s); it is not asked but killed.
        """
        self._end_visit(kernel_id)
        now = now or (kernel_id in self and self.get_kernel(kernel_id).execution_state == "busy")
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)

    def _end_visit(self, kernel_id):
        visit = self.visits.pop(kernel_id, None)
        if visit and visit.alarm:
            visit.alarm.cancel()

    def remove_kernel(self, kernel_id):
        """Forgets a kernel, however it ended."""
        self._end_visit(kernel_id)
        RequestInfoSocketHandler._cache.pop(kernel_id, None)  # Voila keeps the visitor's request there for good
        return super().remove_kernel(kernel_id)

    def _handle_kernel_died(self, kernel_id):
        """Stock code forgets the kernel and leaves its sockets, its connection file and its children behind."""
        self.log.warning("Kernel %s died.", kernel_id)
        self.end(kernel_id)

    def end(self, kernel_id):
        """Kills a kernel and cleans up behind it, soon."""

        async def kill():
            if kernel_id in self:
                await self.shutdown_kernel(kernel_id, now=True)

        IOLoop.current().add_callback(kill)

    async def cull_kernel_if_idle(self, kernel_id):
        """Stops a kernel that nobody uses, sooner if its page was never opened."""
        kernel, visit = self.get_kernel(kernel_id), self.visits.get(kernel_id)
        idle_s = (datetime.now(timezone.utc) - kernel.last_activity).total_seconds()
        if visit and not visit.connected and kernel.execution_state != "busy" and idle_s > self.unopened_timeout:
            self.log.info("Kernel %s: its page was never opened", kernel_id)
            self.end(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)

    def _on_state(self, change):
        """Sets the alarm when a callback begins to compute."""
        kernel_id = change.owner.kernel_id
        visit = self.visits.get(kernel_id)
        if visit and visit.alarm:
            visit.alarm.cancel()
            visit.alarm = None
        if visit and change.new == "busy" and self.callback_timeout:
            visit.alarm = asyncio.get_running_loop().call_later(
                self.callback_timeout, self._interrupt_callback, kernel_id
            )

    def _interrupt_callback(self, kernel_id):
        visit, kernel = self.visits.get(kernel_id), self._kernels.get(kernel_id)
        if not visit or not kernel or visit.preparing:
            return  # a cell has a time-out of its own
        lesson = getattr(kernel, "lesson", "a lesson")
        self.log.error("%s: a callback took more than %d s and was interrupted", lesson, self.callback_timeout)
        IOLoop.current().add_callback(kernel.interrupt_kernel)
        visit.alarm = asyncio.get_running_loop().call_later(GRACE_S, self._end_callback, kernel_id)

    def _end_callback(self, kernel_id):
        """The interrupt was ignored."""
        self.log.error("Kernel %s does not heed an interrupt and is stopped", kernel_id)
        self.end(kernel_id)
