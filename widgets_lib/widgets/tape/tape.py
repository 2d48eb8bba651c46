"""IteratorTape: an iterator as a read head on a tape, moved by whoever asks it for the next value."""

import math
import reprlib
from numbers import Real

import traitlets

from widgets_lib.compute import iterators
from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.arrays import check_tensor
from widgets_lib.compute.parsing import read_integer
from widgets_lib.widgets._base import Widget

MAX_VALUES = 1024
MAX_PRESSES = 60
MAX_TAKEN = 1_000_000
NAMES = "it", "same", "other"
DRAWN_AS_NUMBERS = 48  # numbers on a longer tape are drawn as grey levels


class IteratorTape(Widget):
    """Values on a tape, an iterator's read head over them, and buttons that are the code they run.

    wl.IteratorTape()
    wl.IteratorTape(x_train[0], take=28)

    values: a sequence of at most 1024 values: list, range, text, numpy array, torch tensor; without it, ten numbers.
    take: how many `islice` is asked for; it can be changed.
    presses: what was pressed, as `iterators.walk` takes it, with the names it, same and other; can be set. None to
    begin with, and none after "Start again": whoever counts calls begins at the first value.
    Raises: ValueError or TypeError in words if values are no such sequence, or take no whole number from 0.
    """

    take = traitlets.Int(help="How many values the next islice asks for.").tag(sync=True)
    presses = traitlets.List(help="The presses so far, each a tuple as `iterators.walk` takes it.")
    picture = traitlets.Dict(
        help="What is drawn: for each value its text for a cell, its exact text and its grey (None: numbers are "
        "drawn); and the moments before the first press and after each: code, result, raised, spans, heads, head, "
        "sentence, taken."
    ).tag(sync=True)

    def __init__(self, values=None, take=5):
        self._values = list(range(10)) if values is None else _sequence(values)
        take = _count(take)
        self._drawn = None  # the presses in the picture
        self._first_take = take
        super().__init__(take=take)
        self.recompute_on("take", "presses")

    def _recompute(self):
        _count(self.take)
        if self.presses != self._drawn:
            self.picture = self._draw(self.presses)
            self._drawn = list(self.presses)

    def _on_custom_msg(self, content, buffers):
        if "restart" in content:
            with self.hold_sync(), self.hold_trait_notifications():
                self.take, self.presses = self._first_take, []
        elif "take" in content:
            self.take = _typed(content["take"])
        elif "press" in content:
            self._press(content["press"], content.get("after"))

    def _press(self, press, after):
        """Make a press, a list of its action, its names and how many as typed; after stepping back, from there."""
        action, *rest = press
        if action in ("islice", "until"):
            *rest, text = rest
            rest.append(_typed(text))
        presses = [*self.presses[:after], (action, *rest)]
        picture = self._draw(presses)  # first: if it fails, what was pressed stays as it was
        with self.hold_sync(), self.hold_trait_notifications():
            self.picture, self.presses, self._drawn = picture, presses, presses
            if action in ("islice", "until"):
                self.take = rest[-1]

    def _draw(self, presses):
        if len(presses) > MAX_PRESSES:
            raise ValueError(
                f"IteratorTape: {MAX_PRESSES} presses are the most; start again, or step back and go on from there"
            )
        for _, *rest in presses:
            for name in rest:
                if isinstance(name, str) and name not in NAMES:
                    raise ValueError(f"IteratorTape: there is no name {name!r} here; there are {', '.join(NAMES)}")
        walk = iterators.walk(self._values, presses, NAMES[0])
        spans = []
        grey = _grey(self._values)
        moments = [_moment(f"{NAMES[0]} = iter(values)", walk.start, sentence=_opening(self._values, grey))]
        for press in walk.presses:
            spans += press.spans
            moments.append(
                _moment(
                    press.code,
                    press.heads,
                    sentence=press.sentence,
                    result=press.raised or ("" if press.returned is None else _answer(press.returned)),
                    raised=press.raised is not None,
                    spans=press.spans,
                    head=press.head,
                    taken=_taken(spans, len(self._values)),
                )
            )
        return {
            "texts": [_short(value) for value in self._values],
            "exact": [_answer(value) for value in self._values],
            "grey": grey,
            "moments": moments,
        }


def _moment(code, heads, *, sentence, result="", raised=False, spans=(), head=0, taken=""):
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


def _opening(values, grey):
    """What is seen before the first press, in words."""
    if not values:
        return "An iterator over no values: its head is at the end already."
    tape = "An iterator, its head at the first value."
    if grey:
        lowest, highest = (_answer(end(values)) for end in (min, max))
        tape = f"An iterator over {len(values)} values, its head at the first: {lowest} is paper, {highest} is ink."
    return f"{tape} Nothing is taken yet; the dashed frame is what the next take brings."


def _taken(spans, count):
    """What the calls have brought in, in words: "28 rows of 28, all values in order"."""
    spans = [span for span in spans if span[0] < span[1]]
    lengths = {stop - start for start, stop in spans}
    if not spans:
        return ""
    rows = f"{len(spans)} row{'s' * (len(spans) > 1)}"
    words = f"{rows} of {lengths.pop()}" if len(lengths) == 1 else f"{rows}, {sum(b - a for a, b in spans)} values"
    ends = [0, *(stop for _, stop in spans)]
    in_order = [start for start, _ in spans] == ends[:-1] and ends[-1] == count
    return f"{words}, all values in order" if in_order else words


def _grey(values):
    """A grey from 0 to 1 for each value of a long row of numbers; None where the values themselves are drawn."""
    numbers = len(values) > DRAWN_AS_NUMBERS and all(isinstance(v, Real) and math.isfinite(v) for v in values)
    return [round(row[0], 4) for row in iterators.pixels(values, columns=1).grey] if numbers else None


# ---- values as texts ----

_LINE = 120  # characters


def _answer(value):
    """A value as a Python prompt shows it, long lists cut short as "[0, 1, 2, ...]"."""
    for longest in (12, 3):
        abridged = reprlib.Repr()
        abridged.maxlist = abridged.maxtuple = longest
        abridged.maxother = abridged.maxstring = 40
        text = abridged.repr(value)
        if len(text) <= _LINE:
            break
    return text


def _short(value):
    """A value as a cell has room for it."""
    text = f"{value:.3g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 8 else f"{text[:7]}…"


# ---- what a learner may hand over, or type ----


def _sequence(values):
    """The values as a list of plain Python values."""
    check_tensor(values)
    shape = getattr(values, "shape", None)
    if shape is not None and len(shape) != 1:
        raise ValueError(
            f"IteratorTape: a tape has one axis, and the shape is {tuple(shape)}; x.reshape(-1) lays it flat"
        )
    if not hasattr(values, "__len__"):
        kind = type(values).__name__
        raise TypeError(f"IteratorTape: {reprlib.repr(values)} ({kind}) has no length; give a sequence, such as a list")
    if len(values) > MAX_VALUES:
        raise ValueError(
            f"IteratorTape: {len(values):,} values are too many for a tape of {MAX_VALUES:,}; give values[:{MAX_VALUES}]"
        )
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _count(take):
    return check_integer(take, "how many to take", least=0, most=MAX_TAKEN)


def _typed(text):
    """How many to take, as typed. Raises: ValueError, naming it, if it is not a number to take."""
    return read_integer(text, "how many to take", 0, MAX_TAKEN)
