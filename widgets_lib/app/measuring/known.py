"""What was measured on this server lately, for those who would have to wait for the same."""

from __future__ import annotations

import time
from collections.abc import Callable

from widgets_lib.app.measuring.protocol import Message

KEPT_S = 3600.0
MAX_KEPT = 500

Key = tuple[tuple[str, object], ...]


class Known:
    """The newest time of each rung, size and budget. A kernel is given it once: who asks again wants it measured."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._results: dict[Key, tuple[float, Message]] = {}  # with when that was, the oldest first
        self._had: dict[str, set[Key]] = {}  # by kernel id

    def remember(self, kernel_id: str, job: Message, message: Message) -> None:
        """A kernel was told the last message about a job: one with a time is kept."""
        key = _key(job)
        self._had.setdefault(kernel_id, set()).add(key)
        # What says "at most" does not replace what is known better.
        if message.get("seconds") and not (message.get("at_most") and key in self._results):
            self._results.pop(key, None)
            self._results[key] = self._now(), message
            if len(self._results) > MAX_KEPT:
                del self._results[next(iter(self._results))]

    def recall(self, kernel_id: str, job: Message) -> Message | None:
        """The last message about a job for a kernel that has had none, with the time of day that it is from."""
        key = _key(job)
        at, message = self._results.get(key, (0.0, {}))
        had = self._had.setdefault(kernel_id, set())
        if key in had or self._now() - at > KEPT_S:
            return None
        had.add(key)
        return {**message, "measured_at": time.strftime("%H:%M", time.localtime(at))}

    def forget(self, kernel_id: str) -> None:
        """A kernel has ended."""
        self._had.pop(kernel_id, None)


def _key(job: Message) -> Key:
    return tuple(sorted(job.items()))
