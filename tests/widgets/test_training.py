"""TrainingRun: runs train off the main thread or in turns, are paused, steered, kept and taken up again."""

import threading

import pytest
from threadpoolctl import threadpool_limits

import widgets_lib as wl
from widgets_lib.compute.learning import runs as compute
from widgets_lib.compute.learning import training as compute_training


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def make(**settings):
    return wl.TrainingRun(**{"hidden": 16, "batch": 64, "epochs": 2, "digits": 640, **settings})


def send(widget, **message):
    widget._on_msg(message, [])


def trained(widget):
    send(widget, train=True)
    assert widget.wait(60) and widget.error == ""
    return widget


@pytest.fixture
def halting(monkeypatch):
    """halting(widget, step): training waits before this step until the returned event is set."""

    def halt(step):
        reached, go = threading.Event(), threading.Event()
        real = compute_training.Training.step

        def stepped(self):
            if self.steps == step:
                reached.set()
                assert go.wait(60)
            return real(self)

        monkeypatch.setattr(compute_training.Training, "step", stepped)
        return reached, go

    return halt


def test_a_run_grows_its_curves_and_shows_weights_and_misread_digits():
    widget = make()
    assert widget.picture["said"].startswith("Choose a size") and widget.pictures == {}
    trained(widget)
    (run,) = widget.runs
    assert [point[0] for point in run["curve"]] == [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert run["curve"][-1][1] < run["curve"][0][1] and run["steps"] == run["goal"] == 20
    assert widget.pictures["rows"] == 2 and len(widget.pictures["pairs"]) == 10 and widget.progress == {}
    row = widget.picture["runs"][0]
    assert (row["title"], row["steps"], row["epoch"]) == ("16 hidden, batch 64, lr 0.5", "20", "2.00")
    assert row["accuracy"] == f"{run['curve'][-1][2]:.4f}"
    right = compute.misread(widget._trained[1].net).accuracy
    assert f"{round(right * 10_000):,} of 10,000 test digits right" in widget.picture["said"]


def test_the_first_loss_of_a_linear_net_is_that_of_ten_equal_chances():
    assert trained(make(hidden=0)).runs[0]["curve"][0][1] == pytest.approx(2.3026, abs=1e-4)


def test_it_is_paused_in_mid_epoch_stepped_and_goes_on_to_the_same_end(halting):
    whole = trained(make())
    widget = make()
    reached, go = halting(7)
    send(widget, train=True)
    assert reached.wait(60) and widget.progress["message"] == "Training run 1"
    send(widget, pause=True)
    go.set()
    assert widget.wait(60) and widget.progress == {}
    assert widget.runs[0]["steps"] == 8  # the step that was under way came to its end
    send(widget, step=True)
    assert widget.wait(60) and widget.runs[0]["steps"] == 9
    send(widget, go_on=True)
    assert widget.wait(60) and widget.runs[0]["steps"] == 20
    assert widget.pictures == whole.pictures


def test_a_learning_rate_that_is_changed_meanwhile_is_noted_and_taken_again(halting):
    widget = make()
    reached, go = halting(7)
    send(widget, train=True)
    assert reached.wait(60)
    widget.lr = 0.1  # from the step after this one on
    go.set()
    assert widget.wait(60) and widget.runs[0]["rates"] == [[0, 0.5], [8, 0.1]]
    assert widget.picture["runs"][0]["title"] == "16 hidden, batch 64, lr 0.5 → 0.1"
    again = make()
    assert again.restore({name: getattr(widget, name) for name in widget.inputs}) and again.wait(60)
    assert again.pictures == widget.pictures and again.picture == widget.picture


def test_several_runs_stand_side_by_side_and_each_can_be_looked_at():
    widget = trained(make())
    first = widget.pictures
    widget.hidden = 0
    trained(widget)
    assert (widget.chosen, len(widget.runs), widget.pictures["rows"]) == (1, 2, 1)
    widget.lr = 0.1
    send(widget, choose=0)
    assert widget.wait(60) and widget.pictures == first and widget.lr == 0.5
    assert "Run 2 has" in widget.picture["said"] or "Run 2" not in widget.picture["said"]
    for _ in range(4):
        trained(widget)
    send(widget, train=True)
    assert widget.error == "6 runs are drawn at most: start again, and they are gone"
    send(widget, restart=True)
    assert (widget.runs, widget.pictures, widget.hidden, widget.error) == ([], {}, 16, "")


def steps_of(widget, at=0):
    return widget.runs[at]["steps"]


def test_a_run_that_passes_where_another_was_paused_does_not_take_its_place(turns):
    widget = make()
    send(widget, train=True)
    while steps_of(widget) < 2:
        turns.take()
    send(widget, pause=True)
    paused = widget.runs[0]
    send(widget, train=True)
    turns.finish()
    assert widget.runs[0] == paused and (paused["steps"], steps_of(widget, 1)) == (paused["steps"], 20)
    assert paused["steps"] < 20


def test_a_run_goes_on_past_its_goal_and_a_stopped_one_does_not():
    widget = trained(make(epochs=1))
    send(widget, step=True)
    assert widget.error == "this run has reached its goal: go on, or train another"
    send(widget, go_on=True)
    assert widget.wait(60) and widget.runs[0]["steps"] == 20
    send(widget, stop=True)
    assert widget.picture["runs"][0]["ended"]
    send(widget, go_on=True)
    assert widget.error == "run 1 was stopped: train another"


def test_a_run_that_leaves_all_numbers_is_stopped_in_words_and_its_curve_stays():
    widget = make()
    widget.lr = 1e30
    send(widget, train=True)
    assert widget.wait(60)
    assert "smaller learning rate" in widget.error or "too large" in widget.error
    assert widget.runs[0]["ended"] and widget.progress == {}


def test_a_restart_in_mid_step_leaves_nothing_behind(halting):
    widget = make()
    reached, go = halting(5)
    send(widget, train=True)
    assert reached.wait(60)
    threading.Timer(0, go.set).start()
    send(widget, restart=True)
    assert widget.wait(60) and (widget.runs, widget.pictures, widget.progress) == ([], {}, {})


def test_without_threads_it_trains_in_turns_and_the_end_is_the_same(request):
    on_a_thread = trained(make())
    turns, widget = request.getfixturevalue("turns"), make()
    send(widget, train=True)
    seen = {0}
    while turns.waiting:
        assert widget.progress["message"] == "Training run 1"
        turns.take()
        seen.add(steps_of(widget))
    assert sorted(seen) == [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert widget.error == "" and widget.progress == {}
    assert (widget.runs, widget.pictures) == (on_a_thread.runs, on_a_thread.pictures)


def test_without_threads_a_learning_rate_reaches_a_run_that_trains(turns):
    widget = make()
    send(widget, train=True)
    while steps_of(widget) < 4:
        turns.take()
    widget.lr = 0.1
    turns.finish()
    (first, before), (step, after) = widget.runs[0]["rates"]
    assert (first, before, after) == (0, 0.5, 0.1) and 4 <= step <= 6


def test_without_threads_it_can_be_paused_stepped_and_looked_into(turns):
    widget = make()
    send(widget, train=True)
    while steps_of(widget) < 2:
        turns.take()
    turns.take()
    send(widget, pause=True)
    at = steps_of(widget)
    assert widget.progress == {} and at == widget.runs[0]["curve"][-1][0] < 20
    turns.finish()
    assert steps_of(widget) == at
    send(widget, step=True)
    turns.finish()
    assert steps_of(widget) == at + 1 and widget.progress == {}
    again = make()
    assert again.restore({name: getattr(widget, name) for name in widget.inputs})
    turns.finish()
    assert again.pictures == widget.pictures and again.progress == {}


def test_without_threads_a_stopped_run_leaves_the_next_one_free(turns):
    widget = make()
    send(widget, train=True)
    turns.take(3)
    send(widget, restart=True)
    assert widget.runs == [] and widget.progress == {} and not widget._busy.locked()
    turns.finish()
    assert widget.runs == []


def test_a_new_view_gets_what_a_thread_has_set(monkeypatch):
    widget = trained(make())
    sent = []
    monkeypatch.setattr(widget, "send_state", lambda names: sent.extend(names))
    send(widget, view=1)
    assert {"runs", "picture", "pictures", "progress"} <= set(sent)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"lr": 0}, "a learning rate is a number above 0, not 0"),
        ({"lr": float("nan")}, "not nan"),
        ({"hidden": 7}, "a hidden layer of 7 units is not among those to choose: 0, 16, 32, 64, 128 and 256"),
        ({"batch": 100}, "a batch of 100 is not among those to choose"),
        ({"batch": 256, "digits": 100}, "a batch of 256 can’t be drawn from 100 digits"),
        ({"epochs": 0}, "a number of epochs is at least 1"),
        ({"digits": 60_000}, "a number of digits is at most 50,000"),
    ],
)
def test_bad_settings_are_refused_in_words(settings, words):
    with pytest.raises(ValueError, match=words):
        wl.TrainingRun(**settings)


@pytest.mark.parametrize("change", [{"steps": -1}, {"rates": []}, {"rates": [[1, 0.5]]}, {"rates": [[0, -1]]}, {"goal": 2}, {"curve": [[1, "x", 0]]}, {"digits": 10**9}, {"hidden": [16]}, {"steps": 10**6, "goal": 10**6}])  # fmt: skip
def test_a_run_that_was_not_kept_like_this_is_refused_whole(change):
    widget = trained(make())
    odd = make()
    assert not odd.restore({"runs": [{**widget.runs[0], **change}]}) and odd.runs == [] and odd.error == ""


def test_a_run_that_has_reached_its_epochs_says_so_and_what_goes_on():
    widget = trained(make())
    said = widget.picture["runs"][0]["finished"]
    assert said == "All 2 epochs are done: “Go on” trains 2 more, with the learning rate that is set then."
    send(widget, stop=True)
    assert widget.picture["runs"][0]["finished"] == ""
