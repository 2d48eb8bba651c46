"""Limits on what one client's connections may cost the others."""

import asyncio
import json
import logging
import socket

import pytest
import tornado.httpserver
import tornado.testing
import tornado.web
import tornado.websocket
from jupyter_server.services.kernels.connection.base import serialize_binary_message
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support import servers
from tests.support.visitors import BROWSERS, packed
from widgets_lib.app.websockets import (
    MAX_BUFFER_BYTES,
    MAX_PER_KERNEL,
    MAX_UNREAD_BYTES,
    BoundedBuffer,
    LessonSocket,
    VoilaKernelWebsocketHandler,
    is_valid_frame,
)

SLIDER = "import ipywidgets\nipywidgets.IntSlider()"
TALKER = """
import ipywidgets
button = ipywidgets.Text()
loud = ipywidgets.Text()
button.observe(lambda change: setattr(loud, 'value', change.new[:1] * 3_000_000), 'value')
ipywidgets.VBox([button, loud])
"""


def table(offsets, v1, parts=b"{}" * 50):
    """A frame with these offsets, valid or not."""
    size, order = (8, "little") if v1 else (4, "big")
    return b"".join(number.to_bytes(size, order) for number in (len(offsets), *offsets)) + parts


@pytest.mark.parametrize("v1", [True, False])
def test_the_parts_of_a_frame_follow_one_another_and_lie_in_it(v1):
    assert is_valid_frame(table([32, 34, 36], v1), v1)
    assert not is_valid_frame(b"", v1)
    assert not is_valid_frame(table([0, 90, 0, 90], v1), v1)  # the whole frame, again and again
    assert not is_valid_frame(table([32, 34, 10_000], v1), v1)
    assert not is_valid_frame(table([100] * 10_000, v1), v1)


def test_the_messages_of_pages_pass():
    assert is_valid_frame(packed([b"shell", b"{}", b"{}", b"{}", b"{}"]), v1=True)
    message = {
        "header": {"msg_id": "1"},
        "parent_header": {},
        "metadata": {},
        "content": {},
        "buffers": [b"one", b"two"],
    }
    assert is_valid_frame(serialize_binary_message(message), v1=False)


@pytest.mark.parametrize("protocol", [BROWSERS, None])
@pytest.mark.parametrize("count", [0, 1, 3, 2**29, 2**31, 2**63])
def test_a_frame_that_claims_a_longer_table_closes_its_connection_and_no_other(visit, protocol, count):
    visitor = visit([SLIDER], subprotocols=protocol and [protocol])
    claim = count.to_bytes(8, "little") if protocol else min(count, 2**32 - 1).to_bytes(4, "big")
    visitor.socket.send(claim + b"\0" * 7)
    with pytest.raises(ConnectionClosed):
        visitor.receive(lambda message: False, seconds=20)  # what the kernel had to say before may come first
    assert visitor.server.health()["kernels"] == 1
    assert visitor.connect().model("IntSliderModel")  # by a page that behaves the lesson can be used as before


def test_no_lesson_has_more_connections_than_a_page_may_need(visit):
    visitor = visit([SLIDER])
    first = visitor.socket
    for _ in range(MAX_PER_KERNEL - 1):
        visitor.connect()
    with pytest.raises(InvalidStatus, match="429"):
        visitor.connect()
    first.close()

    def is_free():
        try:
            return visitor.connect()
        except InvalidStatus:
            return None

    servers.wait_until(is_free, "a closed connection is still counted")


def test_a_page_that_does_not_read_is_disconnected(visit):
    visitor = visit([TALKER])
    button = visitor.model("TextModel")
    unresponsive_client = raw_websocket(visitor)
    for letter in "abcdefghij":  # 30 MB for each page
        visitor.until_idle(visitor.move(button, value=letter))
    servers.wait_until(lambda: "its page does not read" in visitor.server.log, "it is still waited for")
    unresponsive_client.close()


def raw_websocket(visitor):
    """A connection to the visitor's kernel that is opened and from which nothing more is read."""
    host, _, port = visitor.server.url.removeprefix("http://").rstrip("/").partition(":")
    sock = socket.create_connection((host, int(port)))
    sock.sendall(
        f"GET /api/kernels/{visitor.kernel}/channels?session_id=unresponsive HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {BROWSERS}\r\n\r\n".encode()
    )
    assert b" 101 " in sock.recv(100)
    return sock


def test_a_small_message_to_a_page_does_not_wait_for_the_last_ones_acknowledgement(monkeypatch):
    """Nagle's algorithm holds it back for as long as the page's acknowledgement takes, some 40 ms."""
    found = []

    async def open_kernel(handler, kernel_id):
        found.append(handler.ws_connection.stream)

    monkeypatch.setattr(VoilaKernelWebsocketHandler, "open", open_kernel)

    plain = tornado.websocket.WebSocketHandler  # without a login before it or a kernel behind it
    names = ("get", "prepare", "set_default_headers", "select_subprotocol", "get_compression_options", "on_close")
    Page = type("Page", (LessonSocket,), {name: getattr(plain, name) for name in names})
    Page.current_user, Page.log, Page.check_origin = "visitor", logging.getLogger("test"), lambda *_: True

    async def connect():
        sock, port = tornado.testing.bind_unused_port()
        server = tornado.httpserver.HTTPServer(tornado.web.Application([("/(.*)", Page)]))
        server.add_sockets([sock])
        client = await tornado.websocket.websocket_connect(f"ws://127.0.0.1:{port}/kernel")
        while not found:
            await asyncio.sleep(0.01)
        option = found[0].socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.close()
        server.stop()
        return option

    assert asyncio.run(asyncio.wait_for(connect(), 20)) != 0
    assert found[0].max_write_buffer_size == MAX_UNREAD_BYTES


def test_what_a_kernel_sends_to_a_disconnected_page_is_kept_up_to_a_limit():
    overflows = []
    buffer = BoundedBuffer(lambda: overflows.append(True))
    buffer.append(("iopub", [b"one", b"two"]))
    assert list(buffer) == [("iopub", [b"one", b"two"])] and not overflows
    buffer.append(("iopub", [bytes(MAX_BUFFER_BYTES)]))
    assert list(buffer) == [] and overflows


def test_a_large_request_is_refused(small_voila):
    host, _, port = small_voila.url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(f"POST /nothing HTTP/1.1\r\nHost: {host}\r\nContent-Length: 98000000\r\n\r\n".encode())
        assert b" 400 " in sock.recv(100)
    assert json.loads(small_voila.get("health")[2])["max_kernels"] == 2
