"""The BroadcastExplorer on pictures: an array of rows, columns and three colours, seen as the picture that it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import broadcasting
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.formatting import format_digits
from widgets_lib.widgets.broadcasting.operands import Operand
from widgets_lib.widgets.broadcasting.png import to_data_uri
from widgets_lib.widgets.broadcasting.scene import draw_scene

LEAST_SIDE = 8  # rows and columns: fewer are drawn as cells
SIDE = 192  # drawing units of the longer side of a picture
STRIP = 14  # drawing units that an axis of size 1 is drawn in
MAX_DRAWN = 256  # rows and columns; of more every second, third, … is drawn
MAX_NUMBERS = 2**22  # of an operand: a picture is drawn while a slider moves
STOPS = 40  # steps of a slider
COLOURS = ("red", "green", "blue")
_HALF = (1.0, 0.5, 0.25)  # what three factors are at first

Levels = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Frame:
    """The axes of a picture: `shape` of three axes, and which of them is the colour."""

    shape: tuple[int, int, int]
    colour: int

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = (n for axis, n in enumerate(self.shape) if axis != self.colour)
        return rows, columns

    def names(self) -> dict[int, tuple[str, str]]:
        """For each axis, counted from the right, what it is called and the letter of its colour."""
        rows, columns = (axis - 3 for axis in range(3) if axis != self.colour)
        return {rows: ("rows", "i"), columns: ("columns", "j"), self.colour - 3: ("colours", "p")}


def find_frame(operands: Sequence[Operand]) -> Frame | None:
    """The axes of the first operand that is a picture; None if none is, or not all operands fit beside one."""
    if any(max(len(each.shape), len(each.base)) > 3 or math.prod(each.base) > MAX_NUMBERS for each in operands):
        return None
    if not all(math.prod(each.shape) for each in operands):
        return None
    for operand in operands:
        threes = [axis for axis, n in enumerate(operand.shape) if n == 3]
        if len(operand.shape) == 3 and len(threes) == 1 and sorted(operand.shape)[1] >= LEAST_SIDE:
            return Frame((operand.shape[0], operand.shape[1], operand.shape[2]), threes[0])
    return None


def values_of(operand: Operand, frame: Frame, levels: Levels) -> Any:
    """The operand's numbers as an array of its own library, of three axes: what its sliders say, or its own.

    Where only a shape is known, the drawn scene for a picture, a third of the way down for each of three factors, else
    numbers that rise from 0 to 1.
    """
    shape = _lifted(operand.shape)
    if operand.name in levels and len(levels[operand.name]) == math.prod(shape):
        return operand.combinable(np.array(levels[operand.name], dtype=np.float32).reshape(shape))
    if operand.array is None:
        return operand.moved_numbers(_example(operand.base, frame.colour)).reshape(shape)
    return operand.combinable(operand.moved_numbers(operand.all_numbers()).reshape(shape))


@lru_cache(8)
def _example(shape: tuple[int, ...], colour: int) -> NDArray[np.float32]:
    """Numbers between 0 and 1 for an array of which only the shape is known."""
    lifted = _lifted(shape)
    threes = [axis for axis, n in enumerate(lifted) if n == 3]
    size = math.prod(shape)
    if sorted(lifted)[1] >= LEAST_SIDE and threes:
        colour = colour if colour in threes else threes[-1]
        rows, columns = (n for axis, n in enumerate(lifted) if axis != colour)
        return np.moveaxis(draw_scene(rows, columns), 2, colour).reshape(shape)
    if size == 3:
        return np.array(_HALF, dtype=np.float32).reshape(shape)
    if size == 1:
        return np.full(shape, 0.5, dtype=np.float32)
    if sorted(lifted)[1] >= LEAST_SIDE:  # two long axes: bright in the middle
        rows, columns = sorted(lifted, key=lambda n: n >= LEAST_SIDE)[1:]
        y, x = np.ogrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
        one = np.clip(1.1 - 0.8 * (x**2 + y**2), 0, 1).astype(np.float32)
        return np.resize(one, shape)
    return np.linspace(0, 1, size, dtype=np.float32).reshape(shape)


def draw_pictures(operands: Sequence[Operand], frame: Frame) -> dict[str, Any]:
    """What is drawn in place of cells, as plain numbers and texts.

    size: rows and columns. width, height: of a picture in drawing units. side: rows or columns that an arrow key
    passes. operands: for each a picture with its width and height, or sliders, each with its name and stops.
    """
    rows, columns = frame.sides
    unit = SIDE / max(rows, columns)
    values = [(_plain(values_of(operand, frame, {}))) for operand in operands]
    white = _white(operands, values)
    return {
        "size": [rows, columns],
        "width": round(columns * unit),
        "height": round(rows * unit),
        "side": max(1, round(max(rows, columns) / 32)),
        "operands": [
            _draw_sliders(operand, value, white)
            if _has_sliders(operand, frame)
            else _draw_panel(value, frame, unit, white)
            for operand, value in zip(operands, values, strict=True)
        ],
    }


def draw_result(operands: Sequence[Operand], operator: str, frame: Frame, levels: Levels) -> str:
    """The result as a picture, a data URI."""
    values = [values_of(operand, frame, levels) for operand in operands]
    plain = [(_plain(value)) for value in values]
    sampled = [
        operand.combinable(_sampled(value)) if operand.array is not None else _sampled(value)
        for operand, value in zip(operands, plain, strict=True)
    ]
    result = np.moveaxis(broadcasting.cells(operator, *sampled), frame.colour, 2)
    return to_data_uri(_to_bytes(result, 1 if result.dtype == bool else _white(operands, plain)))


def describe_pixel(
    operands: Sequence[Operand], operator: broadcasting.Operator, frame: Frame, levels: Levels, pixel: Sequence[int]
) -> str:
    """One pixel's numbers in each operand and in the result, in a sentence."""
    at: list[Any] = [*pixel]
    at.insert(frame.colour, slice(None))
    parts = []
    for operand in operands:
        value = values_of(operand, frame, levels)
        index = tuple(i if isinstance(i, slice) or n != 1 else 0 for i, n in zip(at, value.shape, strict=True))
        parts.append(value[index])
    result = broadcasting.cells(operator.key, *parts)
    left = f" {operator.symbol} ".join(_in_brackets(part) for part in parts)
    sign = "is" if operator.is_comparison else "="
    return f"Row {pixel[0]}, column {pixel[1]}: `{left}` {sign} `{_in_brackets(result)}`."


