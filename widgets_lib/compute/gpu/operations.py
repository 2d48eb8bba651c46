"""What an access does: `a[i]`, `a[i, j] = value` and `cuda.atomic` on recording arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import arithmetic
from .cells import RecordingArray, poisoned
from .errors import KernelError
from .recording import Recorder, Site


def operations(recorder: Recorder) -> dict[str, Callable[..., Any]]:
    """The functions that stand for `a[i]`, `a[i, j]`, … in rewritten code, by name."""
    extend = recorder.log.extend

    def load1(a: Any, i: Any, site: int) -> Any:
        try:
            if type(i) is int and 0 <= i < a.fits1:
                cell = a.offset + i * a.step0
                value = a.read(cell)
                extend((a.base + site, cell, value))
                return value
        except AttributeError:  # no array: said below
            pass
        return load(a, i if type(i) is tuple else (i,), site)

    def load2(a: Any, i: Any, j: Any, site: int) -> Any:
        try:
            if type(i) is int and type(j) is int and 0 <= i < a.fits2a and 0 <= j < a.fits2b:
                cell = a.offset + i * a.step0 + j * a.step1
                value = a.read(cell)
                extend((a.base + site, cell, value))
                return value
        except AttributeError:
            pass
        return load(a, (i, j), site)

    def load(a: Any, index: tuple[Any, ...], site: int) -> Any:
        if not isinstance(a, RecordingArray):
            return _of_tuple(a, index, recorder.sites[site])
        if len(index) < len(a.shape) or any(isinstance(i, slice) for i in index):
            return _view(a, index, recorder, site)
        cell = recorder.cell(a, index, site)
        if cell is None:
            return arithmetic.plain(poisoned((1,), a.dtype)[0])
        value = a.read(cell)
        extend((a.base + site, cell, value))
        return value

    return {"load1": load1, "load2": load2, "load": load, **_changes(recorder)}


def _changes(recorder: Recorder) -> dict[str, Callable[..., Any]]:
    """Those that write."""
    extend = recorder.log.extend

    def store(value: Any, a: Any, index: tuple[Any, ...], site: int) -> None:
        if not isinstance(a, RecordingArray):
            place = recorder.sites[site]
            raise KernelError(f"{place.array} is no array and can’t be written into", place.line, place.function)
        if len(index) == 1 and type(index[0]) is tuple:
            index = index[0]
        cell = recorder.cell(a, index, site)
        if cell is not None:
            _put(a, cell, value, recorder.sites[site])
            extend((a.base + site, cell, value))

    def atomic(name: str, a: Any, index: Any, value: Any, site: int) -> Any:
        place = recorder.sites[site]
        if not isinstance(a, RecordingArray) or a.space not in ("global", "shared"):
            raise KernelError(f"cuda.atomic.{name} works on a global or a shared array", place.line, place.function)
        cell = recorder.cell(a, index if type(index) is tuple else (index,), site)
        if cell is None:
            return arithmetic.plain(poisoned((1,), a.dtype)[0])
        old = a.read(cell)
        new = _ATOMIC[name](old, value)
        _put(a, cell, new, place)
        extend((a.base + site, cell, new))
        return old

    return {"store": store, "atomic": atomic}


_ATOMIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "max": arithmetic.maximum,
    "min": arithmetic.minimum,
}


def _put(a: RecordingArray, cell: int, value: Any, place: Site) -> None:
    if a.space == "constant":
        raise KernelError(f"{a.name} is a constant of the kernel: pass it as an argument", place.line, place.function)
    if not isinstance(value, (int, float, np.number, np.bool_)):
        kinds = {type(None): "nothing (None)", RecordingArray: "a whole array"}
        what = kinds.get(type(value), f"a {type(value).__name__}")
        raise KernelError(f"{place.array} is given {what}: write one number", place.line, place.function)
    a.flat[cell] = arithmetic.as_stored(value, a.dtype) if a.dtype.kind in "iu" else value


def _of_tuple(a: Any, index: tuple[Any, ...], place: Site) -> Any:
    """What an index of a tuple, such as a shape, gives."""
    if isinstance(a, tuple) and len(index) == 1:
        try:
            return a[index[0]]
        except IndexError:
            words = f"{place.array} has {len(a)} parts, and {place.array}[{index[0]}] is none of them"
            raise KernelError(words, place.line, place.function) from None
    raise KernelError(f"{place.array} is one number and has no cells", place.line, place.function)


def _view(a: RecordingArray, index: tuple[Any, ...], recorder: Recorder, site: int) -> Any:
    """A row, a column or a part of an array, as numba's basic slicing has it."""
    place = recorder.sites[site]
    if len(index) > len(a.shape):
        raise KernelError(f"{a.name} has {len(a.shape)} axes and {len(index)} indices", place.line, place.function)
    shape, steps, offset = [], [], a.offset
    for axis, size in enumerate(a.shape):
        i = index[axis] if axis < len(index) else slice(None)
        if isinstance(i, slice):
            first, stop, step = i.indices(size)
            offset += first * a.steps[axis]
            shape.append(len(range(first, stop, step)))
            steps.append(step * a.steps[axis])
            continue
        i = recorder.whole(i, a, site)
        if not 0 <= i < size:
            recorder.put_down(a, (i,), site, axis, i)
            i = min(max(i + size if i < 0 else i, 0), size - 1)
        offset += i * a.steps[axis]
    return a.view(tuple(shape), tuple(steps), offset)
