"""The pixels of the bundled digits in one file that every process maps into its memory: built once, then shared.

Unpacked they are 220 MB, which each kernel would read and keep for itself. Where the file can't be made or read, the
caller unpacks them as ever.
"""

import math
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np

from widgets_lib.compute._browser import in_browser

try:
    import fcntl
except ImportError:  # only Unix has it
    fcntl = None  # type: ignore[assignment]

FOLDER_VARIABLE = "TENSOR_FOUNDATIONS_CACHE"
SPARE_BYTES = 2**30  # stay free on the disk
BUILD_TIMEOUT_S = 5.0  # for another process that builds the file; unpacking takes about as long
STAMP_NS = 946_684_800 * 10**9  # the time of change that a whole file is given: one that was written to has another
CHUNK_ROWS = 1_000
MEMBERS = ("x_train.npy", "x_test.npy")


def cache_folder() -> Path | None:
    """The course's folder in the platform's cache folder, or $TENSOR_FOUNDATIONS_CACHE; None where that is empty."""
    if in_browser():  # no disk, and no other process
        return None
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "tensor-foundations"


def mapped_pixels(npz: Path) -> np.ndarray | None:
    """The training and then the test digits as rows (n, 784) float32 from 0 to 255/256; None where that can't be.

    They are read from the disk as they are used, and a row that is written to is copied: the file stays as it is.
    npz: holds x_train and x_test, each (n, 28, 28) uint8.
    """
    try:
        folder = cache_folder()
        if folder is None:
            return None
        with zipfile.ZipFile(npz) as files:
            checksums = "".join(f"{files.getinfo(name).CRC:08x}" for name in MEMBERS)
            path = folder / f"mnist-{checksums}.npy"
            pixels = _read(path)
            if pixels is None:
                _build(path, files)
                pixels = _read(path)
            return pixels
    except (OSError, ValueError, LookupError, RuntimeError, EOFError, zipfile.BadZipFile):
        return None


def _read(path: Path) -> np.ndarray | None:
    """The rows of a file that is whole and was not written to since; else None."""
    try:
        status = path.stat()
        pixels = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    size = pixels.offset + pixels.nbytes if isinstance(pixels, np.memmap) else None
    if (status.st_size, status.st_mtime_ns) != (size, STAMP_NS):
        return None
    return np.asarray(pixels) if pixels.ndim == 2 and pixels.dtype == np.float32 else None


def _build(path: Path, files: zipfile.ZipFile) -> None:
    """Write the rows into the file `path`, which appears whole or not at all. Raises: OSError, ValueError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path.with_suffix(".lock")):
        if _read(path) is not None:  # by another process
            return
        if fcntl:  # nobody else is writing: these are of processes that were killed
            for leftover in path.parent.glob(f"{path.name}.*.part"):
                leftover.unlink()
        rows = sum(_rows(files, name) for name in MEMBERS)
        if shutil.disk_usage(path.parent).free < rows * 784 * 4 + SPARE_BYTES:
            raise OSError("no room on the disk")
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                header = {"descr": np.dtype("<f4").str, "fortran_order": False, "shape": (rows, 784)}
                np.lib.format.write_array_header_1_0(file, header)
                for chunk in _chunks(files):
                    file.write(chunk.data)
            partial.chmod(0o644)  # mkstemp's file is for its owner alone
            os.utime(partial, ns=(STAMP_NS, STAMP_NS))
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


def _rows(files: zipfile.ZipFile, name: str) -> int:
    with files.open(name) as file:
        return _header(file)[0]


def _chunks(files: zipfile.ZipFile) -> Iterator[np.ndarray]:
    """The rows of both members, up to 1,000 at a time: the whole would need the memory that is to be saved."""
    for name in MEMBERS:
        with files.open(name) as file:
            count, *image = _header(file)
            for start in range(0, count, CHUNK_ROWS):
                rows = min(CHUNK_ROWS, count - start)
                images = np.frombuffer(file.read(rows * math.prod(image)), np.uint8)
                yield as_rows(images.reshape(rows, *image))


def _header(file: IO[bytes]) -> tuple[int, ...]:
    np.lib.format.read_magic(file)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if shape[1:] != (28, 28) or fortran or dtype != np.uint8:
        raise ValueError(f"images of shape {shape} and type {dtype}")
    return shape


@cache
def is_mapped(npz: Path) -> bool:
    """Whether `mapped_pixels` gives pixels here, which take no memory of their own."""
    return mapped_pixels(npz) is not None


def as_images(rows: np.ndarray) -> np.ndarray:
    """Rows (n, 784), as `as_rows` makes them or bytes, as images (n, 28, 28) uint8."""
    if rows.dtype == np.uint8:
        return rows.reshape(-1, 28, 28)
    images = np.empty(rows.shape, np.uint8)
    np.multiply(rows, np.float32(256), out=images, casting="unsafe")
    return images.reshape(-1, 28, 28)


def as_rows(images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) uint8, or the same flat, as rows (n, 784) float32 from 0 to 255/256; rows stay as they are."""
    if images.dtype != np.uint8:
        return images
    return np.multiply(images.reshape(len(images), -1), 1 / 256, dtype=np.float32)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the file's lock; it goes with the process. Raises: TimeoutError if another process keeps it."""
    with path.open("ab") as file:
        deadline = time.monotonic() + BUILD_TIMEOUT_S
        while fcntl:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{path} is locked") from None
                time.sleep(0.02)
        yield