def _in_brackets(values: Any) -> str:
    """One number, or three as a tuple."""
    texts = [format_digits(value, 3) for value in np.ravel(_plain(values))]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _lifted(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape as three axes: broadcasting counts a missing one as 1."""
    return (1,) * (3 - len(shape)) + tuple(shape)


def _plain(value: Any) -> NDArray[Any]:
    """An array of the operand's library as a numpy array."""
    return value if isinstance(value, np.ndarray) else as_numpy(value)


def _white(operands: Sequence[Operand], values: Sequence[NDArray[Any]]) -> float:
    """The number that is drawn at full strength: 1, or 255 where a picture holds more than 1."""
    pictures = [value for value in values if value.size > 3 and value.dtype != bool]
    highest = max((float(np.nanmax(value)) for value in pictures if np.isfinite(value).any()), default=1.0)
    return 255.0 if highest > 1 else 1.0


def _has_sliders(operand: Operand, frame: Frame) -> bool:
    shape = _lifted(operand.shape)
    return math.prod(shape) == 1 or (math.prod(shape) == 3 and shape[frame.colour] == 3)


def _draw_sliders(operand: Operand, values: NDArray[Any], white: float) -> dict[str, Any]:
    numbers = [float(value) for value in values.ravel()]
    low, high = min(0.0, *numbers), max(1.0, *numbers)
    if white > 1 and high > 2:
        high = max(high, white)
    stops = sorted({*np.round(np.linspace(low, high, STOPS + 1), 6).tolist(), *numbers})
    names = COLOURS if len(numbers) == 3 else (operand.name,)
    return {
        "sliders": list(names),
        "values": numbers,
        "stops": stops,
        "texts": [f"{stop:.3g}" for stop in stops],
    }


def _draw_panel(values: NDArray[Any], frame: Frame, unit: float, white: float) -> dict[str, Any]:
    """A picture of an operand: its own axes as long as the result's, one of size 1 as a strip."""
    if values.shape[frame.colour] in (1, 3):
        image = np.moveaxis(values, frame.colour, 2)
    else:  # not colours: as greys, the last axis across
        image = values.reshape(-1, values.shape[-1])[-values.shape[-2] :, :, np.newaxis]
    rows, columns = image.shape[:2]
    if image.dtype == bool:
        white = 1
    return {
        "image": to_data_uri(_to_bytes(_sampled(image), white)),
        "width": STRIP if columns == 1 else min(SIDE, round(columns * unit)),
        "height": STRIP if rows == 1 else min(SIDE, round(rows * unit)),
    }


def _sampled(values: NDArray[Any]) -> NDArray[Any]:
    """Every so many along an axis that is too long to draw."""
    return values[tuple(slice(None, None, math.ceil(n / MAX_DRAWN) or None) for n in values.shape)]


def _to_bytes(values: NDArray[Any], white: float) -> NDArray[np.uint8]:
    """Numbers from 0 to `white` as red, green and blue; what is beyond as the nearest, and nan as 0."""
    levels = np.nan_to_num(values.astype(np.float64) / white, nan=0, posinf=1, neginf=0)
    return np.broadcast_to(np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8), (*values.shape[:2], 3))
