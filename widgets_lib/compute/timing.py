"""How long does a function take? One number a person can trust, and how far to trust it.

Glossary: a *batch* is as many calls as fill about 5 ms; a *budget* is the time the measuring may take;
*rows* are rows of the left matrix, the part of the work that a slow rung is measured on.
"""

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import repeat
from statistics import median
from time import perf_counter
from typing import Any

from widgets_lib.compute.formatting import count, human, three_digits

__all__ = ["Stopped", "Timing", "count", "human", "measure", "measure_rows", "three_digits"]

BATCH_S = 0.005
MAX_BATCHES, MIN_BATCHES, MAX_CALLS = 50, 3, 1_000_000
NOISY = 0.15  # spread
MAX_BUDGETS_PER_CALL = 4  # budgets: a whole product predicted to take this long is measured, a longer one estimated

ShouldStop = Callable[[], bool]


class Stopped(Exception):
    """The measurement was given up because `should_stop()` said so."""


@dataclass(frozen=True)
class Timing:
    """What a measurement found. A time that was not measured says so in `extrapolated`."""

    seconds: float
    """One call: the fastest batch, divided by its calls."""
    spread: float | None = None
    """(median − fastest) / fastest over the batches; None after a single call, which cannot tell."""
    repeats: int = 1
    """Batches measured."""
    calls: int = 1
    """Calls in each batch."""
    first_call_s: float = 0.0
    """The very first call: imports, compiling and cold caches included."""
    rows: int | None = None
    """Rows that `seconds` stands for; None where the function was not measured by rows."""
    measured_rows: int | None = None
    """Rows that really ran."""
    columns: int | None = None
    measured_columns: int | None = None
    """Columns likewise: of a very wide product even one row may be too much."""

    @property
    def noisy(self) -> bool:
        """True when the batches differ by more than 15 %."""
        return self.spread is not None and self.spread > NOISY

    @property
    def single(self) -> bool:
        """True when one call was all the budget allowed."""
        return self.spread is None

    @property
    def extrapolated(self) -> bool:
        """True when `seconds` is an estimate: less ran than it stands for."""
        return (self.measured_rows, self.measured_columns) != (self.rows, self.columns)

    @property
    def text(self) -> str:
        """The time as a person says it, an estimate marked: "46 minutes (estimated from 5 rows)"."""
        if not self.extrapolated:
            return human(self.seconds)
        part = count(self.measured_rows or 0, "row")
        if self.measured_columns != self.columns:
            part += " × " + count(self.measured_columns or 0, "column")
        return f"{human(self.seconds)} (estimated from {part})"

    def gflops(self, flops: float) -> float:
        """Billions of floating-point operations a second, if one call does `flops` of them."""
        return flops / self.seconds / 1e9 if self.seconds > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Every field and property as plain JSON values."""
        derived = ("noisy", "single", "extrapolated", "text")
        return asdict(self) | {name: getattr(self, name) for name in derived}


def measure(fn: Callable[..., Any], *args: Any, budget_s: float = 0.5, should_stop: ShouldStop | None = None) -> Timing:
    """Time of one `fn(*args)` in seconds, as a `Timing`.

    The method is an adaptive minimum. One warm-up call; if it alone passes the budget, it is the answer.
    Otherwise batches of about 5 ms with the garbage collector off, until the budget is spent or 50 are done,
    at least 3; the fastest counts, since noise only ever adds time.
    `should_stop`, a function without arguments, is asked between batches.
    Raises: Stopped if it says True; whatever `fn` raises.
    """
    stop = should_stop or (lambda: False)
    first_call_s = _batch(fn, args, 1)
    if stop():
        raise Stopped
    if first_call_s > budget_s:
        return Timing(first_call_s, first_call_s=first_call_s)
    return replace(_batches(fn, args, budget_s, stop), first_call_s=first_call_s)


def measure_rows(
    fn: Callable[[Any, Any], Any],
    a: Any,
    b: Any,
    budget_s: float = 0.5,
    prepare: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    should_stop: ShouldStop | None = None,
    on_progress: Callable[[int, int, float], object] | None = None,
) -> Timing:
    """Time of `fn(a, b)` for a (m, k) and b (k, n) as a `Timing`; a slow fn sees fewer rows, then is extrapolated.

    The first call sees one row and one column: it is `first_call_s` (imports, compiling). Then more columns and
    more rows are timed, twice as many each time, until the whole product is known to be affordable and is
    measured like in `measure`, or the budget is spent: then the largest part that ran stands for all, and the
    result is marked `extrapolated`. What `prepare(a, b)` does to the operands (say, a copy to the GPU) is not timed.
    `on_progress(rows_done, rows, estimate_s)` is called after every step, `estimate_s` being the current guess.
    Raises: Stopped if `should_stop()` says True between calls; whatever `fn` raises.
    """
    stop, progress = should_stop or (lambda: False), on_progress or (lambda *step: None)
    prepare = prepare or (lambda *operands: operands)
    (m, _), n = a.shape, b.shape[1]
    rows, columns = min(1, m), min(1, n)
    first_call_s = _batch(fn, prepare(a[:rows], _columns(b, columns)), 1)
    deadline = perf_counter() + budget_s
    while True:
        if stop():
            raise Stopped
        seconds = _batch(fn, prepare(a[:rows], _columns(b, columns)), 1)
        estimate_s = seconds * (m * n) / max(rows * columns, 1)
        progress(rows if columns == n else 0, m, estimate_s)
        if (rows, columns) == (m, n) or estimate_s < MAX_BUDGETS_PER_CALL * budget_s:
            timing = measure(fn, *prepare(a, b), budget_s=budget_s, should_stop=stop)
            rows, columns = m, n
            break
        if perf_counter() + 2 * seconds > deadline:
            timing = Timing(estimate_s)
            break
        rows, columns = (rows, min(2 * columns, n)) if columns < n else (min(2 * rows, m), n)
    sizes = {"rows": m, "measured_rows": rows, "columns": n, "measured_columns": columns}
    return replace(timing, first_call_s=first_call_s, **sizes)


def _columns(b: Any, columns: int) -> Any:
    """The first columns of b, laid out like b itself, so that compiled code meets the type it knows."""
    if columns == b.shape[1]:
        return b
    part = b[:, :columns]
    return part.contiguous() if hasattr(part, "contiguous") else part.copy()


def _batch(fn: Callable[..., Any], args: tuple[Any, ...], calls: int) -> float:
    """Seconds that so many calls take together."""
    start = perf_counter()
    for _ in repeat(None, calls):
        fn(*args)
    return perf_counter() - start


def _batches(fn: Callable[..., Any], args: tuple[Any, ...], budget_s: float, stop: ShouldStop) -> Timing:
    """The adaptive minimum over batches, for a function that is already warm."""
    deadline, collecting = perf_counter() + budget_s, gc.isenabled()
    gc.disable()
    try:
        calls = 1
        while (seconds := _batch(fn, args, calls)) < BATCH_S / 2 and calls < MAX_CALLS:
            calls = max(2 * calls, min(100 * calls, int(calls * BATCH_S / max(seconds, 1e-9))))
        times = [seconds]
        while len(times) < MIN_BATCHES or (len(times) < MAX_BATCHES and perf_counter() < deadline):
            if stop():
                raise Stopped
            times.append(_batch(fn, args, calls))
    finally:
        if collecting:
            gc.enable()
    fastest = min(times)
    return Timing(fastest / calls, median(times) / fastest - 1, len(times), calls)
