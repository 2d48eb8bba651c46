"""A digit reader that learns nothing: which mean digit is this image nearest to, pixel by pixel?

Images are taken as they come: what is to be compared must be on one scale, such as 0 to 1. All of it works through a few
hundred images at a time, so that ten thousand need no more memory than those, and none of it needs a thread.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.formatting import count, format_shape, join_words

Metric = Literal["l1", "l2", "dot"]
Direction = Literal["up", "down", "left", "right"]
Floats = NDArray[np.float64]

METRICS: tuple[Metric, ...] = ("l1", "l2", "dot")
DIRECTIONS: dict[Direction, tuple[int, int]] = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
MAX_SHIFT = 28
BLOCK = 100  # images at a time: they stay in the cache, and threads of a matrix product would not pay
PIXEL_BLOCK = 98  # pixels at a time, where all images of a digit are sorted


# ---- one digit for all of its kind ----


def mean_digits(images: Any, labels: Any) -> Floats:
    """The mean image of each digit from 0 to 9, as (10, 28, 28) or (10, 784): as the images are.

    images: (n, 28, 28) or (n, 784) real numbers; labels: (n,) whole numbers from 0 to 9.
    Raises: TypeError or ValueError, in words, for what is neither, or if a digit has no image.
    """
    rows, digits, shape = _labelled(images, labels)
    sums = np.zeros((10, rows.shape[1]))
    for block in _blocks(len(rows)):
        part, of = _finite(rows[block], "images"), digits[block]
        for digit in range(10):
            sums[digit] += part[of == digit].sum(0)
    return (sums / np.bincount(digits, minlength=10)[:, np.newaxis]).reshape(10, *shape)


def median_digits(images: Any, labels: Any) -> Floats:
    """The median image of each digit from 0 to 9: each pixel is as dark in one half of the images as in the other.

    Arguments, shapes and errors as for `mean_digits`.
    """
    rows, digits, shape = _labelled(images, labels)
    medians = np.empty((10, rows.shape[1]))
    for digit in range(10):
        of_digit = np.flatnonzero(digits == digit)
        for first in range(0, rows.shape[1], PIXEL_BLOCK):
            pixels = slice(first, first + PIXEL_BLOCK)
            medians[digit, pixels] = np.median(_finite(rows[of_digit, pixels], "images"), axis=0)
    return medians.reshape(10, *shape)


# ---- how far, and what from ----


def distances(images: Any, means: Any, metric: Metric = "l1") -> Floats:
    """How far each image is from each mean, as (n, m).

    images: (n, 28, 28) or (n, 784), means: (m, 28, 28) or (m, 784), on one scale. metric: "l1", the mean absolute
    difference; "l2", the root of the mean squared difference; "dot", the dot product, which is larger the more alike
    the two are.
    Raises: TypeError or ValueError, in words, for other shapes, for nan, and for another metric.
    """
    check_metric(metric)
    rows, _ = _rows(images, "images")
    references = _references(means, rows)
    found = np.empty((len(rows), len(references)))
    for block in _blocks(len(rows)):
        found[block] = _MEASURES[metric](_finite(rows[block], "images"), references)
    return found


def charges(image: Any, mean: Any, metric: Metric = "l1") -> Floats:
    """What each pixel adds to the distance from an image to a mean, in the image's shape.

    For "l1" the absolute differences, whose mean is the distance; for "l2" the squared differences, whose mean's root
    is the distance; for "dot" the products, whose sum is the dot product.
    Raises: as `distances`.
    """
    check_metric(metric)
    a, b = (_finite(as_numpy(x, real=True), what) for x, what in ((image, "the image"), (mean, "the mean")))
    if a.shape != b.shape:
        raise ValueError(
            f"an image of shape {format_shape(a.shape)} and a mean of shape {format_shape(b.shape)} have no pixels in "
            "common: give both the same shape"
        )
    if metric == "dot":
        return a * b
    return np.abs(a - b) if metric == "l1" else (a - b) ** 2


def _mean_absolute_difference(block: Floats, references: Floats) -> Floats:
    """(n, m); in float32 and one mean at a time: this is what takes the time."""
    rows, means = block.astype(np.float32), references.astype(np.float32)
    rest = np.empty_like(rows)
    found = np.empty((len(rows), len(means)))
    for j, mean in enumerate(means):
        np.abs(np.subtract(rows, mean, out=rest), out=rest)
        found[:, j] = rest.mean(1)
    return found


def _root_mean_squared_error(block: Floats, references: Floats) -> Floats:
    """(n, m), by (x − y)² = x² − 2xy + y², so that a matrix product does the work."""
    squares = (block**2).sum(1)[:, np.newaxis] - 2 * block @ references.T + (references**2).sum(1)
    return np.sqrt(np.maximum(squares, 0) / block.shape[1])


def _dot_product(block: Floats, references: Floats) -> Floats:
    return block @ references.T


_MEASURES: dict[Metric, Callable[[Floats, Floats], Floats]] = {
    "l1": _mean_absolute_difference,
    "l2": _root_mean_squared_error,
    "dot": _dot_product,
}


# ---- answers ----


def classify(images: Any, means: Any, metric: Metric = "l1") -> NDArray[np.int64]:
    """The index of the nearest mean for each image, (n,): with ten means, the digit that it is taken for.

    Of means that are equally near, the first. Arguments and errors as for `distances`.
    """
    return nearest(distances(images, means, metric), metric)


def nearest(found: Floats, metric: Metric) -> NDArray[np.int64]:
    """The answers (n,) that distances (n, m) of this metric give."""
    check_metric(metric)
    return (found.argmax(1) if metric == "dot" else found.argmin(1)).astype(np.int64)


def confusion(labels: Any, answers: Any) -> NDArray[np.int64]:
    """How often a digit was taken for which, (10, 10): row i, column j counts images of i that were read as j.

    labels, answers: (n,) whole numbers from 0 to 9.
    Raises: TypeError or ValueError, in words, for other numbers or two different lengths.
    """
    true, said = _digits(labels, "labels"), _digits(answers, "answers")
    if len(true) != len(said):
        raise ValueError(f"{count(len(said), 'answer')} for {count(len(true), 'label')}: one each")
    return np.bincount(10 * true + said, minlength=100).reshape(10, 10).astype(np.int64)


def accuracy(table: NDArray[np.int64]) -> float:
    """The share of right answers in a confusion matrix, from 0 to 1. Raises: ValueError for one without answers."""
    if not table.sum():
        raise ValueError("there are no answers in this table, and so no share of right ones")
    return float(table.trace() / table.sum())


# ---- how much it takes to mislead it ----


def shift(images: Any, rows: int, columns: int) -> np.ndarray:
    """Images (n, 28, 28), or one (28, 28), moved down by `rows` and right by `columns` pixels, negative: up and left.

    What leaves the frame is lost; zeros come in. Of the same type, a copy.
    Raises: TypeError or ValueError for other shapes and for a shift that is not a whole number from −28 to 28.
    """
    array = as_numpy(images, real=True)
    if array.ndim not in (2, 3):
        raise ValueError(f"images of shape {format_shape(array.shape)} have no rows to move: give (n, 28, 28)")
    down = check_integer(rows, "a shift in rows", -MAX_SHIFT, MAX_SHIFT)
    right = check_integer(columns, "a shift in columns", -MAX_SHIFT, MAX_SHIFT)
    moved = np.zeros_like(array)
    (to_rows, from_rows), (to_columns, from_columns) = _ranges(down), _ranges(right)
    moved[..., to_rows, to_columns] = array[..., from_rows, from_columns]
    return moved


class Shifted(NamedTuple):
    """Answers for images that were moved by so many pixels: the confusion matrix (10, 10) and the share of right ones."""

    pixels: int
    confusion: NDArray[np.int64]
    accuracy: float


def under_shifts(
    images: Any,
    labels: Any,
    means: Any,
    metric: Metric = "l2",
    direction: Direction = "up",
    pixels: Any = range(5),
    scale: float = 1.0,
) -> Iterator[Shifted]:
    """What becomes of the answers when all images move by 0, 1, 2, … pixels; one `Shifted` after the other.

    images: (n, 28, 28), which are multiplied by `scale` as they are compared: 1/255 for bytes. pixels: which shifts.
    Raises: TypeError or ValueError as `distances` and `shift`, and for another direction.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"the direction {direction!r} is not one of {join_words(list(DIRECTIONS))}")
    check_metric(metric)
    pictures, true = as_numpy(images, real=True), _digits(labels, "labels")
    if pictures.ndim != 3:
        raise ValueError(f"images of shape {format_shape(pictures.shape)} can’t be moved: give (n, 28, 28)")
    down, right = DIRECTIONS[direction]
    for by in pixels:
        said = np.empty(len(pictures), np.int64)
        for block in _blocks(len(pictures)):
            said[block] = classify(shift(pictures[block], down * by, right * by) * scale, means, metric)
        table = confusion(true, said)
        yield Shifted(by, table, accuracy(table))


