"""DescentExplorer: steps, batches and places follow the inputs, and bad ones are answered in words."""

import numpy as np
import pytest

import widgets_lib as wl
from widgets_lib.compute.learning import landscapes
from widgets_lib.compute.learning.challenges import CHALLENGES


def send(widget, **message):
    widget._on_msg(message, [])


def test_a_step_is_minus_the_learning_rate_times_the_slope():
    widget = wl.DescentExplorer(lr=0.3)
    shown = landscapes.landscape("ink")
    slope = shown.slice.gradient([2.0])[0]
    assert widget.picture["arithmetic"] == [f"b − lr × slope = 2 − 0.3 × {slope:.3g} = {2 - 0.3 * slope:.3g}"]
    assert widget.picture["arrows"]["batch"]["at"][0] == pytest.approx(2 - 0.3 * slope, abs=1e-4)
    send(widget, step=1)
    assert widget.picture["points"][-1]["at"][0] == pytest.approx(2 - 0.3 * slope, abs=1e-4)
    assert widget.steps == [[0.3, 2000, 0]]


def test_the_arrow_of_a_batch_stands_beside_the_true_one():
    widget = wl.DescentExplorer("plane", batch=8)
    shown = landscapes.landscape("plane")
    t, each = np.array(shown.start), shown.slice.each_gradient(shown.start)
    arrows = widget.picture["arrows"]
    assert arrows["all"]["at"] == pytest.approx(t - 0.5 * each.mean(0), abs=1e-3)
    first = arrows["batch"]["at"]
    send(widget, another=True)
    assert widget.picture["arrows"]["batch"]["at"] != first and widget.picture["arrows"]["all"] == arrows["all"]
    widget.batch = 2000
    assert set(widget.picture["arrows"]) == {"batch"}


def test_it_goes_back_to_the_settings_of_the_step():
    widget = wl.DescentExplorer(lr=0.2)
    send(widget, step=1)
    after = widget.picture
    widget.lr = 1.0
    send(widget, step=10)
    assert widget.picture["taken"] == 11
    for _ in range(10):
        send(widget, back=True)
    assert widget.lr == 1.0 and widget.picture["points"] == after["points"]
    send(widget, back=True)
    send(widget, back=True)
    assert widget.lr == 0.2 and widget.picture["taken"] == 0 and widget.error == ""


def test_a_path_goes_on_as_if_it_were_walked_at_once():
    one, other = wl.DescentExplorer("plane", batch=4), wl.DescentExplorer("plane", batch=4)
    send(one, step=6)
    for _ in range(6):
        send(other, step=1)
    assert one.picture == other.picture
    other.lr, one.lr = 0.7, 0.7
    other.steps = one.steps = [*one.steps[:3], [0.1, 2000, 5]]
    assert one.picture == other.picture and one.picture["taken"] == 4


def test_above_the_limit_it_swings_and_a_quadratic_loss_diverges():
    widget = wl.DescentExplorer(lr=2.5)
    assert widget.picture["limit"]["text"] == "2/λ = 1.78"
    send(widget, step=10)
    assert widget.picture["outcome"] == "swings"
    assert "It swings: 2.5 is above 2/λ = 1.78, so it can’t come to rest at the bottom." in widget.picture["said"]
    send(widget, restart=True)
    widget.lr = 1.7
    send(widget, step=10)
    assert "though 1.7 is below 2/λ = 1.78: that limit holds near the bottom only." in widget.picture["said"]
    send(widget, loss="squared error")
    assert (widget.lr, widget.steps, widget.picture["limit"]["text"]) == (0.02, [], "2/λ = 0.0535")
    widget.lr = 0.1
    send(widget, step=60)
    assert widget.picture["outcome"] == "diverged" and widget.picture["points"][-1]["outside"]
    assert len(widget.steps) == widget.picture["taken"] < 20
    send(widget, step=1)
    assert widget.error.startswith("the loss is out of all bounds: go back, or start again")


