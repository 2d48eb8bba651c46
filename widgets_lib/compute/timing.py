"""How long does a function take? One number a person can trust, and how far to trust it.

Glossary: a *batch* is as many calls as fill about 0.2 ms; a *budget* is the time the measuring may take;
*rows* are rows of the left matrix, the part of the work that a slow rung is measured on.
"""

import gc
import inspect
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import repeat
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from widgets_lib.compute._browser import in_browser
from widgets_lib.compute._integers import check_positive
from widgets_lib.compute.formatting import count, human, three_digits
from widgets_lib.compute.scheduling import WaitClock, crowded
from widgets_lib.compute.yardstick import YARDSTICK

__all__ = ["Stopped", "Timing", "count", "human", "measure", "measure_rows", "three_digits"]

BATCH_S = 0.0002  # short enough to lie between two turns of other programs, long beside what reading a clock takes
MAX_BATCHES, MIN_BATCHES, MAX_CALLS = 10_000, 3, 100_000
NOISY = 0.15  # spread
TOGETHER = 1.1  # times what one thread had of a processor: if all together had more, several worked
DISTURBED = 0.2  # of a batch: threads had to wait for a processor for this share of it
# Linux may count as waited what a thread still worked: of 12,038 waits beside programs that fork, 19 were told too long,
# by up to 56 µs; of 25,305 beside loops none.
WAIT_ERROR_S = 1e-4
CLEAR_SHARE = 0.01  # of the batches: fewer that seem undisturbed are chance
UNSEEN = 0.3  # of all work in a batch: threads that have ended did this share of it
MAX_BUDGETS_PER_CALL = 4  # budgets: a whole product predicted to take this long is measured, a longer one estimated
MAX_BUDGETS = 10  # on the wall, in search of an undisturbed call: someone waits
MAX_WARM_UP_S = 30.0  # a first call of up to this long may have compiled something, and is followed by a second
USUAL_CALLS = 2  # of a part of the work; more only where they were disturbed, which says nothing of what is affordable
GREW = 1.5  # a time that did not grow by this factor says nothing about larger sizes
SURE_S = 0.005  # a shorter call grows by what disturbs it as well
TICK_S = 0.016  # of the clock of processor time, at worst (Windows)
LINEAR = 1.5  # more than this factor over twice the time for twice the size: it grows faster than the size

thread_time = getattr(time, "thread_time", process_time)  # where no system tells, there is one thread

