"""DigitViewer: a picture whose grey levels are numbers, and the row of numbers that it is folded from."""

import reprlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute import iterators, mnist
from widgets_lib.compute._integers import check_flag, check_integer
from widgets_lib.compute.arrays import as_numpy, as_pictures
from widgets_lib.compute.formatting import count
from widgets_lib.compute.parsing import read_integer
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import text

MAX_ALONG = 64  # rows, and columns: a page draws a few thousand pixels without delay
PLACES = {"index": "picture", "row": "row", "column": "column"}  # trait -> what the view calls it
IN_COLOUR = "Read as three pictures. If they are the red, green and blue of one picture, `x.mean(0)` is its grey."
USUAL_PIXEL = 20, 15  # the lesson's: white ink in the middle of the first digit


class DigitViewer(Widget):
    """A picture to point into: row, column, exact value, and the place in the flat row of numbers.

    wl.DigitViewer(x_train[0])
    wl.DigitViewer(x_train, labels=y_train)
    wl.DigitViewer([[0, 1], [1, 0]], row=0, column=1, numbers=True)

    x: a list, numpy array or torch tensor of numbers. One axis: a flat picture, folded into `columns` (without it,
    into a square). Two axes: a picture; or flat pictures, if `columns` is given or the rows are longer than 64.
    Three axes: pictures; of three without labels, which may be the colours of one, a note says so. Its numbers are read
    when they are drawn. Without it, the first training digit.
    labels: what each picture shows, one for each. index: the picture that is shown first.
    row, column: the pixel that is pointed at. numbers: whether the cells show their numbers.
    Raises: ValueError or TypeError in words if x can't be read as a picture, or is larger than 64 × 64.
    """

    messages = {"index": text}
    inputs = ("index", "row", "column", "numbers")

    index = traitlets.Int(help="Which of the pictures is shown.").tag(sync=True)
    row = traitlets.Int(help="Row of the pixel that stays pointed at.").tag(sync=True)
    column = traitlets.Int(help="Column of the pixel that stays pointed at.").tag(sync=True)
    numbers = traitlets.Bool(help="Whether the cells show their numbers.").tag(sync=True)

    count = traitlets.Int(help="How many pictures there are.").tag(sync=True)
    note = traitlets.Unicode("", help="A sentence on how x was read, where it may have been meant otherwise.").tag(
        sync=True
    )
    picture = traitlets.Dict(
        help="What is drawn: index, label, shape, lowest and highest (texts), and for each pixel, in flat order, its "
        "text, its short form for a cell and its grey from 0 to 1; scale says what the short form is."
    ).tag(sync=True)

    def __init__(
        self,
        x: Any = None,
        *,
        labels: Any = None,
        columns: int | None = None,
        index: int = 0,
        row: int | None = None,
        column: int | None = None,
        numbers: bool = False,
    ):
        if x is None:
            images, digits = mnist.first_digits(1)
            x, labels = images / np.float32(256), digits if labels is None else labels
        self._pictures = _pictures(x, columns)
        self._labels = _labels(labels, len(self._pictures))
        at: dict[str, int] = {
            "index": check_integer(index, "DigitViewer: index"),
            **{
                name: min(usual, most - 1) if given is None else check_integer(given, f"DigitViewer: {name}")
                for name, given, usual, most in zip(
                    ("row", "column"), (row, column), USUAL_PIXEL, self._pictures.shape[1:], strict=True
                )
            },
        }
        self._shown: dict[str, int] = {}  # index, row and column as they were last drawn
        in_colour = labels is None and len(self._pictures) == 3
        super().__init__(
            count=len(self._pictures),
            note=IN_COLOUR if in_colour else "",
            numbers=check_flag(numbers, "DigitViewer: numbers"),
            **at,
        )
        self.recompute_on(*self.inputs)

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "index" in content:
            self._set_traits({"index": self._typed(content["index"])})
        else:
            super()._on_custom_msg(content, buffers)

    def _recompute(self) -> None:
        try:
            self._show()
        except ValueError:
            # The traits say what is drawn, and the next good value is not blamed for this one.
            self._set_traits(self._shown)
            raise

    def _show(self) -> None:
        for (name, what), length in zip(PLACES.items(), self._pictures.shape, strict=True):
            if not 0 <= getattr(self, name) < length:
                raise ValueError(f"DigitViewer: there is no {what} {getattr(self, name)}: {_indices(length)}")
        if self.index != self._shown.get("index"):
            self.picture = self._draw(self.index)
        self._shown = {name: getattr(self, name) for name in PLACES}

    def _typed(self, text: str) -> int:
        """The picture whose number was typed. Raises: ValueError, naming what was typed, if it isn't a whole number."""
        try:
            return read_integer(text, "a picture")
        except ValueError:
            what = f"there is no picture {reprlib.repr(text)}" if text.strip() else "which picture? No number was typed"
            raise ValueError(f"DigitViewer: {what}: {_indices(self.count)}, in whole numbers") from None

    def _draw(self, index: int) -> dict[str, Any]:
        values = self._pictures[index]
        if not np.isfinite(values).all():
            row, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(
                f"DigitViewer: {f'picture {index}, ' * (self.count > 1)}row {row}, column {column} is "
                f"{values[row, column]}, and no grey stands for that; np.nan_to_num(x) puts numbers in its place"
            )
        flat = values.reshape(-1)
        pixels = iterators.pixels(flat, columns=values.shape[1])
        short, scale = _short(flat, pixels)
        return {
            "index": index,
            "label": self._labels[index] if self._labels else "",
            "shape": list(pixels.shape),
            "texts": [str(value) for value in flat],  # numpy's shortest text that reads back as the same number
            "short": short,
            "scale": scale,
            "grey": [round(grey, 4) for row in pixels.grey for grey in row],
            "lowest": str(flat.min()),
            "highest": str(flat.max()),
        }


def _indices(length: int) -> str:
    return f"they go from 0 to {length - 1}" if length > 1 else "there is only 0"


def _short(flat: np.ndarray, pixels: iterators.Pixels) -> tuple[list[str], str]:
    """A few characters for each value, and in words what they are."""
    whole = [f"{int(v)}" for v in flat] if (flat == np.round(flat)).all() and pixels.highest < 1e4 else None
    if whole and max(map(len, whole)) <= 4:
        return whole, "the values themselves"
    if pixels.lowest >= -1 and pixels.highest <= 1:
        return [f"{int(100 * Decimal(str(v)))}" for v in flat], "hundredths, the rest cut off"
    grey = (grey for row in pixels.grey for grey in row)
    return [f"{round(99 * g)}" for g in grey], "0 for the lowest value to 99 for the highest"


# ---- arguments ----


def _pictures(x: Any, columns: int | None) -> np.ndarray:
    """x as an array (n, rows, columns) of real numbers: see `arrays.as_pictures`."""
    if columns is not None:
        columns = check_integer(columns, "DigitViewer: columns", least=1)
    try:
        return as_pictures(x, columns, MAX_ALONG)
    except (TypeError, ValueError) as error:
        raise type(error)(f"DigitViewer: {error}") from None


def _labels(labels: Any, pictures: int) -> list[str]:
    """The labels as texts: one for each picture, or a single one for a single picture."""
    if labels is None:
        return []
    labels = as_numpy(labels).tolist() if hasattr(labels, "tolist") else labels
    labels = list(labels) if isinstance(labels, (list, tuple)) else [labels]
    if len(labels) != pictures:
        raise ValueError(f"DigitViewer: {count(len(labels), 'label')} for {count(pictures, 'picture')}: one each")
    return [str(label) for label in labels]
