"""The matrices that the ladder multiplies, their sizes, and the times that were published for them."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy, check_tensor, is_torch

PUBLISHED_2022 = {
    (5, "python"): 416e-3,
    (5, "numba-dot"): 245e-6,
    (5, "elementwise"): 600e-6,
    (5, "dot"): 487e-6,
    (5, "broadcast"): 72.4e-6,
    (50_000, "broadcast"): 673e-3,
    (50_000, "einsum"): 15.6e-3,
    (50_000, "matmul"): 15.5e-3,
    (50_000, "numba-cuda"): 3.69e-3,
    (50_000, "torch-cuda"): 0.429e-3,
}
"""(rows, key) -> seconds on the machine of the 2022 course, for k = 784 and n = 10.

Source: Practical Deep Learning part 2 (2022), github.com/fastai/course22p2, nbs/01_matmul.ipynb.
"""


def sizes(a: Any, b: Any) -> tuple[int, int, int]:
    """(m, k, n) of the product of a (m, k) and b (k, n).

    Raises: ValueError if one is not a matrix or the inner sizes differ; the message names both shapes. TypeError for
    what has no plain array of numbers, see `arrays.as_numpy`.
    """
    shapes = _shape(a), _shape(b)
    if not len(shapes[0]) == len(shapes[1]) == 2:
        raise ValueError(f"matmul takes two matrices, but the shapes are {shapes[0]} and {shapes[1]}")
    (m, k), (inner, n) = shapes
    if k != inner:
        raise ValueError(
            f"shapes {shapes[0]} and {shapes[1]} do not fit: each row of a has {k} values, each column of b has {inner}"
        )
    return m, k, n


def _shape(x: Any) -> tuple[int, ...]:
    check_tensor(x)
    return tuple(x.shape) if is_torch(x) or isinstance(x, np.ndarray) else as_numpy(x).shape


def operands(m: int, k: int, n: int, seed: int = 0) -> tuple[Any, Any]:
    """a (m, k) and b (k, n), float32: torch tensors, or numpy arrays where torch is missing.

    a holds real digits where they fit: k = 784 pixels, up to 10,000 validation or 50,000 training digits; else it is
    random. b, the weights, is random. The random numbers are standard normal and depend on `seed` alone.
    """
    a, b = numpy_operands(m, k, n, seed)
    if not find_spec("torch"):
        return a, b
    import torch  # here: loading it takes a second

    return torch.from_numpy(a), torch.from_numpy(b)


def numpy_operands(m: int, k: int, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The same as numpy arrays, without loading torch."""
    from widgets_lib.compute import mnist  # here: it loads the modules of http and TLS

    random = np.random.default_rng(seed)
    b = random.standard_normal((k, n), np.float32)
    if k != 784 or m > 50_000:
        return random.standard_normal((m, k), np.float32), b
    rows, _ = mnist.compact("valid" if m <= 10_000 else "train")
    return mnist.as_rows(rows[:m]), b
