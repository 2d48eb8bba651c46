"""How a widget was made, kept so that it can be made again elsewhere, even where there is no torch.

`record()` makes every widget from then on remember its class and its constructor's arguments; `recipe_of` gives them as
bytes, and `loads` reads these. A torch tensor, and an array that is a view of another, becomes its storage and its
layout (`strides.Stored`), an array of MNIST its name. Nothing else but plain values can be in a recipe, and `loads`
makes nothing else.
"""

import importlib
import io
import pickle
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import mnist, strides
from widgets_lib.compute.arrays import is_torch
from widgets_lib.widgets._base import Widget

MAX_WHOLE = 65_536  # bytes of a storage that is kept whole; of a larger one what the view reads
MAX_BYTES = 1_000_000  # of one recipe: a page has dozens

Recipe = tuple[type[Widget], tuple[Any, ...], dict[str, Any]]
"""The class, the arguments in order, and those by name."""

_recipes: WeakKeyDictionary[Widget, bytes | Exception] = WeakKeyDictionary()


def record() -> None:
    """From now on every widget that is made keeps its recipe, taken before its constructor runs."""
    if "__new__" in vars(Widget):
        return
    stock = Widget.__new__

    def make(cls: type[Widget], *args: Any, **kwargs: Any) -> Widget:
        widget = stock(cls, *args, **kwargs)
        try:
            _recipes[widget] = dumps(cls, *cls.recipe_arguments(args, kwargs))
        except (TypeError, ValueError) as problem:  # the lesson goes on; whoever asks for the recipe is told
            _recipes[widget] = problem
        return widget

    Widget.__new__ = make  # type: ignore[method-assign, assignment]


def recipe_of(widget: Widget) -> bytes:
    """What `loads` reads. Raises: ValueError if the widget has none, in words: it was made before `record()`, or it was
    given what a recipe can't hold."""
    recipe = _recipes.get(widget, ValueError("it was made before the recording began"))
    if isinstance(recipe, bytes):
        return recipe
    raise ValueError(f"{type(widget).__name__} can’t be made again elsewhere: {recipe}") from recipe


def make_again(recipe: bytes, kept: dict[str, Any] | None = None, inputs: dict[str, Any] | None = None) -> Widget:
    """The widget of a recipe, with what its `keep()` said, and its inputs set.

    Raises: what `loads` and the constructor raise; ValueError if the inputs don't fit.
    """
    cls, args, kwargs = loads(recipe)
    if kept:
        cls._prepare(kept)
    widget = cls(*args, **kwargs)
    if kept:
        widget._restore_kept(kept)
    inputs = {name: value for name, value in (inputs or {}).items() if _plain(getattr(widget, name, None)) != value}
    if inputs and not widget.restore(inputs):
        raise ValueError(f"{cls.__name__}: the inputs don’t fit: {', '.join(inputs)}")
    return widget


def _plain(value: Any) -> Any:
    """As JSON gives it back: tuples are lists there."""
    return [*map(_plain, value)] if isinstance(value, (list, tuple)) else value


def dumps(cls: type[Widget], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """A recipe as bytes. Raises: TypeError naming what a recipe can't hold, ValueError if it takes too many bytes."""
    file = io.BytesIO()
    try:
        _Pickler(file, protocol=5).dump(((cls.__module__, cls.__name__), args, kwargs))
    except (pickle.PicklingError, AttributeError, RecursionError) as error:
        raise TypeError(str(error)) from error
    data = file.getvalue()
    if len(data) > MAX_BYTES:
        raise ValueError(f"its arguments take {len(data):,} bytes, and a page has room for {MAX_BYTES:,}")
    return data


def loads(data: bytes) -> Recipe:
    """What `dumps` was given. Raises: pickle.UnpicklingError for anything that it does not write."""
    (module, name), args, kwargs = _Unpickler(io.BytesIO(data)).load()
    cls = getattr(importlib.import_module(module), name, None) if module.startswith("widgets_lib.widgets.") else None
    if not (isinstance(cls, type) and issubclass(cls, Widget)):
        raise pickle.UnpicklingError(f"{module}.{name} is no widget of the course")
    return cls, args, kwargs


# ---- writing ----


class _Pickler(pickle.Pickler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: dict[tuple[int, int], NDArray[Any]] = {}  # address and size -> cells: what is shared is kept once

    def persistent_id(self, x: Any) -> Any:
        if isinstance(x, np.ndarray) and (name := _mnist_name(x)):
            return "mnist", name
        return None

    def reducer_override(self, x: Any) -> Any:
        kind = type(x)
        if kind in _PLAIN or any(x is known for known in _KNOWN):
            return NotImplemented  # as pickle does it
        if is_torch(x):
            return _stored, self._cells_and_layout(x)
        if isinstance(x, np.generic):
            return _scalar, (x.dtype.str, x.tobytes())
        if kind is np.ndarray and not x.dtype.hasobject and not x.dtype.names:
            if x.base is None and x.flags.c_contiguous:  # its shape and its bytes say everything
                return _array, (x.dtype.str, x.shape, x.tobytes())
            return _stored, self._cells_and_layout(x)
        if (kind.__module__, kind.__name__) == ("torch", "Size"):
            return tuple, (list(x),)
        raise TypeError(f"a {kind.__qualname__} of {kind.__module__} has no place in a recipe")

    def _cells_and_layout(self, x: Any) -> tuple[Any, ...]:
        """The arguments of `_stored`."""
        layout = strides.describe(x)
        whole = strides.storage_of(x)
        low, high = layout.span or (0, -1)
        if whole.nbytes <= MAX_WHOLE:
            low, high = 0, len(whole) - 1
        cells, name = whole[low : high + 1], _mnist_name(whole)
        if cells.nbytes > MAX_WHOLE and name:
            cells = whole[:0]  # all of them are in the file
        kept = self._seen.setdefault((cells.ctypes.data, cells.size), cells.copy())
        return kept, layout, low, name


def _mnist_name(x: NDArray[Any]) -> str:
    """The name of the array of MNIST whose very memory this is; "" if it is none of them."""
    if not mnist.load.cache_info().currsize:  # nobody has them
        return ""
    digits = mnist.load()
    for name in digits.__dataclass_fields__:
        array = getattr(digits, name)
        if (x.ctypes.data, x.size, x.dtype) == (array.ctypes.data, array.size, array.dtype):
            return name
    return ""


# ---- reading: the only functions that a recipe may call ----


def _array(dtype: str, shape: tuple[int, ...], data: bytes) -> NDArray[Any]:
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _scalar(dtype: str, data: bytes) -> Any:
    return np.frombuffer(data, dtype)[0]


def _mnist(name: str) -> NDArray[Any]:
    array: NDArray[Any] = getattr(mnist.load(), name)
    return array


def _stored(cells: NDArray[Any], layout: strides.Layout, first: int, name: str) -> Any:
    """The view that was given: of a numpy array that came whole an array again, else as it can be had without its memory."""
    if layout.library == "numpy" and len(cells) == layout.storage_size:
        return strides.Stored(cells, layout).as_array()
    return strides.Stored(cells, layout, first, (lambda: _mnist(name).reshape(-1)) if name else None)


_KNOWN = (_array, _scalar, _stored, strides.Layout, tuple, range, slice, complex, set, frozenset, bytearray)
_PLAIN = (strides.Layout, range, slice, complex, set, frozenset, bytearray)


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        return _mnist(pid[1])

    def find_class(self, module: str, name: str) -> Any:
        found = {(known.__module__, known.__qualname__): known for known in _KNOWN}.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"a recipe can’t hold {module}.{name}")
        return found
