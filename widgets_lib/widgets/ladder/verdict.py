"""One line under a learner's own cell: is the rung right, how fast is it, and how fast was it before."""

from widgets_lib.compute.formatting import format_ratio
from widgets_lib.widgets._cell_line import CellLine
from widgets_lib.widgets.ladder.rows import Row, hedge_of

Size = tuple[int, int, int]

_last: dict[tuple[str, Size], Row] = {}
"""(title, size) -> the row of the version that was timed last."""


class Verdict(CellLine):
    """The line of the rung of this title."""

    def __init__(self, title: str):
        super().__init__(f"“{title}” will be checked and timed")
        self._title = title

    def tell(self, row: Row, first: Row, size: Size) -> None:
        """Say what the rung's row says, compared with that of three loops and of the version before, at this size."""
        before = _last.get((self._title, size), {})
        if row.get("seconds"):
            _last[self._title, size] = row
        self.show(verdict_of(row, first, before))


def forget_times(title: str) -> None:
    """Compare the next rung of this title with none before it."""
    for key in [key for key in _last if key[0] == title]:
        del _last[key]


def verdict_of(row: Row, first: Row, before: Row) -> str:
    """ "✓ right · 45.0 µs · 6,300 times as fast as three loops · before: 1.70 ms", or what is wrong.

    first, before: the rows of three loops and of the version before; {} where there is none.
    """
    seconds, first_s = row.get("seconds"), first.get("seconds")
    if not seconds:
        return " · ".join(filter(None, [row["time"], row.get("message")]))
    parts = [row["check"], _time_of(row)]
    if first_s and first_s >= seconds:
        parts.append(f"{hedge_of(row, first)}{format_ratio(first_s / seconds)} times as fast as three loops")
    elif first_s:
        parts.append(f"{hedge_of(first, row)}{format_ratio(seconds / first_s)} times as long as three loops")
    if before.get("seconds"):
        parts.append(f"before: {_time_of(before)}")
    return " · ".join(parts)


def _time_of(row: Row) -> str:
    bound = row.get("at_least") or row.get("at_most")  # which the time says itself
    return ("about " if row["state"] == "estimated" and not bound else "") + str(row["time"])
