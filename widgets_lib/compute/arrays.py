"""Tensors, arrays, pictures and nested lists as numpy arrays: one reader for every compute function and widget.

What has no plain array of numbers is refused in a sentence that names its kind and what to do instead.
"""

import math
import numbers
import reprlib
import sys
from collections.abc import Iterator, Sized
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from widgets_lib.compute.formatting import count

if TYPE_CHECKING:
    import torch

MAX_AXES = 64  # as numpy has it
_NUMBERS = {int, float, bool, complex}
MAX_SQUARE = 64  # a row of more values than this is a flat picture, and not a row of one


def as_numpy(x: Any, *, real: bool = False) -> np.ndarray:
    """The numbers that x shows, as a numpy array of x's shape; without a copy where possible.

    x: a torch tensor on any device, a numpy array, nested lists of numbers or tensors, or anything that numpy reads,
    such as a PIL picture. Types that numpy lacks are converted exactly: bfloat16 and float8 to float32, complex32 to
    complex64. Gradients are left behind; lazy conjugates and negations are carried out.
    real: whether complex numbers are refused as well.
    Raises: TypeError for what holds no plain numbers (sparse, nested and quantised tensors; structured, masked and
    object arrays; dates, text, None); ValueError for a meta tensor and for rows of different lengths.
    """
    array = _tensor_to_numpy(x) if is_torch(x) else _to_numpy(x)
    if array.dtype.kind not in "biufc":
        raise TypeError(_no_numbers(x, array.dtype))
    if real and array.dtype.kind == "c":
        raise TypeError("complex numbers are not read here, only real ones: take x.real, x.imag or abs(x)")
    return array


def is_torch(x: object) -> "TypeGuard[torch.Tensor]":
    """Whether x is a torch tensor; torch is not imported to find out."""
    return isinstance(x, getattr(sys.modules.get("torch"), "Tensor", ()))


def check_tensor(x: Any) -> None:
    """Let pass what is not a torch tensor, or has plain memory of its own.

    Raises: TypeError for a nested, sparse or quantised tensor, ValueError for a meta tensor, with the remedy.
    """
    if not is_torch(x):
        return
    if x.is_nested:
        raise TypeError("a nested tensor has no one shape: take one of its rows, x.unbind()[0]")
    torch = sys.modules["torch"]
    if type(x).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        raise TypeError(f"a {type(x).__name__} stands for a tensor: give the plain tensor of numbers behind it")
    if x.layout != torch.strided:
        kind = str(x.layout).removeprefix("torch.").removeprefix("_")
        raise TypeError(f"a {kind} tensor has no strides: make it dense first, x.to_dense()")
    if x._is_zerotensor():
        raise TypeError("a tensor of zeros that takes no memory can’t be looked into: x.clone() gives it some")
    if x.is_quantized or str(x.dtype).startswith("torch.q"):
        raise TypeError("a quantised tensor stores codes, not its values: take x.int_repr() or x.dequantize()")
    if x.device.type == "meta":
        raise ValueError('a meta tensor has a shape but no memory: torch.empty_like(x, device="cpu") allocates some')


def check_dtype(dtype: np.dtype) -> None:
    """Let pass a numpy dtype whose elements have plain memory of their own.

    Raises: TypeError for structured and object types, with the remedy.
    """
    if dtype.names:
        raise TypeError(f'a structured array mixes types in one element: take one field, x["{dtype.names[0]}"]')
    if dtype.hasobject:
        raise TypeError("an object array stores references and its values lie elsewhere: give it a numeric dtype")


def check_mask(x: Any) -> None:
    """Let pass what hides no values. Raises: TypeError for a masked array that does, in lists too, with the remedy."""
    masked = sys.modules.get("numpy.ma")
    if not masked:
        return
    if any(map(masked.is_masked, _arrays_in(x) if isinstance(x, (list, tuple)) else [x])):
        raise TypeError("a masked array hides some of its values: x.filled(0) puts a number in their places")


def _arrays_in(rows: Any, depth: int = 0) -> Iterator[Any]:
    """The numpy arrays that stand in nested lists."""
    if not rows or type(rows[0]) in _NUMBERS or depth > MAX_AXES:
        return  # a row of numbers, most likely: to ask each for its type would take as long as to read it
    for row in rows:
        if isinstance(row, (list, tuple)):
            yield from _arrays_in(row, depth + 1)
        elif isinstance(row, np.ndarray):
            yield row


