"""What a page may send to its kernel, read from its websocket's frames before anything of it reaches the kernel.

Stock code hands on whatever has an allowed type. A page of ours talks to widgets that are there, asks for their states,
and closes what it has opened; it makes no widgets, and closes none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_binary_message, deserialize_msg_from_ws_v1

CONTROL_TARGET = "jupyter.widget.control"  # asked for the states of all widgets
METHODS = ("update", "custom", "request_state", "request_states")
MAX_DEPTH = 100  # of lists and objects in one another
MAX_NAME = 128  # letters of an id, a target or a type
MAX_CONTROL = 50  # comms that pages opened to ask for states; a page closes its own after the answer


@dataclass(frozen=True)
class PageMessage:
    """One message of a page, as far as it says what is to be done with it."""

    channel: str
    header: dict[str, Any]
    comm: str | None  # the widget's
    kind: tuple[str, ...]  # messages of one kind ask for the same; the first entry is the message's type
    names: frozenset[str] | None  # the traits that it sets; None if it does something else
    size: int  # bytes

    @property
    def id(self) -> str:
        """As the page gave it: two messages may have the same."""
        return self.header["msg_id"]

    @property
    def type(self) -> str:
        """Such as "comm_msg"."""
        return self.kind[0]

    @property
    def asks_for_states(self) -> bool:
        """Whether it wants to know the traits of one widget, or of all."""
        return self.kind[2:3] in (("request_state",), ("request_states",))


def read_message(frame: str | bytes, v1: bool) -> PageMessage:
    """What a page sent with either protocol. Raises: ValueError, LookupError, TypeError or AttributeError for nonsense."""
    try:
        if v1:
            channel, parts = deserialize_msg_from_ws_v1(frame)
            header, parent, metadata, content = map(json.loads, parts[:4])
        else:
            whole = deserialize_binary_message(frame) if isinstance(frame, bytes) else json.loads(frame)
            channel = whole.get("channel") or "shell"
            header, parent, metadata, content = (
                whole[part] for part in ("header", "parent_header", "metadata", "content")
            )
    except RecursionError:
        raise ValueError("too deep") from None
    _check_depth([header, parent, metadata, content])
    if not all(isinstance(part, dict) for part in (header, parent, metadata, content)) or header.get("subshell_id"):
        raise ValueError("an unknown form")
    for name in (channel, header["msg_id"], header["msg_type"]):
        _check_name(name)
    comm, rest, names = _read_comm(content) if header["msg_type"].startswith("comm_") else (None, (), None)
    return PageMessage(channel, header, comm, (header["msg_type"], *rest), names, len(frame))


def _read_comm(content: dict[str, Any]) -> tuple[str | None, tuple[str, ...], frozenset[str] | None]:
    """The widget, what is asked of it, and the traits that are set if nothing else is."""
    comm, target, data = content.get("comm_id"), content.get("target_name", ""), content.get("data")
    data = data if isinstance(data, dict) else {}
    method, inner = data.get("method", ""), data.get("content")
    for name in ("" if comm is None else comm, target, method):
        _check_name(name)
    if method == "update":
        return comm, (method,), frozenset(data["state"].keys())
    entries = sorted(inner) if isinstance(inner, dict) else [type(inner).__name__]
    return comm, (target, method, *entries), None


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise ValueError("not a name")


def _check_depth(value: Any) -> None:
    """Raises: ValueError for lists and objects so deep in one another that those who walk through them fail."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = [item for item in level if isinstance(item, (list, dict))]
        if not inner:
            return
        level = [item for items in inner for item in (items.values() if isinstance(items, dict) else items)]
    raise ValueError("too deep")


class Gatekeeper:
    """Which messages of the pages of one kernel are none of their business."""

    def __init__(self, allowed_types: list[str]) -> None:
        self._allowed_types = allowed_types
        self._opened: set[str | None] = set()  # comms of pages

    def refusal(self, message: PageMessage) -> str:
        """Why the kernel doesn't get a message, for the log and without a word of the page's; empty if it gets it."""
        if self._allowed_types and message.type not in self._allowed_types:
            return "a message that is not of a widget"
        if message.channel != "shell" and message.type != "shutdown_request":
            return "a message of a widget on another channel"
        if message.type == "comm_open":
            return self._refusal_to_open(message)
        if message.type == "comm_close":
            if message.comm not in self._opened:
                return "the end of a widget"
            self._opened.discard(message.comm)
        if message.type == "comm_msg" and message.names is None and message.kind[2] not in METHODS:
            return "a message with a method that widgets don't have"
        return ""

    def _refusal_to_open(self, message: PageMessage) -> str:
        if message.kind[1] != CONTROL_TARGET:
            return "a widget that Python did not make"
        if len(self._opened) >= MAX_CONTROL:
            return "one more request for the states of all widgets"
        self._opened.add(message.comm)
        return ""
