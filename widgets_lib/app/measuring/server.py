"""Where kernels ask for measurements: a socket for each of them, one queue for all."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from widgets_lib.app.measuring import requests
from widgets_lib.app.measuring.known import Known
from widgets_lib.app.measuring.process import MeasuringProcess
from widgets_lib.app.measuring.protocol import ADDRESS, Message, failure, line_of
from widgets_lib.app.measuring.queue import FairQueue
from widgets_lib.app.measuring.requests import Refused

REQUEST_LIMIT_S = 10.0  # until a connection has said what it wants
TURN_LIMIT_S = 30.0  # that a kernel has the machine to itself
MAX_CONNECTIONS = 24  # of one kernel: a ladder asks for one rung after the other
MAX_WAITING = 48  # jobs of one visitor
MAX_UNREAD_BYTES = 2**18  # answers that a kernel has not read
OVER = "its turn is over after {:.0f} seconds"
TOO_MANY = "{} measurements of yours wait already: let them end, or cancel them"


class Turn:
    """One measurement, from the request to its last message."""

    def __init__(self, kernel_id: str, visitor: str, job: Message, writer: asyncio.StreamWriter) -> None:
        self.kernel_id, self.visitor, self.job = kernel_id, visitor, job
        self.gone = asyncio.Event()  # the kernel does not want it any more
        self.done = asyncio.Event()  # the last message was sent
        self._writer = writer
        self._before: int | None = None

    def tell(self, message: Message) -> None:
        """Send a message; whoever reads none is taken for gone."""
        if self.gone.is_set() or self._writer.is_closing():
            return
        self._writer.write(line_of(message))
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.gone.set()

    def tell_place(self, before: int) -> None:
        """Say how many are before it, if that is news and it will not start at once."""
        if before and before != self._before:
            self._before = before
            self.tell({"event": "waiting", "before": before})


class MeasuringServer:
    """Measures for kernels, one job at a time for the machine.

    visitor_of: gives the visitor of a kernel, by its id; they take turns. It needs a running event loop.
    """

    def __init__(self, process: MeasuringProcess, visitor_of: Callable[[str], str], log: logging.Logger) -> None:
        self.process, self._visitor_of, self.log = process, visitor_of, log
        self._folder: str | None = None  # of the sockets: nobody else may look into it
        self._doors: dict[str, tuple[asyncio.AbstractServer, str]] = {}  # by kernel id, with the socket's path
        self._connections: dict[str, set[asyncio.StreamWriter]] = {}  # likewise
        self._known = Known()
        self._queue: FairQueue[Turn] = FairQueue()
        self._running: Turn | None = None
        self._work: asyncio.Task | None = None
        self._warned = False

    # ---- kernels come and go ----

    async def welcome(self, kernel_id: str) -> dict[str, str]:
        """What a kernel's environment says of this server; nothing if no socket can be had."""
        try:
            return {ADDRESS: await self._open_door(kernel_id)}
        except OSError as error:
            if not self._warned:
                self.log.warning("Each kernel measures in a process of its own: %s", error)
            self._warned = True
            return {}

    async def _open_door(self, kernel_id: str) -> str:
        self._folder = self._folder or tempfile.mkdtemp(prefix="measuring-")
        path = str(Path(self._folder, secrets.token_hex(8)))
        self.forget(kernel_id)  # it is started again

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(kernel_id, reader, writer)

        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.bind(path)
            door = await asyncio.start_unix_server(serve, sock=sock, limit=requests.MAX_BYTES)
        except BaseException:
            sock.close()
            raise
        self._doors[kernel_id], self._connections[kernel_id] = (door, path), set()
        return path

    def forget(self, kernel_id: str) -> None:
        """A kernel has ended: what it has asked for is dropped, also if others have its end of a connection."""
        door, path = self._doors.pop(kernel_id, (None, ""))
        if door is None:
            return
        door.close()
        self._known.forget(kernel_id)
        with suppress(OSError):
            os.unlink(path)
        for writer in self._connections.pop(kernel_id):
            writer.transport.abort()

    def stop(self) -> None:
        """Called when the server ends, perhaps in another event loop: nothing is waited for."""
        for kernel_id in list(self._doors):
            self.forget(kernel_id)
        self.process.kill()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def close(self) -> None:
        """Stops, and waits until nothing is left."""
        self.stop()
        if self._work:
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work
        await self.process.close()

    # ---- one connection ----

    async def _serve(self, kernel_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections = self._connections.get(kernel_id)
        if connections is None:  # it has just ended
            writer.transport.abort()
            return
        connections.add(writer)
        try:
            await self._answer(kernel_id, len(connections), reader, writer)
        except Refused as reason:
            writer.write(line_of(failure(str(reason))))
        except (asyncio.TimeoutError, OSError, ValueError):  # half a line, or one that is too long
            pass
        finally:
            connections.discard(writer)
            if writer.transport.get_write_buffer_size():  # nobody reads it
                writer.transport.abort()
            writer.close()

    async def _answer(self, kernel_id: str, count: int, reader: asyncio.StreamReader, writer) -> None:
        if count > MAX_CONNECTIONS:
            raise Refused(TOO_MANY.format(count - 1))
        line = await asyncio.wait_for(reader.readline(), REQUEST_LIMIT_S)
        if not line.endswith(b"\n"):
            return
        job, visitor = requests.job_of(line), self._visitor_of(kernel_id)
        if self._queue.count(visitor) >= MAX_WAITING:
            raise Refused(TOO_MANY.format(MAX_WAITING))
        if self._running and (message := self._known.recall(kernel_id, job)):
            writer.write(line_of(message))
            return
        turn = Turn(kernel_id, visitor, job, writer)
        self._queue.add(visitor, turn)
        self._tell_places()
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._measure_all())
        left = asyncio.ensure_future(reader.read(1))  # it says nothing more, so this is its end
        ends = [left, *(asyncio.ensure_future(event.wait()) for event in (turn.done, turn.gone))]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            turn.gone.set()
            self._queue.remove(visitor, turn)
            self._tell_places()

    # ---- one job after the other ----

    async def _measure_all(self) -> None:
        while (turn := self._queue.take()) is not None:
            self._running = turn
            self._tell_places()
            try:
                await self._measure(turn)
            except Exception:
                self.log.exception("A measurement failed")
                turn.tell(failure("the server could not measure it; try again"))
            finally:
                self._running = None
                turn.done.set()
            self._tell_known()

    async def _measure(self, turn: Turn) -> None:
        """Do a job to its end, or until nobody wants it any more."""
        turn.tell({"event": "start"})

        def tell(message: Message) -> None:
            turn.tell(message)
            if message["event"] == "result":
                self._known.remember(turn.kernel_id, turn.job, message)

        doing = self._wait(turn) if turn.job == requests.TURN else self.process.measure(turn.job, tell)
        measuring = asyncio.ensure_future(doing)
        gone = asyncio.ensure_future(turn.gone.wait())
        try:
            await asyncio.wait((measuring, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not measuring.done():
                measuring.cancel()
                await asyncio.wait((measuring,))
        if not measuring.cancelled():
            measuring.result()

    async def _wait(self, turn: Turn) -> None:
        """A kernel measures for itself meanwhile."""
        await asyncio.sleep(TURN_LIMIT_S)
        turn.tell(failure(OVER.format(TURN_LIMIT_S)))

    def _tell_known(self) -> None:
        """Answer those who wait for what has just been measured, and have had no time of it."""
        for turn in list(self._queue.in_order()):
            if message := self._known.recall(turn.kernel_id, turn.job):
                self._queue.remove(turn.visitor, turn)
                turn.tell(message)
                turn.done.set()

    def _tell_places(self) -> None:
        before = 0 if self._running is None else 1
        for at, turn in enumerate(self._queue.in_order(), start=before):
            turn.tell_place(at)
