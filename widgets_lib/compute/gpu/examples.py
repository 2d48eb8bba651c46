"""Kernels to look at, each with a launch, seeded arguments, and what it should make of them."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from . import kernels

Numbers = int | tuple[int, ...]


@dataclass(frozen=True)
class Example:
    """A kernel's text and a launch that shows it well. The last argument is what it fills, poisoned with nan."""

    key: str
    title: str
    text: str = field(repr=False)
    blocks: Numbers
    threads: Numbers
    arguments: Callable[[], tuple[np.ndarray, ...]] = field(repr=False)
    expected: Callable[..., np.ndarray] = field(repr=False)
    """Of all arguments but the last, what the last should hold."""
    about: str = ""


def matrices(m: int, k: int, n: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    """a (m, k), b (k, n) of whole numbers, so that their product is exact in float32, and c (m, n) of nan."""
    random = np.random.default_rng([seed, m, k, n])
    a, b = random.integers(1, 10, (m, k)), random.integers(1, 10, (k, n))
    return a.astype(np.float32), b.astype(np.float32), np.full((m, n), np.nan, np.float32)


def vector(size: int, out: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    """a (size,) of different whole numbers in no order, and out (out,) of nan, float32."""
    a = np.random.default_rng([seed, size]).permutation(10 * size)[:size] + 1
    return a.astype(np.float32), np.full(out, np.nan, np.float32)


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a (m, k) times b (k, n), in float64."""
    return a.astype(float) @ b.astype(float)


def bare_text(kernel: FunctionType) -> str:
    """The text of a function without its docstring."""
    text = textwrap.dedent(inspect.getsource(kernel))
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef)
    if ast.get_docstring(tree) is None:
        return text
    first = tree.body[0]
    lines = text.splitlines(keepends=True)
    return "".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


_TILE = 8  # smaller than the course's own, so that a block can be seen whole
_TRANSPOSED = """def transposed(a, out):
    tile = cuda.shared.array((32, 32), float32)
    i, j = cuda.blockIdx.y * 32, cuda.blockIdx.x * 32
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    for row in range(y, 32, 8):
        tile[row, x] = a[i + row, j + x]
    cuda.syncthreads()
    for row in range(y, 32, 8):
        out[j + row, i + x] = tile[x, row]
"""
_SUM = """def total(a, out):
    i = cuda.grid(1)
    if i == 0:
        out[0] = 0
    if i < a.size:
        out[0] += a[i]
"""


def _square(size: int) -> tuple[np.ndarray, ...]:
    a = np.random.default_rng(size).integers(1, 100, (size, size)).astype(np.float32)
    return a, np.full((size, size), np.nan, np.float32)


def _matmul(key: str, title: str, kernel: Any, blocks: Numbers, about: str, k: int = 8) -> Example:
    text = bare_text(kernel).replace("TILE", str(_TILE))
    return Example(key, title, text, blocks, (_TILE, _TILE), lambda: matrices(12, k, 10), product, about)


_EXAMPLES = (
    _matmul(
        "rows",
        "one thread a cell, x is the row",
        kernels.naive,
        (2, 2),
        "As published. Neighbouring threads are one row apart, so a warp’s reads of a lie far from each other.",
    ),
    _matmul(
        "columns",
        "one thread a cell, x is the column",
        kernels.naive_columns,
        (2, 2),
        "The same with x and y swapped: neighbouring threads read neighbouring cells of b.",
    ),
    _matmul(
        "tiled",
        "tiles in shared memory",
        kernels.tiled,
        (2, 2),
        "A block fetches a tile of a and one of b together; then each value serves eight threads.",
        k=16,
    ),
    Example(
        "transposed",
        "a transposed tile",
        _TRANSPOSED,
        (1, 1),
        (32, 8),
        lambda: _square(32),
        lambda a: a.T,
        "It reads and writes whole rows, and pays in shared memory: the column of a tile lies in a single bank.",
    ),
    Example(
        "race",
        "a race made on purpose",
        _SUM,
        2,
        32,
        lambda: vector(50, 1),
        lambda a: np.array([a.sum()]),
        "Every thread adds to one cell, and nothing keeps them in order.",
    ),
)

EXAMPLES = {example.key: example for example in _EXAMPLES}
