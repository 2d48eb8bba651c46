"""Shape, stride and offset as plain numbers: which cell each element reads, and whether that cell exists."""

import math
import operator
import reprlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._integers import check_count

MAX_CELLS = 2**24  # the most that `positions` computes at once, 128 MiB; take a `corner` of anything larger


@dataclass(frozen=True)
class Layout:
    """A strided view of a storage: plain numbers, no reference to the data.

    shape, stride: one int per axis; stride, offset and storage_size count elements. itemsize is in bytes.
    library ("torch" or "numpy") and dtype (the library's name for it) say where the layout came from.
    """

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    itemsize: int
    storage_size: int
    library: str = "torch"
    dtype: str = "float32"

    @property
    def ndim(self) -> int:
        """How many axes the view has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements the view has; several of them may share one cell."""
        return math.prod(self.shape)

    @property
    def stride_bytes(self) -> tuple[int, ...]:
        """The strides in bytes, as numpy gives them."""
        return tuple(s * self.itemsize for s in self.stride)

    @property
    def expanded_axes(self) -> tuple[int, ...]:
        """Axes that read the same cells again and again: stride 0 and more than one element.

        Size-1 axes are left out: nothing repeats there, and any stride would do
        (`x[None]` has stride 0 in numpy and not in torch).
        """
        return tuple(a for a, (n, s) in enumerate(zip(self.shape, self.stride, strict=True)) if not s and n > 1)

    @property
    def repeats(self) -> int:
        """How many times over the expanded axes show each element: the 3 in "12 bytes × 3"."""
        return math.prod(self.shape[axis] for axis in self.expanded_axes)

    @property
    def is_contiguous(self) -> bool:
        """True if walking the elements in row-major order walks the storage cell by cell."""
        expected = 1
        for n, s in zip(reversed(self.shape), reversed(self.stride), strict=True):
            if n > 1 and s != expected:
                return self.size == 0
            expected *= n
        return True

    @property
    def virtual_bytes(self) -> int:
        """Bytes the view would take if every element had a cell of its own."""
        return self.size * self.itemsize

    @property
    def allocated_bytes(self) -> int:
        """Bytes of the whole storage, whether this view reads all of it or not."""
        return self.storage_size * self.itemsize

    @property
    def span(self) -> tuple[int, int] | None:
        """The lowest and the highest position read, or None if there are no elements."""
        if not self.size:
            return None
        low, high = reach(self.shape, self.stride)
        return self.offset + low, self.offset + high

    def position(self, index: int | Sequence[int]) -> int:
        """The storage position of the element at `index`, one int per axis (a bare int if there is one axis).

        Raises: IndexError, naming the axis, if the index is not an element of the shape; TypeError if it is not of
        whole numbers.
        """
        given: Any = index if isinstance(index, Iterable) and getattr(index, "shape", None) != () else (index,)
        index = tuple(check_count(i, "an index") for i in given)
        if len(index) != self.ndim:
            raise IndexError(f"index {index} has {len(index)} numbers, shape {self.shape} has {self.ndim} axes")
        for axis, (i, n) in enumerate(zip(index, self.shape, strict=True)):
            if not 0 <= i < n:
                raise IndexError(f"index {i} is outside axis {axis} of shape {self.shape}")
        return self.offset + sum(i * s for i, s in zip(index, self.stride, strict=True))

    def elements_at(self, position: int) -> list[tuple[int, ...]]:
        """Every index, in row-major order, whose element reads the cell at `position`; [] if none does.

        These are also the elements that change when that cell is written.
        """
        position = check_count(position, "a position")
        if not self.size:
            return []
        # Largest stride first: each axis then leaves only a step or two to try, so nothing is enumerated.
        axes = sorted(range(self.ndim), key=lambda a: -abs(self.stride[a]))
        shape, stride = [self.shape[a] for a in axes], [self.stride[a] for a in axes]
        bounds = [reach(shape[k:], stride[k:]) for k in range(self.ndim + 1)]

        def solve(k: int, rest: int) -> Iterator[tuple[int, ...]]:
            """Ways to write `rest` as a sum of steps along axes[k:]."""
            if not bounds[k][0] <= rest <= bounds[k][1]:
                return
            if k == self.ndim:
                yield ()
                return
            n, s = shape[k], stride[k]
            first, last = 0, n - 1
            if s:  # the axes after this one can supply only low..high, which bounds the steps along it
                low, high = bounds[k + 1]
                near, far = (rest - high, rest - low) if s > 0 else (low - rest, high - rest)
                first, last = max(first, -(-near // abs(s))), min(last, far // abs(s))
            for i in range(first, last + 1):
                for tail in solve(k + 1, rest - i * s):
                    yield (i, *tail)

        order = np.argsort(axes).tolist()
        return sorted(tuple(found[k] for k in order) for found in solve(0, position - self.offset))

    def readers(self, position: int) -> int:
        """How many elements read the cell at `position`: len(elements_at(position)), expanded axes not listed."""
        once = replace(self, shape=tuple(1 if a in self.expanded_axes else n for a, n in enumerate(self.shape)))
        return self.repeats * len(once.elements_at(position))

    def positions(self) -> NDArray[np.int64]:
        """The storage position of every element, an int64 array of this shape.

        Raises: ValueError above MAX_CELLS elements; take a `corner` first.
        """
        if self.size > MAX_CELLS:
            raise ValueError(f"shape {self.shape} has {self.size:,} elements; take layout.corner(12) first")
        if not self.size:
            return np.zeros(self.shape, dtype=np.int64)
        result = np.full(self.shape, self.offset, dtype=np.int64)
        for axis, (n, s) in enumerate(zip(self.shape, self.stride, strict=True)):
            if n > 1:
                result += (np.arange(n) * s).reshape(-1, *[1] * (self.ndim - axis - 1))
        return result

    def ghosts(self) -> NDArray[np.bool_]:
        """True for each element whose cell an earlier one (row-major) already reads: seen, but not copied."""
        positions = self.positions()
        repeated = np.ones(positions.shape, dtype=bool)
        repeated.reshape(-1)[np.unique(positions, return_index=True)[1]] = False
        return repeated

    def corner(self, limit: int) -> "Layout":
        """The layout of x[:limit, :limit, …]: what is drawn of a large array. Same storage, stride and offset."""
        limit = check_count(limit, "a limit", 0)
        return replace(self, shape=tuple(min(n, limit) for n in self.shape))


@dataclass(frozen=True)
class View:
    """What `as_strided` says of a shape, stride and offset over a storage.

    reason: None if legal, else a sentence. first_bad_element: the first index, in row-major order, that leaves
    the storage; reads_position is where it would read, beyond_by how many cells outside that is.
    layout: also set when illegal, to be drawn (see `inside`); None if the numbers make no layout at all.
    torch_refuses: why torch does not allow a view that is legal in numpy, as a sentence, else None.
    """

    legal: bool
    reason: str | None = None
    first_bad_element: tuple[int, ...] | None = None
    reads_position: int | None = None
    beyond_by: int | None = None
    layout: Layout | None = None
    torch_refuses: str | None = None

    def inside(self) -> NDArray[np.bool_]:
        """True for each element that reads a real cell, a boolean array of the layout's shape.

        Raises: ValueError if there is no layout.
        """
        if self.layout is None:
            raise ValueError(f"no layout to look at: {self.reason}")
        positions = self.layout.positions()
        return (positions >= 0) & (positions < self.layout.storage_size)


def contiguous_stride(shape: Sequence[int]) -> tuple[int, ...]:
    """The row-major stride of a fresh array of this shape, in elements: (3, 4) -> (4, 1)."""
    shape = tuple(check_count(n, "a size", 0) for n in shape)
    return tuple(math.prod(max(n, 1) for n in shape[axis + 1 :]) for axis in range(len(shape)))


def as_strided(
    storage_size: int, shape: Sequence[int], stride: Sequence[int], offset: int = 0, *, itemsize: int = 4
) -> View:
    """What reading a storage of `storage_size` cells with this shape, stride and offset would do: a View.

    Nothing is read. Legal means that every element reads a cell of the storage. Negative strides can be legal,
    as in numpy; `torch_refuses` then says that torch has none.

    Raises: TypeError if a number is not whole.
    """
    storage_size, offset, itemsize = (operator.index(number) for number in (storage_size, offset, itemsize))
    shape, stride = _whole(shape, "a shape"), _whole(stride, "a stride")
    if len(shape) != len(stride):
        return View(False, f"shape {shape} has {len(shape)} axes but stride {stride} has {len(stride)}: one each")
    for axis, n in enumerate(shape):
        if n < 0:
            return View(False, f"axis {axis} has size {n}: a size counts elements, so it is never negative")
    layout = Layout(shape, stride, offset, itemsize, storage_size)
    if layout.span is None:
        if offset < 0:
            return View(False, f"offset {offset} is before the start of the storage", layout=layout)
        return View(True, layout=layout)
    low, high = layout.span
    if low >= 0 and high < storage_size:
        negative = [axis for axis, s in enumerate(stride) if s < 0]
        refuses = "torch has no negative strides: x.flip(…) copies instead" if negative else None
        return View(True, layout=layout, torch_refuses=refuses)
    return _illegal(layout, low, high)


def _whole(numbers: Any, what: str) -> tuple[int, ...]:
    try:
        return tuple(map(operator.index, numbers))
    except (TypeError, RuntimeError):  # RuntimeError: a tensor without plain numbers
        raise TypeError(f"{what} is a tuple of whole numbers, not {reprlib.repr(numbers)}") from None


def _illegal(layout: Layout, low: int, high: int) -> View:
    """The View that says which element of the layout leaves the storage first, and by how much."""
    index = _first_outside(layout)
    reads = layout.position(index)
    last = layout.storage_size - 1
    beyond = -reads if reads < 0 else reads - last
    side = "before the start" if reads < 0 else "past the end"
    end = f"the last cell is {last}" if last >= 0 else "it has no cells"
    needs = [f"{high - min(low, 0) + 1} cells"] if high - min(low, 0) > last else []
    needs += [f"an offset of {layout.offset - low}"] if low < 0 else []
    reason = f"element {index} reads position {reads}, {beyond} {side} of the storage ({end})"
    reason += f"; this view needs {' and '.join(needs)}"
    drawable = max(-low, high) < 2**62  # beyond that, positions do not fit an int64
    return View(False, reason, index, reads, beyond, layout if drawable else None)


def _first_outside(layout: Layout) -> tuple[int, ...]:
    """The first index in row-major order whose position leaves the storage; there must be one."""
    index, at = [], layout.offset
    for axis, s in enumerate(layout.stride):
        low, high = reach(layout.shape[axis + 1 :], layout.stride[axis + 1 :])
        i = 0
        if at + low >= 0 and at + high < layout.storage_size:  # index 0 stays inside: advance until one end leaves
            i = -(-(layout.storage_size - at - high) // s) if s > 0 else (at + low) // -s + 1
        index.append(i)
        at += i * s
    return tuple(index)


def reach(shape: Sequence[int], stride: Sequence[int]) -> tuple[int, int]:
    """The lowest and highest sum of steps along these axes, all of them non-empty."""
    steps = [(n - 1) * s for n, s in zip(shape, stride, strict=True)]
    return sum(min(0, step) for step in steps), sum(max(0, step) for step in steps)
