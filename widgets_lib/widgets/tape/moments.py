"""What the view draws of a walk over the tape: the values as texts and greys, and a moment after each press."""

import math
import reprlib
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

from widgets_lib.compute import iterators
from widgets_lib.compute.formatting import count, shorten

DRAWN_AS_NUMBERS = 48  # numbers on a longer tape are drawn as grey levels
CELL_LETTERS = 8
LINE_LETTERS = 120  # of a result in the transcript

Span = tuple[int, int]


def picture_of(values: Sequence[Any], presses: Sequence[tuple], name: str) -> dict[str, Any]:
    """The trait `picture` after these presses; see `iterators.walk`, which runs them and raises for bad ones."""
    walk = iterators.walk(values, presses, name)
    grey = _grey(values)
    moments = [_moment(f"{name} = iter(values)", walk.start, sentence=_opening(values, grey))]
    spans: list[Span] = []
    for press in walk.presses:
        spans += press.spans
        moments.append(
            _moment(
                press.code,
                press.heads,
                sentence=press.sentence,
                result=press.raised or ("" if press.returned is None else _abridged(press.returned)),
                raised=press.raised is not None,
                spans=press.spans,
                head=press.head,
                taken=_taken(spans, len(values)),
            )
        )
    return {
        "texts": [_cell_text(value) for value in values],
        "exact": [_abridged(value) for value in values],
        "grey": grey,
        "moments": moments,
    }


def _moment(
    code: str,
    heads: Iterable[iterators.Head],
    *,
    sentence: str,
    result: str = "",
    raised: bool = False,
    spans: Iterable[Span] = (),
    head: int = 0,
    taken: str = "",
) -> dict[str, Any]:
    return {
        "code": code,
        "result": result,
        "raised": raised,
        "spans": [list(span) for span in spans],
        "head": head,
        "heads": [{"number": head.number, "position": head.position, "names": list(head.names)} for head in heads],
        "sentence": sentence,
        "taken": taken,
    }


def _opening(values: Sequence[Any], grey: list[float] | None) -> str:
    """What is seen before the first press, in words."""
    if not values:
        return "An iterator over no values: its bookmark is at the end already."
    who = "The iterator"
    if grey:
        lowest, highest = _abridged(min(values)), _abridged(max(values))
        who = f"An iterator over {len(values)} values: {lowest} is paper, {highest} is ink. It"
    return (
        f"{who} stands at the first value, and nothing has been taken yet. "
        "The dashed frame is what the next take will bring."
    )


def _taken(spans: Iterable[Span], length: int) -> str:
    """What the calls have brought in, in words: "28 rows of 28, all values in order"."""
    spans = [span for span in spans if span[0] < span[1]]
    lengths = {stop - start for start, stop in spans}
    if not spans:
        return ""
    rows = count(len(spans), "row")
    text = f"{rows} of {lengths.pop()}" if len(lengths) == 1 else f"{rows}, {sum(b - a for a, b in spans)} values"
    ends = [0, *(stop for _, stop in spans)]
    in_order = [start for start, _ in spans] == ends[:-1] and ends[-1] == length
    return f"{text}, all values in order" if in_order else text


def _grey(values: Sequence[Any]) -> list[float] | None:
    """A grey from 0 to 1 for each value of a long row of numbers; None where the values themselves are drawn."""
    numbers = len(values) > DRAWN_AS_NUMBERS and all(isinstance(v, Real) and math.isfinite(v) for v in values)
    return [round(row[0], 4) for row in iterators.pixels(values, columns=1).grey] if numbers else None


def _abridged(value: Any) -> str:
    """A value as a Python prompt shows it, long lists cut short as "[0, 1, 2, ...]"."""
    for longest in (12, 3):
        abridged = reprlib.Repr()
        abridged.maxlist = abridged.maxtuple = longest
        abridged.maxother = abridged.maxstring = 40
        text = abridged.repr(value)
        if len(text) <= LINE_LETTERS:
            break
    return text


def _cell_text(value: Any) -> str:
    """A value as a cell has room for it."""
    return shorten(f"{value:.3g}" if isinstance(value, float) else repr(value), CELL_LETTERS)
