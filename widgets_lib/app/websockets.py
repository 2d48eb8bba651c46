"""Limits on what one client's connections may cost the server, which all visitors share.

jupyter_server decodes the frames of a page's websocket and allocates a table as long as a frame says it is: eight
bytes can ask for more memory than the machine has. It buffers without limit what a page does not read and what a
kernel sends while its page is disconnected, and it opens five sockets to the kernel for each websocket.
"""

import struct
from collections import Counter
from typing import Literal

from tornado.iostream import StreamBufferFullError
from tornado.web import HTTPError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

try:
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
except ImportError:  # only Unix has it
    setrlimit = None

MAX_PARTS = 256  # of a message: its channel, header, content and so on, and the buffers of a widget
MAX_PER_KERNEL = 4  # a page has one; those of a lost connection and of a page that is reloaded may linger
MAX_FRAME_BYTES = 2**20  # of a page; a drawing of 3,000 points has 60 kB
MAX_UNREAD_BYTES = 16 * 2**20
MAX_BUFFER_BYTES = 4 * 2**20
MAX_BODY_BYTES = 64 * 2**10  # a page sends forms and beacons, and nothing larger
OPEN_FILES = 8_192
IDLE_TIMEOUT_S = 75.0  # of a connection without requests


def is_valid_frame(frame: bytes, v1: bool) -> bool:
    """Whether the offset table of a binary frame fits in the frame, and its parts do not overlap.

    Overlapping parts would each be copied: a frame of 1 MB can ask for 60 GB.
    v1: the count and the offsets have 8 bytes each, little-endian; else 4 bytes each, big-endian.
    """
    size = 8 if v1 else 4
    order: Literal["little", "big"] = "little" if v1 else "big"
    count = int.from_bytes(frame[:size], order)
    if not 1 <= count <= MAX_PARTS or size * (count + 1) > len(frame):
        return False
    offsets = [int.from_bytes(frame[at : at + size], order) for at in range(size, size * (count + 1), size)]
    return offsets == sorted(offsets) and offsets[-1] <= len(frame)


class LessonSocket(VoilaKernelWebsocketHandler):
    """The websocket of a page. It is closed when the client sends invalid frames or does not read."""

    max_message_size = MAX_FRAME_BYTES  # tornado closes the websocket before it has read a longer one
    open_sockets: Counter[str] = Counter()  # kernel id -> its websockets, including those that are being opened

    async def get(self, kernel_id):
        """Opens the websocket and returns when it is closed. Raises: HTTPError 429 if its kernel has too many."""
        if self.open_sockets[kernel_id] >= MAX_PER_KERNEL:
            raise HTTPError(429, "this lesson has %d connections", MAX_PER_KERNEL)
        self.open_sockets[kernel_id] += 1
        try:
            await super().get(kernel_id=kernel_id)
        finally:
            self.open_sockets[kernel_id] -= 1
            if not self.open_sockets[kernel_id]:
                del self.open_sockets[kernel_id]

    async def open(self, kernel_id):
        """Sends each message at once, and limits what is buffered for a page that does not read."""
        self.set_nodelay(True)  # else a small message waits until the page has acknowledged the last: up to 40 ms
        self.ws_connection.stream.max_write_buffer_size = MAX_UNREAD_BYTES
        await super().open(kernel_id)

    def on_message(self, ws_message):
        """Passes on a valid message; an invalid one does not come from our pages and closes the websocket."""
        if self.ws_connection is None or self.connection is None:
            return  # it has been closed, and this was read before
        try:
            if isinstance(ws_message, bytes) and not is_valid_frame(ws_message, v1=bool(self.selected_subprotocol)):
                raise ValueError("invalid offset table")
            super().on_message(ws_message)
        except (ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
            self.log.warning("Closing a websocket: its message cannot be read: %s", error)
            self.close(1007)

    def write_message(self, message, binary=False):
        """Sends to a page; one that has stopped reading is disconnected."""
        try:
            return super().write_message(message, binary)
        except StreamBufferFullError:
            self.log.warning("Closing a websocket: its page does not read")
            self.ws_connection.stream.close()


class BoundedBuffer(list):
    """What a kernel sends while its page is disconnected; when it is full, it is emptied and `on_overflow` called."""

    def __init__(self, on_overflow):
        self.free_bytes, self.on_overflow = MAX_BUFFER_BYTES, on_overflow
        super().__init__()

    def append(self, item):
        """Adds (channel, the packed parts of a message)."""
        self.free_bytes -= sum(map(len, item[1]))
        if self.free_bytes < 0:
            self.clear()
            self.on_overflow()
        else:
            super().append(item)


def raise_file_limit() -> None:
    """Allows more open files: the server needs a dozen for each kernel and some for each visitor; 1,024 are too few."""
    if setrlimit:
        soft, hard = getrlimit(RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != RLIM_INFINITY and soft < wanted:
            setrlimit(RLIMIT_NOFILE, (wanted, hard))
