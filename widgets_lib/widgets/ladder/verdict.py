"""One line under a learner's own cell: is the rung right, how fast is it, and how fast was it before."""

from collections.abc import Mapping
from typing import Any

from widgets_lib.compute.formatting import format_ratio, human
from widgets_lib.widgets._cell_line import CellLine

Size = tuple[int, int, int]

_last: dict[tuple[str, Size], float] = {}
"""(title, size) -> seconds of the version that was timed last."""


class Verdict(CellLine):
    """The line of the rung of this title."""

    def __init__(self, title: str):
        super().__init__(f"“{title}” will be checked and timed")
        self._title = title

    def tell(self, row: Mapping[str, Any], first_s: float | None, size: Size) -> None:
        """Say what the row of the rung says, compared with three loops and the version before, at this size."""
        before_s = _last.get((self._title, size))
        if row.get("seconds"):
            _last[self._title, size] = row["seconds"]
        self.show(verdict_of(row, first_s, before_s))


def forget_times(title: str) -> None:
    """Compare the next rung of this title with none before it."""
    for key in [key for key in _last if key[0] == title]:
        del _last[key]


def verdict_of(row: Mapping[str, Any], first_s: float | None, before_s: float | None) -> str:
    """ "✓ right · 45.0 µs · 6,300 times as fast as three loops · before: 1.70 ms", or what is wrong."""
    seconds = row.get("seconds")
    if not seconds:
        return " · ".join(filter(None, [row["time"], row.get("message")]))
    slow, fast = bounds_of(row)
    about = "about " if row["state"] == "estimated" and not slow else ""
    parts = [row["check"], about + row["time"]]
    if first_s:
        ratio = first_s / seconds
        faster = f"{fast}{format_ratio(ratio)} times as fast as three loops"
        parts.append(faster if ratio >= 1 else f"{slow}{format_ratio(1 / ratio)} times as long as three loops")
    if before_s:
        parts.append(f"before: {human(before_s)}")
    return " · ".join(parts)


def bounds_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """What stands before the time of a row that is a bound, and before how fast that is."""
    if row.get("at_least"):
        return "at least ", "at most "
    return ("at most ", "at least ") if row.get("at_most") else ("", "")
