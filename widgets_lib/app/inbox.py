"""The order in which a kernel gets its pages' messages: a few at a time, and of settings that wait only the newest.

A kernel answers one message after the other. Stock code hands on whatever comes, so a page that sends settings faster
than they can be computed keeps its kernel busy long after the last, and fills the memory of kernel and server with what
waits. A page of ours has one setting of each widget under way at a time, and does not notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from widgets_lib.app.page_messages import PageMessage

UNDER_WAY = 2  # messages that the kernel has: the one that it answers, and the next
MAX_SAME = 20  # waiting messages of one kind for one widget: as many presses of a button are kept
MAX_WAITING = 500
MAX_WAITING_BYTES = 8 * 2**20
LOST_S = 1.0  # how long an idle kernel may owe an answer before that counts as lost
MAX_TOLD = 100  # widgets that are told what was left out


@dataclass(frozen=True)
class _Waiting:
    message: PageMessage
    send: Callable[[], bool]  # hands it to the kernel; False if its page has gone
    skip: Callable[[], object]  # tells the page that it is done with


class Inbox:
    """The messages of all pages of one kernel: those that it has, and those that wait, in order."""

    def __init__(self, is_idle: Callable[[], bool]) -> None:
        self._is_idle = is_idle
        self._under_way: list[str] = []
        self._last_sent = 0.0
        self._waiting: list[_Waiting] = []
        self._left_out: dict[str, int] = {}  # comm -> messages, until its widget is told

    def put(self, message: PageMessage, send: Callable[[], bool], skip: Callable[[], object]) -> bool:
        """Sends a message now or later, and skips older ones that it makes superfluous.

        False if too many wait: then it is left out itself.
        """
        if self._under_way and monotonic() - self._last_sent > LOST_S and self._is_idle():
            self._under_way.clear()  # the answers went to a connection that is gone
            self._send_next()
        if message.names is not None:
            self._drop_older(message, beyond=False)
        elif message.asks_for_states and self._count(message):
            skip()  # the answer to the one that waits will do
            return True
        if self._is_full(message) and (message.names is None or not self._drop_older(message, beyond=True)):
            self._leave_out(message)
            skip()
            return False
        self._waiting.append(_Waiting(message, send, skip))
        self._send_next()
        return True

    def answered(self, message_id: str) -> None:
        """The kernel is done with a message."""
        if message_id in self._under_way:
            self._under_way.remove(message_id)
            self._send_next()

    def take_left_out(self) -> dict[str, int]:
        """Comm -> how many of its messages were left out, for its widget to say; empty as long as others wait."""
        if self._waiting:
            return {}
        left_out, self._left_out = self._left_out, {}
        return left_out

    def _drop_older(self, message: PageMessage, beyond: bool) -> bool:
        """Skips settings that wait and that this message sets anew; those before something else only if `beyond`.

        What else is asked for, of whatever widget, may read any setting.
        """
        assert message.names is not None
        dropped = False
        for at in range(len(self._waiting) - 1, -1, -1):
            older = self._waiting[at]
            if older.message.names is None:
                if not beyond:
                    break
            elif older.message.comm == message.comm and older.message.names <= message.names:
                del self._waiting[at]
                older.skip()
                dropped = True
        return dropped

    def _is_full(self, message: PageMessage) -> bool:
        size = message.size + sum(waiting.message.size for waiting in self._waiting)
        return self._count(message) >= MAX_SAME or len(self._waiting) >= MAX_WAITING or size > MAX_WAITING_BYTES

    def _count(self, message: PageMessage) -> int:
        """Waiting messages that ask for the same."""
        asked = (message.comm, message.kind)
        return sum((waiting.message.comm, waiting.message.kind) == asked for waiting in self._waiting)

    def _leave_out(self, message: PageMessage) -> None:
        if message.comm in self._left_out or (message.comm and len(self._left_out) < MAX_TOLD):
            self._left_out[message.comm] = self._left_out.get(message.comm, 0) + 1

    def _send_next(self) -> None:
        while self._waiting and len(self._under_way) < UNDER_WAY:
            waiting = self._waiting.pop(0)
            if waiting.send():
                self._under_way.append(waiting.message.id)
                self._last_sent = monotonic()
