"""From a drawing to an image like those of MNIST: 20 pixels long, its centre of mass in the middle, 28 × 28 bytes.

Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), section III:
the black-and-white digits were scaled to fit 20 × 20 pixels with their aspect ratio kept, which made them grey, and moved
so that the centre of mass lies at the centre of 28 × 28 pixels. By whole pixels: the test digits' centres lie between
13.5 and 14.5, evenly.
"""

import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute._integers import check_flag, check_positive
from widgets_lib.compute.arrays import as_numpy, as_pictures
from widgets_lib.compute.formatting import count, format_shape

SIDE = 28  # of the image
LONGER_SIDE = 20  # of the digit in it
CENTRE = 14  # row and column of the pixel where the centre of mass lies
FINENESS = 4  # lines are first drawn so many times finer: 112 × 112, near to the 128 × 128 of the originals
PEN_WIDTH = 3.2  # in pixels of the image: drawn with it, digits have as much ink as those of MNIST
MAX_STROKES = 60
MAX_POINTS = 3_000  # of all strokes together
MAX_PIXELS = 2_048  # along a side
MIN_STEP = 0.4  # pixels: points nearer to the one before change nothing that can be seen

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]


def place(
    drawing: Any,
    *,
    scale: bool = True,
    centre: bool = True,
    smooth: bool = True,
    invert: bool = False,
    pen_width: float = PEN_WIDTH,
) -> Bytes:
    """The drawing as an image (28, 28) of bytes, placed as MNIST's were; 0 is paper, 255 is ink.

    drawing: strokes, as in `read_strokes`, in the coordinates of a frame of 28 × 28; or an image (rows, columns) of any
    size up to 2,048, of bytes, or of fractions from 0 to 1. scale: whether the longer side of what was drawn becomes 20
    pixels; else the whole frame becomes 28. centre: whether its centre of mass goes to the middle; else it stays where
    it was drawn. smooth: whether pixels that are partly covered are grey; else a pixel is ink or paper. invert: the ink
    is dark and the paper light, as on real paper.
    Raises: TypeError or ValueError, in words, for what can't be read and for what has no ink in it.
    """
    for name, flag in (("scale", scale), ("centre", centre), ("smooth", smooth), ("invert", invert)):
        check_flag(flag, name)
    ink = _ink(drawing, pen_width)
    if invert:
        ink = 1 - ink
    _check_ink(ink)
    digit, top, left = _scaled(ink, _box(ink)) if scale else _framed(ink)
    if not smooth:
        digit = (digit >= min(0.5, float(digit.max()))).astype(np.float64)
    if centre:
        rows, columns = _box(digit)
        top, left = top + rows.start, left + columns.start
        digit = digit[rows, columns]
        top, left = (CENTRE - middle for middle in centre_of_mass(digit))
    image = np.zeros((SIDE, SIDE))
    top, left = _start(top, digit.shape[0]), _start(left, digit.shape[1])
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return np.rint(255 * image).astype(np.uint8)


def raster(strokes: Any, *, pen_width: float = PEN_WIDTH) -> Bytes:
    """The strokes as they were drawn, (112, 112) bytes: four pixels for each unit of the frame, grey at the edges.

    Strokes as in `read_strokes`; without any, all 0. pen_width: in units of the frame.
    Raises: TypeError or ValueError, in words, for strokes that can't be read.
    """
    return np.rint(255 * _drawn(read_strokes(strokes), pen_width)).astype(np.uint8)


def centre_of_mass(image: Any) -> tuple[float, float]:
    """(row, column) of an image's centre of mass, from 0 on; a pixel weighs as much as its value.

    Raises: ValueError for an image without ink, TypeError or ValueError for what is no image.
    """
    ink = _read_picture(image).astype(np.float64)
    weight = ink.sum()
    if not weight > 0:
        raise ValueError("an image without ink has no centre of mass")
    return (
        float(ink.sum(1) @ np.arange(ink.shape[0]) / weight),
        float(ink.sum(0) @ np.arange(ink.shape[1]) / weight),
    )


