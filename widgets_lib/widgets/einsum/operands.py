"""The operands of the EinsumExplorer: the learner's own arrays, or example numbers of a shape."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.einsum import Einsum

Shape = tuple[int, ...]

MAX_SIZE = 12  # of a letter that a slider sets
FIRST_SIZES = (3, 4, 2, 3, 2)  # of letters that are new: neighbours differ, so that an axis is told by its length
FACTORS = (1, 7, 5, 2, 4, 8)  # of the example numbers, without a common divisor with 9: each goes through 1 to 9


@dataclass(frozen=True, eq=False)
class Operand:
    """An array, or example numbers from 1 to 9 of a shape; `place` among the operands tells the examples apart."""

    shape: Shape
    place: int
    array: Any = None

    @property
    def itemsize(self) -> int:
        """The bytes of one number."""
        return 8 if self.array is None else int(as_numpy(self.array).dtype.itemsize)

    @property
    def given(self) -> Any:
        """The array, or without one the shape."""
        return self.shape if self.array is None else self.array

    def take(self, indices: Sequence[Sequence[int]]) -> Any:
        """The numbers at all combinations of some indices along each axis, as the array's own library holds them."""
        if self.array is None:
            return self._examples(indices)
        if is_torch(self.array):
            torch, taken = import_module("torch"), self.array.detach()
            for axis, some in enumerate(indices):
                taken = taken.index_select(axis, torch.tensor(list(some), device=taken.device))
            return taken
        return as_numpy(self.array)[np.ix_(*map(list, indices))] if indices else as_numpy(self.array)

    def _examples(self, indices: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        position, step, is_long = np.zeros((), np.int64), 1, math.prod(self.shape) > 9
        for axis in reversed(range(len(self.shape))):
            along = np.asarray(indices[axis], np.int64) * step % 9
            position = position + along.reshape(-1, *[1] * (len(self.shape) - 1 - axis))
            step = step * (self.shape[axis] + (self.shape[axis] % 3 == 0 and is_long)) % 9  # so that rows differ
        factor = FACTORS[self.place % len(FACTORS)]
        return position * factor % 9 + 1 if not self.place else (position * factor + 3) % 9 + 1


def fitting_shapes(e: Einsum, sizes: Mapping[str, int | None]) -> list[Shape]:
    """Shapes for the letters of an equation that was read without any: known letters keep their sizes."""
    chosen: dict[str, int] = {}
    for letter in e.sizes:
        size = sizes.get(letter)
        chosen[letter] = size if size is not None else FIRST_SIZES[len(chosen) % len(FIRST_SIZES)]
    return [tuple(chosen[letter] for letter in e.split(letters)) for letters in e.inputs]


def resized(e: Einsum, letter: str, size: int) -> list[Shape]:
    """The shapes with another size of one letter; an axis of size 1 that is stretched stays."""
    return [
        tuple(
            size if each == letter and not e.is_stretched(k, axis) else n
            for axis, (each, n) in enumerate(zip(e.inputs[k], shape or (), strict=True))
        )
        for k, shape in enumerate(e.shapes)
    ]
