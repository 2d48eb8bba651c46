"""What a visitor's connections may cost the server, which all visitors share.

A page's websocket is decoded by jupyter_server, which builds a table as long as a frame says it is: eight bytes can
ask for more than the machine has. It keeps without limit what a page does not read and what a kernel says while its
page is away, and it opens five sockets to the kernel for each websocket, as many as are asked for.
"""

import struct
from collections import Counter

from tornado.iostream import StreamBufferFullError
from tornado.web import HTTPError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

try:
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
except ImportError:  # only Unix has it
    setrlimit = None

MOST_PARTS = 256  # of a message: its channel, header, content and so on, and the buffers of a widget
PER_KERNEL = 4  # a page has one; that of a lost connection may linger, and so may a page that is reloaded
UNREAD_BYTES = 16 * 2**20
BACKLOG_BYTES = 4 * 2**20
BODY_BYTES = 64 * 2**10  # a page sends forms and beacons, and nothing larger
OPEN_FILES = 8_192
IDLE_S = 75.0  # for a connection that asks nothing


def is_sound(frame, v1):
    """Whether the table at the head of a binary frame is as long as it says, and its parts follow one another.

    Parts that overlap would each be copied: a frame of 1 MB can ask for 60 GB.
    v1: 8 bytes a number, little-endian, the first their count; else 4 bytes, big-endian, likewise.
    """
    size, order = (8, "little") if v1 else (4, "big")
    count = int.from_bytes(frame[:size], order)
    if not 1 <= count <= MOST_PARTS or size * (count + 1) > len(frame):
        return False
    offsets = [int.from_bytes(frame[at : at + size], order) for at in range(size, size * (count + 1), size)]
    return offsets == sorted(offsets) and offsets[-1] <= len(frame)


class LessonSocket(VoilaKernelWebsocketHandler):
    """The websocket of a page, for as long as the other side behaves."""

    open_for = Counter()  # kernel id -> its websockets, those that are being opened among them

    async def get(self, kernel_id):
        """Opens the websocket and returns when it is closed. Raises: HTTPError 429 if its kernel has enough of them."""
        if self.open_for[kernel_id] >= PER_KERNEL:
            raise HTTPError(429, "this lesson has %d connections", PER_KERNEL)
        self.open_for[kernel_id] += 1
        try:
            await super().get(kernel_id=kernel_id)
        finally:
            self.open_for[kernel_id] -= 1
            if not self.open_for[kernel_id]:
                del self.open_for[kernel_id]

    async def open(self, kernel_id):
        """Limits what may wait for a page that does not read."""
        self.ws_connection.stream.max_write_buffer_size = UNREAD_BYTES
        await super().open(kernel_id)

    def on_message(self, ws_message):
        """Passes on what can be read; who sends anything else is no page of ours."""
        try:
            if isinstance(ws_message, bytes) and not is_sound(ws_message, v1=bool(self.selected_subprotocol)):
                raise ValueError("its table of parts is wrong")
            super().on_message(ws_message)
        except (ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
            self.log.warning("A websocket is closed, for its message cannot be read: %s", error)
            self.close(1007)

    def write_message(self, message, binary=False):
        """Sends to a page, unless it has stopped reading."""
        try:
            return super().write_message(message, binary)
        except StreamBufferFullError:
            self.log.warning("A websocket is closed, for its page does not read")
            self.ws_connection.stream.close()


class Backlog(list):
    """What a kernel says while its page is away, until that is too much: then `give_up` is called."""

    def __init__(self, give_up):
        self.left_bytes, self.give_up = BACKLOG_BYTES, give_up
        super().__init__()

    def append(self, item):
        """Adds (channel, the packed parts of a message)."""
        self.left_bytes -= sum(map(len, item[1]))
        if self.left_bytes < 0:
            self.clear()
            self.give_up()
        else:
            super().append(item)


def raise_file_limit():
    """A kernel takes a dozen open files of the server, and each visitor some: the usual 1,024 are soon used up."""
    if setrlimit:
        now, most = getrlimit(RLIMIT_NOFILE)
        wanted = OPEN_FILES if most == RLIM_INFINITY else min(OPEN_FILES, most)
        if now != RLIM_INFINITY and now < wanted:
            setrlimit(RLIMIT_NOFILE, (wanted, most))
