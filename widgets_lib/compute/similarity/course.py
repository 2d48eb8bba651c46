"""The course's own digits: the ten means of the training images, and the test images with what they are read as."""

from collections.abc import Generator
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import mnist

from .reader import DIRECTIONS, Direction, Floats, Metric, classify, confusion, median_digits, shift

BLOCK = 1_000
TRAINING_DIGITS = 60_000
TEST_DIGITS = 10_000
FEW = 500  # they lie in one of the pieces in which a page fetches the digits

_answers: dict[tuple[Metric, Direction, int], NDArray[np.int64]] = {}


@cache
def course_digits(kind: Literal["mean", "median"] = "mean") -> Floats:
    """The ten mean or median digits of the 60,000 training images, (10, 28, 28) from 0 to 1 (byte / 255); kept."""
    if kind == "mean":
        sums, counts = mnist.digit_sums()
        return sums / counts[:, np.newaxis, np.newaxis] / 255
    # One piece of memory, which is given back as a whole.
    images, labels, at = np.empty((TRAINING_DIGITS, 28, 28), np.uint8), np.empty(TRAINING_DIGITS, np.int64), 0
    for some, digits in mnist.training_blocks():
        images[at : at + len(some)], labels[at : at + len(some)] = some, digits
        at += len(some)
    return median_digits(images, labels) / 255


@cache
def test_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The 10,000 test images (10000, 28, 28) as bytes, and their labels (10000,); kept."""
    rows, labels = mnist.compact("test")
    return mnist.as_images(rows), labels


def test_digit(index: int) -> tuple[NDArray[np.uint8], int]:
    """A test image (28, 28) as bytes, and its label. One of the first few is read without the others."""
    if index < FEW and not test_digits.cache_info().currsize:
        images, labels = mnist.first_digits(index + 1, "test")
    else:
        images, labels = test_digits()
    return images[index], int(labels[index])


def has_answers(metric: Metric, direction: Direction = "up", pixels: int = 0) -> bool:
    """Whether `course_answers` knows them already; else they take a third of a second or so."""
    return (metric, direction if pixels else "up", pixels) in _answers


def course_answers(metric: Metric, direction: Direction = "up", pixels: int = 0) -> NDArray[np.int64]:
    """What each test image, moved by so many pixels, is read as by the nearest mean, (10000,); kept."""
    for _ in answering(metric, direction, pixels):
        pass
    return _answers[metric, direction if pixels else "up", pixels]


def answering(metric: Metric, direction: Direction = "up", pixels: int = 0) -> Generator[None, None, None]:
    """Find out what `course_answers` gives, a part of a thirtieth of a second or so at a time."""
    key = (metric, direction if pixels else "up", pixels)
    if key in _answers:
        return
    images, _ = test_digits()
    down, right = (pixels * by for by in DIRECTIONS[key[1]])
    means, said = course_digits(), []
    for first in range(0, len(images), BLOCK):
        said.append(classify(shift(images[first : first + BLOCK], down, right) / 255, means, metric))
        yield
    _answers[key] = np.concatenate(said)


def course_confusion(metric: Metric, direction: Direction = "up", pixels: int = 0) -> NDArray[np.int64]:
    """The confusion matrix (10, 10) of these answers."""
    return confusion(test_digits()[1], course_answers(metric, direction, pixels))


def looks_like(image: NDArray[np.uint8], among: int = 5) -> int | None:
    """The digit that most of the nearest `among` test images are, by the mean squared difference; None if none is.

    image: (28, 28) bytes. A better reader than the ten means, and so a judge of drawings: of the first 600 validation
    digits it reads 91 in 100 right and is undecided about 2.
    """
    rows, labels = mnist.compact("test")
    drawn = (image.reshape(-1) / 256).astype(np.float32)
    products = [mnist.as_rows(rows[at : at + BLOCK]) @ drawn for at in range(0, len(rows), BLOCK)]
    nearest = np.argpartition(_squares() - 2 * np.concatenate(products), among)[:among]
    votes = np.bincount(labels[nearest], minlength=10)
    return int(votes.argmax()) if 2 * votes.max() > among else None


@cache
def _squares() -> NDArray[np.float32]:
    rows, _ = mnist.compact("test")
    parts = (mnist.as_rows(rows[at : at + BLOCK]) for at in range(0, len(rows), BLOCK))
    return np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])
