"""Is a product right? Compared with float64, and where it is wrong, shown where and how."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy, is_torch

from .matrices import sizes

TOLERANCE = 1e-4
CHECKED_AT_ONCE = 4096  # rows: the float64 copies of a big product come in blocks


@dataclass(frozen=True)
class Mismatch:
    """Where and how a product is wrong."""

    reason: str
    """In words, complete: "c[3, 7] is 1.25, expected 1.5; 12 of 50 values are wrong"."""
    index: tuple[int, int] | None = None
    """(i, j) of the worst value; None where the result as a whole is not comparable (say, its shape)."""
    got: float | None = None
    expected: float | None = None
    wrong_count: int | None = None
    total: int | None = None
    wrong: np.ndarray | None = field(default=None, repr=False, compare=False)
    """(m, n) bool: True where c is wrong."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the `picture` in place of `wrong`; nan and infinity become texts."""
        numbers = (self.got, self.expected)
        got, expected = (x if x is None or np.isfinite(x) else str(x) for x in numbers)
        picture = self.picture()
        return {
            "reason": self.reason,
            "index": self.index and list(self.index),
            "got": got,
            "expected": expected,
            "wrong_count": self.wrong_count,
            "total": self.total,
            "picture": None if picture is None else picture.tolist(),
        }

    def picture(self, side: int = 48) -> np.ndarray | None:
        """`wrong` shrunk to at most side × side cells, each the share (0 … 1) of wrong values in it."""
        if self.wrong is None:
            return None
        rows, columns = (np.linspace(0, size, min(size, side) + 1).astype(int) for size in self.wrong.shape)
        sums = np.add.reduceat(np.add.reduceat(self.wrong, rows[:-1], 0, np.float64), columns[:-1], 1)
        return sums / np.outer(np.diff(rows), np.diff(columns))


def check(c: Any, a: Any, b: Any, tolerance: float = TOLERANCE) -> Mismatch | None:
    """None if c is the product of a and b, else the `Mismatch`. Each may be torch, numpy or lists of lists.

    The reference is computed in float64. A value is right if it is within `tolerance` × (|a|·|b|)[i, j] of it:
    relative to the numbers that were added up, so that sums which cancel to nearly zero are judged fairly.
    Raises: ValueError if a and b do not fit.
    """
    m, _, n = sizes(a, b)
    if c is None:
        return Mismatch("the function returned nothing: is a `return` missing?")
    try:
        got = as_numpy(c)
    except (TypeError, ValueError) as error:
        return Mismatch(f"the result is a {type(c).__name__}, not a matrix of numbers ({error})")
    if got.dtype.kind == "c":
        return Mismatch(f"the result is a {type(c).__name__} of {got.dtype}, not a matrix of numbers")
    if got.shape != (m, n):
        return Mismatch(f"the result has the shape {got.shape}, expected {(m, n)}")
    if got.dtype.kind != "f":
        return Mismatch(f"the result holds {got.dtype} numbers, expected a float type such as float32")
    if (c.element_size() if is_torch(c) else got.itemsize) < 4:
        held = str(c.dtype).removeprefix("torch.") if is_torch(c) else got.dtype
        return Mismatch(f"the result holds {held} numbers, too coarse: expected float32 or float64")
    a, b = as_numpy(a), as_numpy(b).astype(np.float64)
    wrong = np.zeros((m, n), bool)
    worst: tuple[float, tuple[int, int], float] | None = None  # (by how much, (i, j), expected)
    for start in range(0, m, CHECKED_AT_ONCE):
        rows = slice(start, start + CHECKED_AT_ONCE)
        block = a[rows].astype(np.float64)
        expected, scale = block @ b, np.abs(block) @ np.abs(b)
        with np.errstate(invalid="ignore"):  # inf − inf is nan, and nan is wrong
            excess = np.abs(got[rows] - expected) - tolerance * scale
        wrong[rows] = ~(excess <= 0)
        if wrong[rows].any():
            excess = np.where(np.isnan(excess), np.inf, excess)
            i, j = (int(at) for at in np.unravel_index(np.argmax(excess), excess.shape))
            if worst is None or excess[i, j] > worst[0]:
                worst = float(excess[i, j]), (start + i, j), float(expected[i, j])
    if worst is None:
        return None
    _, (i, j), right_value = worst
    value, count = float(got[i, j]), int(wrong.sum())
    reason = f"c[{i}, {j}] is {value:.6g}, expected {right_value:.6g}; {count:,} of {wrong.size:,} values are wrong"
    return Mismatch(reason, (i, j), value, right_value, count, wrong.size, wrong)
