"""Is a function a matrix product? Called a few times on random matrices, before anything is timed.

Random ones, because digits have a blank border: a product that leaves out the last pixels is right for them.
"""

from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np

from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.formatting import count
from widgets_lib.compute.timing import lazy_reason

from .checking import Mismatch, check
from .poison import poisoned_memory

Function: TypeAlias = Callable[[Any, Any], Any]
Prepare: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]
Size: TypeAlias = tuple[int, int, int]

SMALL_FLOPS = 200_000  # even three loops over tensors get through this in a second or two
EXAMINED_FLOPS = 60_000  # of a part of a larger product: it is computed three times


def examined_size(m: int, k: int, n: int) -> Size:
    """The (m, k, n) to examine at: all of a small product, else as much of it as three loops do in half a second.

    Whole if it can be, since a function under construction may fit no other sizes.
    """
    if 2 * m * k * n <= SMALL_FLOPS:
        return m, k, n
    values = max(1, EXAMINED_FLOPS // (2 * k))
    columns = min(n, max(1, values // 2))
    return min(m, max(1, values // columns)), k, columns


def examine(fn: Function, size: Size, prepare: Prepare, make: Callable[[np.ndarray], Any]) -> tuple[float, Any]:
    """(seconds of the first call, None or the `Mismatch`) of `fn(*prepare(make(a), make(b)))` on random matrices.

    fn is called three times, with memory that holds NaN until it is written: with some numbers, with others in the
    same matrices, and with the same once more. So a product that is left out, a matrix that is written to, and what
    is kept from one call to the next all show.
    Raises: whatever `fn` raises.
    """
    random = np.random.default_rng()
    a, b = _random_matrices(random, size)
    operands = prepare(make(a.copy()), make(b.copy()))
    with poisoned_memory(size[0] * size[2]):
        start = perf_counter()
        first = fn(*operands)
        first_call_s = perf_counter() - start
        if mismatch := _first_mismatch(first, a, b, operands):
            return first_call_s, mismatch
        kept = as_numpy(first).copy()
        a, b = _random_matrices(random, size)
        operands = _refilled(operands, prepare, make, a, b)
        second = fn(*operands)
        third = fn(*operands)
    return first_call_s, _later_mismatch(kept, first, second, third, a, b)


def _random_matrices(random: np.random.Generator, size: Size) -> tuple[np.ndarray, np.ndarray]:
    m, k, n = size
    return random.standard_normal((m, k), np.float32), random.standard_normal((k, n), np.float32)


def _first_mismatch(c: Any, a: np.ndarray, b: np.ndarray, operands: tuple[Any, Any]) -> Mismatch | None:
    if reason := lazy_reason(c):
        return Mismatch(f"{reason}; `return` the finished matrix")
    for name, given, passed in (("a", a, operands[0]), ("b", b, operands[1])):
        if _is_plain(passed) and not np.array_equal(given, as_numpy(passed)):
            changed = count(int((given != as_numpy(passed)).sum()), "value")
            return Mismatch(f"the function writes into its input: {changed} of `{name}` changed; work on a copy")
    mismatch = check(c, a, b)
    if mismatch and mismatch.got is not None and not isfinite(mismatch.got):
        hint = "nan is what new memory holds here until something is written into it"
        return replace(mismatch, reason=f"{mismatch.reason}; {hint}")
    return mismatch


def _later_mismatch(
    kept: np.ndarray, first: Any, second: Any, third: Any, a: np.ndarray, b: np.ndarray
) -> Mismatch | None:
    """What the second call (other numbers) and the third (the same once more) show of things kept between calls."""
    if second is first or third is second or _share_memory(second, third):
        return Mismatch(
            "the function returns the same object each time, so that a call overwrites the result of the one before; "
            "make a new matrix inside it"
        )
    if not np.array_equal(as_numpy(first), kept):
        return Mismatch("the second call changes the result of the first; make a new matrix inside the function")
    for c in (second, third):
        if mismatch := check(c, a, b):
            stale = np.array_equal(as_numpy(c), kept) if _is_plain(c) else False
            after = "it is the answer of the call before" if stale else mismatch.reason
            return replace(
                mismatch,
                reason="the first call is right and a later one, with other numbers, is wrong, so the function keeps "
                f"something between calls; {after}",
            )
    return None


def _refilled(operands: tuple[Any, Any], prepare: Prepare, make: Any, a: np.ndarray, b: np.ndarray) -> tuple[Any, Any]:
    """The same two objects with other numbers in them; new ones where that can't be done."""
    if not all(isinstance(x, np.ndarray) or (is_torch(x) and x.device.type == "cpu") for x in operands):
        return prepare(make(a.copy()), make(b.copy()))
    for x, values in zip(operands, (a, b), strict=True):
        as_numpy(x)[...] = values  # the tensor's own memory
    return operands


def _is_plain(x: Any) -> bool:
    return is_torch(x) or isinstance(x, (np.ndarray, list))


def _share_memory(x: Any, y: Any) -> bool:
    return _is_plain(x) and _is_plain(y) and np.may_share_memory(as_numpy(x), as_numpy(y))
