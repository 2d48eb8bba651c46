"""MeanDigit: images of one digit are laid on a stack, and their mean becomes the ideal digit."""

from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute import stacks
from widgets_lib.compute._integers import check_flag, check_integer
from widgets_lib.compute.formatting import with_article
from widgets_lib.widgets._base import Widget

USUAL_PIXEL = 14, 12  # where the middle stroke of a 3 may be, or not
LAST = 27


class MeanDigit(Widget):
    """The mean of 1, 2, 5, … all images of one digit, as they are laid on a stack one after the other.

    wl.MeanDigit()
    wl.MeanDigit(digit=7, count=10)

    digit: 0 to 9; its images are those among the 60,000 for training, 6,131 for the 3. count: how many of them lie on
    the stack at first: the next step that has as many; by default all. spread: whether the standard deviation is shown
    beside the mean.
    Raises: TypeError or ValueError in words for anything else.
    """

    inputs = ("digit", "step", "row", "column", "spread")

    digit = traitlets.Int(help="Which digit is stacked.").tag(sync=True)
    step = traitlets.Int(help="How far the stack has grown: a position in `stack.counts`, −1 for the last.").tag(
        sync=True
    )
    row = traitlets.Int(help="Row of the pixel that is pointed at.").tag(sync=True)
    column = traitlets.Int(help="Column of the pixel that is pointed at.").tag(sync=True)
    spread = traitlets.Bool(help="Whether the spread is shown as a picture.").tag(sync=True)

    stack = traitlets.Dict(
        help="counts: how many images lie on the stack at each step; texts: the same, written; name: such as threes; "
        "sentences: what is seen."
    ).tag(sync=True)
    newest = traitlets.Bytes(help="The image that came last at each step: uint8 (steps, 784).").tag(sync=True)
    means = traitlets.Bytes(help="The mean in thousandths at each step: little-endian uint16 (steps, 784).").tag(
        sync=True
    )
    spreads = traitlets.Bytes(help="The standard deviation, in the same form.").tag(sync=True)
    inked = traitlets.Bytes(help="How many images have ink there, in the same form.").tag(sync=True)

    def __init__(self, digit: int = 3, *, count: int | None = None, spread: bool = False) -> None:
        digit = check_integer(digit, "MeanDigit: digit", 0, 9)
        wanted = None if count is None else check_integer(count, "MeanDigit: count", 1)
        self._drawn: dict[str, Any] = {}
        row, column = USUAL_PIXEL
        super().__init__(digit=digit, step=-1, row=row, column=column, spread=check_flag(spread, "MeanDigit: spread"))
        self._recompute()
        if wanted is not None:
            counts = self.stack["counts"]
            self.step = next((at for at, each in enumerate(counts) if each >= wanted), len(counts) - 1)
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        try:
            self._show()
        except ValueError:
            self._set_traits(self._drawn)  # the traits say what is drawn
            raise

    def _show(self) -> None:
        check_integer(self.digit, "MeanDigit: digit", 0, 9)
        for name in ("row", "column"):
            check_integer(getattr(self, name), f"MeanDigit: {name}", 0, LAST)
        check_integer(self.step, "MeanDigit: step", -1, 99)
        if self.digit != self._drawn.get("digit"):
            self._stack(self.digit)
        last = len(self.stack["counts"]) - 1
        if not 0 <= self.step <= last:  # another digit may have fewer
            self.step = last
        self._drawn = {name: getattr(self, name) for name in self.inputs}

    def _stack(self, digit: int) -> None:
        grown = stacks.grow(stacks.training_images(digit))
        name = stacks.NAMES[digit]
        self._set_traits(
            {
                "newest": grown.newest.tobytes(),
                "means": _thousandths(grown.means),
                "spreads": _thousandths(grown.spreads),
                "inked": grown.inked.astype("<u2").tobytes(),
                "stack": {
                    "counts": list(grown.counts),
                    "texts": [f"{count:,}" for count in grown.counts],
                    "name": name,
                    "sentences": [_sentence(count, name, digit) for count in grown.counts],
                },
            }
        )


def _thousandths(values: np.ndarray) -> bytes:
    return np.rint(1000 * values).astype("<u2").tobytes()


def _sentence(count: int, name: str, digit: int) -> str:
    if count == 1:
        return f"One image of {with_article(digit)}: the mean is the image itself."
    return f"The mean of {count:,} {name}, pixel by pixel."