# ---- strokes ----


def read_strokes(strokes: Any) -> list[Floats]:
    """Strokes as arrays (points, 2) of x and y, kept inside the frame of 28 × 28.

    strokes: a list of strokes, each a list of points [x, y] in the order in which the pen passed them; x grows to the
    right, y downwards, both from 0 to 28. A stroke of one point is a dot.
    Raises: TypeError or ValueError, in words, for anything else, or more than 60 strokes or 3,000 points.
    """
    if not isinstance(strokes, (list, tuple)):
        raise TypeError(
            f"strokes are a list of lists of points [x, y], not {reprlib.repr(strokes)} ({type(strokes).__name__})"
        )
    if len(strokes) > MAX_STROKES:
        raise ValueError(f"{len(strokes)} strokes are too many for one digit: at most {MAX_STROKES}")
    points = sum(len(stroke) for stroke in strokes if isinstance(stroke, Sequence))
    if points > MAX_POINTS:
        raise ValueError(f"{points:,} points are too many for one digit: at most {MAX_POINTS:,}")
    return [_read_stroke(stroke, number) for number, stroke in enumerate(strokes, start=1)]


def _read_stroke(stroke: Any, number: int) -> Floats:
    try:
        array = as_numpy(stroke, real=True).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(f"stroke {number} can’t be read: {error}") from None
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise ValueError(f"stroke {number} has shape {format_shape(array.shape)}: give points [x, y], (n, 2)")
    if not np.isfinite(array).all():
        raise ValueError(f"stroke {number} has a point with {array[~np.isfinite(array)][0]} in it")
    return np.clip(array, 0, SIDE)


def _drawn(strokes: Sequence[Floats], pen_width: float) -> Floats:
    """What the pen covers of each fine pixel, (112, 112) from 0 to 1."""
    radius = FINENESS * check_positive(pen_width, "the width of the pen") / 2
    ink = np.zeros((SIDE * FINENESS, SIDE * FINENESS))
    for stroke in strokes:
        points = (FINENESS * _thinned(stroke) - 0.5).tolist()  # a pixel's middle has whole coordinates
        for a, b in zip(points, points[1:] if len(points) > 1 else points, strict=False):
            _cover(ink, a, b, radius)
    return ink


def _cover(ink: Floats, a: Sequence[float], b: Sequence[float], radius: float) -> None:
    """Draw the line from a to b, (x, y) each, with a round pen: a pixel within `radius` of it is covered."""
    left, top = (max(0, int(min(p, q) - radius - 1)) for p, q in zip(a, b, strict=True))
    right, bottom = (int(max(p, q) + radius + 2) for p, q in zip(a, b, strict=True))
    part = ink[top:bottom, left:right]
    y = np.arange(part.shape[0])[:, np.newaxis] + (top - a[1])
    x = np.arange(part.shape[1]) + (left - a[0])
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = np.clip((x * dx + y * dy) / length, 0, 1) if length else 0.0
    distance = np.hypot(x - share * dx, y - share * dy)
    np.maximum(part, np.clip(radius + 0.5 - distance, 0, 1), out=part)