def test_the_mark_of_the_limit_stands_where_the_slider_has_it():
    widget = wl.DescentExplorer()
    rates, limit = widget.choices["rates"], landscapes.landscape("ink").limit
    share = widget.picture["limit"]["share"]
    below = np.interp(share, np.linspace(0, 1, len(rates)), np.log(rates))
    assert np.exp(below) == pytest.approx(limit, rel=0.02)


def test_the_ball_is_put_elsewhere_and_stays_in_the_frame():
    widget = wl.DescentExplorer()
    send(widget, step=2)
    widget.put(-3)
    assert widget.steps == [] and widget.picture["points"][0]["at"][0] == -3
    widget.put(1e9)
    assert widget.start == [6.0]
    with pytest.raises(ValueError, match="a place in this view has 1 coordinates, not 2"):
        widget.put(1, 2)
    before = widget.picture
    for place in ([1, 2], [float("nan")], ["1"], [None], [1e9]):
        widget.set_state({"start": place, "steps": []})
        assert widget.error.startswith("the ball can’t stand at ") and widget.picture == before


def test_a_path_has_an_end():
    widget = wl.DescentExplorer(lr=0.01)
    send(widget, step=59)
    send(widget, step=10)
    assert widget.picture["taken"] == 60
    send(widget, step=1)
    assert widget.error == "60 steps are drawn at most: go back, or start again"


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("lr", -1.0, "a learning rate is a number above 0, not -1.0"),
        ("lr", float("nan"), "a learning rate is a number above 0, not nan"),
        ("batch", 3000, "a batch of 3,000 can’t be drawn from 2,000 digits: take at most 2,000"),
        ("batch", 0, "the size of a batch is at least 1, not 0"),
        ("view", "valley", "there is no view 'valley'"),
        ("loss", "hinge", "there is no loss 'hinge'"),
    ],
)
def test_a_bad_input_is_answered_in_words(trait, value, words):
    with pytest.raises(ValueError, match=words.split(":")[0]):
        wl.DescentExplorer(**{trait: value})
    widget = wl.DescentExplorer()
    before = widget.picture
    setattr(widget, trait, value)
    assert widget.error.startswith(words) and widget.picture == before


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_challenge_opens_with_its_view_and_gives_its_hints_one_by_one(key):
    widget = wl.DescentExplorer(challenge=key)
    assert widget.view == CHALLENGES[key].view and not widget.solved and widget.challenge["hints"] == []
    for asked in range(1, len(CHALLENGES[key].hints) + 2):
        send(widget, hint=True)
        assert widget.challenge["hints"] == list(CHALLENGES[key].hints[:asked])
    assert not widget.challenge["more"]


def test_a_challenge_that_is_solved_stays_so():
    widget = wl.DescentExplorer(challenge="swing")
    widget.lr = 2.5
    send(widget, step=10)
    assert widget.solved and widget.challenge["message"].startswith("Solved: with 2.5 it goes back and forth")
    widget.put(1)
    assert widget.solved and widget.challenge["message"].startswith("Solved before. 0 steps so far")
    assert widget.challenge["solved"] and not widget.challenge["now"]


def test_a_short_step_keeps_its_direction():
    widget = wl.DescentExplorer("plane", batch=16)
    send(widget, step=40)
    place = widget._descent.places[-1]
    for name, slope in (("all", place.gradient), ("batch", place.batch_gradient)):
        assert widget.picture["arrows"][name]["direction"] == pytest.approx(-slope / np.linalg.norm(slope), abs=1e-3)


def test_another_loss_says_which_learning_rate_it_begins_with():
    widget = wl.DescentExplorer()
    send(widget, loss="squared error")
    assert "a learning rate to begin with, here 0.02" in widget.picture["said"]
    send(widget, step=1)
    assert "to begin with" not in widget.picture["said"]


def test_at_the_bottom_it_says_why_nothing_moves():
    widget = wl.DescentExplorer(loss="squared error")
    send(widget, step=60)
    widget.lr = 0.06
    assert "The slope is almost 0 here" in widget.picture["said"]
    send(widget, restart=True)
    widget.lr = 0.06
    assert "almost 0" not in widget.picture["said"]
