"""The measuring process that a server has for all its kernels, and how a kernel asks it for a measurement or a turn.

What is said over the socket stands in `widgets_lib.app.measuring.protocol`.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, TypeAlias

from widgets_lib.compute.timing import ShouldStop, Stopped

ADDRESS = "TENSOR_FOUNDATIONS_MEASURING"  # names the socket, in the environment of a kernel that has such a server
CONNECT_S = 10.0
POLL_S = 0.1  # between two looks at whether a turn is still wanted
LAST = ("result", "error")
GONE = "the server has stopped measuring; try again in a moment"

Message: TypeAlias = dict[str, Any]


def is_served() -> bool:
    """Whether this is a kernel of such a server, one of many."""
    return bool(os.environ.get(ADDRESS))


class SharedProcess:
    """One job for the server's measuring process. `reach` gives one, `start` asks, `close` is for one never started."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._listener: Callable[[Message], object] | None = None  # taken for the last message
        self._lock = threading.Lock()

    @classmethod
    def reach(cls) -> "SharedProcess | None":
        """A connection to it; None where there is none, as in a notebook."""
        address = os.environ.get(ADDRESS)
        if not address or not hasattr(socket, "AF_UNIX"):
            return None
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(CONNECT_S)
            sock.connect(address)
        except OSError:
            sock.close()
            return None
        sock.settimeout(None)  # its turn may come late
        return cls(sock)

    def start(self, job: Message, on_message: Callable[[Message], object], function: bytes = b"") -> None:
        """Ask for a job, without a function; returns at once.

        `on_message(message)` is called on another thread: for "waiting", with how many are `before` it, for "start" and
        "progress", and then exactly once for "result", "error" (with a `message` in words) or "cancelled". Every message
        repeats the job's `backend`, if it has one.
        """
        assert not function, "a server measures no code of a learner"
        repeated = {"backend": job["backend"]} if "backend" in job else {}
        self._listener = lambda message: on_message(repeated | message)
        threading.Thread(target=self._listen, args=(job,), daemon=True, name="measured by the server").start()

    def cancel(self, reason: str = "") -> bool:
        """Leave the queue, or have the job ended if it runs. True if its last message had not come."""
        listener = self._take_listener()
        self.close()
        if listener:
            listener({"event": "error", "message": reason} if reason else {"event": "cancelled"})
        return listener is not None

    def close(self) -> None:
        """End the connection, also where a fork has a copy of it."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _listen(self, job: Message) -> None:
        try:
            self._sock.sendall(json.dumps(job).encode() + b"\n")
            with self._sock.makefile("rb") as lines:
                for line in lines:
                    message = json.loads(line)
                    listener = self._take_listener() if message["event"] in LAST else self._listener
                    if listener:
                        listener(message)
        except (OSError, ValueError):  # the connection has ended, in the middle of a line or before
            pass
        finally:
            self.close()
        if listener := self._take_listener():
            listener({"event": "error", "message": GONE})

    def _take_listener(self) -> Callable[[Message], object] | None:
        with self._lock:
            listener, self._listener = self._listener, None
        return listener


def wait_for_machine(
    should_stop: ShouldStop, on_waiting: Callable[[int], object]
) -> Generator[None, None, Callable[[], object]]:
    """Wait, as a part of a job, until no other kernel of this server measures; what comes back gives the turn back.

    `on_waiting(before)` is called when the number of those before changes, on another thread. Without a server there is
    nothing to wait for. Raises: Stopped.
    """
    shared, ready = SharedProcess.reach(), threading.Event()
    if shared is None:
        return lambda: None

    def hear(message: Message) -> None:
        if message["event"] == "waiting":
            on_waiting(message["before"])
        else:  # its turn has come, or it is refused one: then it measures all the same
            ready.set()

    shared.start({"turn": True}, hear)
    try:
        while not ready.wait(POLL_S):
            if should_stop():
                raise Stopped
            yield
    except BaseException:
        shared.cancel()
        raise
    return shared.cancel