def _thinned(stroke: Floats) -> Floats:
    """The stroke without points that lie next to the one before; the last one stays."""
    first, *rest = stroke.tolist()
    kept = [first]
    for point in rest[:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= MIN_STEP:
            kept.append(point)
    return np.array([*kept, *rest[-1:]])


# ---- images ----


def _ink(drawing: Any, pen_width: float) -> Floats:
    """How much ink is where, from 0 to 1, of strokes or of an image."""
    if _is_strokes(drawing):
        strokes = read_strokes(drawing)
        if not strokes:
            raise ValueError("nothing is drawn yet, and that is no digit: draw one first")
        return _drawn(strokes, pen_width)
    picture = _read_picture(drawing)
    image = picture.astype(np.float64)
    if not np.isfinite(image).all():
        odd = image[~np.isfinite(image)][0]
        raise ValueError(f"there is {odd} among the pixels: np.nan_to_num(x) puts numbers in its place")
    if image.min() < 0 or image.max() > 255:
        raise ValueError(f"pixels go from 0 to 255 or from 0 to 1, not from {image.min():g} to {image.max():g}")
    is_fraction = picture.dtype.kind == "b" or (picture.dtype.kind == "f" and image.max() <= 1)
    return image if is_fraction else image / 255


def _read_picture(x: Any) -> np.ndarray:
    """One image (rows, columns) of real numbers."""
    array = as_numpy(x, real=True)
    # Two axes are one image here, however wide it is; a palette's numbers are refused in words below.
    is_plain = array.ndim == 2 and array.size > 0 and getattr(x, "mode", "") != "P"
    pictures = as_pictures(array[np.newaxis] if is_plain else x, largest=MAX_PIXELS)
    if len(pictures) != 1:
        raise ValueError(f"these are {count(len(pictures), 'image')}: give one of them")
    return pictures[0]


def _is_strokes(drawing: Any) -> bool:
    """Whether this is a list of lists of pairs, or an empty list: an image has numbers two levels deep."""
    if not isinstance(drawing, (list, tuple)):
        return False
    first = drawing[0] if drawing else None
    if first is None:
        return True
    point = first[0] if isinstance(first, (list, tuple)) and first else None
    return isinstance(point, (list, tuple)) and len(point) == 2


def _check_ink(ink: Floats) -> None:
    """Raises: ValueError for an image with no ink, or nothing but ink."""
    if not ink.any():
        raise ValueError("there is no ink in this image, every pixel is paper: an empty image is no digit")
    if ink.min() == ink.max():
        raise ValueError("every pixel of this image is equally dark: there is no digit to be seen in it")


def _box(ink: Floats) -> tuple[slice, slice]:
    """The rows and columns between which all ink lies."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _scaled(ink: Floats, box: tuple[slice, slice]) -> tuple[Floats, float, float]:
    """(what lies in the box with 20 pixels along its longer side, the row and the column where it then begins)."""
    part = ink[box]
    factor = LONGER_SIDE / max(part.shape)
    height, width = (max(1, round(factor * side)) for side in part.shape)
    unit = SIDE / max(ink.shape)  # pixels of the image for one of the drawing
    top, left = (
        unit * (span.start + span.stop) / 2 + (SIDE - unit * whole) / 2 - side / 2
        for span, whole, side in zip(box, ink.shape, (height, width), strict=True)
    )
    return _resized(part, height, width), top, left


def _framed(ink: Floats) -> tuple[Floats, float, float]:
    """(the whole drawing with 28 pixels along its longer side, the row and the column where it begins)."""
    height, width = (max(1, round(SIDE * side / max(ink.shape))) for side in ink.shape)
    return _resized(ink, height, width), (SIDE - height) / 2, (SIDE - width) / 2


def _start(wanted: float, length: int) -> int:
    """The whole row or column nearest to the wanted one from which so many pixels lie inside the image."""
    return min(max(round(wanted), 0), SIDE - length)


def _resized(ink: Floats, height: int, width: int) -> Floats:
    """The image in another size: each new pixel is the mean of what it covers, or between its neighbours."""
    return _weights(ink.shape[0], height) @ ink @ _weights(ink.shape[1], width).T


def _weights(old: int, new: int) -> Floats:
    """(new, old): how much each old pixel counts in each new one. Exactly the identity where both are equal."""
    ratio = old / new
    if new <= old:  # shares of the old pixels that lie in the new one
        edges = ratio * np.arange(new + 1)
        pixels = np.arange(old)
        overlap = np.minimum(edges[1:, np.newaxis], pixels + 1) - np.maximum(edges[:-1, np.newaxis], pixels)
        return np.clip(overlap, 0, None) / ratio
    middles = np.clip(ratio * (np.arange(new) + 0.5) - 0.5, 0, old - 1)  # straight lines between the middles
    return np.clip(1 - abs(middles[:, np.newaxis] - np.arange(old)), 0, None)
