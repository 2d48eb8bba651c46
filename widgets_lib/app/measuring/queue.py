"""Who is next: visitors take turns, each with one job at a time, so that many jobs of one hold up no other."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class FairQueue(Generic[T]):
    """Items of visitors: the first of each, then the second of each, and so on."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[T]] = {}  # by visitor, the next one first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def count(self, visitor: str) -> int:
        """How many items of this visitor wait."""
        return len(self._waiting.get(visitor, ()))

    def add(self, visitor: str, item: T) -> None:
        """Put an item behind the others of its visitor."""
        self._waiting.setdefault(visitor, deque()).append(item)

    def take(self) -> T | None:
        """Remove and return the next item; its visitor's next one comes after one of each other visitor."""
        if not self._waiting:
            return None
        visitor = next(iter(self._waiting))
        items = self._waiting.pop(visitor)
        item = items.popleft()
        if items:
            self._waiting[visitor] = items
        return item

    def remove(self, visitor: str, item: T) -> None:
        """Remove an item, if it still waits."""
        items = self._waiting.get(visitor, deque())
        if item in items:
            items.remove(item)
            if not items:
                del self._waiting[visitor]

    def in_order(self) -> Iterator[T]:
        """All items, the next one first."""
        rounds = [list(items) for items in self._waiting.values()]
        for at in range(max(map(len, rounds), default=0)):
            yield from (items[at] for items in rounds if at < len(items))
