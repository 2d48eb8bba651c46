"""One line under a learner's own cell: is the rung right, how fast is it, and how fast was it before."""

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets

from widgets_lib.compute.formatting import format_ratio, human
from widgets_lib.widgets._cells import line_under

Size = tuple[int, int, int]

_last: dict[tuple[str, Size], float] = {}
"""(title, size) -> seconds of the version that was timed last."""


class Verdict:
    """The line; a widget, since a cell's output can't be changed from a thread once the cell has ended."""

    def __init__(self, title: str, show: bool):
        self._title = title
        self.line: ipywidgets.HTML | None = None
        self._say = line_under()
        if self._say is not None:
            self._say(f"“{title}” will be checked and timed")
        elif show:
            from IPython.display import display  # here: a plain Python program has no notebook

            self.line = ipywidgets.HTML(_markup(f"“{title}” will be checked and timed"))
            display(self.line)

    def show(self, text: str) -> None:
        """Say this."""
        if self._say is not None:
            self._say(text)
        elif self.line is not None:
            self.line.value = _markup(text)

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


def _markup(text: str) -> str:
    return f'<span style="font-variant-numeric: tabular-nums">{html.escape(text)}</span>'