# ---- pictures ----


def as_pictures(x: Any, columns: int | None = None, largest: int = 64) -> np.ndarray:
    """x as pictures, an array (n, rows, columns) of real numbers; without a copy where possible.

    One axis: a flat picture of `columns` columns, by default a square. Two axes: a picture; or flat pictures, if
    `columns` is given or the rows are longer than `MAX_SQUARE`. Three axes: pictures. A PIL picture in grey, an
    `iterators.Matrix`, lists, arrays and tensors, as in `as_numpy`.
    Raises: TypeError or ValueError in words for anything else: colours, a (picture, label) pair, rows that fold into
    no picture, a side longer than `largest`.
    """
    if _is_pair(x):
        raise TypeError(
            "this is a pair, a picture and its label: give the picture alone, as in dataset[0][0] for dataset[0]"
        )
    if isinstance(x, (list, tuple)) and x and all(map(_is_pair, x)):
        raise TypeError(
            "these are pairs, each a picture and its label: give the pictures alone, [picture for picture, label in x]"
        )
    _check_channels(x)
    array = as_numpy(x, real=True)
    if array.ndim == 0:
        raise TypeError(f"{reprlib.repr(x)} ({type(x).__name__}) can’t be read as a picture: give rows of numbers")
    if array.size == 0:
        raise ValueError(f"there are no pixels in the shape {array.shape}")
    if array.ndim == 1 or (array.ndim == 2 and (columns is not None or array.shape[1] > MAX_SQUARE)):
        array = _folded(array, columns)
    elif array.ndim == 2:
        array = array[np.newaxis]
    elif array.ndim != 3:
        raise ValueError(_too_many_axes(array.shape))
    elif array.shape[2] <= 4 and min(array.shape[:2]) > array.shape[2]:
        raise ValueError(_channels_last(array.shape))
    rows, columns = array.shape[1:]
    if max(rows, columns) > largest:
        raise ValueError(
            f"{rows} × {columns} pixels are too many: give a corner of at most {largest} × {largest}, such as "
            f"x[:{largest}, :{largest}]"
        )
    return array