ShouldStop = Callable[[], bool]
Clocks = tuple[WaitClock, WaitClock]  # of the thread that measures, and of all others


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
    disturbed: bool = False
    """True when no batch as fast as this is known to have been free of other programs: then `seconds` is the most that
    it takes."""
    together: bool = False
    """True when several threads worked for it, or were ready to, in one batch at least."""
    at_least: bool = False
    """True when the whole is known to take `seconds` at least, and no more is known."""

    @property
    def at_most(self) -> bool:
        """True when all that is known is that it takes no longer than `seconds`."""
        return self.disturbed and not self.at_least

    @property
    def noisy(self) -> bool:
        """True when the batches differ by more than 15 %, or other programs may have disturbed all of them."""
        return self.disturbed or (self.spread is not None and self.spread > NOISY)

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
        """The time as a person says it, marked if an estimate or a bound: "46 minutes (estimated from 5 rows)"."""
        bound = "at most " if self.at_most else "at least " if self.at_least else ""
        if not self.extrapolated:
            return bound + human(self.seconds)
        part = count(self.measured_rows or 0, "row")
        if self.measured_columns != self.columns:
            part += " × " + count(self.measured_columns or 0, "column")
        return f"{bound}{human(self.seconds)} ({'from' if bound else 'estimated from'} {part})"

    def gflops(self, flops: float) -> float:
        """Billions of floating-point operations a second, if one call does `flops` of them."""
        return flops / self.seconds / 1e9 if self.seconds > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Every field and property as plain JSON values."""
        derived = ("at_most", "noisy", "single", "extrapolated", "text")
        return asdict(self) | {name: getattr(self, name) for name in derived}


def measure(fn: Callable[..., Any], *args: Any, budget_s: float = 0.5, should_stop: ShouldStop | None = None) -> Timing:
    """Time of one `fn(*args)` in seconds, as a `Timing`.

    The method is an adaptive minimum. One warm-up call, which may compile. Then batches of about 0.2 ms with the
    garbage collector off, until the budget is spent, at least 3, or one if a single call passes the budget; the fastest
    counts, since noise only ever adds time. A first call of more than half a minute is the answer by itself.
    Time in which other programs had the processor does not count, where the system tells it (Linux), and batches count
    as undisturbed only if a yardstick says so (`compute.yardstick`). Where batches differ much, it goes on for up to
    four budgets, and where none is known to be undisturbed, for up to four budgets of processor time or ten in all;
    what it finds then is the most that a call takes.
    `should_stop`, a function without arguments, is asked between batches.
    Raises: Stopped if it says True; TypeError if calling fn runs none of its code, because it is a generator or
    `async`; TypeError or ValueError for a budget that is not a number from 0 on; whatever `fn` raises.
    """
    budget_s = check_positive(budget_s, "budget_s", zero=True)
    stop = should_stop or (lambda: False)
    results: list[Any] = []
    with _clocks() as clocks:
        first = _batch(lambda: results.append(fn(*args)), (), 1, clocks)
        if reason := lazy_reason(results.pop()):
            raise TypeError(f"there is nothing to measure: {reason}")
        if stop():
            raise Stopped
        if first.seconds > MAX_WARM_UP_S:
            return Timing(first.seconds, first_call_s=first.seconds, disturbed=not _Tally().add(first).sure)
        found = _batches(fn, args, first.seconds, budget_s, stop, clocks)
    return replace(found, first_call_s=first.seconds)


def lazy_reason(result: Any) -> str | None:
    """Why the call that returned this ran none of the function's code, in words; None if it ran.

    A coroutine is closed, so that Python does not warn of it.
    """
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        return "the function has a `yield`, so calling it only makes a generator and runs none of its code"
    if inspect.iscoroutine(result):
        result.close()
        return "the function is `async`, so calling it only makes a coroutine and runs none of its code"
    if isinstance(result, (map, filter)):
        return f"the function returns a `{type(result).__name__}`, which computes nothing until it is read"
    return None


def measure_rows(
    fn: Callable[[Any, Any], Any],
    a: Any,
    b: Any,
    budget_s: float = 0.5,
    prepare: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    should_stop: ShouldStop | None = None,
    on_progress: Callable[[int, int, float | None], object] | None = None,
) -> Timing:
    """Time of `fn(a, b)` for a (m, k) and b (k, n) as a `Timing`; a slow fn sees fewer rows, then is extrapolated.

    The first call sees one row and one column: it is `first_call_s` (imports, compiling). Then more columns and
    more rows are timed, twice as many each time, until the whole product is known to be affordable and is
    measured like in `measure`, or the budget is spent. Then the smallest and the largest part that ran give a fixed
    cost and a cost per value, and with them an estimate that is marked `extrapolated`; if the time did not grow with
    the size, or grew faster than it, it is marked `at_least`. What `prepare(a, b)` does to the operands (say, a copy
    to the GPU) is not timed.
    `on_progress(rows_done, rows, estimate_s)` is called after every step, `estimate_s` being the current guess or None.
    Raises: Stopped if `should_stop()` says True between calls; whatever `fn` raises.
    """
    stop, progress = should_stop or (lambda: False), on_progress or (lambda *step: None)
    prepare = prepare or (lambda *operands: operands)
    (m, _), n = a.shape, b.shape[1]
    rows, columns = min(1, m), min(1, n)
    first_call_s = call_s(fn, *prepare(a[:rows], _columns(b, columns)))
    steps: list[tuple[int, float]] = []  # (values of c, seconds)
    spent_s = 0.0
    while True:
        if stop():
            raise Stopped
        tally = _calls(fn, prepare(a[:rows], _columns(b, columns)), budget_s, stop)
        seconds = tally.fastest_s
        spent_s += seconds * min(len(tally.times), USUAL_CALLS)
        steps.append((rows * columns, seconds))
        in_proportion_s = seconds * (m * n) / max(rows * columns, 1)
        affordable = (rows, columns) == (m, n) or in_proportion_s < MAX_BUDGETS_PER_CALL * budget_s
        timing = replace(
            _estimate(steps, m * n),
            spread=tally.spread,
            repeats=len(tally.times),
            disturbed=not tally.sure,
            together=tally.together,
        )
        guess_s = in_proportion_s if affordable else None if timing.at_least else timing.seconds
        progress(rows if columns == n else 0, m, guess_s)
        if affordable:
            timing = measure(fn, *prepare(a, b), budget_s=budget_s, should_stop=stop)
            rows, columns = m, n
            break
        overdue = spent_s + 2 * seconds > budget_s
        # Past the budget only for as long as nothing is known of how the time grows, and then in larger steps.
        if overdue and (not timing.at_least or spent_s + 2 * seconds > MAX_BUDGETS_PER_CALL * budget_s):
            break
        rows, columns = _larger(rows, columns, m, n, 8 if overdue else 2)
    sizes = {"rows": m, "measured_rows": rows, "columns": n, "measured_columns": columns}
    return replace(timing, first_call_s=first_call_s, **sizes)


def call_s(fn: Callable[..., Any], *args: Any) -> float:
    """Seconds of this one `fn(*args)`, without the time in which other programs had the processor."""
    return timed_call(fn, *args)[0]


def timed_call(fn: Callable[..., Any], *args: Any) -> tuple[float, bool]:
    """The same, and whether that is only the most it can be: other programs disturbed it."""
    with _clocks() as clocks:
        call = _batch(fn, args, 1, clocks)
    return call.seconds, call.disturbed


@contextmanager
def _clocks() -> Iterator[Clocks]:
    with WaitClock.of_this_thread() as own, WaitClock.of_the_others() as others:
        yield own, others


class _Batch(NamedTuple):
    """One batch of calls."""

    seconds: float
    waited: bool
    """Whether threads had to wait for a processor, so that the seconds are only the most it can be."""
    look_s: float = 0.0
    """What the yardstick took before or after it, whichever is more; 0 if nobody looked."""
    in_pieces: bool = False
    """Whether other programs had the processor in between, so that the looks before and after say less of it."""
    together: bool = False
    """Whether several threads worked for it, or were ready to."""

    @property
    def disturbed(self) -> bool:
        """Whether the seconds are only the most it can be, as far as is known by now: the yardstick goes on learning."""
        return self.waited or YARDSTICK.slowed(self.look_s)


@dataclass
class _Tally:
    """What batches have taken, and whether that is what they take undisturbed."""

    times: list[float] = field(default_factory=list)
    fastest_s: float = math.inf
    together: bool = False
    _batches: list[_Batch] = field(default_factory=list)  # which nothing disturbed, as it seemed

    def add(self, batch: _Batch) -> "_Tally":
        self.times.append(batch.seconds)
        self.fastest_s = min(self.fastest_s, batch.seconds)
        self.together |= batch.together
        if not batch.disturbed:
            self._batches.append(batch)
        return self

    @property
    def sure(self) -> bool:
        """Whether an undisturbed batch, or two in pieces, took about as long as the fastest; of many, one in a hundred.

        While another virtual machine slows down all that runs here, one look in 500 to 2,500 sees nothing of it, and one
        pair of looks in up to 4,000: among the thousands of batches of a short call there are such pairs.
        """
        fast = [batch for batch in self._batches if batch.seconds <= (1 + NOISY) * self.fastest_s]
        # One in pieces may have been slowed down between the looks: of 172 two were. Another one has to confirm it.
        found = sum(0.5 if batch.in_pieces else 1.0 for batch in fast if not batch.disturbed)
        return found >= max(1.0, CLEAR_SHARE * len(self.times))

    @property
    def spread(self) -> float | None:
        """(median − fastest) / fastest; None of a single one."""
        return median(self.times) / self.fastest_s - 1 if len(self.times) > 1 and self.fastest_s > 0 else None


def _calls(fn: Callable[..., Any], args: tuple[Any, ...], budget_s: float, stop: ShouldStop) -> _Tally:
    """One call, a second one where that is cheap, and more within the budget while none is known to be undisturbed."""
    tally = _Tally()
    with _clocks() as clocks:
        tally.add(_batch(fn, args, 1, clocks))
        if tally.fastest_s < budget_s / 2:
            tally.add(_batch(fn, args, 1, clocks))
        while not tally.sure and sum(tally.times) < budget_s:
            if stop():
                raise Stopped
            tally.add(_batch(fn, args, 1, clocks))
    return tally


def _larger(rows: int, columns: int, m: int, n: int, factor: int) -> tuple[int, int]:
    """So many times the columns until there are n, then so many times the rows."""
    return (rows, min(factor * columns, n)) if columns < n else (min(factor * rows, m), n)


def _estimate(steps: list[tuple[int, float]], values: int) -> Timing:
    """The time for so many values, from the smallest and the largest step: a fixed cost and a cost per value."""
    (few, short_s), (many, long_s) = steps[0], steps[-1]
    if long_s <= GREW * short_s:
        return Timing(long_s, at_least=True)
    per_value_s = (long_s - short_s) / (many - few)
    seconds = long_s + per_value_s * (values - many)
    before, before_s = steps[-2]
    # Twice the size in much more than twice the time: what is beyond is steeper than the line through the two.
    return Timing(seconds, at_least=long_s > LINEAR * before_s * many / before and long_s > SURE_S)


def _columns(b: Any, columns: int) -> Any:
    """The first columns of b, laid out like b itself, so that compiled code meets the type it knows."""
    if columns == b.shape[1]:
        return b
    part = b[:, :columns]
    return part.contiguous() if hasattr(part, "contiguous") else part.copy()


def _batch(fn: Callable[..., Any], args: tuple[Any, ...], calls: int, clocks: Clocks) -> _Batch:
    """So many calls together.

    Of one thread at work, what it waited for a processor is taken off, but for what the system may count too much, and
    it is undisturbed if a yardstick just before and just after it is. Of several nobody knows what was lost when one of
    them waited: then the seconds are the most it can be, all their work one after the other or the clock on the wall.
    """
    own, others = clocks
    before_s, alone = YARDSTICK.look(), YARDSTICK.alone
    others_waited_s, others_worked_s = others.read_s(), others.worked_s
    worked_s, own_worked_s = process_time(), thread_time()
    outer_start, waited_s = perf_counter(), own.read_s()
    start = perf_counter()
    for _ in repeat(None, calls):
        fn(*args)
    seconds = perf_counter() - start
    waited_s = own.read_s() - waited_s
    # All of the wait lies between the outer readings, so that the difference is never too short.
    alone_s = perf_counter() - outer_start - waited_s
    own_worked_s, worked_s = thread_time() - own_worked_s, process_time() - worked_s
    others_waited_s = others.read_s() - others_waited_s
    # Of threads that began and ended meanwhile nobody has read what they waited.
    unseen_s = worked_s - own_worked_s - (others.worked_s - others_worked_s)
    crowd = seconds > SURE_S and unseen_s > UNSEEN * worked_s and crowded(worked_s / seconds)
    if worked_s > TOGETHER * alone_s:
        waited = crowd or waited_s + others_waited_s > DISTURBED * seconds
        look_s = _look_together(before_s if alone else 0.0) if seconds > SURE_S and not waited else 0.0
        return _Batch(min(seconds, worked_s + WAIT_ERROR_S) if waited else seconds, waited, look_s, together=True)
    after_s = YARDSTICK.look_again()  # not the look before: a single one that sees nothing would clear ten batches
    if seconds > SURE_S:
        YARDSTICK.learn()
    # Where no system says what was waited: much more than the work, as far as its clock, which may tick 64 times a
    # second, can tell.
    waited = not (own.tells or in_browser()) and seconds > worked_s / (1 - DISTURBED) + TICK_S
    together = crowd or others_waited_s > DISTURBED * seconds
    look_s, in_pieces = max(before_s, after_s), waited_s > DISTURBED * alone_s
    return _Batch(min(seconds, alone_s + min(waited_s, WAIT_ERROR_S)), together or waited, look_s, in_pieces, together)


def _look_together(before_s: float) -> float:
    """What the yardstick takes at most, before work of several threads, if there was a look, and after it.

    Only for long calls: to wait until the threads of a library sleep makes the next call wake them, and of many short
    ones some meet a quiet moment.
    """
    after_s = YARDSTICK.look_alone()
    YARDSTICK.learn()
    return max(before_s, after_s)


def _batches(
    fn: Callable[..., Any], args: tuple[Any, ...], first_s: float, budget_s: float, stop: ShouldStop, clocks: Clocks
) -> Timing:
    """The adaptive minimum over batches, for a function whose first call took so long."""
    start, worked_s, collecting = perf_counter(), process_time(), gc.isenabled()
    end = start + budget_s
    calls, tally = 1, _Tally(fastest_s=first_s)
    gc.disable()
    try:
        while len(tally.times) < (1 if tally.fastest_s > budget_s else MIN_BATCHES) or (
            len(tally.times) < MAX_BATCHES and perf_counter() < end
        ):
            if tally.times and stop():
                raise Stopped
            batch = _batch(fn, args, calls, clocks)
            if batch.seconds < BATCH_S / 2 and calls < MAX_CALLS:  # if not the first: those before it were held up
                calls = max(2 * calls, min(10 * calls, int(calls * BATCH_S / max(batch.seconds, 1e-9))))
                tally = _Tally()
            else:
                tally.add(batch)
            # A quiet moment is worth some patience: other programs may be done before long.
            if end <= (now := perf_counter()) and tally.times:
                unsure = not tally.sure and process_time() - worked_s < MAX_BUDGETS_PER_CALL * budget_s
                noisy = (tally.spread or 0) > NOISY
                budgets = MAX_BUDGETS if unsure else MAX_BUDGETS_PER_CALL if noisy else 0
                end = min(now, start + (budgets - 1) * budget_s) + budget_s
    finally:
        if collecting:
            gc.enable()
    found = Timing(tally.fastest_s / calls, tally.spread, len(tally.times), calls)
    return replace(found, disturbed=not tally.sure, together=tally.together)
