"""The arrays of a running kernel: flat cells that carry values, under axes of any shape."""

from collections.abc import Iterator
from typing import Any

import numpy as np

SITES = 1 << 16
"""More than the accesses that a kernel's text can have: array.base is a multiple of it."""
_POISON_BYTE = 0xCD


class RecordingArray:
    """An array of a kernel, or a view of one; indexing it is what `Operations` do."""

    __slots__ = (
        "base",
        "dtype",
        "fits1",
        "fits2a",
        "fits2b",
        "flat",
        "name",
        "offset",
        "read",
        "shape",
        "space",
        "step0",
        "step1",
        "steps",
    )  # fmt: skip

    def __init__(self, name: str, space: str, number: int, flat: np.ndarray, shape: tuple[int, ...]):
        self.name, self.space, self.base, self.flat, self.dtype = name, space, number * SITES, flat, flat.dtype
        # numpy's scalars for float32, small and unsigned integers; Python's own numbers, which are faster, for the rest
        python = flat.dtype == np.bool_ or flat.dtype == np.float64 or (flat.dtype.kind == "i" and flat.itemsize > 2)
        self.read = flat.item if python else flat.__getitem__
        self._lay_out(shape, _steps(shape), 0)

    def _lay_out(self, shape: tuple[int, ...], steps: tuple[int, ...], offset: int) -> None:
        self.shape, self.steps, self.offset = shape, steps, offset
        one, two = len(shape) == 1, len(shape) == 2
        self.fits1 = shape[0] if one else -1  # below no index: an array of other axes takes the slow way
        self.fits2a, self.fits2b = shape if two else (-1, -1)
        self.step0, self.step1 = (*steps, 0, 0)[:2]

    def view(self, shape: tuple[int, ...], steps: tuple[int, ...], offset: int) -> "RecordingArray":
        """Other axes over the same cells."""
        made = object.__new__(RecordingArray)
        for name in ("name", "space", "base", "flat", "dtype", "read"):
            setattr(made, name, getattr(self, name))
        made._lay_out(shape, steps, offset)
        return made

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"{self.name} can’t be looped over here: loop over range({self.name}.shape[0])")

    def __bool__(self) -> bool:
        raise TypeError(f"{self.name} is a whole array, neither true nor false: compare one of its cells")


def _steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    steps, step = [], 1
    for size in reversed(shape):
        steps.append(step)
        step *= size
    return tuple(reversed(steps))


def poisoned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Cells that nobody has written to, flat: nan, or for whole numbers a value that nobody would compute."""
    size = int(np.prod(shape))
    if dtype.kind == "f":
        return np.full(size, np.nan, dtype)
    return (
        np.full(size * dtype.itemsize, _POISON_BYTE, np.uint8).view(dtype) if dtype.kind != "b" else np.ones(size, bool)
    )