def _folded(array: np.ndarray, columns: int | None) -> np.ndarray:
    """Flat pictures, one per row, folded into rows of `columns`, by default into squares."""
    length = array.shape[-1]
    if columns is None:
        columns = math.isqrt(length)
        if columns**2 != length:
            raise ValueError(f"{length} values fold into no square; columns= says how many stand in a row")
    if length % columns:
        raise ValueError(f"{length} values do not fill rows of {columns}")
    return array.reshape(-1, length // columns, columns)


def _is_pair(x: Any) -> bool:
    """Whether x is a picture and its label, or pictures and their labels, as datasets and their loaders give them."""
    if not isinstance(x, (list, tuple)) or len(x) != 2:
        return False
    picture, label = (0 if isinstance(part, str) else _axes(part) for part in x)
    return picture is not None and label is not None and picture > label


def _axes(x: Any) -> int | None:
    """How many axes x has; None for what has no shape to ask for."""
    if isinstance(x, numbers.Number):
        return 0
    if hasattr(x, "getbands"):  # a PIL picture
        return 2
    if is_torch(x) or isinstance(x, (np.ndarray, np.generic)):
        return x.ndim
    return 1 if isinstance(x, (list, tuple)) else None


def _check_channels(x: Any) -> None:
    """Raises ValueError if x is a PIL picture whose numbers are not greys."""
    if hasattr(x, "getbands") and (len(x.getbands()) > 1 or x.mode == "P"):
        kind = "numbers of colours in a palette" if x.mode == "P" else f"{len(x.getbands())} numbers a pixel"
        raise ValueError(f'a PIL picture of mode {x.mode} holds {kind}: x.convert("L") makes it grey')


def _channels_last(shape: tuple[int, ...]) -> str:
    if shape[2] == 1:
        return f"the shape {shape} is one picture with an axis of 1 channel at the end: x[:, :, 0] is the picture"
    return (
        f"the shape {shape} is one picture in colour, {shape[2]} numbers a pixel, and these are greys: "
        "x[:, :, 0] is its red, x[:, :, :3].mean(2) a grey"
    )


def _too_many_axes(shape: tuple[int, ...]) -> str:
    hint = ""
    if len(shape) == 4 and 1 in (shape[1], shape[3]):
        hint = f"; x[{':, 0' if shape[1] == 1 else '..., 0'}] leaves the axis of 1 channel out"
    elif len(shape) == 4 and shape[3] in (3, 4):
        hint = "; these are in colour: x[..., :3].mean(-1) makes them grey"
    elif len(shape) == 4 and shape[1] in (3, 4):
        hint = "; these are in colour, its three channels first: x[:, :3].mean(1) makes them grey"
    return (
        f"the shape {shape} has {len(shape)} axes; give a picture (rows, columns) or pictures (n, rows, columns){hint}"
    )


# ---- reading ----


def _tensor_to_numpy(x: Any) -> np.ndarray:
    check_tensor(x)
    torch = sys.modules["torch"]
    x = x.detach().cpu().resolve_conj().resolve_neg()
    try:
        return x.numpy()
    except TypeError:  # a type that numpy lacks
        pass
    try:
        return x.to(torch.complex64 if x.is_complex() else torch.float32).numpy()
    except (TypeError, RuntimeError):  # NotImplementedError is a RuntimeError
        kind = str(x.dtype).removeprefix("torch.")
        raise TypeError(f"numbers of type {kind} are packed, and torch itself can’t convert them") from None


def _to_numpy(x: Any) -> np.ndarray:
    if hasattr(x, "__next__"):
        raise TypeError(f"a {type(x).__name__} can be read only once: give list(...) of it")
    check_mask(x)
    try:
        return np.asarray(x)
    except (TypeError, ValueError, RuntimeError) as error:  # RecursionError is a RuntimeError
        problem = error
    if isinstance(x, (list, tuple)):
        _check_lengths(x)
        with suppress(ValueError):
            return np.asarray(_without_tensors(x))
    raise TypeError(f"a {type(x).__name__} can’t be read as an array: {problem}") from None


def _check_lengths(rows: Any, depth: int = 0) -> None:
    """Raises ValueError, naming the row, if rows at any depth differ in length from the first of them."""
    if not isinstance(rows, (list, tuple)):
        return
    if depth > MAX_AXES:
        raise ValueError(f"these lists are nested more than {MAX_AXES} deep, or a list is in itself")
    lengths = [len(row) if isinstance(row, Sized) and _axes(row) else None for row in rows]
    for position, length in enumerate(lengths):
        if length != lengths[0]:
            found, first = ("no length" if n is None else count(n, "value") for n in (length, lengths[0]))
            raise ValueError(f"row {position} has {found} and row 0 has {first}: rows of an array are equally long")
    for row in rows:
        _check_lengths(row, depth + 1)


def _without_tensors(x: Any) -> Any:
    """Nested lists with every tensor in them as an array."""
    if isinstance(x, (list, tuple)):
        return [_without_tensors(item) for item in x]
    return _tensor_to_numpy(x) if is_torch(x) else x


def _no_numbers(x: Any, dtype: np.dtype) -> str:
    """A sentence on why x, read as an array of this dtype, is not an array of plain numbers."""
    if isinstance(x, (list, tuple)):
        odd = [*islice(_non_numbers(x), 1)]
        if not odd:
            return "these numbers make an array of objects: np.array(x, dtype=float) converts them"
        if not isinstance(odd[0], np.ndarray):
            return f"{reprlib.repr(odd[0])} ({type(odd[0]).__name__}) is not a number"
    elif not isinstance(x, np.ndarray):
        kind = type(x).__name__
        return f"{reprlib.repr(x)} ({kind}) is not a torch tensor, a numpy array or nested lists of numbers"
    try:
        check_dtype(dtype)
    except TypeError as error:
        return str(error)
    return f"elements of type {dtype} are not plain numbers{_REMEDIES.get(dtype.kind, '')}"


_REMEDIES = {
    "U": ": x.astype(float) reads text as numbers",
    "S": ": x.astype(float) reads text as numbers",
    "T": ": x.astype(float) reads text as numbers",
    "M": ': x.astype("int64") counts their units since 1970',
    "m": ': x / np.timedelta64(1, "s") gives seconds',
    "V": ": x.view(np.uint8) shows their bytes",
}


def _non_numbers(x: Any) -> Iterator[Any]:
    """What stands in nested lists and is neither a number nor an array of numbers."""
    for item in x:
        if isinstance(item, (list, tuple)):
            yield from _non_numbers(item)
        elif not isinstance(item, numbers.Number) and np.asarray(item).dtype.kind not in "biufc":
            yield item
