"""One trial of a function: is its product right, and how long does it take?"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from widgets_lib.compute import timing
from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.formatting import count

from .checking import Mismatch, check
from .costs import cost
from .examination import Function, Prepare, examine, examined_size
from .matrices import sizes
from .remembering import QUICK_S, remembers

SHORT_S = 1e-3  # several threads can be slower than one
MEETING_S = 20e-6  # what one thread does in this time, several don't do faster: they take as long to meet
CHECKED_FLOPS = 2e10  # a larger product is checked on evenly spread rows: the reference must not cost more than it


def trial(
    fn: Function,
    a: Any,
    b: Any,
    prepare: Prepare | None = None,
    budget_s: float = 0.5,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int, float | None], object] | None = None,
) -> dict[str, Any]:
    """Check `fn` on random matrices and time `fn(a, b)`: the fields of a result message, as plain JSON values.

    `correct` says whether the product was right. If it was: every field of `timing.Timing`, and `gflops`. If not,
    no time, but `mismatch` with reason, index, got, expected, wrong_count, total and a `picture` (shares of wrong
    values, rows of at most 48 cells). `checked_rows` counts the rows that were compared, and `threads` those of torch that
    the time was taken with, if torch is loaded.
    `prepare`, `budget_s`, `should_stop` and `on_progress` are those of `timing.measure_rows`; `prepare` also has
    to copy the operands if `fn` is not trusted to leave them alone, and `should_stop` is also asked before and after the
    product that is checked at last.
    Raises: timing.Stopped; whatever `fn` raises.
    """
    prepare = prepare or (lambda a, b: (a, b))
    stop = should_stop or (lambda: False)
    m, k, n = sizes(a, b)
    size = examined_size(m, k, n)
    first_call_s, mismatch = examine(fn, size, prepare, _maker(a))
    if mismatch:
        return _wrong(_with_size(mismatch, size, (m, k, n)), size[0])

    def measured(budget_s: float) -> timing.Timing:
        if size != (m, k, n):
            return timing.measure_rows(fn, a, b, budget_s, prepare, stop, on_progress)
        found = timing.measure(fn, *prepare(a, b), budget_s=budget_s, should_stop=stop)
        return replace(found, rows=m, measured_rows=m, columns=n, measured_columns=n)

    clock, threads = _by_threads(measured, budget_s)
    part_a, part_b = a[: clock.measured_rows], b[:, : clock.measured_columns]
    if clock.seconds <= QUICK_S:
        with _torch_threads(1):  # several that wait for one another would look like an answer that is computed
            mismatch = remembers(fn, *prepare(part_a, part_b))
        if mismatch:
            return _wrong(mismatch, len(part_a))
    if stop():
        raise timing.Stopped
    part_a, part_b, c = _product_to_check(fn, prepare, part_a, part_b)
    if stop():
        raise timing.Stopped
    if mismatch := check(c, part_a, part_b):
        return _wrong(mismatch, len(part_a))
    clock = replace(clock, first_call_s=first_call_s)
    flops = cost(m, k, n).flops
    found = {"correct": True, "checked_rows": len(part_a), "gflops": clock.gflops(flops), **clock.to_dict()}
    return found if threads is None else found | {"threads": threads}


def _by_threads(measured: Callable[[float], timing.Timing], budget_s: float) -> tuple[timing.Timing, int | None]:
    """What `measured(budget)` finds with all of torch's threads or with one, the shorter, and how many those were.

    One alone is tried where others could be in the way: what is short is over before several have met, and on a busy
    machine they wait for one another's processor. If several were held up, what one takes is a bound, for they may be
    faster; but not below `MEETING_S`. None for the threads where torch has no say in it.
    """
    clock = measured(budget_s)
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else None
    held_up = clock.disturbed and clock.together
    if torch is None or threads == 1 or not (held_up or clock.seconds < SHORT_S):
        return clock, threads
    with _torch_threads(1):
        alone = measured(budget_s / 2)
    if alone.seconds > clock.seconds:
        return clock, threads
    unknown = held_up and alone.seconds > MEETING_S
    return replace(alone, disturbed=alone.disturbed or unknown), 1


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Inside, torch has so many threads, if it is loaded."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _maker(a: Any) -> Callable[[np.ndarray], Any]:
    """What turns an array into an operand of the kind of a."""
    if is_torch(a):
        import torch  # here: loaded already, since a is a tensor

        return torch.from_numpy
    return lambda x: x


def _product_to_check(fn: Function, prepare: Prepare, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """(a, b, c = fn(a, b)), all rows of a and c or, of a large product, some that are evenly spread.

    Every column of a is shifted by a number of its own: digits have blank pixels, which no mistake would show in.
    """
    (m, k), n = a.shape, b.shape[1]
    a = a + _maker(a)(np.random.default_rng().standard_normal(k, np.float32))
    c = fn(*prepare(a, b))
    rows = min(m, max(1, int(CHECKED_FLOPS / max(2 * k * n, 1))))
    if rows < m and tuple(getattr(c, "shape", ())) == (m, n):
        spread = np.linspace(0, m - 1, rows).astype(int)
        return as_numpy(a)[spread], b, as_numpy(c)[spread]
    return a, b, c


def _with_size(mismatch: Mismatch, size: tuple[int, int, int], whole: tuple[int, int, int]) -> Mismatch:
    """The mismatch; where a result has another shape than that of a part, with the sizes of the part."""
    if size == whole or mismatch.wrong is not None or "shape" not in mismatch.reason:
        return mismatch
    return replace(mismatch, reason=f"{mismatch.reason}; {given_sizes(size[0], size[2])}")


def given_sizes(rows: int, columns: int) -> str:
    """What a function was given a part of, for one that may have sizes written into it."""
    return (
        f"it was given {count(rows, 'row')} of a and {count(columns, 'column')} of b here: take the sizes from a.shape "
        "and b.shape"
    )


def _wrong(mismatch: Mismatch, checked_rows: int) -> dict[str, Any]:
    return {"correct": False, "checked_rows": checked_rows, "mismatch": mismatch.to_dict()}
