"""What the server and the processes that fork say to each other: JSON over Unix sockets that keep messages apart.

A process that forks understands

    {"op": "fork"}    -> {} with a socket to the child, or {"error": why}

and the child

    {"argv": […], "cwd": folder, "env": {…}}    -> {"pid": …} with a pidfd of its own, once it is a kernel

which its parent must not know: what it has read stays in its memory, and so in that of its next child. A kernel understands

    {"op": "freeze"}    -> {} once it is a process that forks, or {"error": why}

A socket that ends is an order to end: only the server holds its other end, so the order is given however the server
ends.
"""

from __future__ import annotations

import array
import json
import socket
from collections.abc import Iterable
from typing import Any

MAX_BYTES = 2**17  # a socket's buffer takes at least so much in one message
MAX_FILES = 4


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a new connection; no program that is started inherits them."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(sock: socket.socket, message: dict[str, Any], files: Iterable[int] = ()) -> None:
    """Sends a message, with copies of open files. Raises: ValueError if it is too long, OSError."""
    data = json.dumps(message).encode()
    if len(data) > MAX_BYTES:
        raise ValueError(f"a message of {len(data):,} bytes is too long")
    socket.send_fds(sock, [data], list(files))


def receive(sock: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """(message, files) that came next; (None, []) at the end. Raises: OSError."""
    files = array.array("i")
    try:
        data, extra, _, _ = sock.recvmsg(
            2 * MAX_BYTES, socket.CMSG_SPACE(MAX_FILES * files.itemsize), socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionError:
        return None, []
    for level, kind, content in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(content[: len(content) - len(content) % files.itemsize])
    return (json.loads(data) if data else None), list(files)
