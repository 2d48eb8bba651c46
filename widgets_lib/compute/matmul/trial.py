"""One trial of a function: is its product right, and how long does it take?"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np

from widgets_lib.compute import timing
from widgets_lib.compute.arrays import as_numpy

from .checking import Mismatch, check
from .costs import cost
from .matrices import sizes

SMALL_FLOPS = 200_000  # even three loops over tensors get through this in a second or two
CHECKED_FLOPS = 2e10  # a larger product is checked on evenly spread rows: the reference must not cost more than it

Function: TypeAlias = Callable[[Any, Any], Any]
Prepare: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]


def trial(
    fn: Function,
    a: Any,
    b: Any,
    prepare: Prepare | None = None,
    budget_s: float = 0.5,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int, float], object] | None = None,
) -> dict[str, Any]:
    """Time and check `fn(a, b)`: the fields of a result message, as plain JSON values.

    `correct` says whether the product was right. If it was: every field of `timing.Timing`, and `gflops`. If not,
    no time, but `mismatch` with reason, index, got, expected, wrong_count, total and a `picture` (shares of wrong
    values, rows of at most 48 cells). `checked_rows` counts the rows that were compared.
    `prepare`, `budget_s`, `should_stop` and `on_progress` are those of `timing.measure_rows`; `prepare` also has
    to copy the operands if `fn` is not trusted to leave them alone.
    Raises: timing.Stopped; whatever `fn` raises.
    """
    prepare = prepare or (lambda a, b: (a, b))
    m, k, n = sizes(a, b)
    if cost(m, k, n).flops <= SMALL_FLOPS:
        # Checked first, and whole from the first call on: a function under construction may fit no other sizes.
        start = perf_counter()
        c = fn(*prepare(a, b))
        first_call_s = perf_counter() - start
        if mismatch := check(c, a, b):
            return _wrong(mismatch, m)
        clock = timing.measure(fn, *prepare(a, b), budget_s=budget_s, should_stop=should_stop)
        clock = replace(clock, first_call_s=first_call_s, rows=m, measured_rows=m, columns=n, measured_columns=n)
    else:
        clock = timing.measure_rows(fn, a, b, budget_s, prepare, should_stop, on_progress)
    a, b, c = _product_to_check(fn, prepare, a[: clock.measured_rows], b[:, : clock.measured_columns])
    if mismatch := check(c, a, b):
        return _wrong(mismatch, len(a))
    flops = cost(m, k, n).flops
    return {"correct": True, "checked_rows": len(a), "gflops": clock.gflops(flops), **clock.to_dict()}


def _product_to_check(fn: Function, prepare: Prepare, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """(a, b, c = fn(a, b)), all rows of a and c or, of a large product, some that are evenly spread."""
    c = fn(*prepare(a, b))
    (m, k), n = a.shape, b.shape[1]
    rows = min(m, max(1, int(CHECKED_FLOPS / max(2 * k * n, 1))))
    if rows < m and tuple(getattr(c, "shape", ())) == (m, n):
        spread = np.linspace(0, m - 1, rows).astype(int)
        return as_numpy(a)[spread], b, as_numpy(c)[spread]
    return a, b, c


def _wrong(mismatch: Mismatch, checked_rows: int) -> dict[str, Any]:
    return {"correct": False, "checked_rows": checked_rows, "mismatch": mismatch.to_dict()}
