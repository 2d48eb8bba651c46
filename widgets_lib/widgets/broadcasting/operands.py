"""The operands of the BroadcastExplorer: an array, or only a shape, and the view of it that takes part."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import broadcasting, strides
from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.parsing import MAX_ELEMENTS, as_shape

MAX_AXES = 8  # columns of the table
_EXACT_ELEMENTS = 1000  # products of the example numbers of larger arrays may leave an int64

_Axes = tuple[int | None, ...] | None  # of a `broadcasting.Repair`
_Move = tuple[_Axes, tuple[int, ...], tuple[int, ...]]  # axes, shape before, shape after


@dataclass(frozen=True, eq=False)
class Operand:
    """An array and the view of it that takes part, such as c and c[:, None].

    name, base: the array and its shape. code, shape: the view. moves: what leads from the one to the other, as the
    arguments of `broadcasting.moved_from`. array: the numbers; without it, example numbers times `scale`.
    given: the operand that a typed shape replaced.
    """

    name: str
    base: tuple[int, ...]
    code: str
    shape: tuple[int, ...]
    moves: tuple[_Move, ...] = ()
    array: Any = None
    scale: float = 1
    given: "Operand | None" = None

    def moved(self, code: str, axes: _Axes, shape: tuple[int, ...]) -> "Operand":
        """A view of this view; axes as in `broadcasting.Repair`."""
        return replace(self, code=code, shape=shape, moves=(*self.moves, (axes, self.shape, shape)), given=None)

    def typed(self, shape: tuple[int, ...], name: str, scale: float) -> "Operand":
        """An example of another shape in its place, or the operand that was given if this is its shape again."""
        given = self.given or self
        return given if shape == given.shape else replace(example(name, shape, scale), given=given)

    def index(self, at: tuple[int, ...]) -> tuple[int, ...]:
        """The index in the array of the view's element at `at`."""
        for move in reversed(self.moves):
            at = broadcasting.moved_from(at, *move)
        return at

    def axes(self) -> list[int | None]:
        """For each axis of the array, the axis of the view it became, or None."""
        axes: list[int | None] = list(range(len(self.base)))
        for moved, *_ in self.moves:
            axes = [None if axis is None or moved is None else moved[axis] for axis in axes]
        return axes

    def numbers(self, indices: Sequence[tuple[int, ...]]) -> NDArray[Any]:
        """The array's numbers at these indices, as a flat numpy array."""
        if self.array is not None:
            layout = strides.describe(self.array)
            return strides.values(self.array, [layout.position(index) for index in indices])
        stride = strides.contiguous_stride(self.base)
        positions = [sum(i * s for i, s in zip(index, stride, strict=True)) for index in indices]
        dtype = np.int64 if math.prod(self.base) <= _EXACT_ELEMENTS else np.float64
        return broadcasting.example(np.array(positions, dtype=dtype), self.scale)

    def all_numbers(self) -> NDArray[Any]:
        """All of the array's numbers, of the array's shape."""
        return as_numpy(self.array)

    def moved_numbers(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Numbers of the array's shape as the view shows them."""
        for axes, _, after in self.moves:
            if axes is not None:
                numbers = numbers.transpose(sorted(range(numbers.ndim), key=lambda axis: (axes[axis] or 0, axis)))
            numbers = numbers.reshape(after)
        return numbers

    def to_compute_with(self, numbers: NDArray[Any]) -> Any:
        """Some of these numbers as the array's own library holds and combines them: of a scalar only one."""
        combinable = self.combinable(numbers)
        return combinable[0] if is_torch(combinable) and not self.base else combinable

    def combinable(self, numbers: NDArray[Any]) -> Any:
        """Numbers as the array's own library holds them; those that the array's type can't hold as they are."""
        if not is_torch(self.array):
            return numbers
        tensor = import_module("torch").from_numpy(np.ascontiguousarray(numbers))
        return tensor.to(self.array.dtype) if self.array.is_floating_point() or numbers.dtype.kind != "f" else tensor


def example(name: str, shape: tuple[int, ...], scale: float) -> Operand:
    """An operand of which only the shape is known, with numbers that tell which operand they belong to."""
    return Operand(name, shape, name, shape, scale=scale)


def from_array(name: str, array: Any) -> Operand:
    """The learner's own tensor or array.

    Raises: what strides.describe raises; TypeError if its elements are not real numbers or truth values.
    """
    layout = strides.describe(array)
    if layout.size and strides.values(array, [layout.offset]).dtype.kind not in "biuf":
        raise TypeError(f"BroadcastExplorer: {name} is of type {layout.dtype}; give real numbers or truth values")
    return Operand(name, layout.shape, name, layout.shape, array=array)


def from_argument(name: str, shape: Any, scale: float) -> Operand:
    """An operand from what a caller gave: a tensor or array, a shape, or a shape as text."""
    if is_torch(shape) or (hasattr(shape, "shape") and hasattr(shape, "dtype")):
        return from_array(name, np.asarray(shape) if isinstance(shape, np.generic) else shape)
    shape = broadcasting.parse_shape(shape) if isinstance(shape, str) else as_shape(shape)
    if len(shape) > MAX_AXES or math.prod(shape) > MAX_ELEMENTS:
        raise ValueError(
            f"BroadcastExplorer: shape {shape} is too large: at most {MAX_AXES} axes and 2^63 − 1 elements"
        )
    return example(name, shape, scale)


@dataclass(frozen=True, eq=False)
class Clash:
    """Operands that do not broadcast, what repairs them, and which of the repairs is applied."""

    operands: list[Operand]
    repairs: list[broadcasting.Repair]
    applied: int | None = None

    def applying(self, at: int | None) -> "Clash":
        return Clash(self.operands, self.repairs, at)

    @cached_property
    def repaired(self) -> list[Operand]:
        """The operands with the applied repair."""
        operands = list(self.operands)
        if self.applied is not None:
            repair = self.repairs[self.applied]
            operands[repair.operand] = operands[repair.operand].moved(repair.code, repair.axes, repair.shape_after)
        return operands
