"""Work on a thread: whatever goes wrong there is told, and the spinner ends."""

import threading

from widgets_lib.widgets._tasks import BackgroundTasks

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
