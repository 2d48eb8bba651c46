"""Five ways to loop over the same multiplications of a small matrix product, one step of Python at a time.

Glossary: a (m, k) times b (k, n) is c (m, n); i counts rows of a, j columns of b, k is summed. A moment is one run
of the innermost line. Every strategy reaches k in rising order, so all of them have the same partial sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy

from .matrices import sizes

LARGEST = 6
"""The largest size along any axis: beyond it there are too many products to follow one by one."""

_RANGE = {"i": "m", "j": "n", "k": "inner"}
_HEADER = ("(m, inner), n = a.shape, b.shape[1]", "c = torch.zeros(m, n)")
START = len(_HEADER) - 1
"""The code line that has run before the first moment: c is zeros."""


@dataclass(frozen=True)
class Moment:
    """One step of Python: where i, j, k stand (None: the whole axis takes part) and the code lines it ran."""

    i: int | None
    j: int | None
    k: int | None
    lines: tuple[int, ...]
    """Indices into `Strategy.lines`: the loops that moved on, outermost first, then the innermost line."""


@dataclass(frozen=True)
class Strategy:
    """A nest of Python loops; the axes it does not loop over are handled inside torch, all at once."""

    key: str
    loops: str
    """The axes Python loops over, outermost first."""
    body: str
    """The innermost line."""
    summary: str
    """What to see in it, one or two sentences."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The code, line by line; it runs where torch, a (m, inner) and b (inner, n) are defined, and leaves c (m, n)."""
        loops = (f"{'    ' * depth}for {axis} in range({_RANGE[axis]}):" for depth, axis in enumerate(self.loops))
        return (*_HEADER, *loops, "    " * len(self.loops) + self.body)

    def python_steps(self, m: int, k: int, n: int) -> int:
        """How often Python runs the innermost line."""
        size = {"i": m, "j": n, "k": k}
        return prod(size[axis] for axis in self.loops)

    def moments(self, m: int, k: int, n: int) -> tuple[Moment, ...]:
        """Every run of the innermost line, in order: `python_steps(m, k, n)` of them.

        Those of a smaller product are the ones among them whose indices stay inside it.
        """
        size = {"i": m, "j": n, "k": k}
        body = len(_HEADER) + len(self.loops)
        moments = []
        for index in product(*(range(size[axis]) for axis in self.loops)):
            # A loop moves on when every loop inside it starts over.
            moved = tuple(len(_HEADER) + depth for depth in range(len(index)) if not any(index[depth + 1 :]))
            at = dict(zip(self.loops, index, strict=True))
            moments.append(Moment(at.get("i"), at.get("j"), at.get("k"), (*moved, body)))
        return tuple(moments)


STRATEGIES = {
    strategy.key: strategy
    for strategy in (
        Strategy(
            "ijk",
            "ijk",
            "c[i, j] += a[i, k] * b[k, j]",
            "One product in each step of Python. A cell of C is finished before the next one is begun.",
        ),
        Strategy(
            "kij",
            "kij",
            "c[i, j] += a[i, k] * b[k, j]",
            "The same products in another order: every cell of C gets its first product, then every cell its second.",
        ),
        Strategy(
            "dot",
            "ij",
            "c[i, j] = torch.dot(a[i, :], b[:, j])",
            "A cell of C in each step of Python: the loop over k now runs inside `torch.dot`.",
        ),
        Strategy(
            "broadcast",
            "i",
            "c[i] = (a[i, :, None] * b).sum(dim=0)",
            "A row of C in each step of Python: row i of A is stretched over the columns of B, then summed over k.",
        ),
        Strategy(
            "outer",
            "k",
            "c += torch.outer(a[:, k], b[k, :])",
            "A plane of products in each step of Python: column k of A times row k of B, one for every cell of C.",
        ),
    )
}
"""key -> Strategy, from the most steps of Python to few."""


@dataclass(frozen=True)
class Terms:
    """Every number that a strategy computes on its way."""

    a: np.ndarray
    """(m, k): int64, float64, or Python ints where a sum of products leaves an int64."""
    b: np.ndarray
    """(k, n), of the same type."""
    products: np.ndarray
    """(m, n, k): a[i, k]·b[k, j]."""
    sums: np.ndarray
    """(m, n, k + 1): sums[i, j, t] is c[i, j] after its first t products."""

    def c_after(self, moments: Iterable[Moment]) -> np.ndarray:
        """c (m, n) after these moments have run from the first on."""
        m, n, k = self.products.shape
        held = np.zeros((m, n), int)
        for moment in moments:
            held[_span(moment.i), _span(moment.j)] += k if moment.k is None else 1
        return np.take_along_axis(self.sums, held[:, :, None], axis=2)[:, :, 0]


def terms(a: Any, b: Any) -> Terms:
    """All products and partial sums of a (m, k) times b (k, n): torch tensors, numpy arrays or nested lists.

    Whole numbers are computed exactly, others as float64.
    Raises: ValueError if the sizes do not fit, are 0 or pass `LARGEST`, naming both shapes; if a value is not a number.
    """
    a, b = _numbers("a", a), _numbers("b", b)
    m, k, n = sizes(a, b)
    shapes = f"a is {a.shape} and b is {b.shape}"
    if 0 in (m, k, n):
        raise ValueError(
            f"{shapes}: along an axis of size 0 no loop takes a step. Give every axis a size of 1 or more."
        )
    if max(m, k, n) > LARGEST:
        rows, inner, columns = (min(size, LARGEST) for size in (m, k, n))
        raise ValueError(
            f"{shapes}: every product is drawn, so sizes end at {LARGEST}. "
            f"Take a corner: a[:{rows}, :{inner}] and b[:{inner}, :{columns}]."
        )
    if float in (a.dtype, b.dtype):
        a, b = a.astype(float), b.astype(float)
    elif _fit_int64(a, b):
        a, b = a.astype(np.int64), b.astype(np.int64)
    products = a[:, None, :] * b.T[None, :, :]
    sums = np.concatenate([np.zeros((m, n, 1), products.dtype), products.cumsum(axis=2)], axis=2)
    return Terms(a, b, products, sums)


def example() -> tuple[np.ndarray, np.ndarray]:
    """a (5, 5) and b (5, 5) of single digits, different within each row and column, to be followed by eye."""
    a = [[2, 1, 3, 5, 4], [4, 7, 6, 8, 1], [9, 3, 1, 2, 6], [5, 8, 2, 7, 3], [1, 6, 4, 3, 9]]
    b = [[1, 4, 2, 3, 5], [2, 0, 5, 1, 4], [3, 5, 1, 4, 2], [6, 2, 3, 0, 1], [4, 1, 0, 5, 3]]
    return np.array(a), np.array(b)


def _numbers(name: str, x: Any) -> np.ndarray:
    try:
        array = as_numpy(x, real=True)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} can’t be read as a matrix of numbers: {error}") from None
    return array.astype(np.float64 if array.dtype.kind == "f" else object)


def _fit_int64(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether no sum of products of these Python ints leaves an int64."""
    largest_a, largest_b = (max(map(abs, x.flat)) for x in (a, b))
    return max(largest_a, largest_b, largest_a * largest_b * a.shape[1]) < 2**63


def _span(index: int | None) -> slice:
    return slice(None) if index is None else slice(index, index + 1)
