"""An ipykernel that can be closed to the last thread and socket, and made anew in a fork, with the same shell.

The process that forks is made of one, too: some modules look for a kernel when they are imported (ipywidgets for a place
to register its comms, matplotlib for a backend, tqdm for a kind of bar).
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import sys
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import comm
import ipykernel.ipkernel
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop
from traitlets.config import Config
from zmq.utils.garbage import gc as zmq_garbage


class ForkedKernel(IPythonKernel):
    """Does not list the files of all modules for the debugger: to look at them copies 12 MB of memory in each fork."""

    def __init__(self, **kwargs: Any) -> None:
        with patch.object(ipykernel.ipkernel, "sys", SimpleNamespace(modules={})):
            super().__init__(**kwargs)


class ForkedApp(IPKernelApp):
    """The application around a kernel, which may go on with the shell of another."""

    resumes = False

    def init_code(self) -> None:
        """Runs the files of start-up of a new shell; one that goes on has run them.

        It would also look at the names of all modules once more, which copies 5 MB of memory in each fork.
        """
        if not self.resumes:
            super().init_code()


def _new_app(resumes: bool) -> ForkedApp:
    ForkedApp.clear_instance()
    ForkedKernel.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False  # a page has none, and its open database would not survive a fork
    config.ForkedApp.kernel_class = ForkedKernel
    app = ForkedApp.instance(config=config)
    app.parent_handle = 1  # it neither watches a parent (process.py does) nor explains Ctrl-C
    app.resumes = resumes
    return app


class Kernel:
    """A kernel's application, with what outlives its sockets: the shell and the widgets' comms."""

    def __init__(self, argv: list[str], closed: Kernel | None = None) -> None:
        """Starts a kernel as `ipykernel_launcher` does with these arguments, where the `closed` one left off."""
        asyncio.set_event_loop(asyncio.new_event_loop())
        self.app = closed.next_app if closed else _new_app(resumes=False)
        self.app.initialize(argv)
        if closed:
            self._resume(closed)

    def _resume(self, closed: Kernel) -> None:
        kernel, manager = self.app.kernel, comm.get_comm_manager()
        kernel.shell.kernel = kernel.shell.parent = kernel
        for each in manager.comms.values():
            each.kernel = kernel  # without one ipywidgets would send nothing
        for old, new in zip(closed.streams, (sys.stdout, sys.stderr), strict=True):
            old.__dict__.clear()  # who kept the old one, as a progress bar does, writes to the new
            old.__dict__.update(new.__dict__)

    def run(self, ready: Any = None) -> None:
        """Answers messages until it is told to shut down, or the loop is stopped."""
        if ready:
            self.loop.add_callback(ready)
        self.app.start()

    @property
    def loop(self) -> IOLoop:
        """The event loop of the kernel's main thread."""
        return IOLoop.current()

    def leave_open(self) -> None:
        """Leaves its threads and sockets to the end of the process.

        To close them can take 10 s, for they wait for each other, or one of them fails, for it still says that it is idle.
        """
        for end in (self.app.close, self.app.iopub_thread.stop):
            atexit.unregister(end)

    def close(self) -> None:
        """Ends its threads, sockets and event loop; makes the application of the kernel that goes on.

        One that a fork makes for itself costs it 3 MB more.
        """
        loop = self.loop.asyncio_loop
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.streams = sys.stdout, sys.stderr
        self.app.close()
        atexit.unregister(self.app.close)
        atexit.unregister(self.app.cleanup_connection_file)
        for stream in self.streams:
            pipe = stream._fid and os.readlink(f"/proc/self/fd/{stream._fid}")  # what programs write to 1 and 2
            stream.close()
            if pipe:
                _close_all(pipe)  # it leaves both ends open
        self.loop.close(all_fds=False)
        asyncio.set_event_loop(None)
        logging.getLogger("tornado").handlers.clear()  # the next kernel adds its own
        zmq_garbage.stop()  # its thread started with the first large message
        self.next_app = _new_app(resumes=True)


def _close_all(pipe: str) -> None:
    """Closes every descriptor of a pipe, as `readlink` names it."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the folder itself, closed by now
            if os.readlink(f"/proc/self/fd/{name}") == pipe:
                os.close(int(name))
