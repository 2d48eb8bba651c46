"""What lies under a view: how shape, stride and offset turn an index into a place in memory.

Glossary: *storage*, the one-dimensional row of cells that holds the numbers; *position*, the number of a cell
in it, from 0; *element*, what an index of the view names; *stride* of an axis, the step in cells that one step
along the axis takes; *offset*, the position of element (0, 0, …). One equation carries the whole module:

    position(i, j, …) = offset + i·stride[0] + j·stride[1] + …

Strides and offsets count elements, as torch does; `stride_bytes` gives numpy's bytes.
"""

import math
import operator
import sys
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import as_strided as _numpy_as_strided

MAX_CELLS = 2**24  # what `positions` will lay out at once, 128 MiB; look at a `corner` of anything larger
COPIES = 3  # how often the expand move repeats an axis, as in the lesson's (3,) to (3, 3)


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
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        """How many elements the view has; several of them may share one cell."""
        return math.prod(self.shape)

    @property
    def stride_bytes(self):
        return tuple(s * self.itemsize for s in self.stride)

    @property
    def expanded_axes(self):
        """Axes that read the same cells again and again: stride 0 and more than one element.

        Size-1 axes are left out: nothing repeats there, and their stride is a matter of taste
        (`x[None]` has stride 0 in numpy and not in torch).
        """
        return tuple(a for a, (n, s) in enumerate(zip(self.shape, self.stride, strict=True)) if not s and n > 1)

    @property
    def repeats(self):
        """How many times over the expanded axes show each element: the 3 in "12 bytes × 3"."""
        return math.prod(self.shape[axis] for axis in self.expanded_axes)

    @property
    def is_contiguous(self):
        """True if walking the elements in row-major order walks the storage cell by cell."""
        expected = 1
        for n, s in zip(reversed(self.shape), reversed(self.stride), strict=True):
            if n > 1 and s != expected:
                return self.size == 0
            expected *= n
        return True

    @property
    def virtual_bytes(self):
        """Bytes the view would take if every element had a cell of its own."""
        return self.size * self.itemsize

    @property
    def allocated_bytes(self):
        """Bytes of the whole storage, whether this view reads all of it or not."""
        return self.storage_size * self.itemsize

    @property
    def span(self):
        """The lowest and the highest position read, or None if there are no elements."""
        if not self.size:
            return None
        low, high = _reach(self.shape, self.stride)
        return self.offset + low, self.offset + high

    def position(self, index):
        """The storage position of the element at `index`, one int per axis (a bare int if there is one axis).

        Raises: IndexError, naming the axis, if the index is not an element of the shape.
        """
        index = (index,) if isinstance(index, int) else tuple(index)
        if len(index) != self.ndim:
            raise IndexError(f"index {index} has {len(index)} numbers, shape {self.shape} has {self.ndim} axes")
        for axis, (i, n) in enumerate(zip(index, self.shape, strict=True)):
            if not 0 <= i < n:
                raise IndexError(f"index {i} is outside axis {axis} of shape {self.shape}")
        return self.offset + sum(i * s for i, s in zip(index, self.stride, strict=True))

    def elements_at(self, position):
        """Every index, in row-major order, whose element reads the cell at `position`; [] if none does.

        These are also the elements that change when that cell is written.
        """
        if not self.size:
            return []
        # Largest stride first: each axis then leaves only a step or two to try, so nothing is enumerated.
        axes = sorted(range(self.ndim), key=lambda a: -abs(self.stride[a]))
        shape, stride = [self.shape[a] for a in axes], [self.stride[a] for a in axes]
        reach = [_reach(shape[k:], stride[k:]) for k in range(self.ndim + 1)]

        def solve(k, rest):
            """Ways to write `rest` as a sum of steps along axes[k:]."""
            if not reach[k][0] <= rest <= reach[k][1]:
                return
            if k == self.ndim:
                yield ()
                return
            n, s = shape[k], stride[k]
            first, last = 0, n - 1
            if s:  # the axes after this one can supply only low..high, which bounds the steps along it
                low, high = reach[k + 1]
                near, far = (rest - high, rest - low) if s > 0 else (low - rest, high - rest)
                first, last = max(first, -(-near // abs(s))), min(last, far // abs(s))
            for i in range(first, last + 1):
                for tail in solve(k + 1, rest - i * s):
                    yield (i, *tail)

        order = np.argsort(axes).tolist()
        return sorted(tuple(found[k] for k in order) for found in solve(0, position - self.offset))

    def readers(self, position):
        """How many elements read the cell at `position`: len(elements_at(position)), expanded axes not listed."""
        once = replace(self, shape=tuple(1 if a in self.expanded_axes else n for a, n in enumerate(self.shape)))
        return self.repeats * len(once.elements_at(position))

    def positions(self):
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

    def ghosts(self):
        """True for each element whose cell an earlier one (row-major) already reads: seen, but not copied."""
        positions = self.positions()
        repeated = np.ones(positions.shape, dtype=bool)
        repeated.reshape(-1)[np.unique(positions, return_index=True)[1]] = False
        return repeated

    def corner(self, limit):
        """The layout of x[:limit, :limit, …]: what is drawn of a large array. Same storage, stride and offset."""
        return replace(self, shape=tuple(min(n, limit) for n in self.shape))


@dataclass(frozen=True)
class View:
    """What `as_strided` says of a shape, stride and offset over a storage.

    reason: None if legal, else a sentence. first_bad_element: the first index, in row-major order, that leaves
    the storage; reads_position is where it would read, beyond_by how many cells outside that is.
    layout: also there when illegal, to be drawn (see `inside`); None if the numbers make no layout at all.
    torch_refuses: a legal view that torch still declines, in a sentence, else None.
    """

    legal: bool
    reason: str | None = None
    first_bad_element: tuple[int, ...] | None = None
    reads_position: int | None = None
    beyond_by: int | None = None
    layout: Layout | None = None
    torch_refuses: str | None = None

    def inside(self):
        """True for each element that reads a real cell, a boolean array of the layout's shape."""
        positions = self.layout.positions()
        return (positions >= 0) & (positions < self.layout.storage_size)


@dataclass(frozen=True)
class Move:
    """One step of the lesson applied to a layout.

    torch_code, numpy_code: the expression, of a tensor or array called `x`. layout: what comes out, in the
    layout's own library; None if the move does not apply, and then the explanation says why.
    reads: None for a view, which keeps the storage. A copy gets a storage of its own, filled by reading the old
    one in this order: new_storage = old_storage[move.reads.positions().ravel()].
    """

    key: str
    title: str
    torch_code: str
    numpy_code: str
    layout: Layout | None
    explanation: str
    reads: Layout | None = None


def contiguous_stride(shape):
    """The row-major stride of a fresh array of this shape, in elements: (3, 4) -> (4, 1)."""
    return tuple(math.prod(max(n, 1) for n in shape[axis + 1 :]) for axis in range(len(shape)))


def describe(x):
    """The Layout of a strided torch tensor or numpy array: where its elements lie in its storage.

    A numpy array's storage is all the memory of the array (or buffer) that owns it, measured in x's items and
    from its lowest address, so a flipped array has a negative stride and an offset at the far end.

    Raises: TypeError for anything else (lists, sparse tensors, object arrays); ValueError for an array without
    plain memory of its own (meta tensors, lazy conjugates) or whose steps are not whole items. Each message
    says what to do instead.
    """
    if _is_tensor(x):
        layout = _describe_tensor(x)
    elif isinstance(x, np.ndarray):
        layout = _describe_array(x)
    else:
        kind = "None" if x is None else f"a {type(x).__name__}"
        raise TypeError(f"need a torch tensor or a numpy array, not {kind}: wrap it in torch.tensor() or np.array()")
    if layout.size and not 0 <= layout.span[0] <= layout.span[1] < layout.storage_size:
        raise ValueError(f"the elements lie outside the {layout.storage_size} cells of the storage: was it freed?")
    return layout


def values(x, at=None, limit=4096):
    """The numbers in the storage of x, as a fresh numpy array: a snapshot, also of cells that x does not read.

    at: an int array of storage positions; the result has its shape, so `values(x, describe(x).positions())`
    equals x. Without it, the first `limit` cells. Types numpy lacks (bfloat16, float8) come back as float32.

    Raises: what `describe` raises; IndexError if a position is outside the storage.
    """
    size = describe(x).storage_size
    flat = _flat(x)
    at = np.arange(min(size, limit)) if at is None else np.asarray(at, dtype=np.int64)
    if at.size and not (at.min() >= 0 and at.max() < size):
        raise IndexError(f"positions {at.min()}…{at.max()} leave the storage, which has cells 0…{size - 1}")
    return _to_numpy(flat[flat.new_tensor(at, dtype=_torch().int64)]) if _is_tensor(x) else flat[at]


def write(x, position, value):
    """Write one storage cell of x in place and return what is stored there now, a Python number.

    Every element in `describe(x).elements_at(position)` changes with it, and so does every other view of that
    memory. What is stored may differ from `value`: an integer cell drops a fraction.

    Raises: IndexError if there is no such cell; ValueError if its type cannot hold the value or the memory is
    read-only.
    """
    values(x, [position])  # so that a position outside is refused in words
    try:
        _flat(x)[position] = value
    except (RuntimeError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"cannot store {value!r} in a cell of type {describe(x).dtype}: {error}") from error
    return values(x, [position])[0].item()


def as_strided(storage_size, shape, stride, offset=0, *, itemsize=4):
    """What reading a storage of `storage_size` cells with this shape, stride and offset would do: a View.

    Nothing is read. Legal means that every element reads a cell of the storage. Negative strides can be legal,
    as in numpy; `torch_refuses` then says that torch has none.

    Raises: TypeError if a number is not whole.
    """
    storage_size, offset = operator.index(storage_size), operator.index(offset)
    shape, stride = (tuple(map(operator.index, numbers)) for numbers in (shape, stride))
    if len(shape) != len(stride):
        return View(False, f"shape {shape} has {len(shape)} axes but stride {stride} has {len(stride)}: one each")
    for axis, n in enumerate(shape):
        if n < 0:
            return View(False, f"axis {axis} has size {n}: a size counts elements, so it is never negative")
    layout = Layout(shape, stride, offset, itemsize, storage_size)
    if not layout.size:
        if offset < 0:
            return View(False, f"offset {offset} is before the start of the storage", layout=layout)
        return View(True, layout=layout)
    low, high = layout.span
    if low >= 0 and high < storage_size:
        negative = [axis for axis, s in enumerate(stride) if s < 0]
        refuses = "torch has no negative strides: x.flip(…) copies instead" if negative else None
        return View(True, layout=layout, torch_refuses=refuses)
    return _illegal(layout, low, high)


def _illegal(layout, low, high):
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


def _first_outside(layout):
    """The first index in row-major order whose position leaves the storage; there must be one."""
    index, at = [], layout.offset
    for axis, s in enumerate(layout.stride):
        low, high = _reach(layout.shape[axis + 1 :], layout.stride[axis + 1 :])
        i = 0
        if at + low >= 0 and at + high < layout.storage_size:  # all is well at 0: go on until one end leaves
            i = -(-(layout.storage_size - at - high) // s) if s > 0 else (at + low) // -s + 1
        index.append(i)
        at += i * s
    return tuple(index)


def moves(layout):
    """The lesson's moves on this layout, in the order they are taught: a list of Move.

    One step away each; apply the next to `move.layout` (if the move copies, storage_size is the new one).
    """
    return [move(layout) for move in (_expand, _transpose, _new_column, _new_row, _step, _drop, _flip, _contiguous)]


def _expand(layout):
    shape, stride = layout.shape, layout.stride
    if 1 in shape:
        stride = tuple(0 if n == 1 else s for n, s in zip(shape, stride, strict=True))
        shape = tuple(COPIES if n == 1 else n for n in shape)
    else:
        shape, stride = (COPIES, *shape), (0, *stride)
    return Move(
        "expand_as",
        f"expand_as {shape}",
        f"x.expand({', '.join(map(str, shape))})",
        f"np.broadcast_to(x, {shape})",
        replace(layout, shape=shape, stride=stride),
        f"The same as x.expand_as(m) for any m of shape {shape}: stride 0 reads the same cells again, "
        "so nothing is copied.",
    )


def _transpose(layout):
    torch_code, numpy_code = ("x.t()", "x.T") if layout.ndim < 3 else ("x.transpose(-2, -1)", "x.swapaxes(-2, -1)")
    if layout.ndim < 2:
        why = "There is only one axis, or none: nothing to swap. x[:, None] makes a column."
        return Move("transpose", "transpose", torch_code, numpy_code, None, why)
    swap = [*range(layout.ndim - 2), layout.ndim - 1, layout.ndim - 2]
    shape, stride = (tuple(numbers[axis] for axis in swap) for numbers in (layout.shape, layout.stride))
    why = "The last two sizes and strides trade places; the storage stays as it is."
    return Move("transpose", "transpose", torch_code, numpy_code, replace(layout, shape=shape, stride=stride), why)


def _new_column(layout):
    why = "A new axis of size 1 after the first one: a vector becomes a column."
    return _new_axis(layout, "new-column", "x[:, None]", 1, why)


def _new_row(layout):
    why = "A new axis of size 1 in front: a vector becomes a row, x.unsqueeze(0) in torch."
    return _new_axis(layout, "new-row", "x[None, :]", 0, why)


def _new_axis(layout, key, code, axis, why):
    if not layout.ndim:
        return Move(key, code[1:], code, code, None, "A 0-d tensor has no axis for the : to name; x[None] adds one.")
    shape, stride = list(layout.shape), list(layout.stride)
    # Any stride would do on an axis of size 1: torch writes the next axis' extent, numpy writes 0.
    next_extent = shape[axis] * stride[axis] if axis < layout.ndim else 1
    stride.insert(axis, next_extent if layout.library == "torch" else 0)
    shape.insert(axis, 1)
    return Move(key, code[1:], code, code, replace(layout, shape=tuple(shape), stride=tuple(stride)), why)


def _step(layout):
    code = "x[::2]" if layout.ndim < 2 else "x[..., ::2]"
    if not layout.ndim:
        return Move("step", code[1:], code, code, None, "A 0-d tensor has no axis to step along.")
    *shape, n = layout.shape
    *stride, s = layout.stride
    result = replace(layout, shape=(*shape, -(-n // 2)), stride=(*stride, 2 * s))
    return Move("step", code[1:], code, code, result, "Every second element: the stride doubles, nothing is copied.")


def _drop(layout):
    code = "x[1:]"
    if not layout.ndim:
        return Move("drop", code[1:], code, code, None, "A 0-d tensor has no axis to slice.")
    n, *shape = layout.shape
    dropped = min(n, 1)
    result = replace(layout, shape=(n - dropped, *shape), offset=layout.offset + dropped * layout.stride[0])
    return Move("drop", code[1:], code, code, result, "The first one is left out: only the offset and a size change.")


def _flip(layout):
    torch_code = "x.flip(0)" if layout.is_contiguous else "x.contiguous().flip(0)"
    if not layout.ndim:
        return Move("flip", "flip", torch_code, "x[::-1]", None, "A 0-d tensor has no axis to flip.")
    n, s = layout.shape[0], layout.stride[0]
    flipped = replace(layout, offset=layout.offset + max(n - 1, 0) * s, stride=(-s, *layout.stride[1:]))
    if layout.library == "numpy":
        why = "numpy reads backwards: the stride is negative and the offset is at the far end; nothing is copied."
        return Move("flip", "flip", torch_code, "x[::-1]", flipped, why)
    why = "torch has no negative strides, so it copies into a new storage; numpy's x[::-1] would be a view."
    return Move("flip", "flip", torch_code, "x[::-1]", _copied(layout), why, flipped)


def _contiguous(layout):
    code = ("x.contiguous()", 'np.asarray(x, order="C")')
    if layout.is_contiguous:
        why = "Already in row-major order: the same memory comes back, nothing is copied."
        return Move("contiguous", "contiguous", *code, layout, why)
    why = "A copy: a new storage with one cell for each element, in row-major order."
    return Move("contiguous", "contiguous", *code, _copied(layout), why, layout)


def _copied(layout):
    """The layout of a fresh row-major copy."""
    return replace(layout, stride=contiguous_stride(layout.shape), offset=0, storage_size=layout.size)


def _reach(shape, stride):
    """The lowest and highest sum of steps along these axes, all of them non-empty."""
    steps = [(n - 1) * s for n, s in zip(shape, stride, strict=True)]
    return sum(min(0, step) for step in steps), sum(max(0, step) for step in steps)


def _torch():
    """torch if the caller has imported it, else None: a numpy array never pays for the import."""
    return sys.modules.get("torch")


def _is_tensor(x):
    return isinstance(x, getattr(_torch(), "Tensor", ()))


def _describe_tensor(x):
    torch = _torch()
    if x.is_nested:
        raise TypeError("a nested tensor has no one shape: describe one of its rows, x.unbind()[0]")
    if x.layout != torch.strided:
        kind = str(x.layout).removeprefix("torch.")
        raise TypeError(f"a {kind} tensor has no strides: make it dense first, x.to_dense()")
    if x.is_quantized:
        raise TypeError("a quantised tensor stores codes, not its values: take x.int_repr() or x.dequantize()")
    storage = x.untyped_storage()
    if storage.device.type == "meta":
        raise ValueError('a meta tensor has a shape but no memory: torch.empty_like(x, device="cpu") allocates some')
    if x.is_conj() or x.is_neg():
        done = "resolve_conj" if x.is_conj() else "resolve_neg"
        raise ValueError(f"the memory of a lazy conjugate holds other values than it shows: x.{done}() computes them")
    size = storage.nbytes() // x.element_size()
    dtype = str(x.dtype).removeprefix("torch.")
    return Layout(tuple(x.shape), x.stride(), x.storage_offset(), x.element_size(), size, "torch", dtype)


def _describe_array(x):
    itemsize = x.dtype.itemsize
    if x.dtype.names:
        raise TypeError(f'a structured array mixes types in one element: take one field, x["{x.dtype.names[0]}"]')
    if x.dtype.hasobject:
        raise TypeError("an object array stores references and its values lie elsewhere: give it a numeric dtype")
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


def _address(array):
    return array.__array_interface__["data"][0]


def _memory(x):
    """All the memory that x is a view of, as a flat uint8 array starting at its lowest address."""
    owners = [x]
    while (base := getattr(owners[-1], "base", None)) is not None:  # as_strided puts a helper object in between
        owners.append(base)
    if _is_tensor(owners[-1]):
        return _torch().empty(0, dtype=_torch().uint8).set_(owners[-1].untyped_storage()).numpy()
    if not isinstance(owners[-1], np.ndarray):
        try:
            return np.frombuffer(owners[-1], np.uint8)  # bytes, a memory map, …
        except (TypeError, ValueError, BufferError):
            pass  # an owner that hands out no buffer: the oldest array is as far as one can see
    root = next(owner for owner in reversed(owners) if isinstance(owner, np.ndarray))
    if root.dtype.hasobject:
        raise ValueError("its memory also holds Python objects: x.copy() gives it a memory of its own")
    lowest = root[(*(slice(None, None, -1 if s < 0 else 1) for s in root.strides), ...)]
    length = root.itemsize + _reach(lowest.shape, lowest.strides)[1] if root.size else 0
    items = _numpy_as_strided(lowest, (length // root.itemsize,), (root.itemsize,))
    return items.view(np.uint8)


def _flat(x):
    """The whole storage of x as a flat tensor or array of x's type that shares its memory."""
    if _is_tensor(x):
        return x.new_empty(0).detach().set_(x.untyped_storage())
    memory = _memory(x)
    return memory[: memory.size - memory.size % x.itemsize].view(x.dtype)


def _to_numpy(tensor):
    torch = _torch()
    try:
        return tensor.cpu().numpy()
    except TypeError:  # a type that numpy lacks: bfloat16, float8, complex32
        return tensor.cpu().to(torch.complex64 if tensor.is_complex() else torch.float32).numpy()
