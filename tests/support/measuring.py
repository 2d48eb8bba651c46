"""A server's measuring process without its server: kernels of a test ask it over their sockets."""

import asyncio
import json
import logging
import os
import socket
import threading
from contextlib import contextmanager

from widgets_lib.app.measuring.process import MeasuringProcess
from widgets_lib.app.measuring.protocol import ADDRESS
from widgets_lib.app.measuring.server import MeasuringServer

LONG = {"backend": "python", "m": 50_000, "k": 784, "n": 10, "budget_s": 5.0}


class Measuring:
    """Runs in an event loop of its own thread. `address(kernel)` is where a kernel asks, `process` what measures."""

    def __init__(self):
        self.process = MeasuringProcess(dict(os.environ))
        self._loop = asyncio.new_event_loop()
        self._server = MeasuringServer(self.process, str, logging.getLogger(__name__))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def address(self, kernel):
        return self._run(self._server.welcome(kernel))[ADDRESS]

    def waiting(self):
        """How many wait."""

        async def count():
            return len(self._server._queue)

        return self._run(count())

    def close(self):
        self._run(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)


@contextmanager
def measuring():
    found = Measuring()
    try:
        yield found
    finally:
        found.close()


@contextmanager
def at_work(address, until="start"):
    """The measuring process is busy with another kernel's rung, for as long as the block."""
    with socket.socket(socket.AF_UNIX) as sock, sock.makefile("rb") as lines:
        sock.connect(address)
        sock.sendall(json.dumps(LONG).encode() + b"\n")
        while json.loads(lines.readline())["event"] != until:
            pass
        yield
        sock.shutdown(socket.SHUT_RDWR)
