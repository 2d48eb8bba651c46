"""The MNIST digits bundled with the course, as the arrays of the classic `mnist.pkl.gz`."""

import math
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from widgets_lib.compute._integers import check_integer

from .pixel_cache import as_rows, mapped_pixels

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


def first_digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """(images (count, 28, 28) uint8 from 0 to 255, labels (count,) int64) of the first training digits.

    The other images are not unpacked: a few milliseconds, where `load` takes the better part of a second.
    """
    count = check_integer(count, "a number of digits", 0, 60_000)
    with zipfile.ZipFile(BUNDLED) as files:
        return _first(files, "x_train", count), _first(files, "y_train", count).astype(np.int64)


def _first(files: zipfile.ZipFile, name: str, count: int) -> np.ndarray:
    with files.open(f"{name}.npy") as file:
        np.lib.format.read_magic(file)
        (_, *rest), _, dtype = np.lib.format.read_array_header_1_0(file)
        items = file.read(count * math.prod(rest) * dtype.itemsize)
        return np.frombuffer(items, dtype).reshape(count, *rest)
