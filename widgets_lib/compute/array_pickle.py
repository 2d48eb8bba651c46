"""Open a pickle that holds arrays of numbers, and none that holds anything else.

A pickle is a program: its opcodes may import any function by name and call it. Here the few names that numpy's
arrays need stand for functions of this module, which build arrays of numbers; every other name is refused
before anything is imported, so nothing of the file's choosing ever runs.
"""

import gzip
import io
import math
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from widgets_lib.compute.bounded_pickle import (
    MAX_DEPTH,
    BoundedStream,
    BoundedUnpickler,
    Budget,
    TooLargeError,
    UnsafePickleError,
)
from widgets_lib.compute.formatting import shorten

__all__ = ["MAX_BYTES", "UnsafePickleError", "load_arrays"]

MAX_BYTES = 2**30
MAX_AXES = 64  # as numpy has it
_NUMBERS = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248]|c(8|16))")  # what a dtype may be; "O" would be any object


def load_arrays(path_gz: str | Path | bytes, most_bytes: int = MAX_BYTES) -> Any:
    """The numpy arrays in a gzipped pickle, in the tuples, lists and dicts they were pickled in.

    path_gz: the file, or its bytes.
    Reads pickles of Python 2 and 3 and of numpy 1 and 2, protocols 0 to 5; text of Python 2 comes as bytes.
    Raises: UnsafePickleError if it holds anything else, and nothing has run; ValueError if it is damaged, or
    larger than most_bytes once unpacked; OSError if there is no such file.
    """
    name = "the pickle" if isinstance(path_gz, bytes) else str(path_gz)
    with _opened(path_gz) as packed, gzip.GzipFile(fileobj=packed) as unpacked:
        stream = BoundedStream(cast(BinaryIO, unpacked), Budget(most_bytes))
        try:
            loaded = _Makers(most_bytes).load(stream)
            stream.drain()
        except UnsafePickleError as error:
            raise UnsafePickleError(f"{name} was not opened: {shorten(str(error), 300)}") from None
        except TooLargeError:
            raise ValueError(f"{name} unpacks to more than {most_bytes:,} bytes, and was not opened") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name} is not a whole gzip file ({error})") from None
        except Exception as error:  # a damaged pickle can fail in any way
            problem = shorten(f"{type(error).__name__}: {error}", 300)
            raise ValueError(f"{name} is not a pickle of arrays ({problem})") from None
    return loaded


def _opened(path_gz: str | Path | bytes) -> BinaryIO:
    if isinstance(path_gz, bytes):
        return io.BytesIO(path_gz)
    path = Path(path_gz)
    if path.exists() and not path.is_file() and not path.is_dir():  # a device or a pipe can go on for ever
        raise OSError(f"{path} is a device or a pipe, not a file")
    return path.open("rb")


class _Dtype:
    """Stands for numpy.dtype: a kind of number and its byte order."""

    def __init__(self, code: Any, align: bool = False, copy: bool = False) -> None:
        code = _text(code)
        if not isinstance(code, str) or not _NUMBERS.fullmatch(code):
            raise UnsafePickleError(f"it holds values of the type {code[:20]!r}, which are not numbers")
        self.dtype: np.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, order, subarray, names, fields = state[:5]
        if not subarray is names is fields is None:
            raise UnsafePickleError("it holds records, not numbers")
        self.dtype = self.dtype.newbyteorder(_text(order))


class _Array:
    """Stands for numpy.ndarray while the pickle is read."""

    def __init__(self, makers: "_Makers", array: np.ndarray | None = None) -> None:
        self.makers, self.array = makers, array

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, columns_first, data = state
        self.array = self.makers.build(data, dtype, shape, "F" if columns_first else "C")


