"""The memory under a torch tensor or a numpy array: where its elements lie, what is stored there, writing into it."""

import mmap
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided as _numpy_as_strided
from numpy.typing import ArrayLike, NDArray

from .._integers import check_count
from ..arrays import as_numpy, check_dtype, check_mask, check_tensor, is_torch
from .layout import Layout, reach

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Stored:
    """A view kept without its library: its layout, and the cells of its storage from `first` on, a flat numpy array.

    It stands in for a torch tensor where torch is not there: whatever reads numbers by `as_numpy` takes it, and so do
    `describe`, `values` and `write`. Of a large storage it may hold a part; `rest()` then gives all cells, where they
    can be had.
    """

    cells: NDArray[Any]
    layout: Layout
    first: int = 0
    rest: Callable[[], NDArray[Any]] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.layout.shape

    @property
    def ndim(self) -> int:
        return self.layout.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.cells.dtype

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("it has no axis, and so no length")
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        numbers = self.as_array()
        return numbers if dtype is None else numbers.astype(dtype)

    def tolist(self) -> Any:
        """The numbers as nested lists of Python's own."""
        return self.as_array().tolist()

    def as_array(self) -> NDArray[Any]:
        """The view as a numpy array over the cells, without a copy where its cells are here."""
        low, high = self.layout.span or (0, -1)
        cells, first = (self.cells, self.first) if self._holds(low, high) else (self._all(low), 0)
        if not self.layout.size:
            return np.empty(self.shape, self.dtype)
        step = cells.dtype.itemsize
        start = (self.layout.offset - first) * step
        return np.ndarray(self.shape, cells.dtype, cells, start, tuple(s * step for s in self.layout.stride))

    def at(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """The numbers in these cells. Raises: ValueError for cells that are not here."""
        if not positions.size:
            return np.empty(positions.shape, self.dtype)
        if self._holds(int(positions.min()), int(positions.max())):
            return self.cells[positions - self.first]
        return self._all(int(positions.min()))[positions]

    def _holds(self, low: int, high: int) -> bool:
        return high < low or self.first <= low <= high < self.first + len(self.cells)

    def _all(self, position: int) -> NDArray[Any]:
        if self.rest is None:
            last = self.first + len(self.cells) - 1
            raise ValueError(f"cell {position} is not here: of this large storage, cells {self.first} to {last} are")
        return self.rest()


def describe(x: "torch.Tensor | NDArray[Any] | Stored") -> Layout:
    """The Layout of a strided torch tensor or numpy array: where its elements lie in its storage.

    A numpy array's storage is all the memory of the array (or buffer) that owns it, measured in x's items and
    from its lowest address, so a flipped array has a negative stride and an offset at the far end. Of a memory-mapped
    file it is the part that was opened as an array, so the file's header is not part of it.

    Raises: TypeError for anything else (lists, sparse tensors, object and masked arrays); ValueError for an array without
    plain memory of its own (meta tensors, lazy conjugates) or whose steps are not whole items. Each message
    says what to do instead.
    """
    if isinstance(x, Stored):
        layout = x.layout
    elif is_torch(x):
        layout = _describe_tensor(x)
    elif isinstance(x, np.ndarray):
        layout = _describe_array(x)
    else:
        kind = "None" if x is None else f"a {type(x).__name__}"
        raise TypeError(f"need a torch tensor or a numpy array, not {kind}: wrap it in torch.tensor() or np.array()")
    low, high = layout.span or (0, -1)
    if layout.size and not 0 <= low <= high < layout.storage_size:
        raise ValueError(f"the elements lie outside the {layout.storage_size} cells of the storage: was it freed?")
    return layout


def values(x: "torch.Tensor | NDArray[Any] | Stored", at: ArrayLike | None = None, limit: int = 4096) -> NDArray[Any]:
    """The numbers in the storage of x, as a fresh numpy array: a snapshot, also of cells that x does not read.

    at: an int array of storage positions; the result has its shape, so `values(x, describe(x).positions())`
    equals x. Without it, the first `limit` cells. Types numpy lacks (bfloat16, float8) come back as float32.

    Raises: what `describe` raises; TypeError if a position is not a whole number, IndexError if it is outside the
    storage.
    """
    size = describe(x).storage_size
    at = np.arange(min(size, limit)) if at is None else as_numpy(at)
    if at.size and at.dtype.kind not in "iu":
        raise TypeError(f"positions are whole numbers, not of type {at.dtype}")
    if at.size and not size:
        raise IndexError("the storage has no cells")
    if at.size and not (at.min() >= 0 and at.max() < size):
        raise IndexError(f"positions {at.min()}…{at.max()} leave the storage, which has cells 0…{size - 1}")
    at = at.astype(np.int64)
    if isinstance(x, Stored):
        return x.at(at)
    flat = _flat(x)
    if not is_torch(x):
        return flat[at]
    try:
        return as_numpy(flat[flat.new_tensor(at, dtype=_torch().int64)])
    except NotImplementedError:
        kind = str(x.dtype).removeprefix("torch.")
        raise TypeError(
            f"cells of type {kind} hold packed numbers, and torch itself can’t read them one by one"
        ) from None


def storage_of(x: "torch.Tensor | NDArray[Any]") -> NDArray[Any]:
    """The whole storage of x as a flat numpy array, without a copy where possible.

    Raises: what `describe` raises; TypeError for packed numbers, which numpy can't hold.
    """
    describe(x)
    return as_numpy(_flat(x))


def write(x: "torch.Tensor | NDArray[Any]", position: int, value: Any) -> Any:
    """Write one storage cell of x in place and return what is stored there now, a Python number.

    Every element in `describe(x).elements_at(position)` changes with it, and so does every other view of that
    memory; autograd learns of it as of any write to x. What is stored may differ from `value`: an integer cell drops a
    fraction.

    Raises: IndexError if there is no such cell, TypeError if its position is not a whole number; ValueError if its type
    cannot hold the value, and what `check_writable` raises.
    """
    position = check_count(position, "the position of a cell")
    values(x, [position])  # raises IndexError for a position outside
    check_writable(x)
    try:
        if is_torch(x):
            x.as_strided((1,), (1,), position)[0] = value  # a view that autograd knows of, unlike `_flat`
        else:
            _flat(x)[position] = value
    except (RuntimeError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"cannot store {value!r} in a cell of type {describe(x).dtype}: {error}") from error
    return values(x, [position])[0].item()


def check_writable(x: "torch.Tensor | NDArray[Any]") -> None:
    """Let pass what may be written to, as x's own library sees it.

    Raises: ValueError, with the remedy, for an array that is read-only or whose memory is; for a tensor that requires
    grad, unless gradients are off (`torch.no_grad()`), and for an inference tensor outside of `torch.inference_mode()`.
    """
    if not is_torch(x):
        if not x.flags.writeable:
            raise ValueError("x is read-only (x.flags.writeable is False): x.copy() can be written to")
        if not _memory(x).flags.writeable:
            raise ValueError("the memory under x is read-only: x.copy() has a memory of its own")
        return
    if x.requires_grad and _torch().is_grad_enabled():
        leaf = x if x.is_leaf else x._base if x._is_view() else None
        kind = (
            "a leaf Variable" if leaf is x else "a view of a leaf Variable" if leaf is not None and leaf.is_leaf else ""
        )
        problem = (
            f"{kind} that requires grad is being used in an in-place operation"
            if kind
            else "x requires grad, and autograd would record the write as a step of the computation"
        )
        raise ValueError(f"{problem}: give x.detach(), which shares its memory, or write under torch.no_grad()")
    if x.is_inference() and not _torch().is_inference_mode_enabled():
        raise ValueError("Inplace update to inference tensor outside InferenceMode is not allowed: give x.clone()")


def _torch() -> Any:
    """torch, imported already where there is a tensor: a numpy array never pays for the import."""
    return sys.modules["torch"]


def _describe_tensor(x: Any) -> Layout:
    check_tensor(x)
    if x.is_conj() or x.is_neg():
        done = "resolve_conj" if x.is_conj() else "resolve_neg"
        raise ValueError(f"the memory of a lazy conjugate holds other values than it shows: x.{done}() computes them")
    size = x.untyped_storage().nbytes() // x.element_size()
    dtype = str(x.dtype).removeprefix("torch.")
    return Layout(tuple(x.shape), x.stride(), int(x.storage_offset()), x.element_size(), size, "torch", dtype)


def _describe_array(x: NDArray[Any]) -> Layout:
    check_dtype(x.dtype)
    check_mask(x)
    itemsize = x.dtype.itemsize
    if not itemsize:
        raise TypeError(f"elements of type {x.dtype} take no memory")
    memory = _memory(x)
    start = _address(x) - _address(memory)
    for what, step in (("its first element", start), *((f"a step of axis {a}", s) for a, s in enumerate(x.strides))):
        if step % itemsize and x.size:
            raise ValueError(
                f"{what} lies {step} bytes on, not a whole number of {itemsize}-byte items "
                "(a field of a record, or a re-typed buffer?): x.copy() gives it a memory of its own"
            )
    stride = tuple(s // itemsize for s in x.strides)
    return Layout(x.shape, stride, start // itemsize, itemsize, memory.size // itemsize, "numpy", str(x.dtype))


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _memory(x: NDArray[Any]) -> NDArray[np.uint8]:
    """All the memory that x is a view of, as a flat uint8 array starting at its lowest address."""
    owners: list[Any] = [x]
    while (base := getattr(owners[-1], "base", None)) is not None:  # as_strided puts a helper object in between
        owners.append(base)
    if is_torch(owners[-1]):
        memory: NDArray[np.uint8] = _torch().empty(0, dtype=_torch().uint8).set_(owners[-1].untyped_storage()).numpy()
        return memory
    if not isinstance(owners[-1], np.ndarray) and not _is_mapped(owners[-1]):
        try:
            return np.frombuffer(owners[-1], np.uint8)  # bytes, a bytearray, …
        except (TypeError, ValueError, BufferError):
            pass  # an owner without a buffer: the oldest array's memory is all that can be seen
    root: Any = next(owner for owner in reversed(owners) if isinstance(owner, np.ndarray))
    if root.dtype.hasobject:
        raise ValueError("its memory also holds Python objects: x.copy() gives it a memory of its own")
    upwards = (*(slice(None, None, -1 if s < 0 else 1) for s in root.strides), ...)
    lowest = root[upwards]
    length = root.itemsize + reach(lowest.shape, lowest.strides)[1] if root.size else 0
    items = _numpy_as_strided(lowest, (length // root.itemsize,), (root.itemsize,))
    return items.view(np.uint8)


def _is_mapped(owner: Any) -> bool:
    """Whether the memory is a mapped file, which may hold more than an array: `np.load` maps the header as well."""
    return isinstance(owner.obj if isinstance(owner, memoryview) else owner, mmap.mmap)


def _flat(x: Any) -> Any:
    """The whole storage of x as a flat tensor or array of x's type that shares its memory."""
    if is_torch(x):
        return x.new_empty(0).detach().set_(x.untyped_storage())
    memory = _memory(x)
    return memory[: memory.size - memory.size % x.itemsize].view(x.dtype)
