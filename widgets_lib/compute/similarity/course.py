"""The course's own digits: the ten means of the training images, and the test images with what they are read as."""

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import mnist

from .reader import DIRECTIONS, Direction, Floats, Metric, classify, confusion, mean_digits, median_digits, shift

BLOCK = 1_000

_answers: dict[tuple[Metric, Direction, int], NDArray[np.int64]] = {}


@cache
def course_digits(kind: Literal["mean", "median"] = "mean") -> Floats:
    """The ten mean or median digits of the 60,000 training images, (10, 28, 28) from 0 to 1 (byte / 255); kept."""
    digits = mnist.load()
    labels = np.concatenate([digits.y_train, digits.y_valid])
    images = np.concatenate([_as_bytes(digits.x_train), _as_bytes(digits.x_valid)])
    return (mean_digits if kind == "mean" else median_digits)(images, labels) / 255


@cache
def test_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The 10,000 test images (10000, 28, 28) as bytes, and their labels (10000,); kept."""
    digits = mnist.load()
    return _as_bytes(digits.x_test), digits.y_test


def has_answers(metric: Metric, direction: Direction = "up", pixels: int = 0) -> bool:
    """Whether `course_answers` knows them already; else they take a third of a second or so."""
    return (metric, direction if pixels else "up", pixels) in _answers


def course_answers(metric: Metric, direction: Direction = "up", pixels: int = 0) -> NDArray[np.int64]:
    """What each test image, moved by so many pixels, is read as by the nearest mean, (10000,); kept."""
    direction = direction if pixels else "up"
    key = (metric, direction, pixels)
    if key not in _answers:
        images, _ = test_digits()
        down, right = DIRECTIONS[direction]
        means = course_digits()
        parts = [images[first : first + BLOCK] for first in range(0, len(images), BLOCK)]
        said = [classify(shift(part, down * pixels, right * pixels) / 255, means, metric) for part in parts]
        _answers[key] = np.concatenate(said)
    return _answers[key]


def course_confusion(metric: Metric, direction: Direction = "up", pixels: int = 0) -> NDArray[np.int64]:
    """The confusion matrix (10, 10) of these answers."""
    return confusion(test_digits()[1], course_answers(metric, direction, pixels))


def looks_like(image: NDArray[np.uint8], among: int = 5) -> int | None:
    """The digit that most of the nearest `among` test images are, by the mean squared difference; None if none is.

    image: (28, 28) bytes. A better reader than the ten means, and so a judge of drawings: of the first 600 validation
    digits it reads 91 in 100 right and is undecided about 2.
    """
    digits = mnist.load()
    drawn = (image.reshape(-1) / 256).astype(np.float32)
    nearest = np.argpartition(_squares() - 2 * (digits.x_test @ drawn), among)[:among]
    votes = np.bincount(digits.y_test[nearest], minlength=10)
    return int(votes.argmax()) if 2 * votes.max() > among else None


@cache
def _squares() -> NDArray[np.float32]:
    rows = mnist.load().x_test
    return np.einsum("ij,ij->i", rows, rows)


def _as_bytes(rows: NDArray[np.float32]) -> NDArray[np.uint8]:
    """`mnist.load` divides by 256, and the published figures are of pixels over 255. Bytes go either way."""
    images = np.empty(rows.shape, np.uint8)
    np.multiply(rows, np.float32(256), out=images, casting="unsafe")
    return images.reshape(-1, 28, 28)