class _Makers:
    """What numpy's names stand for while one pickle is read. What they make counts, as one text can be copied often."""

    def __init__(self, most_bytes: int) -> None:
        self._bytes, self._arrays = Budget(most_bytes), Budget(most_bytes)

    def load(self, stream: BoundedStream) -> Any:
        callables = (_Dtype, self.empty, self.from_buffer, self.scalar, self.latin1_bytes, _no_bytes)
        dtype, empty, from_buffer, scalar, latin1_bytes, no_bytes = callables
        stand_ins: Mapping[tuple[str, str], Any] = {
            ("numpy", "ndarray"): "numpy.ndarray",  # only ever handed to _reconstruct: nothing that could be called
            ("numpy", "dtype"): dtype,
            ("numpy.core.multiarray", "_reconstruct"): empty,  # numpy 1
            ("numpy._core.multiarray", "_reconstruct"): empty,  # numpy 2
            ("numpy.core.numeric", "_frombuffer"): from_buffer,  # protocol 5
            ("numpy._core.numeric", "_frombuffer"): from_buffer,
            ("numpy.core.multiarray", "scalar"): scalar,
            ("numpy._core.multiarray", "scalar"): scalar,
            ("_codecs", "encode"): latin1_bytes,
            ("__builtin__", "bytes"): no_bytes,  # how old protocols write b"", the contents of an empty array
            ("builtins", "bytes"): no_bytes,
        }
        return _arrays(BoundedUnpickler(stream, stand_ins, callables, (_Dtype, _Array)).load(), {})

    def empty(self, kind: Any, shape: Any, code: Any) -> _Array:
        return _Array(self)  # the pickle fills it by __setstate__; an array of its choice of shape is not made

    def from_buffer(self, data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
        return _Array(self, self.build(data, dtype, shape, _text(order)))

    def scalar(self, dtype: Any, data: Any = b"") -> np.generic:
        value: np.generic = self.build(data, dtype, (), "C")[()]
        return value

    def build(self, data: Any, dtype: Any, shape: Any, order: Any) -> Any:
        if type(dtype) is not _Dtype or type(data) is not bytes or type(order) is not str or order not in ("C", "F"):
            raise UnsafePickleError("it holds an array of something other than numbers")
        if type(shape) is not tuple or len(shape) > MAX_AXES or not all(type(n) is int for n in shape):
            raise UnsafePickleError("it holds an array whose shape is not a tuple of sizes")
        fits = all(0 <= n <= MAX_BYTES for n in shape) and math.prod(shape) * dtype.dtype.itemsize == len(data)
        if not fits:
            raise ValueError(f"{len(data):,} bytes do not make a {shape} array of {dtype.dtype}")
        self._arrays.spend(len(data))
        values: Any = np.frombuffer(data, dtype.dtype)
        return values.reshape(shape, order=order).copy()  # a copy can be written to

    def latin1_bytes(self, text: Any, encoding: Any) -> bytes:
        """Bytes as Python 3 writes them in old protocols. Other codecs could be made to fill the memory."""
        if _text(encoding) != "latin1" or not isinstance(text, str):
            raise UnsafePickleError("it asks for a codec that no array of numbers needs")
        self._bytes.spend(len(text))
        return text.encode("latin1")


def _no_bytes() -> bytes:
    return b""


def _text(value: Any) -> Any:
    return value.decode("ascii") if isinstance(value, bytes) else value


def _arrays(loaded: Any, done: dict[int, Any], depth: int = 0) -> Any:
    """The loaded tuples, lists and dicts with real arrays in them; what is there twice is made once.

    done: what was made already, by the id of what it was made from, which stays alive meanwhile.
    """
    if isinstance(loaded, _Array):
        return loaded.array
    if not isinstance(loaded, (tuple, list, dict)):
        return loaded
    if depth > MAX_DEPTH:
        raise UnsafePickleError(f"it is nested more than {MAX_DEPTH} deep")
    if id(loaded) not in done:
        if isinstance(loaded, dict):
            made: Any = {key: _arrays(value, done, depth + 1) for key, value in loaded.items()}
        else:
            made = type(loaded)(_arrays(item, done, depth + 1) for item in loaded)
        done[id(loaded)] = made
    return done[id(loaded)]
