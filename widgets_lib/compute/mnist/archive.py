"""The classic `mnist.pkl.gz` that lesson 1 begins with: downloaded, checked, and read without running it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from widgets_lib.compute.array_pickle import load_arrays
from widgets_lib.compute.download import DownloadError, download_file

from .bundled import load

MNIST_URL = "https://github.com/mnielsen/neural-networks-and-deep-learning/blob/master/data/mnist.pkl.gz?raw=true"
MNIST_GZ = Path("data/mnist.pkl.gz")
MNIST_MD5 = "98100ca27dc0e07ddd9f822cf9d244db"  # of the file at MNIST_URL, the checksum that other projects pin
MAX_BYTES = 2**25  # it has 17 MB
MAX_UNPACKED_BYTES = 2**28  # it holds 220 MB

Pair = tuple[np.ndarray, np.ndarray]
"""Images (n, 784) float32 and their labels (n,) int64."""
SHAPES = ((50_000, 784), (10_000, 784), (10_000, 784))  # train, valid, test


def download_mnist(path_gz: str | Path = MNIST_GZ, url: str = MNIST_URL, **options: Any) -> Path:
    """Fetch `mnist.pkl.gz` (17 MB) unless it is there and good; return its Path. Options as for download_file.

    Raises: DownloadError; the digits bundled with the course need no download (see `load_mnist`).
    """
    try:
        return _download_mnist(path_gz, url, options)
    except DownloadError as problem:
        raise DownloadError(f"{problem} The course carries the same digits: mnist.load() needs no network.") from None


def _download_mnist(path_gz: str | Path, url: str, options: dict[str, Any]) -> Path:
    return download_file(url, path_gz, **{"check": validate_mnist_file, "most_bytes": MAX_BYTES, **options})


def load_pickle(path_gz: str | Path = MNIST_GZ) -> tuple[Pair, Pair, Pair]:
    """((x_train, y_train), (x_valid, y_valid), (x_test, y_test)) from `mnist.pkl.gz`, as numpy arrays.

    x: (50000, 784), (10000, 784), (10000, 784) float32 from 0 to below 1; y: (n,) int64 from 0 to 9.
    Raises: UnsafePickleError if the pickle holds more than arrays, and nothing of it has run; ValueError if it
    is damaged or holds other arrays; OSError if there is no such file.
    """
    pairs = load_arrays(path_gz, MAX_UNPACKED_BYTES)
    wrong = _validate_pairs(pairs)
    if wrong:
        raise ValueError(f"{path_gz} is not the MNIST file: {wrong}")
    train, valid, test = ((np.asarray(x), np.asarray(y, np.int64)) for x, y in pairs)
    return train, valid, test


def validate_mnist_file(path_gz: str | Path) -> str | None:
    """None if the file is `mnist.pkl.gz`, by its MD5 or else by what it holds; otherwise a sentence that says what is wrong."""
    path_gz = Path(path_gz)
    try:
        if path_gz.stat().st_size > MAX_BYTES:
            return f"{path_gz} has more than {MAX_BYTES:,} bytes"
        if _md5(path_gz) == MNIST_MD5:
            return None
        load_pickle(path_gz)
    except Exception as problem:
        return str(problem)
    return None


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _validate_pairs(pairs: Any) -> str | None:
    """None if these are the pairs of the MNIST file; otherwise a sentence that says what is wrong."""
    try:
        shapes = [(x.shape, y.shape, x.dtype.name, y.dtype.kind) for x, y in pairs]
    except (TypeError, ValueError, AttributeError):
        return "it does not hold pairs of images and labels"
    if shapes != [(shape, shape[:1], "float32", "i") for shape in SHAPES]:
        return f"it holds arrays of the shapes and types {shapes}"
    if not all(x.min() >= 0 and x.max() < 1 and y.min() >= 0 and y.max() <= 9 for x, y in pairs):
        return "its pixels are not from 0 to 1, or its labels not from 0 to 9"
    return None


@dataclass(frozen=True, eq=False)
class MnistFile:
    """The digits, and in `source` the sentence that says where they are from. Pairs as from `load_pickle`."""

    train: Pair
    valid: Pair
    test: Pair
    source: str
    bundled: bool


def load_mnist(
    path_gz: str | Path = MNIST_GZ, url: str = MNIST_URL, *, fallback: bool = True, **options: Any
) -> MnistFile:
    """The digits of `mnist.pkl.gz`, downloaded if need be; failing that, the same digits bundled with the course.

    Options as for download_file. The sentence in `source` says where they are from.
    Raises: with fallback=False DownloadError, in place of the bundled digits; else nothing for want of a network.
    """
    try:
        pairs = load_pickle(_download_mnist(path_gz, url, options))
        return MnistFile(*pairs, source=f"The digits are from {path_gz}.", bundled=False)
    except (OSError, ValueError) as problem:
        if not fallback:
            raise problem if isinstance(problem, DownloadError) else DownloadError(str(problem)) from problem
        digits = load()
        return MnistFile(
            train=(digits.x_train, digits.y_train),
            valid=(digits.x_valid, digits.y_valid),
            test=(digits.x_test, digits.y_test),
            source=f"These are the digits that come with the course, the same ones: {problem}",
            bundled=True,
        )


mnist_or_bundled = load_mnist
"""The former name of `load_mnist`: lessons call it."""
