"""What a growing stack of images has in common: mean, spread and ink, pixel by pixel, after 1, 2, 5, 10, … images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import mnist
from widgets_lib.compute._integers import check_integer

BLOCK = 500  # images at a time
NAMES = ("zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines")


@dataclass(frozen=True, eq=False)
class Growth:
    """A stack of images as it grows: arrays (len(counts), rows, columns), one picture for each height of the stack."""

    counts: tuple[int, ...]
    """How many images lie on the stack."""
    newest: NDArray[np.uint8]
    """The image that came last, from 0 to 255."""
    means: NDArray[np.float64]
    """The mean of the stack, from 0 to 1: what `(images / 255).mean(0)` gives."""
    spreads: NDArray[np.float64]
    """The standard deviation in the stack, from 0 (all alike) to 0.5 (half of them white and half black)."""
    inked: NDArray[np.int64]
    """How many of the stack are not 0 there."""


def one_two_five(most: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, 50, … below `most`, and `most`. Raises: ValueError if that is below 1."""
    most = check_integer(most, "a number of images", least=1)
    steps = (digit * 10**power for power in range(len(str(most))) for digit in (1, 2, 5))
    return (*(step for step in steps if step < most), most)


def grow(images: NDArray[np.uint8], counts: Sequence[int] | None = None) -> Growth:
    """Mean, spread and ink of the first images, for each of the counts; exact, since bytes are added as integers.

    images: (n, rows, columns) uint8. counts: rising, from 1 to n; by default 1, 2, 5, 10, … n.
    Raises: TypeError for other images, ValueError for counts that do not rise or of which there are no images.
    """
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 3:
        raise TypeError("images are an array (n, rows, columns) of bytes, uint8")
    taken = one_two_five(len(images)) if counts is None else tuple(counts)
    if not taken or any(b <= a for a, b in zip((0, *taken), taken, strict=False)) or taken[-1] > len(images):
        raise ValueError(f"counts rise from 1 to at most {len(images):,}, not {list(taken)}")
    sums, squares, inked = (np.zeros(images.shape[1:], np.int64) for _ in range(3))
    pictures: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]] = []
    for first, last in zip((0, *taken), taken, strict=False):
        for start in range(first, last, BLOCK):
            block = images[start : min(start + BLOCK, last)].astype(np.int64)
            sums += block.sum(0)
            squares += (block**2).sum(0)
            inked += (block > 0).sum(0)
        # n·Σx² − (Σx)² is a whole number: no digits are lost in the difference
        variance = (last * squares - sums**2) / last**2
        pictures.append((sums / last / 255, np.sqrt(variance) / 255, inked.copy()))
    means, spreads, ink = (np.stack(each) for each in zip(*pictures, strict=True))
    newest = images[[count - 1 for count in taken]]
    return Growth(taken, newest, means, spreads, ink)


def training_images(digit: int) -> NDArray[np.uint8]:
    """The images of one digit among the 60,000 for training, in file order, (n, 28, 28) from 0 to 255: 6,131 threes.

    Raises: TypeError or ValueError if `digit` is not a whole number from 0 to 9.
    """
    digit = check_integer(digit, "digit", 0, 9)
    return np.concatenate([images[labels == digit] for images, labels in mnist.training_blocks()])
