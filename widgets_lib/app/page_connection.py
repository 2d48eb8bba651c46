"""The way between a page and its kernel: what the page may not send stays out, and the rest waits its turn."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import Any

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClosedError

from widgets_lib.app.inbox import Inbox
from widgets_lib.app.page_messages import Gatekeeper, PageMessage, read_message

V1 = "v1.kernel.websocket.jupyter.org"
MAX_LOGGED = 50  # different problems of one kernel
TOO_MANY = "a page sends more than its kernel can answer, and what is too much is left out"


class PageLog:
    """What is logged of one kernel and its pages: each problem once, as a page could cause it a thousand times a second."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def is_new(self, problem: str) -> bool:
        """Whether it is to be logged."""
        if problem in self._logged or len(self._logged) >= MAX_LOGGED:
            return False
        self._logged.add(problem)
        return True


class PageConnection(ZMQChannelsWebsocketConnection):
    """A websocket of a page; all those of one kernel share an inbox."""

    @property
    def inbox(self) -> Inbox:
        """The kernel's."""
        return self._of_kernel("inbox", lambda: Inbox(lambda: self.kernel_manager.execution_state == "idle"))

    @property
    def page_log(self) -> PageLog:
        """The kernel's."""
        return self._of_kernel("page_log", PageLog)

    def _of_kernel(self, name: str, make: Any) -> Any:
        """What is made once for a kernel, and goes with it."""
        if not hasattr(self.kernel_manager, name):
            setattr(self.kernel_manager, name, make())
        return getattr(self.kernel_manager, name)

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """A frame of the page. Raises: as `read_message`."""
        if not self.channels:
            return  # closed meanwhile
        message = read_message(incoming_msg, self.subprotocol == V1)
        allowed_types = self.multi_kernel_manager.allowed_message_types
        gatekeeper = self._of_kernel("gatekeeper", lambda: Gatekeeper(allowed_types))
        problem = gatekeeper.refusal(message)
        if problem:
            self._skip(message)
            self._warn(f"left out what a page sent: {problem}")
        elif not self.inbox.put(message, partial(self._hand_on, incoming_msg), partial(self._skip, message)):
            self._warn(TOO_MANY)

    def _hand_on(self, frame: Any) -> bool:
        """Sends a frame to the kernel. False if this connection was closed meanwhile."""
        if not self.channels or self.websocket_handler.ws_connection is None:  # which knows the frame's protocol
            return False
        super().handle_incoming_message(frame)
        return True

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """A message of the kernel. When it is done with one of a page's, the next goes to it."""
        super().handle_outgoing_message(stream, outgoing_msg)
        _, parts = self.session.feed_identities(outgoing_msg)  # signature, header, parent header, metadata, content
        if b"idle" in bytes(parts[4]) and self.session.unpack(parts[1])["msg_type"] == "status":
            self.inbox.answered(self.session.unpack(parts[2]).get("msg_id", ""))
            self._tell_what_was_left_out()

    def _tell_what_was_left_out(self) -> None:
        shell = self.channels.get("shell")
        if shell is None or shell.closed():
            return
        for comm, count in self.inbox.take_left_out().items():
            data = {"method": "custom", "content": {"too_many": count}}
            self.session.send(shell, "comm_msg", {"comm_id": comm, "data": data})

    def _skip(self, message: PageMessage) -> None:
        """Tells the page that a message is done with: until then a widget sends no other setting."""
        status = self.session.msg("status", {"execution_state": "idle"}, parent=message.header)
        with suppress(WebSocketClosedError):
            if self.subprotocol == V1:
                self.write_message(serialize_msg_to_ws_v1(status, "iopub", self.session.pack), binary=True)
            else:
                self.write_message(json.dumps({**status, "channel": "iopub"}, default=str))

    def _warn(self, problem: str) -> None:
        if self.page_log.is_new(problem):
            self.log.warning("%s: %s", getattr(self.kernel_manager, "lesson", "a lesson"), problem)
