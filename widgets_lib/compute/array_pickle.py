"""Open a pickle that holds arrays of numbers, and none that holds anything else.

A pickle is a program: its opcodes may import any function by name and call it. Here the few names that numpy's
arrays need stand for functions of this module, which build arrays of numbers; every other name is refused
before anything is imported, so nothing of the file's choosing ever runs.
"""

import gzip
import io
import math
import pickle
import re
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAX_BYTES = 2**30
_NUMBERS = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248]|c(8|16))")  # what a dtype may be; "O" would be any object


class UnsafePickleError(pickle.UnpicklingError):
    """The pickle asks for something that an array of numbers does not need."""


def load_arrays(path_gz: str | Path | bytes, most_bytes: int = MAX_BYTES) -> Any:
    """The numpy arrays in a gzipped pickle, in the tuples, lists and dicts they were pickled in.

    path_gz: the file, or its bytes.
    Reads pickles of Python 2 and 3 and of numpy 1 and 2, protocols 0 to 5; text of Python 2 comes as bytes.
    Raises: UnsafePickleError if it holds anything else, and nothing has run; ValueError if it is damaged, or
    larger than most_bytes once unpacked; OSError if there is no such file.
    """
    name = "the pickle" if isinstance(path_gz, bytes) else str(path_gz)
    with _opened(path_gz) as packed, gzip.GzipFile(fileobj=packed) as unpacked:
        stream = _Limited(unpacked, most_bytes)
        try:
            loaded = _arrays(_ArrayUnpickler(stream, encoding="bytes").load())
            while stream.read(65536):  # to the end, where gzip keeps its checksum
                pass
        except UnsafePickleError as error:
            raise UnsafePickleError(f"{name} was not opened: {error}") from None
        except _TooLargeError:
            raise ValueError(f"{name} unpacks to more than {most_bytes:,} bytes, and was not opened") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name} is not a whole gzip file ({error})") from None
        except Exception as error:  # a damaged pickle can fail in any way
            raise ValueError(f"{name} is not a pickle of arrays ({type(error).__name__}: {error})") from None
    return loaded


def _opened(path_gz: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(path_gz) if isinstance(path_gz, bytes) else Path(path_gz).open("rb")


class _TooLargeError(Exception):
    pass


class _Limited:
    """A stream that gives no more than `left` bytes: a few kilobytes of gzip can unpack to terabytes."""

    def __init__(self, stream: gzip.GzipFile, left: int) -> None:
        self.stream, self.left = stream, left

    def read(self, n: int = -1) -> bytes:
        # a pickle may announce a string of any length: what it has not got is not asked for
        return self._count(self.stream.read(self.left + 1 if n < 0 else min(n, self.left + 1)))

    def readline(self) -> bytes:
        return self._count(self.stream.readline(self.left + 1))

    def _count(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise _TooLargeError
        return data


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise UnsafePickleError(f"it asks for {module}.{name}, which no array of numbers needs") from None

    def persistent_load(self, pid: Any) -> Any:
        raise UnsafePickleError("it asks for an object from outside the file")


class _Dtype:
    """Stands for numpy.dtype: a kind of number and its byte order."""

    def __init__(self, code: Any, align: bool = False, copy: bool = False) -> None:
        code = _text(code)
        if not _NUMBERS.fullmatch(code):
            raise UnsafePickleError(f"it holds values of the type {code[:20]!r}, which are not numbers")
        self.dtype: np.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, order, subarray, names, fields = state[:5]
        if (subarray, names, fields) != (None, None, None):
            raise UnsafePickleError("it holds records, not numbers")
        self.dtype = self.dtype.newbyteorder(_text(order))


class _Array:
    """Stands for numpy.ndarray while the pickle is read."""

    array: np.ndarray | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, columns_first, data = state
        self.array = _build(data, dtype, shape, "F" if columns_first else "C")


def _empty(kind: Any, shape: Any, code: Any) -> _Array:
    return _Array()  # the pickle fills it by __setstate__; an array of its choice of shape is not made


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    made = _Array()
    made.array = _build(data, dtype, shape, _text(order))
    return made


def _build(data: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> np.ndarray:
    if not isinstance(dtype, _Dtype) or not isinstance(data, bytes | bytearray) or order not in ("C", "F"):
        raise UnsafePickleError("it holds an array of something other than numbers")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.dtype.itemsize != len(data):
        raise ValueError(f"{len(data):,} bytes do not make a {shape} array of {dtype.dtype}")
    return np.frombuffer(data, dtype.dtype).reshape(shape, order=order).copy()  # a copy can be written to


def _latin1_bytes(text: Any, encoding: Any) -> bytes:
    """Bytes as Python 3 writes them in old protocols. Other codecs could be made to fill the memory."""
    if _text(encoding) != "latin1" or not isinstance(text, str):
        raise UnsafePickleError("it asks for a codec that no array of numbers needs")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    return b""


def _text(value: Any) -> Any:
    return value.decode("ascii") if isinstance(value, bytes) else value


def _arrays(loaded: Any) -> Any:
    """The loaded tuples, lists and dicts with real arrays in them."""
    if isinstance(loaded, _Array):
        return loaded.array
    if isinstance(loaded, tuple | list):
        return type(loaded)(_arrays(item) for item in loaded)
    if isinstance(loaded, dict):
        return {key: _arrays(value) for key, value in loaded.items()}
    return loaded


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): "numpy.ndarray",  # only ever handed to _reconstruct: nothing that could be called
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _empty,  # numpy 1
    ("numpy._core.multiarray", "_reconstruct"): _empty,  # numpy 2
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,  # protocol 5
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("_codecs", "encode"): _latin1_bytes,
    ("__builtin__", "bytes"): _no_bytes,  # how old protocols write b"", the contents of an empty array
    ("builtins", "bytes"): _no_bytes,
}
