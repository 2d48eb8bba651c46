"""IteratorTape: an iterator as a bookmark on a tape, which moves when the next value is asked for."""

import reprlib
from collections.abc import Sequence
from typing import Any

import traitlets

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.arrays import check_tensor
from widgets_lib.compute.parsing import read_integer
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import integer, list_of, optional, text
from widgets_lib.widgets.tape.moments import picture_of

MAX_VALUES = 1024
MAX_PRESSES = 60
MAX_TAKEN = 1_000_000
NAMES = "it", "same", "other"


class IteratorTape(Widget):
    """Values on a tape, an iterator's bookmark in them, and buttons that are the code they run.

    wl.IteratorTape()
    wl.IteratorTape(x_train[0], take=28)

    values: a sequence of at most 1024 values: list, range, text, numpy array, torch tensor; without it, ten numbers.
    take: how many `islice` is asked for; it can be changed.
    presses: what was pressed, as `iterators.walk` takes it, with the names it, same and other; can be set. None to
    begin with, and none after "Start again", so that a learner counts calls from the first value on.
    Raises: ValueError or TypeError in words for values that are not such a sequence, or a bad `take`.
    """

    messages = {"take": text, "press": list_of(text, least=1), "after": optional(lambda at: integer(at) and at >= 0)}
    inputs = ("take", "presses")

    take = traitlets.Int(help="How many values the next islice asks for.").tag(sync=True)
    presses = traitlets.List(help="The presses so far, each as `iterators.walk` takes it.").tag(sync=True)
    picture = traitlets.Dict(
        help="What is drawn: for each value its text for a cell, its exact text and its grey (None: numbers are "
        "drawn); and the moments before the first press and after each: code, result, raised, spans, heads, head, "
        "sentence, taken."
    ).tag(sync=True)

    def __init__(self, values: Sequence[Any] | Any = None, take: int = 5):
        self._values = list(range(10)) if values is None else _sequence(values)
        take = _count(take)
        self._drawn: list[tuple] | None = None  # the presses in the picture
        super().__init__(take=take)
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        _count(self.take)
        if self.presses != self._drawn:
            for press in self.presses:
                if not (isinstance(press, list | tuple) and press and all(isinstance(x, str | int) for x in press)):
                    raise ValueError(f"IteratorTape: {reprlib.repr(press)} is not a press such as ('next', 'it')")
            self.picture = self._draw([tuple(press) for press in self.presses])
            self._drawn = list(self.presses)

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "take" in content:
            self.take = _typed(content["take"])
        elif "press" in content:
            self._press(content["press"], content.get("after"))
        else:
            super()._on_custom_msg(content, buffers)

    def _press(self, press: list[str], after: int | None) -> None:
        """Make a press, a list of its action, its names and how many as typed; after stepping back, from there."""
        action, *names = press
        takes = [_typed(names.pop() if names else "")] if action in ("islice", "until") else []
        presses = [*self.presses[:after], (action, *names, *takes)]
        picture = self._draw(presses)  # first: if it fails, what was pressed stays as it was
        with self.hold_sync(), self.hold_trait_notifications():
            self.picture, self.presses, self._drawn = picture, presses, presses
            if takes:
                self.take = takes[0]

    def _draw(self, presses: Sequence[tuple]) -> dict[str, Any]:
        if len(presses) > MAX_PRESSES:
            raise ValueError(
                f"IteratorTape: {MAX_PRESSES} presses are the most; start again, or step back and go on from there"
            )
        for press in presses:
            for name in press[1:] if isinstance(press, (tuple, list)) else ():
                if isinstance(name, str) and name not in NAMES:
                    raise ValueError(f"IteratorTape: there is no name {name!r} here; there are {', '.join(NAMES)}")
        return picture_of(self._values, presses, NAMES[0])


# ---- arguments, and what is typed ----


def _sequence(values: Any) -> list:
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
            f"IteratorTape: {len(values):,} values are too many for a tape of {MAX_VALUES:,}; "
            f"give values[:{MAX_VALUES}]"
        )
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _count(take: int) -> int:
    return check_integer(take, "how many to take", least=0, most=MAX_TAKEN)


def _typed(text: str) -> int:
    """How many to take, as typed. Raises: ValueError, naming it, if it is not a number to take."""
    return read_integer(text, "how many to take", 0, MAX_TAKEN)
