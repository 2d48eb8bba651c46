"""PixelTable: an image as a table of its numbers and as greys, each linked to the other."""

import reprlib
from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute import mnist
from widgets_lib.compute._integers import check_flag, check_integer
from widgets_lib.compute.arrays import as_numpy, as_pictures
from widgets_lib.compute.formatting import format_sizes, shorten
from widgets_lib.compute.selections import Selection, select
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._caller import name_in_caller
from widgets_lib.widgets._messages import text

LARGEST = 32  # rows, and columns: more numbers than that nobody reads
MARKS = ("pixel", "row", "column", "slice")
SCALES = ("0–255", "0–1")
USUAL_SLICE = "4:15, 4:22"
FIRST_THREE = 7  # its place among the training digits


class PixelTable(Widget):
    """An image as a table of its numbers and as greys: point into either; mark a row, a column or a slice.

    wl.PixelTable(im3)
    wl.PixelTable(im3[4:15, 4:22])
    wl.PixelTable(im3, index="4:15, 4:22", cropped=True)

    image: a picture of at most 32 × 32, as a list, numpy array or torch tensor (rows, columns) of numbers from 0 to 255,
    or from 0 to 1; a flat row of 784, too. Without it, the first three of the training digits.
    index: what is marked at first, as it stands in the brackets: "10, 5" a pixel, "10" a row, ":, 5" a column,
    "4:15, 4:22" a slice. cropped: whether the table shows only what is marked. scale: "0–255" or "0–1", by default
    that of the image. greys: whether each number stands on its grey. name: what the code calls the image, by default
    the caller's own variable.
    Raises: ValueError or TypeError in words for anything else.
    """

    messages = {"index": text}
    inputs = ("row", "column", "mark", "slice", "scale", "cropped", "greys")

    row = traitlets.Int(help="Row of the pixel that is pointed at.").tag(sync=True)
    column = traitlets.Int(help="Column of the pixel that is pointed at.").tag(sync=True)
    mark = traitlets.Unicode(help="What is marked: the pixel, its row, its column, or the slice.").tag(sync=True)
    slice = traitlets.Unicode(help="The index that is marked as a slice, such as 4:15, 4:22.").tag(sync=True)
    scale = traitlets.Unicode(help="What full ink is called: 0–255 or 0–1.").tag(sync=True)
    cropped = traitlets.Bool(help="Whether the table shows only what is marked.").tag(sync=True)
    greys = traitlets.Bool(help="Whether each number of the table stands on its grey.").tag(sync=True)

    picture = traitlets.Dict(
        help="The image: name, shape, label, and for each pixel in flat order its grey from 0 to 1 and, by scale, "
        "its text in a cell (short) and in full (texts)."
    ).tag(sync=True)
    selection = traitlets.Dict(
        help="What is marked: index, kind, rows and columns (their indices), and a sentence, empty for a pixel."
    ).tag(sync=True)

    def __init__(
        self,
        image: Any = None,
        *,
        index: str = "",
        cropped: bool = False,
        scale: str | None = None,
        greys: bool = True,
        name: str | None = None,
    ) -> None:
        self._name = _called(image) if name is None else _check_name(name)
        if image is None:
            image = mnist.first_digits(FIRST_THREE + 1)[0][FIRST_THREE]
        values, full = _read(image)
        self._shape: tuple[int, int] = (values.shape[0], values.shape[1])
        picture = _draw(values, full, self._name)
        if not isinstance(index, str):
            raise TypeError(f"PixelTable: index is a text such as {USUAL_SLICE!r}, not {reprlib.repr(index)}")
        marked = select(index or f"{self._shape[0] // 2}, {self._shape[1] // 2}", self._shape, self._name)
        self._drawn: dict[str, Any] = {}
        super().__init__(
            picture=picture,
            scale=SCALES[full == 1] if scale is None else scale,
            cropped=check_flag(cropped, "PixelTable: cropped"),
            greys=check_flag(greys, "PixelTable: greys"),
            **self._marking(marked, -1, -1, ""),
        )
        self.recompute_on(*self.inputs)

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {"name": _called(args[0] if args else kwargs.get("image")), **kwargs}

    def _on_custom_msg(self, content: dict[str, Any], buffers: Any) -> None:
        if "index" in content:
            marked = select(content["index"], self._shape, self._name)
            self._set_traits(self._marking(marked, self.row, self.column, self.slice))
        else:
            super()._on_custom_msg(content, buffers)

    def _marking(self, marked: Selection, row: int, column: int, kept: str) -> dict[str, Any]:
        """The inputs that mark this. The pixel stays if it is part of it, else it is the one in the middle.

        kept: the slice to come back to where something else is marked; by default the middle of the image.
        """
        usual = ", ".join(f"{length // 4}:{length - length // 4}" for length in self._shape)
        return {
            "row": row if row in marked.rows else marked.rows[len(marked.rows) // 2],
            "column": column if column in marked.columns else marked.columns[len(marked.columns) // 2],
            "mark": marked.kind,
            "slice": marked.index if marked.kind == "slice" else kept or usual,
        }

    def _recompute(self) -> None:
        try:
            self._show()
        except ValueError:
            self._set_traits(self._drawn)  # the traits say what is drawn
            raise

    def _show(self) -> None:
        for name, length in zip(("row", "column"), self._shape, strict=True):
            check_integer(getattr(self, name), f"PixelTable: {name}", 0, length - 1)
        for name, known in (("mark", MARKS), ("scale", SCALES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"PixelTable: {name} is one of {', '.join(known)}, not “{shorten(getattr(self, name))}”"
                )
        sliced = select(self.slice, self._shape, self._name)  # wrong at once, and not when it is shown
        if self.mark == "slice":
            marked = sliced
        else:
            index = {"pixel": f"{self.row}, {self.column}", "row": f"{self.row}", "column": f":, {self.column}"}
            marked = select(index[self.mark], self._shape, self._name)
        self.selection = {
            "index": marked.index,
            "kind": self.mark,
            "rows": list(marked.rows),
            "columns": list(marked.columns),
            "sentence": "" if self.mark == "pixel" else marked.sentence(self._name),
        }
        self._drawn = {name: getattr(self, name) for name in self.inputs}


def _called(image: Any) -> str:
    """What the caller's code calls an image; without one, the name of the digit that is shown instead."""
    name = name_in_caller(image) if image is not None else "im3"
    return name if name and name.isidentifier() else "image"


def _check_name(name: Any) -> str:
    """Raises: TypeError or ValueError if code can't call an image that."""
    if not isinstance(name, str):
        raise TypeError(f"PixelTable: name is a text such as 'im3', not {reprlib.repr(name)}")
    if not name.isidentifier():
        raise ValueError(f"PixelTable: name is what code calls the image, such as im3, not “{shorten(name)}”")
    return name


def _read(image: Any) -> tuple[np.ndarray, int]:
    """The image as (rows, columns), and what full ink is in it: 255 or 1."""
    try:
        pictures = as_pictures(image, largest=LARGEST)
        if len(pictures) != 1:
            raise ValueError(f"these are {len(pictures):,} pictures: choose one, such as x[0]")
        values = as_numpy(pictures[0])
        if not np.isfinite(values).all():
            row, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
            raise ValueError(f"row {row}, column {column} is {values[row, column]}, and no grey stands for that")
        lowest, highest = values.min(), values.max()
        if lowest < 0 or highest > 255:
            raise ValueError(
                f"pixels go from 0 to 255, or from 0 to 1, and these from {lowest:g} to {highest:g}: "
                "wl.DigitViewer shows any numbers as greys"
            )
    except (TypeError, ValueError) as error:
        raise type(error)(f"PixelTable: {error}") from None
    return values, 1 if highest <= 1 and values.dtype != np.uint8 else 255


def _draw(values: np.ndarray, full: int, name: str) -> dict[str, Any]:
    flat = values.reshape(-1)
    shares = flat.astype(np.float64) / full
    # Numpy's shortest text that reads back as the same number, where it is the image's own; else four digits.
    own = [str(value) for value in flat.astype(np.uint8 if flat.dtype == bool else flat.dtype)]
    by_255 = own if full == 255 else [f"{255 * share:.4g}" for share in shares]
    by_1 = own if full == 1 else [f"{share:.4g}" for share in shares]
    return {
        "name": name,
        "shape": list(values.shape),
        "label": f"{name}, {format_sizes(values.shape)} pixels",
        "grey": [round(share, 4) for share in shares.tolist()],
        "texts": dict(zip(SCALES, (by_255, by_1), strict=True)),
        "short": {
            "0–255": [f"{255 * share:.0f}" for share in shares],
            "0–1": [f"{share:.2f}" if share % 1 else f"{share:.0f}" for share in shares],
        },
    }
