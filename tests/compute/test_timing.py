"""The clock is a fake one: a test of a stopwatch that trusts the wall fails on a busy day."""

import gc
import math
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from time import thread_time

import numpy as np
import pytest
import torch

from widgets_lib.compute import scheduling, timing, yardstick
from widgets_lib.compute.timing import Timing, count, human, measure, measure_rows


class WaitReading(nullcontext):
    worked_s = 0.0

    def __init__(self, read_s, tells):
        super().__init__(self)
        self.read_s, self.tells = read_s, tells


class Clock:
    """Time that passes only when someone works."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(timing, "perf_counter", lambda: self.now)
        self.waited = self.others_waited = self.worked = self.unseen = 0.0
        monkeypatch.setattr(timing, "process_time", lambda: self.worked)
        monkeypatch.setattr(timing, "thread_time", lambda: self.worked - self.unseen)
        self.crowd = False
        monkeypatch.setattr(timing, "crowded", lambda threads: self.crowd)
        self.tells, self.pace, self.alone = True, 1.0, True
        monkeypatch.setattr(timing, "WaitClock", self)
        monkeypatch.setattr(timing, "YARDSTICK", self)

    def of_this_thread(self):
        return WaitReading(lambda: self.waited, self.tells)

    def of_the_others(self):
        return WaitReading(lambda: self.others_waited, self.tells)

    def look(self):
        """What the yardstick reads: 1 in a quiet moment."""
        return self.pace

    look_again = look

    def look_alone(self):
        self.alone = True
        return self.pace

    def slowed(self, *looks):
        return max(looks) > 1.3

    def learn(self):
        self.learned = True

    def work(self, *durations):
        """A function whose calls take these seconds, the last one for ever after."""
        pending = list(durations)

        def fn(*args):
            self.calls += 1
            self.now += pending.pop(0) if len(pending) > 1 else pending[0]

        self.calls = 0
        return fn

    def rows(self, per_value, first=0.0, fixed=0.0):
        """A product that takes `per_value` seconds for each value of c."""
        self.seen = []

        def fn(a, b):
            self.now += fixed + per_value * a.shape[0] * b.shape[1] + (first if not self.seen else 0)
            self.seen.append((a.shape[0], b.shape[1]))

        return fn


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_two_calls_longer_than_the_budget_are_enough(clock):
    timing = measure(clock.work(0.8, 0.7, 0.1), budget_s=0.5)
    assert clock.calls == 2
    assert (timing.seconds, timing.single, timing.spread, timing.noisy) == (pytest.approx(0.7), True, None, False)


def test_a_first_call_that_compiles_is_not_the_answer(clock):
    timing = measure(clock.work(1.7, 26e-6), budget_s=0.5)
    assert timing.first_call_s == pytest.approx(1.7) and timing.seconds == pytest.approx(26e-6)
    assert not timing.single


def test_a_call_of_minutes_is_not_repeated(clock):
    assert measure(clock.work(120), budget_s=0.5).seconds == pytest.approx(120)
    assert clock.calls == 1


def yields(n):
    yield from range(n)


async def awaits(n):
    return n


async def yields_later(n):
    yield n


@pytest.mark.parametrize(
    ("lazy", "named"),
    [
        *((yields, "generator"), (awaits, "coroutine"), (yields_later, "generator")),
        *((lambda n: (i for i in range(n)), "generator"), (lambda n: map(abs, range(n)), "`map`")),
    ],
)
def test_what_runs_nothing_is_not_measured(lazy, named, recwarn):
    with pytest.raises(TypeError, match=f"nothing to measure: .*{named}"):
        measure(lazy, 3, budget_s=0.01)
    assert not recwarn.list  # "coroutine was never awaited" would puzzle


def test_short_calls_are_batched_to_a_fifth_of_a_millisecond_over_the_whole_budget(clock):
    start = clock.now
    timing = measure(clock.work(2e-6), budget_s=0.3)
    assert timing.seconds == pytest.approx(2e-6)
    assert 1e-4 <= timing.calls * 2e-6 <= 1e-3
    assert clock.now - start == pytest.approx(0.3, rel=0.01)


def test_a_batch_too_short_to_time_ends_what_was_held_up_before(clock):
    """The first ten calls take 20 ms each, by other programs: alone they would have made a batch of one call."""
    timing = measure(clock.work(*[0.02] * 10, 2e-6), budget_s=0.5)
    assert timing.calls >= 50 and timing.seconds == pytest.approx(2e-6) and timing.spread < 0.01


def test_a_short_call_finds_the_moments_between_other_programs(clock):
    """Each 3 ms others take the processor for 6, and nothing tells so."""
    begin = clock.now

    def works(*args):
        clock.now += 7e-6
        if (clock.now - begin) % 9e-3 > 3e-3:
            clock.now += 9e-3 - (clock.now - begin) % 9e-3

    assert measure(works, budget_s=0.3).seconds == pytest.approx(7e-6)


def test_the_budget_ends_it(clock):
    timing = measure(clock.work(0.1), budget_s=0.5)
    assert timing.repeats in (5, 6) and timing.calls == 1


def test_at_least_three(clock):
    assert measure(clock.work(0.45), budget_s=0.5).repeats == 3


def test_the_fastest_batch_counts_and_the_first_call_is_apart(clock):
    timing = measure(clock.work(0.4, 0.05, 0.04, 0.05, 0.06, 0.05), budget_s=0.5)
    assert timing.first_call_s == pytest.approx(0.4)
    assert timing.seconds == pytest.approx(0.04)
    assert timing.spread == pytest.approx(0.25) and timing.noisy


def test_what_the_thread_waited_for_a_processor_does_not_count(clock):
    def works(*args):
        clock.now += 0.05
        clock.waited += 0.03

    assert measure(works, budget_s=0.5).seconds == pytest.approx(0.02 + timing.WAIT_ERROR_S)


@pytest.mark.parametrize("call_s", [3e-6, 1.3e-4, 4e-4, 2.5e-3])
@pytest.mark.parametrize("error_s", [2e-5, 9e-5])
def test_a_wait_that_is_told_too_long_makes_no_call_shorter_than_any(clock, call_s, error_s):
    """The system counts as waited what the thread still worked, tens of microseconds of it."""
    calls = []

    def works(*args):
        calls.append(1)
        is_interrupted = len(calls) % max(10, int(0.01 / call_s)) == 0
        waited_s = 0.0003 if is_interrupted else 0
        told_s = waited_s + error_s if is_interrupted else 0
        clock.now += call_s + waited_s
        clock.waited += told_s
        clock.worked += call_s + waited_s - told_s

    found = measure(works, budget_s=0.3)
    assert found.seconds == pytest.approx(call_s) and not found.together


def test_batches_in_which_a_library_waited_are_followed_by_more(clock):
    calls = []

    def works(*args):
        calls.append(1)
        waits = len(calls) < quiet_from
        clock.now += 0.08 if waits else 0.01
        clock.others_waited += 0.07 if waits else 0

    quiet_from = 8
    timing = measure(works, budget_s=0.3)
    assert timing.seconds == pytest.approx(0.01) and not timing.disturbed

    quiet_from = 1000
    timing = measure(works, budget_s=0.1)
    assert timing.together and timing.disturbed and timing.noisy and timing.at_most
    assert timing.text == f"at most {human(timing.seconds)}"


def test_while_the_batches_differ_it_goes_on_for_up_to_four_budgets(clock):
    calls = []

    def works(*args):
        calls.append(1)
        others_are_busy = clock.now < quiet_from
        clock.now += (0.02 if len(calls) % 3 else 0.015) if others_are_busy else 0.01

    quiet_from = clock.now + 0.35
    assert measure(works, budget_s=0.2).seconds == pytest.approx(0.01)
    start, quiet_from = clock.now, clock.now + 100
    assert measure(works, budget_s=0.2).noisy and clock.now - start == pytest.approx(0.8, abs=0.05)
    start, quiet_from = clock.now, clock.now
    assert not measure(works, budget_s=0.2).noisy and clock.now - start == pytest.approx(0.2, abs=0.05)


def test_of_threads_at_work_together_a_wait_is_not_taken_off(clock):
    """One waits for 9 of 10 ms, and meanwhile others work: 16 ms in all. It takes 10 ms at most; 1 ms is not known."""

    def fn():
        clock.now += 0.01
        clock.waited += 0.009
        clock.worked += 0.016

    found = measure(fn, budget_s=0.1)
    assert found.seconds == pytest.approx(0.01) and found.at_most


def test_the_work_of_all_threads_bounds_what_they_take_together(clock):
    def fn():
        clock.now += 0.08
        clock.waited += 0.07
        clock.others_waited += 0.07
        clock.worked += 0.016

    found = measure(fn, budget_s=0.1)
    assert found.seconds == pytest.approx(0.016 + timing.WAIT_ERROR_S) and found.at_most and found.together


def test_threads_that_did_not_wait_are_timed_by_the_wall(clock):
    def fn():
        clock.now += 0.01
        clock.waited += 0.0001
        clock.worked += 0.02

    found = measure(fn, budget_s=0.1)
    assert found.seconds == pytest.approx(0.01) and not found.at_most


def slowed(clock, call_s, *, quiet_from=math.inf, in_pieces=False, factor=1.8):
    """A function of one thread, which shares its core with another program before this time."""

    def fn(*args):
        clock.calls += 1
        clock.pace = factor if clock.now < quiet_from else 1.0
        took_s = call_s * clock.pace
        clock.worked += took_s
        clock.waited += took_s if in_pieces else 0
        clock.now += 2 * took_s if in_pieces else took_s
        clock.pace = factor if clock.now < quiet_from else 1.0

    clock.calls, clock.pace = 0, factor if clock.now < quiet_from else 1.0
    return fn


@pytest.mark.parametrize("call_s", [1e-5, 0.01, 0.3, 3.0])
def test_a_call_that_was_slowed_down_is_a_bound_though_all_of_it_was_work(clock, call_s):
    found = measure(slowed(clock, call_s), budget_s=0.5)
    assert found.at_most and found.noisy and found.seconds == pytest.approx(1.8 * call_s) and not found.together
    assert clock.worked <= max(4 * 0.5 + 2 * 1.8 * call_s, 2 * 1.8 * call_s)


def test_a_single_call_that_was_slowed_down_is_followed_by_one_that_was_not(clock):
    found = measure(slowed(clock, 0.3, quiet_from=clock.now + 1.0), budget_s=0.5)
    assert found.seconds == pytest.approx(0.3) and not found.at_most


def test_a_call_of_minutes_that_was_slowed_down_is_a_bound(clock):
    assert measure(slowed(clock, 100), budget_s=0.5).at_most and clock.calls == 1


def test_calls_in_pieces_confirm_each_other(clock):
    """Between two looks much may happen in so many pieces; two calls hardly meet the same."""
    found = measure(slowed(clock, 0.7, in_pieces=True, factor=1.0), budget_s=0.5)
    assert found.seconds == pytest.approx(0.7 + timing.WAIT_ERROR_S) and not found.at_most and clock.calls == 3

    calls = []

    def differs():
        """Quiet at both ends, but slower each time: none confirms another."""
        calls.append(0.5 * 1.2 ** len(calls))
        clock.worked += calls[-1]
        clock.waited += calls[-1]
        clock.now += 2 * calls[-1]

    found = measure(differs, budget_s=0.5)
    assert found.at_most and found.seconds == pytest.approx(0.5 + timing.WAIT_ERROR_S)


def test_an_undisturbed_call_that_a_disturbed_one_beats_was_none(clock):
    durations = iter([0.2, 0.2, 0.1, *[0.2] * 99])

    def fn():
        took_s = next(durations)
        clock.pace = 1.8 if took_s < 0.2 else 1.0
        clock.now, clock.worked = clock.now + took_s, clock.worked + took_s

    found = measure(fn, budget_s=0.5)
    assert found.at_most and found.seconds == pytest.approx(0.1)


class BesideAnotherMachine:
    """A yardstick on a core that another virtual machine uses, too; only what `sees_nothing` picks looks quiet there."""

    def __init__(self, clock, monkeypatch, sees_nothing):
        self.clock, self.sees_nothing = clock, sees_nothing
        self.quiet_from, self.looks = math.inf, 0
        monkeypatch.setattr(yardstick, "perf_counter", lambda: clock.now)
        monkeypatch.setattr(yardstick, "_others_worked_s", lambda: 0.0)
        monkeypatch.setattr(yardstick, "_work_s", self)
        monkeypatch.setattr(timing, "YARDSTICK", yardstick.Yardstick())

    @property
    def pace(self):
        return 1.8 if self.clock.now < self.quiet_from else 1.0

    def __call__(self):
        """One of the three tries of a look."""
        look, self.looks = self.looks // yardstick.TRIES, self.looks + 1
        took_s = 20e-6 * (1.0 if self.sees_nothing(look) else self.pace)
        self.clock.now += took_s
        return took_s

    def call(self):
        took_s = 50e-6 * self.pace
        self.clock.now, self.clock.worked = self.clock.now + took_s, self.clock.worked + took_s


@pytest.mark.parametrize(
    "sees_nothing",
    [lambda look: look % 100 == 7, lambda look: look % 700 in (300, 301), lambda look: look == 900],
    ids=["one in a hundred", "two in a row", "a single one"],
)
def test_looks_that_see_nothing_do_not_clear_the_short_calls_around_them(clock, monkeypatch, sees_nothing):
    beside = BesideAnotherMachine(clock, monkeypatch, sees_nothing)
    found = measure(beside.call, budget_s=0.5)
    assert found.seconds == pytest.approx(90e-6) and found.at_most


def test_a_short_quiet_time_between_such_looks_is_found(clock, monkeypatch):
    beside = BesideAnotherMachine(clock, monkeypatch, lambda look: look % 100 == 7)
    beside.quiet_from = clock.now + 0.45
    found = measure(beside.call, budget_s=0.5)
    assert found.seconds == pytest.approx(50e-6) and not found.at_most


def test_a_quiet_machine_gives_no_bounds(clock):
    for call_s in (1e-6, 1e-3, 0.2, 0.6, 20, 200):
        assert not measure(slowed(clock, call_s, quiet_from=0), budget_s=0.5).at_most


def together(clock, call_s, *, quiet_from=math.inf):
    """A function of two threads, which look for more work afterwards, and so slow the yardstick down themselves."""

    def fn():
        clock.calls += 1
        pace = 1.8 if clock.now < quiet_from else 1.0
        clock.now += pace * call_s
        clock.worked += 2 * pace * call_s
        clock.pace, clock.alone = 1.8, False

    def look_alone():
        clock.pace, clock.alone = 1.8 if clock.now < quiet_from else 1.0, True
        return clock.pace

    clock.calls, clock.look_alone = 0, look_alone
    return fn


def test_several_threads_that_were_slowed_down_are_a_bound_though_none_waited(clock):
    found = measure(together(clock, 0.01), budget_s=0.1)
    assert found.seconds == pytest.approx(0.018) and found.at_most and found.together

    found = measure(together(clock, 0.01, quiet_from=clock.now + 0.12), budget_s=0.1)
    assert found.seconds == pytest.approx(0.01) and not found.at_most


def test_of_several_threads_the_yardstick_is_asked_only_when_they_sleep(clock):
    found = measure(together(clock, 0.01, quiet_from=0), budget_s=0.1)
    assert found.seconds == pytest.approx(0.01) and not found.at_most


def test_short_calls_of_several_threads_do_not_wait_until_they_sleep(clock):
    fn = together(clock, 0.001)
    clock.look_alone = lambda: pytest.fail("each call would have to wake them")
    assert not measure(fn, budget_s=0.1).at_most


@pytest.mark.parametrize("beside", [0.0, 0.01])
def test_threads_that_end_with_the_call_are_a_bound_where_they_have_to_wait(clock, beside):
    """One thread works for 10 ms, begins with the call and ends with it; the caller works meanwhile, or waits for it."""

    def fn():
        clock.now += 0.01
        clock.worked += beside + 0.01
        clock.unseen += 0.01

    assert not measure(fn, budget_s=0.1).at_most
    clock.crowd = True
    found = measure(fn, budget_s=0.1)
    assert found.at_most and found.together and found.seconds == pytest.approx(0.01)


def test_threads_that_do_little_and_end_are_no_matter(clock):
    clock.crowd = True

    def fn():
        clock.now += 0.01
        clock.worked += 0.01
        clock.unseen += 0.002

    assert not measure(fn, budget_s=0.1).at_most


@pytest.mark.parametrize(
    ("running", "threads", "processors", "crowd"),
    [(1, 2.0, 2, False), (2, 1.0, 2, False), (2, 2.0, 2, True), (5, 1.0, 2, True), (30, 2.0, 64, False)],
)
def test_processors_are_crowded_when_more_want_one(monkeypatch, tmp_path, running, threads, processors, crowd):
    (tmp_path / "loadavg").write_text(f"0.50 1.25 2.00 {running}/481 20015\n")
    monkeypatch.setattr(scheduling, "LOAD", tmp_path / "loadavg")
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert scheduling.crowded(threads) is crowd


def test_where_no_system_tells_nothing_is_crowded(monkeypatch, tmp_path):
    monkeypatch.setattr(scheduling, "LOAD", tmp_path / "none")
    assert not scheduling.crowded(64)


def test_where_no_system_tells_of_waiting_a_call_that_worked_for_less_of_the_time_is_a_bound(clock):
    clock.tells = False

    def fn():
        clock.now += 0.5
        clock.worked += worked

    worked = 0.1
    found = measure(fn, budget_s=0.5)
    assert found.seconds == pytest.approx(0.5) and found.at_most
    worked = 0.49
    assert not measure(fn, budget_s=0.5).at_most


def test_short_calls_are_no_bounds_where_the_clock_of_work_ticks_rarely(clock):
    clock.tells = False
    assert not measure(clock.work(0.01), budget_s=0.5).at_most


def test_only_long_calls_wait_until_the_least_is_known(clock):
    clock.learned = False
    measure(clock.work(0.001), budget_s=0.1)
    assert not clock.learned
    measure(clock.work(0.01), budget_s=0.1)
    assert clock.learned


@pytest.mark.skipif(not scheduling.TASKS.exists(), reason="only Linux tells how long a thread waited")
def test_a_busy_machine_does_not_make_a_loop_slow():
    """Three processes to each processor: the loop takes three times as long, and as long as without them."""

    def loop():
        for _ in range(1_500_000):
            pass

    alone = min(measure(loop, budget_s=0.2).seconds for _ in range(2))
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        crowded = measure(loop, budget_s=0.3)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert crowded.seconds < 2.2 * alone  # processors that share a core slow each other down


def test_fifteen_percent_is_the_line():
    assert not Timing(1, spread=0.15).noisy
    assert Timing(1, spread=0.16).noisy


def test_the_collector_is_off_while_measuring_and_on_again():
    seen = []
    measure(lambda: seen.append(gc.isenabled()), budget_s=0.001)
    assert seen[0] and not any(seen[1:]) and gc.isenabled()


def test_an_error_of_the_function_comes_out_and_leaves_the_collector_on():
    calls = []

    def fails_later():
        calls.append(1)
        if len(calls) == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        measure(fails_later)
    assert gc.isenabled()


def test_stopping_between_batches(clock):
    with pytest.raises(timing.Stopped):
        measure(clock.work(0.1), budget_s=100, should_stop=lambda: clock.calls >= 4)
    assert clock.calls == 4 and gc.isenabled()


def test_arguments_are_passed_on():
    measure(lambda *args: args == (1, 2) or pytest.fail("wrong arguments"), 1, 2, budget_s=0.001)


A, B = np.zeros((50_000, 1)), np.zeros((1, 10))


def test_a_slow_function_is_extrapolated_and_says_so(clock):
    result = measure_rows(clock.rows(0.01), A, B, budget_s=0.5)
    assert result.extrapolated and result.rows == 50_000 and 1 <= result.measured_rows <= 5
    assert result.seconds == pytest.approx(5000)
    assert result.text == f"83 minutes (estimated from {count(result.measured_rows, 'row')})"
    assert sum(rows * columns * 0.01 for rows, columns in clock.seen) < 1.0


def test_a_fast_function_is_measured_whole(clock):
    result = measure_rows(clock.rows(1e-7), A, B, budget_s=0.5)
    assert (result.extrapolated, result.measured_rows, result.repeats > 2) == (False, 50_000, True)
    assert result.seconds == pytest.approx(0.05)
    assert result.text == "50.0 ms"


def test_a_fixed_cost_of_each_call_does_not_count_as_slow_rows(clock):
    result = measure_rows(clock.rows(1e-8, fixed=1e-3), A, B, budget_s=0.5)
    assert not result.extrapolated


def test_compiling_is_not_mistaken_for_slowness(clock):
    result = measure_rows(clock.rows(1e-7, first=3.0), A, B, budget_s=0.5)
    assert result.first_call_s == pytest.approx(3.0) and not result.extrapolated
    assert result.seconds == pytest.approx(0.05)


@pytest.mark.parametrize("fixed", [0.05, 2e-3])
def test_an_estimate_is_a_fixed_part_and_a_slope(clock, fixed):
    result = measure_rows(clock.rows(1e-4, fixed=fixed), A, B, budget_s=0.1)
    assert result.extrapolated and not result.at_least
    assert result.seconds == pytest.approx(fixed + 50)


def test_a_time_that_does_not_grow_is_a_lower_bound(clock):
    result = measure_rows(clock.rows(0.0, fixed=3.0), A, B, budget_s=0.5)
    assert result.extrapolated and result.at_least and result.seconds == pytest.approx(3.0)
    assert result.text.startswith("at least 3.00 s (from 1 row")


def test_a_time_that_grows_faster_than_the_size_is_a_lower_bound(clock):
    def squares(a, b):
        clock.now += 1e-4 * (a.shape[0] * b.shape[1]) ** 2

    result = measure_rows(squares, A, B, budget_s=0.5)
    assert result.at_least and 1 < result.seconds < 1e-4 * 500_000**2


def test_an_estimate_takes_the_faster_of_two_calls(clock):
    calls = []

    def disturbed(a, b):
        calls.append(1)
        clock.now += 0.01 * a.shape[0] * b.shape[1] * (3 if len(calls) % 2 else 1)

    result = measure_rows(disturbed, A, B, budget_s=2)
    assert result.seconds == pytest.approx(5000) and result.spread == pytest.approx(1)


def test_an_estimate_from_what_was_slowed_down_is_a_bound(clock):
    clock.pace = 1.8
    result = measure_rows(clock.rows(0.01), A, B, budget_s=0.5)
    assert result.at_most and result.extrapolated
    assert result.text.startswith("at most 83 minutes (from ")
    assert sum(rows * columns * 0.01 for rows, columns in clock.seen) < 6 * 0.5


def test_an_estimate_looks_for_an_undisturbed_call(clock):
    calls = []

    def disturbed(a, b):
        """Of six calls one is quiet, and so is the moment before and after it."""
        calls.append(1)
        clock.now += 0.01 * a.shape[0] * b.shape[1] * (1.0 if len(calls) % 6 == 5 else 1.8)
        clock.pace = 1.0 if len(calls) % 6 in (4, 5) else 1.8

    clock.pace = 1.8
    result = measure_rows(disturbed, A, B, budget_s=0.5)
    assert result.seconds < 1.3 * 5000 and not result.at_most


def test_one_row_may_be_too_much(clock):
    result = measure_rows(clock.rows(0.05), A, np.zeros((1, 2048)), budget_s=0.5)
    assert result.extrapolated and result.measured_rows == 1 and result.measured_columns < 20
    assert result.seconds == pytest.approx(50_000 * 2048 * 0.05)
    assert f"estimated from 1 row × {result.measured_columns} columns" in result.text


def test_every_size_is_measured_in_full_if_it_is_all_there_is(clock):
    result = measure_rows(clock.rows(1.0), np.zeros((1, 3)), np.zeros((3, 1)), budget_s=0.5)
    assert not result.extrapolated and result.seconds == pytest.approx(1.0)
    assert not measure_rows(clock.rows(1.0, fixed=0.01), np.zeros((0, 3)), np.zeros((3, 1))).extrapolated


def test_progress_ends_with_the_rows_that_ran(clock):
    steps = []
    result = measure_rows(clock.rows(0.01), A, B, on_progress=lambda *step: steps.append(step))
    assert steps[-1][:2] == (result.measured_rows, 50_000)
    assert steps[0][2] is None, "from one size nothing is known of the next"
    assert all(estimate_s == pytest.approx(5000) for *_, estimate_s in steps[1:])


def test_stopping_a_measurement_by_rows(clock):
    with pytest.raises(timing.Stopped):
        measure_rows(clock.rows(0.01), A, B, should_stop=lambda: len(clock.seen) > 2)


@pytest.mark.parametrize("b", [np.zeros((3, 8)), torch.zeros(3, 8)])
def test_fewer_columns_lie_in_memory_like_all_of_them(b):
    layouts = []
    seen = lambda a, b: layouts.append(np.asarray(b).flags.c_contiguous)  # noqa: E731
    measure_rows(seen, b.T, b, budget_s=0.01)
    assert layouts and all(layouts)


def test_a_timing_travels_as_plain_values():
    import json

    fields = json.loads(json.dumps(Timing(0.284, 0.02, 3, rows=5, measured_rows=5).to_dict()))
    assert fields["text"] == "284 ms" and fields["extrapolated"] is False and fields["noisy"] is False


def test_gflops():
    assert Timing(0.5).gflops(784_000_000) == pytest.approx(1.568)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.284, "284 ms"), (72.4e-6, "72.4 µs"), (2768, "46 minutes"), (0.000429, "429 µs"), (3.69e-3, "3.69 ms")),
        *((15.6e-3, "15.6 ms"), (9.996e-4, "1.00 ms"), (0.9999, "1.00 s"), (60, "60.0 s"), (90, "1.5 minutes")),
        *((150, "2.5 minutes"), (120, "2 minutes"), (598, "10 minutes"), (3_300, "55 minutes"), (9_000, "2.5 hours")),
        *(
            (5400, "1.5 hours"),
            (7_200, "2 hours"),
            (5.5 * 86_400, "5.5 days"),
            (2e6, "23 days"),
            (5e-9, "5.00 ns"),
            (0, "0 ns"),
            (float("nan"), "unknown"),
        ),
    ],
)
def test_durations_as_a_person_says_them(seconds, words):
    assert human(seconds) == words


def test_each_clock_reads_the_threads_it_was_made_for(monkeypatch, tmp_path):
    own_id = threading.get_native_id()
    for thread, waited_ns in ((own_id, 2_000_000_000), (1, 500_000_000), (2, 250_000_000)):
        (tmp_path / str(thread)).mkdir()
        (tmp_path / str(thread) / "schedstat").write_text(f"999 {waited_ns} 7\n")
    (tmp_path / "3").mkdir()  # a thread that ends while the clock is made
    monkeypatch.setattr(scheduling, "TASKS", tmp_path)
    with scheduling.WaitClock.of_this_thread() as own, scheduling.WaitClock.of_the_others() as others:
        assert (own.read_s(), others.read_s()) == (2.0, 0.75)
        assert others.worked_s == pytest.approx(2 * 999e-9)


def test_threads_that_begin_later_are_read_too_and_what_one_waited_stays_when_it_ends(monkeypatch, tmp_path):
    waited_s = {}

    def begins(thread, seconds):
        (tmp_path / str(thread)).mkdir()
        (tmp_path / str(thread) / "schedstat").write_text("")
        waited_s[(tmp_path / str(thread) / "schedstat").stat().st_ino] = seconds

    def read_ns(file):
        seconds = waited_s[os.fstat(file).st_ino]
        if seconds is None:
            raise ProcessLookupError
        return 0, int(seconds * 1e9)

    monkeypatch.setattr(scheduling, "TASKS", tmp_path)
    monkeypatch.setattr(scheduling, "_links", lambda: len(list(tmp_path.iterdir())))
    monkeypatch.setattr(scheduling, "_read_ns", read_ns)
    begins(1, 0.5)
    with scheduling.WaitClock.of_the_others() as others:
        assert others.read_s() == 0.5
        begins(2, 0.25)
        assert others.read_s() == 0.75
        waited_s[(tmp_path / "1" / "schedstat").stat().st_ino] = None
        (tmp_path / "1").rename(tmp_path.parent / "ended")
        begins(3, 2.0)  # there are as many as before
        assert others.read_s() == 2.75


@pytest.mark.skipif(not scheduling.TASKS.exists(), reason="only Linux tells how long a thread waited")
@pytest.mark.parametrize("kept", [True, False])
def test_the_wait_of_a_thread_that_begins_with_the_call_is_seen(kept):
    """It shares a processor with busy processes, the one that calls it only waits; it is kept for the next, or ends."""
    processor = min(os.sched_getaffinity(0))

    def settle():
        os.sched_setaffinity(0, {processor})

    def work():
        settle()
        end = thread_time() + 0.01
        while thread_time() < end:
            pass

    def begins_and_ends():
        with ThreadPoolExecutor(1) as own_pool:
            own_pool.submit(work).result()

    count = 2 * (os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=settle) for _ in range(count)]
    try:
        with ThreadPoolExecutor(1) as pool:
            found = measure((lambda: pool.submit(work).result()) if kept else begins_and_ends, budget_s=0.1)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert found.together and found.at_most


@pytest.mark.skipif(not scheduling.TASKS.exists(), reason="only Linux tells how long a thread waited")
def test_a_thread_that_has_ended_waits_no_more():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    with scheduling.WaitClock([thread.native_id]) as clock:
        before_s = clock.read_s()
        done.set()
        thread.join()
        while (scheduling.TASKS / str(thread.native_id)).exists():  # Python has left it before the system has
            pass
        assert clock.read_s() == clock.read_s() >= before_s


def test_where_no_system_tells_a_clock_reads_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(scheduling, "TASKS", tmp_path / "no such folder")
    with scheduling.WaitClock.of_the_others() as others, scheduling.WaitClock.of_this_thread() as own:
        assert others.read_s() == own.read_s() == 0


def test_where_threads_have_no_numbers_it_measures_all_the_same(monkeypatch):
    monkeypatch.delattr(threading, "get_native_id")
    assert timing.measure(sum, [1, 2, 3], budget_s=0.01).seconds > 0


def test_where_no_clock_of_a_thread_exists_it_measures_all_the_same():
    """Python in a browser has none."""
    code = """
import time
del time.thread_time
from widgets_lib.compute import timing, yardstick
yardstick.in_browser = timing.in_browser = lambda: True
assert timing.measure(sum, [1, 2, 3], budget_s=0.01).seconds > 0
"""
    subprocess.run([sys.executable, "-c", code], check=True)