def _ranges(by: int) -> tuple[slice, slice]:
    """(where to, where from) along an axis on which things move by so many places."""
    if by >= 0:
        return slice(by, None), slice(None, -by or None)
    return slice(None, by), slice(-by, None)


# ---- arguments ----


def check_metric(metric: Any) -> None:
    """Raises: ValueError, naming those there are, for a metric that is none of them."""
    if metric not in METRICS:
        raise ValueError(f'the metric {metric!r} is not one of "l1", "l2" and "dot"')


def _blocks(length: int) -> Iterator[slice]:
    return (slice(first, first + BLOCK) for first in range(0, length, BLOCK))


def _rows(images: Any, what: str) -> tuple[np.ndarray, tuple[int, ...]]:
    """(images as rows (n, pixels), the shape of one of them)."""
    array = as_numpy(images, real=True)
    if array.ndim not in (2, 3) or not array.size:
        hint = "; x[np.newaxis] makes one image into a list of one" if array.ndim == 1 else ""
        raise ValueError(f"{what} have shape {format_shape(array.shape)}: give (n, 28, 28) or (n, 784){hint}")
    return array.reshape(len(array), -1), array.shape[1:]


def _references(means: Any, rows: np.ndarray) -> Floats:
    references, shape = _rows(means, "means")
    if references.shape[1] != rows.shape[1]:
        raise ValueError(
            f"each image has {count(rows.shape[1], 'pixel')}, and each mean, of shape {format_shape(shape)}, has "
            f"{references.shape[1]:,}: pixels are compared in pairs"
        )
    return _finite(references, "means")


