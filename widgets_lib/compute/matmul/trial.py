"""One trial of a function: is its product right, and how long does it take?"""

from dataclasses import replace
from time import perf_counter

import numpy as np

from widgets_lib.compute import timing
from widgets_lib.compute.arrays import as_numpy

from .checking import check
from .costs import cost
from .matrices import sizes

SMALL_FLOPS = 200_000  # even three loops over tensors get through this in a second or two
CHECKED_FLOPS = 2e10  # a larger product is checked on evenly spread rows: the reference must not cost more than it


def trial(fn, a, b, prepare=None, budget_s=0.5, should_stop=None, on_progress=None):
    """Time and check `fn(a, b)`: the fields of a result message, as plain JSON values.

    `correct` says whether the product was right. If it was: every field of `timing.Timing`, and `gflops`. If not,
    no time, but `mismatch` with reason, index, got, expected, wrong_count, total and a `picture` (shares of wrong
    values, rows of at most 48 cells). `checked_rows` counts the rows that were compared.
    `prepare`, `budget_s`, `should_stop` and `on_progress` are those of `timing.measure_rows`; `prepare` also has
    to copy the operands if `fn` is not trusted to leave them alone.
    Raises: timing.Stopped; whatever `fn` raises.
    """
    prepare = prepare or (lambda *operands: operands)
    m, k, n = sizes(a, b)
    if cost(m, k, n).flops <= SMALL_FLOPS:
        # Checked first, and whole from the first call on: a function under construction may fit no other sizes.
        start = perf_counter()
        c = fn(*prepare(a, b))
        first_call_s = perf_counter() - start
        if mismatch := check(c, a, b):
            return {"correct": False, "checked_rows": m, "mismatch": mismatch.to_dict()}
        clock = timing.measure(fn, *prepare(a, b), budget_s=budget_s, should_stop=should_stop)
        clock = replace(clock, first_call_s=first_call_s, rows=m, measured_rows=m, columns=n, measured_columns=n)
    else:
        clock = timing.measure_rows(fn, a, b, budget_s, prepare, should_stop, on_progress)
    a, b = a[: clock.measured_rows], b[:, : clock.measured_columns]
    c = fn(*prepare(a, b))
    flops_a_row = 2 * b.shape[0] * b.shape[1]
    checked = min(len(a), max(1, int(CHECKED_FLOPS / max(flops_a_row, 1))))
    if checked < len(a) and tuple(getattr(c, "shape", ())) == (len(a), b.shape[1]):
        rows = np.linspace(0, len(a) - 1, checked).astype(int)
        a, c = as_numpy(a)[rows], as_numpy(c)[rows]
    mismatch = check(c, a, b)
    if mismatch:
        return {"correct": False, "checked_rows": checked, "mismatch": mismatch.to_dict()}
    flops = cost(clock.rows, b.shape[0], clock.columns).flops
    return {"correct": True, "checked_rows": checked, "gflops": clock.gflops(flops), **clock.to_dict()}
