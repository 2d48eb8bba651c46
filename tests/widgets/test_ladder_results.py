"""What any ladder measures can be read in one place."""

import pytest

import widgets_lib as wl
from widgets_lib.widgets.ladder import results

WAIT_S = 60
SIZE = (3, 8, 2)


@pytest.fixture
def ladder(monkeypatch):
    monkeypatch.setattr(results, "_measured", {})
    widget = wl.MatmulLadder(*SIZE, budget_s=0.02)
    yield widget
    widget.close()
    assert widget.wait(WAIT_S)


def found():
    return {(entry.rung, entry.m): entry for entry in results.results()}


def test_what_ladders_measured_is_there_with_size_time_and_threads(ladder):
    told = []
    stop = results.on_results(lambda: told.append(len(results.results())))
    ladder.run(["numpy", "python-lists"])
    assert ladder.wait(WAIT_S)
    ladder.m = 4
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    assert list(found()) == [("numpy", 3), ("python-lists", 3), ("numpy", 4)]
    entry = found()["numpy", 4]
    assert (entry.m, entry.k, entry.n, entry.title) == (4, 8, 2, "numpy @")
    assert entry.seconds == ladder.results["numpy"]["seconds"] and entry.threads >= 1
    assert entry.cost.flops == 2 * 4 * 8 * 2
    assert not (entry.estimated or entry.at_least or entry.on_gpu)
    assert found()["python-lists", 3].threads == 1
    assert told == [1, 2, 3]
    stop()
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    assert told == [1, 2, 3] and len(results.results()) == 3, "the newer time of a rung replaces the older"


def test_a_wrong_rewritten_or_forgotten_rung_has_no_time(ladder):
    wl.rung("mine")(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    assert found()["mine", 3].title == "mine"
    wl.rung("mine")(lambda a, b: a @ b + 1)
    assert ladder.wait(WAIT_S)
    assert found() == {}
    wl.rung("mine")(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S) and len(found()) == 1
    wl.forget("mine")
    assert found() == {}


def test_an_estimate_says_so_and_a_cancelled_run_leaves_the_time_before():
    job = {"backend": "torch-cuda", "m": 5, "k": 6, "n": 7}
    timed = {"event": "result", "seconds": 2.0, "threads": 4, "extrapolated": True, "at_least": True, "at_most": False}
    try:
        results.record(job, timed)
        results.record(job, {"event": "cancelled"})
        (entry,) = [entry for entry in results.results() if entry.rung == "torch-cuda"]
        assert (entry.seconds, entry.threads, entry.estimated, entry.at_least) == (
            2.0,
            4,
            True,
            True,
        ) and not entry.at_most
        assert entry.on_gpu
        results.record(job, {"event": "error", "message": "it was stopped"})
        assert "torch-cuda" not in {entry.rung for entry in results.results()}
    finally:
        results.discard("torch-cuda")
