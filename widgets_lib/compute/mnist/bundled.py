"""The MNIST digits bundled with the course, as the arrays of the classic `mnist.pkl.gz`."""

import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Literal

import numpy as np

from widgets_lib.compute._integers import check_integer

from .pixel_cache import as_images, as_rows, is_mapped, mapped_pixels

BUNDLED = Path(__file__).parents[2] / "data" / "mnist.npz"


@dataclass(frozen=True, eq=False)
class Mnist:
    """Digits as rows of 784 float32 pixels (0 … 255/256) and their int64 labels (0 … 9).

    Shapes: train (50000, 784), valid (10000, 784), test (10000, 784), and one label a row.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@cache
def load() -> Mnist:
    """The bundled digits as a `Mnist`; read on the first call, the same arrays on every later one.

    The pixels of all processes are one file in memory, where there is a cache folder for it: see `pixel_cache`.
    Source: the four original MNIST files (see `widgets_lib/data/README.md`); pixels are uint8 / 256 and
    the last 10,000 of the 60,000 training digits are the validation set, as in `mnist.pkl.gz`.
    """
    with np.load(BUNDLED, allow_pickle=False) as files:
        pixels = mapped_pixels(BUNDLED)
        x, x_test = (as_rows(files["x_train"]), as_rows(files["x_test"])) if pixels is None else _split(pixels)
        y, y_test = files["y_train"].astype(np.int64), files["y_test"].astype(np.int64)
    arrays = x[:50_000], y[:50_000], x[50_000:], y[50_000:], x_test, y_test
    return Mnist(*arrays)


def _split(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return pixels[:60_000], pixels[60_000:]


@cache
def compact(part: Literal["train", "valid", "test"]) -> tuple[np.ndarray, np.ndarray]:
    """(rows (50000, 784) or (10000, 784), int64 labels) as `load` has them where they cost no memory of their own, else
    in a quarter of it: as bytes, of which `as_rows` makes the same rows, some at a time.

    Raises: ValueError for another part.
    """
    if part not in ("train", "valid", "test"):
        raise ValueError(f"the digits are for train, valid or test, not {part!r}")
    if load.cache_info().currsize or is_mapped(BUNDLED):
        digits = load()
        return getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
    if part == "valid":
        last = [*training_blocks(10_000)][-1]
        return last[0].reshape(10_000, -1), last[1]
    count = 50_000 if part == "train" else 10_000
    with zipfile.ZipFile(BUNDLED) as files:
        images, labels = _first(files, f"x_{part}", count), _first(files, f"y_{part}", count)
    return images.reshape(count, -1), labels.astype(np.int64)


def training_blocks(most: int = 5_000) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All 60,000 training digits in file order, some at a time: images (n, 28, 28) uint8 and labels (n,) int64.

    Where the pixels are one file for all processes each block has a view of its own, which ends with the block: what was
    looked at once would stay in memory, 188 MB.
    """
    with zipfile.ZipFile(BUNDLED) as files, files.open("x_train.npy") as file:
        _skip_header(file)
        labels = _first(files, "y_train", 60_000).astype(np.int64)
        for at in range(0, len(labels), most):
            some = labels[at : at + most]
            pixels = mapped_pixels(BUNDLED)
            if pixels is None:
                images = np.frombuffer(file.read(len(some) * 784), np.uint8).reshape(-1, 28, 28)
            else:
                images = as_images(pixels[at : at + len(some)])  # the test digits follow
                del pixels
            yield images, some


def first_digits(count: int, part: Literal["train", "test"] = "train") -> tuple[np.ndarray, np.ndarray]:
    """(images (count, 28, 28) uint8 from 0 to 255, labels (count,) int64) of the first training or test digits.

    The other images are not unpacked: a few milliseconds, where `load` takes the better part of a second.
    """
    count = check_integer(count, "a number of digits", 0, 60_000 if part == "train" else 10_000)
    with zipfile.ZipFile(BUNDLED) as files:
        return _first(files, f"x_{part}", count), _first(files, f"y_{part}", count).astype(np.int64)


def _first(files: zipfile.ZipFile, name: str, count: int) -> np.ndarray:
    with files.open(f"{name}.npy") as file:
        rest, dtype = _skip_header(file)
        items = file.read(count * math.prod(rest) * dtype.itemsize)
        return np.frombuffer(items, dtype).reshape(count, *rest)


def _skip_header(file: IO[bytes]) -> tuple[list[int], np.dtype]:
    """(the shape of one item, the dtype) of an .npy file that is read from its start."""
    np.lib.format.read_magic(file)
    (_, *rest), _, dtype = np.lib.format.read_array_header_1_0(file)
    return rest, dtype
