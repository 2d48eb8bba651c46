"""Small kernels in tables: each is registered with the launch and the arguments that it is tried with.

In a faulty kernel every line that takes part in the fault ends with `# here`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    kernel: Callable[..., None]
    blocks: Any
    threads: Any
    arguments: Callable[[], list]
    kind: str | None = None
    expected: Callable[..., Any] | None = None


FAULTY: dict[str, Case] = {}
RIGHT: dict[str, Case] = {}


def faulty(kind, blocks, threads, *makers):
    """Register the kernel below, which has faults of one kind."""

    def register(kernel):
        assert kernel.__name__ not in FAULTY
        FAULTY[kernel.__name__] = Case(kernel, blocks, threads, lambda: made(makers), kind)
        return kernel

    return register


def right(blocks, threads, *makers, expected):
    """Register the kernel below, which fills its last array with what `expected` says of the others."""

    def register(kernel):
        assert kernel.__name__ not in RIGHT
        RIGHT[kernel.__name__] = Case(kernel, blocks, threads, lambda: made(makers), None, expected)
        return kernel

    return register


def made(makers):
    return [maker() if callable(maker) else maker for maker in makers]


def numbers(*shape, dtype=np.float32, seed=1):
    """Different numbers without a pattern, whole and small, so that sums of them are exact in float32."""
    return lambda: np.random.default_rng(seed).integers(1, 50, shape).astype(dtype)


def blank(*shape, dtype=np.float32):
    """An output that nobody has written to."""
    return lambda: np.full(shape, np.nan if np.dtype(dtype).kind == "f" else -999, dtype)


def zeros(*shape, dtype=np.float32):
    return lambda: np.zeros(shape, dtype)


def values(*given, dtype=np.int32):
    return lambda: np.array(given, dtype)
