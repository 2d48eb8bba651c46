"""Work on a thread: whatever goes wrong there is told, and the spinner ends."""

import threading

import numpy as np

from widgets_lib.widgets import _tasks
from widgets_lib.widgets._tasks import MAX_RUNNING, BackgroundTasks, wait_for

WAIT_S = 10


def tasks():
    """BackgroundTasks, the progress they report and the errors they tell."""
    progress, errors = [], []
    return BackgroundTasks(progress.append, errors.append), progress, errors


def test_an_answer_is_published_and_the_spinner_ends():
    work, progress, errors = tasks()
    answers = []
    work.start({"words": "busy"}, lambda should_stop: 6 * 7, answers.append)
    assert work.wait(WAIT_S)
    assert answers == [42] and errors == []
    assert progress[-2:] == [{"words": "busy"}, {}]


def test_a_job_that_fails_and_an_answer_that_can_not_be_published_are_told_in_words():
    def fails(_):
        raise ValueError("the value 7 is too large")

    for job, publish in ((fails, print), (lambda should_stop: 1, fails)):
        work, progress, errors = tasks()
        work.start({"words": "busy"}, job, publish)
        assert work.wait(WAIT_S)
        assert errors == ["the value 7 is too large"]
        assert progress[-1] == {}


def test_what_was_replaced_publishes_nothing():
    work, _, errors = tasks()
    answers, go_on = [], threading.Event()
    first = work.start({}, lambda should_stop: go_on.wait(WAIT_S), lambda _: answers.append("old"))
    work.start({}, lambda should_stop: None, lambda _: answers.append("new"))
    assert work.wait(WAIT_S)
    go_on.set()
    first.join(WAIT_S)
    assert answers == ["new"] and errors == []


def test_of_many_jobs_that_do_not_stop_a_few_run_and_the_newest_is_published():
    work, _, errors = tasks()
    go_on, began, answers = threading.Event(), [], []

    def job(number):
        began.append(number)
        go_on.wait(WAIT_S)
        return number

    threads = [work.start({}, lambda _, number=number: job(number), answers.append) for number in range(40)]
    threads[30].join(WAIT_S)  # it was replaced, and ends without having begun
    assert len(began) <= MAX_RUNNING and 39 not in began
    go_on.set()
    assert work.wait(WAIT_S)
    for thread in threads:
        thread.join(WAIT_S)
    assert answers == [39] and errors == []
    assert len(began) <= MAX_RUNNING + 1


def halves(done):
    """A job of three parts that says which are done, and whether it was left behind."""

    def job(should_stop):
        try:
            for part in range(3):
                done.append(part)
                yield
        except GeneratorExit:
            done.append("left")
            raise
        return "whole"

    return job


def test_a_job_in_parts_is_done_on_a_thread():
    work, progress, errors = tasks()
    answers, done = [], []
    work.start({"words": "busy"}, halves(done), answers.append)
    assert work.wait(WAIT_S)
    assert (answers, done, errors, progress[-1]) == (["whole"], [0, 1, 2], [], {})


def test_without_threads_a_job_is_done_in_turns_and_the_spinner_shows_before_the_first(turns):
    work, progress, errors = tasks()
    answers, done = [], []
    work.start({"words": "busy"}, halves(done), answers.append)
    assert progress[-1] == {"words": "busy"} and done == []
    turns.take(2)
    assert done == [0, 1] and answers == [] and progress[-1] == {"words": "busy"}
    turns.finish()
    assert (answers, errors, progress[-1]) == (["whole"], [], {})


def test_without_threads_a_cancelled_job_ends_at_once_and_publishes_nothing(turns):
    work, progress, _ = tasks()
    answers, done = [], []
    work.start({}, halves(done), answers.append)
    turns.take()
    work.cancel()
    assert done == [0, "left"] and progress[-1] == {}
    work.start({}, lambda should_stop: "new", answers.append)
    turns.finish()
    assert answers == ["new"]


def test_without_threads_what_fails_is_told_in_words(turns):
    work, progress, errors = tasks()

    def fails(should_stop):
        yield
        raise ValueError("the value 7 is too large")

    work.start({}, fails, print)
    turns.finish()
    assert errors == ["the value 7 is too large"] and progress[-1] == {}


def test_without_threads_what_is_entered_in_one_turn_is_left_in_another_and_holds_in_between(turns):
    work, _, errors = tasks()
    before, inside, answers = np.geterr(), [], []

    def job(should_stop):
        with np.errstate(all="ignore"):
            for _ in range(3):
                inside.append(set(np.geterr().values()))
                yield
        return np.geterr()

    work.start({}, job, answers.append)
    while turns.waiting:
        turns.take()
        assert np.geterr() == before
    assert (inside, answers, errors) == ([{"ignore"}] * 3, [before], [])
    work.start({}, job, answers.append)
    turns.take()
    work.cancel()  # it is left where it is
    assert np.geterr() == before and errors == []


def test_without_threads_a_wait_does_the_rest(turns):
    work, _, _ = tasks()
    answers = []
    work.start({}, halves([]), answers.append)
    turns.take()
    assert work.wait() and answers == ["whole"]
    turns.finish()
    assert answers == ["whole"]


def test_without_threads_a_task_waits_for_the_lock_of_another(turns):
    lock, said = threading.Lock(), []

    def locked(name):
        def job(should_stop):
            yield from wait_for(lock, should_stop)
            try:
                for _ in range(2):
                    said.append(name)
                    yield
            finally:
                lock.release()

        return job

    first, second = tasks()[0], tasks()[0]
    first.start({}, locked("first"), print)
    second.start({}, locked("second"), print)
    turns.finish()
    assert said == ["first", "first", "second", "second"] and not lock.locked()


def test_where_nothing_can_be_called_later_either_a_job_is_done_at_once(turns, monkeypatch):
    monkeypatch.setattr(_tasks, "call_later", None)
    work, progress, _ = tasks()
    answers = []
    work.start({"words": "busy"}, halves([]), answers.append)
    assert answers == ["whole"] and progress[-1] == {}