def _finite(values: np.ndarray, what: str) -> Floats:
    """The values as float64. Raises: ValueError if there is nan or an infinity among them."""
    numbers = values.astype(np.float64)
    if values.dtype.kind == "f" and not np.isfinite(numbers).all():
        odd = numbers[~np.isfinite(numbers)][0]
        raise ValueError(f"there is {odd} among the pixels of {what}: np.nan_to_num(x) puts numbers in its place")
    return numbers


def _digits(values: Any, what: str) -> NDArray[np.int64]:
    array = as_numpy(values, real=True)
    if array.ndim != 1:
        raise ValueError(f"{what} have shape {format_shape(array.shape)}: give one number for each image, (n,)")
    odd = array[~np.isin(array, np.arange(10))]
    if odd.size:
        raise ValueError(f"there is {odd[0]} among the {what}: they are digits, whole numbers from 0 to 9")
    return array.astype(np.int64)


def _labelled(images: Any, labels: Any) -> tuple[np.ndarray, NDArray[np.int64], tuple[int, ...]]:
    """(images as rows, their labels, the shape of an image), with one image of each digit at least."""
    rows, shape = _rows(images, "images")
    digits = _digits(labels, "labels")
    if len(digits) != len(rows):
        raise ValueError(f"{count(len(digits), 'label')} for {count(len(rows), 'image')}: one each")
    missing = [str(digit) for digit in range(10) if not (digits == digit).any()]
    if missing:
        raise ValueError(f"there is no image of {join_words(missing)}, and so no mean: give images of all ten digits")
    return rows, digits, shape
