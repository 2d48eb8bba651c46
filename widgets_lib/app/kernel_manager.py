"""Kernels within limits: when all slots are taken the next visitor gets "the class is full"."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import datetime, timezone
from functools import partial
from typing import Any

from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler
from traitlets import Bool, Integer
from voila.request_info_handler import RequestInfoSocketHandler

from widgets_lib.app import kernel_sockets, provisioner
from widgets_lib.app.forks import client as fork_client
from widgets_lib.app.forks import provisioner as forking_provisioner
from widgets_lib.app.kernel_slots import KernelSlots
from widgets_lib.app.measuring.process import MeasuringProcess
from widgets_lib.app.measuring.server import MeasuringServer
from widgets_lib.app.memory_cap import MemoryCap
from widgets_lib.app.provisioner import LimitedProvisioner
from widgets_lib.app.websockets import BoundedBuffer

MAX_END_REASONS = 100
INTERRUPT_GRACE_S = 2  # for an interrupted callback to end


def current_handler() -> RequestHandler | None:
    """What answers the current request; None outside of one."""
    return CallContext.get(CallContext.JUPYTER_HANDLER)


def identify_visitor(handler: RequestHandler | None) -> str | None:
    """The random name that jupyter_server's identity provider gave this browser in a cookie; None without a request.

    It tells visitors apart, also behind a proxy and in a classroom where all have one address. It does not protect
    against abuse: a client that sends no cookie has a new name each time. `max_kernels` holds for all.
    """
    user = handler.current_user if handler else None
    return user.username if user else None


class LessonKernelManager(AsyncMappingKernelManager):
    """Starts as many kernels as `max_kernels` or memory allow; the next visitor is answered 503."""

    max_kernels = Integer(
        0,
        min=0,
        config=True,
        help="""Most kernels at a time: those of open lessons and those that were started ahead of visitors, which
        are stopped when a visitor needs their slot. 0: as many as `memory_mb` has room for.""",
    )
    memory_mb = Integer(
        0,
        min=0,
        config=True,
        help="""MB that all kernels may hold together, with what they share. What they hold is measured, and so is what
        one more visitor will need. 0: what the system has free, less a reserve.""",
    )
    max_kernels_per_visitor = Integer(
        4,
        min=0,
        config=True,
        help="""Lessons that one visitor may have open at a time, 0 for no limit. Visitors are told apart by a cookie:
        one whose browser takes none is not limited.""",
    )
    memory_limit_mb = Integer(2048, min=0, config=True, help=LimitedProvisioner.memory_limit_mb.help)
    max_processes = Integer(20, min=0, config=True, help=LimitedProvisioner.max_processes.help)
    threads = Integer(1, min=0, config=True, help=LimitedProvisioner.threads.help)
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
        help="Seconds after which a kernel is stopped whose page was never opened, as by a crawler.",
    )

    forks = Bool(
        True,
        config=True,
        help="""Whether kernels are forks of a process that has imported what lessons need, and preheated lessons are
        run once for all visitors. Linux only; elsewhere, and where this is off, each kernel is a process of its own
        that imports all for itself.""",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._end_reasons: dict[str, str] = {}  # of kernels that were ended because they used too much
        self.slots = KernelSlots(self.max_kernels, self.max_kernels_per_visitor)
        limits = self.config.LimitedProvisioner  # its own settings come first
        for name in ("memory_limit_mb", "max_processes", "threads"):
            limits.setdefault(name, getattr(self, name))
        kernel_sockets.prefer_files(self.config, self.connection_dir)
        self.forking = self._begin_forking()
        if not self.forking:
            provisioner.make_default(self)
        self.memory = MemoryCap(self.slots, self._pid_of, memory_mb=self.memory_mb, forks=self.forking, log=self.log)
        if self.parent:
            IOLoop.current().add_callback(self.memory.start)
        self.measuring = self._begin_measuring()

    def _pid_of(self, kernel_id: str) -> int | None:
        return getattr(getattr(self._kernels.get(kernel_id), "provisioner", None), "pid", None)

    def _begin_forking(self) -> bool:
        """Starts the process that forks kernels, if this server has one; says once in the log if not."""
        reason = fork_client.unavailable_reason() if self.forks else "LessonKernelManager.forks is off"
        if reason:
            self.log.info("Each kernel is a process of its own: %s", reason)
            return False
        if not forking_provisioner.make_default(self):  # the configuration names another provisioner
            return False
        if self.parent:  # a server, which will need kernels soon
            IOLoop.current().add_callback(self.fork_server)
        return True

    def _begin_measuring(self) -> MeasuringServer | None:
        """What measures for all kernels; its process is started when one first asks. None where there are no sockets."""
        if not hasattr(socket, "AF_UNIX"):
            return None
        limits = self.config.LimitedProvisioner
        env = provisioner.with_threads(dict(os.environ), limits.threads)
        process = MeasuringProcess(env, limits.memory_limit_mb)
        return MeasuringServer(process, self._visitor_of, self.log)

    def _visitor_of(self, kernel_id: str) -> str:
        """Who takes turns; a kernel without a visitor is one itself."""
        visit = self.slots.visits.get(kernel_id)
        return (visit and visit.visitor) or kernel_id

    def fork_server(self) -> fork_client.ForkServer:
        """The process that forks, started anew if it has died."""
        threads = self.config.LimitedProvisioner.threads
        return fork_client.shared(provisioner.with_threads(dict(os.environ), threads), self.log)

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        """Starts a visitor's kernel and returns its id. Raises: as `KernelSlots.acquire_slot`."""
        kernel_id = kwargs.setdefault("kernel_id", self.new_kernel_id())
        self.acquire_slot(kernel_id)
        for evicted in self.slots.evict_preheated():
            self.end(evicted)
        try:
            await self.launch(**kwargs)
        except BaseException:
            self.remove_kernel(kernel_id)
            raise
        if kernel_id in self.slots.visits and self.slots.visits[kernel_id].disconnected:  # meanwhile
            self.end(kernel_id)
        return kernel_id

    start_kernel = _async_start_kernel

    def acquire_slot(self, kernel_id: str, preparing: bool = True) -> None:
        """Gives a slot to the visitor of the current request. Raises: as `KernelSlots.acquire_slot`."""
        handler = current_handler()
        self.slots.acquire_slot(kernel_id, identify_visitor(handler), handler, preparing)

    async def launch(self, **kwargs: Any) -> str:
        """Starts a kernel that has its slot already; returns its id."""
        if self.measuring:
            address = await self.measuring.welcome(kwargs["kernel_id"])
            kwargs["env"] = {**(kwargs.get("env") or os.environ), **address}
        kernel_id = await super()._async_start_kernel(**kwargs)
        self.get_kernel(kernel_id).observe(self._on_state, "execution_state")
        return kernel_id

    def release_on_disconnect(self, handler: RequestHandler) -> None:
        """The client to which `handler` was sending a page has disconnected."""
        for kernel_id, visit in self.slots.visits.items():
            if visit.handler is handler:
                visit.disconnected = True
                self.end(kernel_id)

    def page_is_ready(self, kernel_id: str) -> None:
        """The last cell of a page has been run."""
        self.slots.page_is_ready(kernel_id)

    def notify_connect(self, kernel_id: str) -> None:
        """A page has loaded and opened its websocket."""
        super().notify_connect(kernel_id)
        if visit := self.slots.visits.get(kernel_id):
            visit.connected = True
            visit.connections += 1

    def notify_disconnect(self, kernel_id: str) -> None:
        """A websocket was closed."""
        super().notify_disconnect(kernel_id)
        if visit := self.slots.visits.get(kernel_id):
            visit.connections -= 1

    def start_buffering(self, kernel_id: str, session_key: str, channels: Any) -> None:
        """Keeps what the kernel sends to a page that lost its connection, within limits."""
        super().start_buffering(kernel_id, session_key, channels)
        if kernel_id in self._kernel_buffers:
            self._kernel_buffers[kernel_id]["buffer"] = BoundedBuffer(partial(self.stop_buffering, kernel_id))

    # --- the end of a kernel

    async def shutdown_kernel(self, kernel_id: str, now: bool = False, restart: bool = False) -> None:
        """Stops a kernel. Its slot is free when that begins: a page that is reloaded asks for it a moment later.

        For that moment there may be more than `max_kernels`. A busy kernel would take up to
        `shutdown_wait_time` (5 s); it is killed at once.
        """
        self.slots.end_visit(kernel_id)
        now = now or (kernel_id in self and self.get_kernel(kernel_id).execution_state == "busy")
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)

    async def stop(self, kernel_id: str, now: bool = True) -> None:
        """As `shutdown_kernel`; stock code fails at a kernel that was being stopped and is gone by then."""
        try:
            await self.shutdown_kernel(kernel_id, now=now)
        except HTTPError:
            if kernel_id in self:
                raise

    async def shutdown_all(self, now: bool = False) -> None:
        """Stops every kernel when the server ends."""
        self.memory.stop()
        kernel_ids = {*self.list_kernel_ids(), *self._pending_kernels}
        await asyncio.gather(*(self.stop(kernel_id, now) for kernel_id in kernel_ids))
        if self.measuring:
            self.measuring.stop()
        if self.forking:
            await asyncio.to_thread(fork_client.close_shared)

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forgets a kernel, however it ended."""
        self.slots.release(kernel_id)
        if self.measuring:
            self.measuring.forget(kernel_id)
        RequestInfoSocketHandler._cache.pop(kernel_id, None)  # Voila never removes the visitor's request from there
        self._keep_end_reason(kernel_id)
        return super().remove_kernel(kernel_id)

    def _keep_end_reason(self, kernel_id: str) -> None:
        """Its page asks for it."""
        provisioner = getattr(self._kernels.get(kernel_id), "provisioner", None)
        if reason := getattr(provisioner, "end_reason", ""):
            self._end_reasons[kernel_id] = reason
            if len(self._end_reasons) > MAX_END_REASONS:
                self._end_reasons.pop(next(iter(self._end_reasons)))

    def _check_kernel_id(self, kernel_id: str) -> None:
        """Raises: HTTPError 404 for a kernel that isn't there; the page shows why, if it was ended here."""
        if kernel_id not in self and kernel_id in self._end_reasons:
            raise HTTPError(404, self._end_reasons[kernel_id], reason="Kernel Ended")
        super()._check_kernel_id(kernel_id)

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Stock code forgets the kernel and leaves its sockets, its connection file and its children behind."""
        self.log.warning("Kernel %s died.", kernel_id)
        self.end(kernel_id)

    def end(self, kernel_id: str) -> None:
        """Kills a kernel, soon, and cleans up after it."""

        async def kill():
            if kernel_id in self:
                await self.stop(kernel_id)

        IOLoop.current().add_callback(kill)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Stops a visitor's kernel that is not in use, sooner if its page was never opened."""
        if kernel_id in self.slots.preheated:  # idle by nature
            return
        kernel, visit = self.get_kernel(kernel_id), self.slots.visits.get(kernel_id)
        idle_s = (datetime.now(timezone.utc) - kernel.last_activity).total_seconds()
        if visit and not visit.connected and kernel.execution_state != "busy" and idle_s > self.unopened_timeout:
            self.log.info("Culling kernel %s: its page was never opened", kernel_id)
            self.end(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)

    # --- callbacks that take too long

    def _on_state(self, change: Any) -> None:
        """Starts the timeout when a callback begins to compute, cancels it when the callback has ended."""
        kernel_id = change.owner.kernel_id
        visit = self.slots.visits.get(kernel_id)
        if not visit:
            return
        visit.cancel_timeout()
        if change.new == "busy" and self.callback_timeout:
            loop = asyncio.get_running_loop()
            visit.timeout_handle = loop.call_later(self.callback_timeout, self._interrupt_callback, kernel_id)

    def _interrupt_callback(self, kernel_id: str) -> None:
        visit, kernel = self.slots.visits.get(kernel_id), self._kernels.get(kernel_id)
        if not visit or not kernel or visit.preparing:
            return  # a cell has a time-out of its own
        lesson = getattr(kernel, "lesson", "a lesson")
        self.log.error("%s: a callback took more than %d s and was interrupted", lesson, self.callback_timeout)
        IOLoop.current().add_callback(kernel.interrupt_kernel)
        loop = asyncio.get_running_loop()
        visit.timeout_handle = loop.call_later(INTERRUPT_GRACE_S, self._kill_unresponsive, kernel_id)

    def _kill_unresponsive(self, kernel_id: str) -> None:
        self.log.error("Kernel %s ignores the interrupt; killing the kernel", kernel_id)
        self.end(kernel_id)
