"""The clock and the work are fake ones."""

import threading
import time

import pytest

from widgets_lib.compute import yardstick
from widgets_lib.compute.yardstick import Yardstick


class Work:
    """Takes `seconds`, or what is `pending` first."""

    def __init__(self, monkeypatch):
        self.now, self.seconds, self.pending, self.calls = 0.0, 1e-4, [], 0
        self.spinning_until = 0.0
        monkeypatch.setattr(yardstick, "perf_counter", lambda: self.now)
        monkeypatch.setattr(yardstick, "_work_s", self)
        monkeypatch.setattr(yardstick, "_others_worked_s", lambda: min(self.now, self.spinning_until))

    def __call__(self):
        self.calls += 1
        seconds = self.pending.pop(0) if self.pending else self.seconds
        self.now += seconds
        return seconds


@pytest.fixture
def work(monkeypatch):
    return Work(monkeypatch)


def test_what_takes_longer_than_the_least_is_slowed(work):
    stick = Yardstick()
    assert not stick.slowed(stick.look())
    work.now, work.seconds = work.now + 1, 1.8e-4
    slow_s = stick.look()
    assert slow_s == pytest.approx(1.8e-4) and stick.slowed(slow_s) and stick.slowed(1e-4, slow_s)
    work.now, work.seconds = work.now + 1, 1.1e-4
    assert not stick.slowed(stick.look())


def test_a_least_that_is_found_later_changes_what_was_seen_before(work):
    stick = Yardstick()
    work.seconds = 1.8e-4
    before_s = stick.look()
    assert not stick.slowed(before_s)
    work.seconds = 1e-4
    stick.learn()
    assert stick.slowed(before_s)


def test_one_of_three_that_was_cut_in_two_is_overlooked(work):
    stick = Yardstick()
    stick.look()
    work.now, work.pending = work.now + 1, [1e-4, 6e-3, 1e-4]
    assert not stick.slowed(stick.look())


def test_a_look_holds_for_two_milliseconds(work):
    stick = Yardstick()
    stick.look()
    calls, work.seconds = work.calls, 1.8e-4
    work.now += 0.0019
    assert stick.look() == 1e-4 and work.calls == calls
    work.now += 0.0002
    assert stick.look() == 1.8e-4


def test_another_look_is_another_look(work):
    stick = Yardstick()
    stick.look()
    work.seconds = 1.8e-4
    assert stick.look() == 1e-4 and stick.look_again() == 1.8e-4 == stick.look()


def test_a_look_alone_waits_until_the_threads_of_a_library_sleep(work):
    stick = Yardstick()
    assert stick.look() and stick.alone
    work.now, work.spinning_until, work.seconds = 1.0, 1.02, 1.8e-4
    assert stick.look() == 1.8e-4 and not stick.alone
    work.seconds = 1e-4
    assert stick.look_alone() == 1e-4 and stick.alone and 1.02 < work.now < 1.021
    start = work.now
    assert stick.look_alone() == 1e-4 and work.now == start, "what was seen just now holds"


def test_where_other_threads_never_sleep_a_look_alone_says_nothing(work):
    stick = Yardstick()
    stick.look()
    work.now, work.spinning_until, work.seconds = 1.0, 9.0, 1.8e-4
    assert not stick.slowed(stick.look_alone()) and work.now == pytest.approx(1.05, abs=0.001)


def test_it_watches_for_half_a_second_once(work):
    stick = Yardstick()
    stick.learn()
    assert work.now == pytest.approx(0.5, abs=0.02)
    calls = work.calls
    stick.learn()
    assert work.calls == calls


def test_looks_that_came_along_need_no_repeating(work):
    stick = Yardstick()
    for _ in range(100):
        stick.look()
        work.now += 0.006
    start = work.now
    stick.learn()
    assert work.now == start


def test_a_long_time_without_a_look_was_not_watched(work):
    stick = Yardstick()
    for _ in range(10):
        stick.look()
        work.now += 5
    start = work.now
    stick.learn()
    assert work.now - start > 0.35


def test_in_a_browser_it_says_nothing(work, monkeypatch):
    monkeypatch.setattr(yardstick, "in_browser", lambda: True)
    stick = Yardstick()
    stick.learn()
    assert not stick.slowed(stick.look(), stick.look_again(), stick.look_alone()) and not work.calls


def test_the_real_work_takes_a_time_that_a_clock_can_tell():
    assert 1e-6 < yardstick._work_s() < 1


def test_a_thread_at_work_is_seen_and_one_that_waits_is_not():
    ready, done = threading.Event(), threading.Event()

    def works():
        deadline = time.thread_time() + 0.02
        while time.thread_time() < deadline:
            pass
        ready.set()
        done.wait()

    before_s = yardstick._others_worked_s()
    thread = threading.Thread(target=works)
    thread.start()
    ready.wait()
    worked_s = yardstick._others_worked_s() - before_s
    done.set()
    thread.join()
    assert worked_s == pytest.approx(0.02, rel=0.2)
