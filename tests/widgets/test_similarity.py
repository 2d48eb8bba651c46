"""SimilarityExplorer: what it reads, what it hides until it is predicted, and what it makes of odd input."""

import json
import threading

import numpy as np
import pytest

import widgets_lib as wl
from widgets_lib.compute import drawing, similarity
from widgets_lib.compute.similarity import course
from widgets_lib.compute.similarity.challenges import CHALLENGES

SEVEN = [[[10, 4], [18, 4]], [[18, 4], [14, 24]]]
NARROW_SEVEN = [[[9, 4], [17, 4]], [[17, 4], [15, 24]]]


def images(widget):
    return np.frombuffer(widget.images, "<f4").reshape(4, 28, 28)


def settled(widget):
    assert widget.wait(60) and widget.error == ""
    return widget


@pytest.fixture
def nothing_read(monkeypatch):
    """As in a new kernel: no test digit was read yet."""
    monkeypatch.setattr(course, "_answers", {})


# ---- a digit and its distances ----


def test_nothing_tells_the_answer_before_it_is_predicted():
    widget = wl.SimilarityExplorer()
    picture = widget.picture
    assert not picture["revealed"] and picture["answer"] == -1 and picture["heading"] == "Which digit will it say?"
    assert picture["rows"] == [{"digit": digit} for digit in range(10)]
    widget.guess = 1
    assert widget.picture["answer"] == 1 and "Just as you predicted." in widget.picture["caption"]
    assert "The label is 3, so that is wrong." in widget.picture["caption"]
    widget.index, widget.guess = 20, -1
    assert not widget.picture["revealed"]
    widget.ask = False
    assert widget.picture["revealed"] and "predicted" not in widget.picture["caption"]


@pytest.mark.parametrize("metric", similarity.METRICS)
def test_the_rows_are_the_distances(metric):
    widget = wl.SimilarityExplorer(index=7, metric=metric, ask=False)
    image = similarity.test_digits()[0][7] / 255
    found = similarity.distances(image[np.newaxis], similarity.course_digits(), metric)[0]
    rows = widget.picture["rows"]
    np.testing.assert_allclose([row["share"] for row in rows], found / found.max())
    assert rows[4]["text"] == (f"{found[4]:.1f}" if metric == "dot" else f"{found[4]:.4f}")
    assert [row["digit"] for row in rows if row["nearest"]] == [similarity.classify(image[np.newaxis], similarity.course_digits(), metric)[0]]  # fmt: skip


def test_a_drawing_is_placed_and_each_step_can_be_turned_off():
    widget = wl.SimilarityExplorer(strokes=SEVEN, ask=False)
    assert widget.index == -1 and widget.picture["is_drawn"] and widget.picture["label"] == -1
    np.testing.assert_allclose(images(widget)[1] * 255, drawing.place(SEVEN), atol=1e-4)
    assert not images(widget)[0].any()
    widget.centre = False
    np.testing.assert_allclose(images(widget)[1] * 255, drawing.place(SEVEN, centre=False), atol=1e-4)
    widget.centre, widget.ink = True, False
    np.testing.assert_allclose(images(widget)[1] * 255, 255 - drawing.place(SEVEN).astype(int), atol=1e-4)
    assert [step["is_on"] for step in widget.picture["steps"]] == [True, True, True, False]


def test_a_chosen_mean_and_what_it_charges():
    widget = wl.SimilarityExplorer("charges", index=18)
    assert widget.picture["chosen"] == widget.picture["answer"] == 1  # the nearest
    widget.mean = 3
    _, image, mean, charge = images(widget)
    np.testing.assert_allclose(mean, similarity.course_digits()[3], atol=1e-6)
    np.testing.assert_allclose(charge, abs(image - mean), atol=1e-6)
    assert widget.picture["largest"] == pytest.approx(charge.max())
    extra = charge[image > mean].sum() / charge.sum()
    assert f"{100 * extra:.2f} % are for ink that this mean lacks" in widget.picture["charge"]


def test_an_empty_sheet_is_no_digit():
    widget = wl.SimilarityExplorer(index=-1)
    assert widget.picture["is_empty"] and not images(widget).any()
    assert "Draw a digit" in widget.picture["caption"]
    for stage in ("charges", "confusion", "shift"):
        widget.stage = stage
        settled(widget)
    assert "This one" not in widget.curve["caption"]


# ---- all test digits ----


def test_the_confusion_matrix_and_the_digits_of_a_cell(nothing_read):
    widget = settled(wl.SimilarityExplorer("confusion"))
    assert np.trace(widget.table["counts"]) == 6_685 and widget.table["totals"][1] == 3_278
    assert "66.85 %" in widget.table["caption"] and "3,278 times" in widget.table["caption"]
    widget.set_state({"cell": [5, 1], "page": 0})
    assert widget.table["opened"] == "A 5 that was read as a 1: 325 times. Here: 1 to 24."
    labels = similarity.test_digits()[1]
    assert len(widget.table["indices"]) == 24 and set(labels[widget.table["indices"]]) == {5}
    gallery = np.frombuffer(widget.gallery, "<f4").reshape(-1, 28, 28)
    np.testing.assert_allclose(gallery[3] * 255, similarity.test_digits()[0][widget.table["indices"][3]], atol=1e-4)
    widget.page = 13
    assert widget.table["opened"].endswith("Here: 313 to 325.") and len(widget.table["indices"]) == 13
    widget.page = 999  # of another cell with more digits
    assert widget.table["page"] == 13
    widget.set_state({"cell": [1, 0]})
    assert widget.table["opened"] == "No 1 was read as a 0." and widget.gallery == b""
    widget.set_state({"cell": [8, 8]})
    assert widget.table["opened"].startswith("An 8 that was read as an 8: ")


def test_the_curve_is_drawn_as_far_as_it_was_tried(nothing_read):
    widget = settled(wl.SimilarityExplorer("shift", metric="l2"))
    assert widget.curve["shares"] == [0.8203]
    widget.pixels = 2
    settled(widget)
    assert widget.curve["shares"] == [0.8203, 0.7231, 0.4796] and widget.furthest == 2
    assert "34.1 points less than unmoved" in widget.curve["caption"]
    moved = np.reshape(widget.curve["image"], (28, 28))
    np.testing.assert_allclose(moved[:26], images(widget)[1][2:], atol=1e-4)
    widget.pixels, widget.direction = 1, "right"
    settled(widget)
    assert [round(share, 3) for share in widget.curve["shares"]] == [0.820, 0.805, 0.632]


def test_ten_thousand_digits_are_read_off_the_main_thread(nothing_read, monkeypatch):
    threads = []
    classify = course.classify
    monkeypatch.setattr(course, "classify", lambda *args: threads.append(threading.current_thread()) or classify(*args))
    widget = settled(wl.SimilarityExplorer("shift"))
    assert threads and threading.main_thread() not in threads
    assert widget.progress == {} and widget.curve["shares"] == [0.6685]


def test_without_threads_it_is_right_too_and_a_page_that_hurries_ahead_is_heard(nothing_read, turns):
    widget = wl.SimilarityExplorer("shift")
    assert widget.progress["message"].startswith("Reading 10,000 test digits") and widget.curve == {}
    turns.take(3)
    widget.stage = "confusion"
    turns.finish()
    assert np.trace(widget.table["counts"]) == 6_685 and widget.progress == {} and widget.curve == {}


def test_a_page_that_hurries_ahead_gets_the_last_setting(nothing_read):
    widget = wl.SimilarityExplorer("shift")
    for pixels in (1, 2, 3):
        widget.pixels = pixels
    widget.metric = "l2"
    settled(widget)
    assert widget.curve["metric"] == "l2" and len(widget.curve["shares"]) == 4


# ---- bad input ----


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"show": "everything"}, "show 'everything' is not one of draw, charges"),
        ({"metric": "cosine"}, "cosine"),
        ({"challenge": "none"}, "challenge 'none' is not one of seven-as-one"),
        ({"index": 10_000}, "at most 9,999"),
        ({"index": True}, "whole number"),
        ({"ask": "no"}, "ask is True or False"),
        ({"strokes": [[[1, 2, 3]]]}, "stroke 1"),
        ({"strokes": "7"}, "strokes are a list"),
    ],
)
def test_a_bad_argument_is_refused_at_the_author(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        wl.SimilarityExplorer(**arguments)


@pytest.mark.parametrize(
    "state",
    [
        {"strokes": [[]]},
        {"strokes": [[["a", 1]]]},
        {"strokes": [[[1, 2]] * 3_001]},
        {"strokes": [{"x": 1}]},
        {"strokes": [7]},
        {"strokes": [[[1, 2]]] * 61},
        {"index": 10_000},
        {"guess": 10},
        {"mean": -2},
        {"cell": [1]},
        {"cell": [1, True]},
        {"cell": ["1", "2"]},
        {"pixels": 5},
        {"page": -1},
        {"stage": "other"},
        {"metric": 3},
    ],
)
def test_what_a_page_sends_is_checked(state):
    widget = wl.SimilarityExplorer(index=-1, ask=False)
    widget.strokes = SEVEN
    before = (widget.picture, widget.images)
    widget.set_state(state)
    assert widget.error and (widget.picture, widget.images) == before
    widget.set_state(
        {"strokes": NARROW_SEVEN, "index": -1, "guess": -1, "mean": -1, "cell": [], "page": 0, "pixels": 0}
    )
    assert widget.error == "" and widget.picture["answer"] == 1


def test_a_drawing_is_kept_as_json_and_comes_back():
    widget = wl.SimilarityExplorer()
    widget.set_state({"index": -1, "strokes": SEVEN})
    widget.set_state({"guess": 7})
    kept = json.loads(json.dumps({name: getattr(widget, name) for name in widget.inputs}))
    again = wl.SimilarityExplorer()
    assert again.restore(kept)
    assert (again.picture, again.images) == (widget.picture, widget.images)
    assert not wl.SimilarityExplorer().restore({**kept, "strokes": [[[None, 1]]]})


# ---- challenges ----


def challenged(key, *states):
    widget = wl.SimilarityExplorer(challenge=key)
    said = [widget.challenge["message"]]
    for state in states:
        widget.set_state(state)
        settled(widget)
        said.append(widget.challenge["message"])
    return widget, said


def test_a_seven_that_is_read_as_a_one():
    three = [[[8, 5], [18, 5], [12, 12], [18, 17], [16, 23], [8, 23]]]
    widget, said = challenged("seven-as-one", {"strokes": three, "index": -1}, {"strokes": NARROW_SEVEN})
    assert (
        said[0].startswith("Test digits don’t count")
        and "most like your drawing are 3s" in said[1]
        and said[2].startswith("Solved: your 7")
    )
    assert widget.solved
    widget.strokes = three
    assert widget.challenge["solved"] and not widget.challenge["now"]
    widget.set_state({"strokes": NARROW_SEVEN, "scale": False})
    assert not widget.challenge["now"]


def test_a_drawing_is_judged_when_the_stroke_ends():
    widget, said = challenged(
        "seven-as-one",
        {"index": -1, "strokes": NARROW_SEVEN[:1], "pen_down": True},
        {"strokes": NARROW_SEVEN},
        {"pen_down": False},
        {"strokes": SEVEN, "pen_down": True},
        {"pen_down": False},
    )
    assert said[0] == said[1] == said[2] and not said[2].startswith("Solved")  # solved under way, and not yet judged
    assert said[3] == said[4] and said[3].startswith("Solved: your 7")
    assert widget.solved and said[5].startswith("You have solved this one")
    kept = {name: getattr(widget, name) for name in widget.inputs} | {"strokes": NARROW_SEVEN, "pen_down": True}
    again = wl.SimilarityExplorer(challenge="seven-as-one")
    assert again.restore(json.loads(json.dumps(kept)))
    assert not again.pen_down and again.challenge["now"]


def test_a_seven_that_is_read_as_something_else():
    _, said = challenged("seven-as-one", {"strokes": SEVEN, "index": -1})
    assert said[1] == "That is a 7, and L1 reads it as a 7."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("99999", "the number of a test digit is at most 9,999, not 99,999"),
        ("-1", "the number of a test digit is at least 0, not -1"),
        ("3.5", "a whole number such as 42, not “3.5”"),
        ("1e400", "the number of a test digit is at most 9,999"),
    ],
)
def test_a_test_digit_that_there_is_not_is_answered_in_words(typed, said):
    widget = wl.SimilarityExplorer(index=18)
    widget._on_msg({"digit": typed}, [])
    assert said in widget.error and widget.index == 18
    widget.guess = 3
    widget._on_msg({"digit": "9999"}, [])
    assert (widget.error, widget.index, widget.guess) == ("", 9_999, -1)


def test_a_three_that_two_metrics_read_differently():
    _, said = challenged("split-three", {"index": 30}, {"index": 44})
    assert said[0] == "This is a 7: choose or draw a 3."
    _, drawn = challenged("split-three", {"index": -1, "strokes": [[[14, 3], [14, 25]]]})
    assert drawn[1] == "The test digits most like your drawing are 1s. Draw something closer to a 3."
    assert said[1] == "A 3, and both L1 and L2 read a 3." and said[2].startswith("Solved: L1 reads a ")


def test_one_step_that_misleads():
    corner = [[[x / 1.6 - 3, y / 1.6] for x, y in stroke] for stroke in SEVEN]
    _, said = challenged("one-step", {"strokes": corner, "index": -1, "metric": "l2"}, {"centre": False})
    assert "Now turn off a single one" in said[1] and said[2].startswith("Solved: without that step")
    for off in ({"ink": False}, {"ink": False, "centre": False}):
        widget, said = challenged("one-step", {"strokes": corner, "index": -1, "metric": "l2", **off})
        assert "“ink is 1” turns the picture into its negative" in said[1] and not widget.solved


def test_half_of_them_wrong(nothing_read):
    _, said = challenged(
        "half-wrong",
        {"metric": "l2"},
        {"direction": "down", "pixels": 2},
        {"direction": "up", "pixels": 3},
        {"pixels": 2},
    )
    assert "82.03 % are still read right" in said[1] and "50.76 % are still read right" in said[2]
    assert "25.06 %" in said[3] and "a smaller shift will do" in said[3]
    assert said[4].startswith("Solved: moved up by 2 px, L2 reads only 47.96 % right")


@pytest.mark.parametrize(("metric", "fewest"), [("l1", "up"), ("l2", "up"), ("dot", "left")])
def test_as_few_pixels_as_can_be_counts_all_directions(metric, fewest, nothing_read):
    _, said = challenged(
        "half-wrong", {"metric": metric, "direction": "right", "pixels": 3}, {"direction": fewest, "pixels": 2}
    )
    assert said[1].endswith(
        "a smaller shift will do." if metric == "dot" else "a smaller shift in another direction will do."
    )
    assert said[2].startswith(f"Solved: moved {fewest} by 2 px") and "no smaller shift does it" in said[2]


def test_the_commonest_mistake(nothing_read):
    _, said = challenged("commonest-mistake", {"cell": [5, 5]}, {"cell": [5, 1]}, {"cell": [2, 1]})
    assert said[1].startswith("These were read right") and "commoner" in said[2] and said[3].startswith("Solved: 446")


@pytest.mark.parametrize("key", CHALLENGES)
def test_hints_come_one_by_one(key):
    widget = settled(wl.SimilarityExplorer(challenge=key))
    for _ in range(4):
        widget._on_msg({"hint": True}, [])
    assert widget.challenge["hints"] == list(CHALLENGES[key].hints) and not widget.challenge["more"]
    widget._on_msg({"restart": True}, [])
    assert widget.challenge["hints"] == []


def test_true_that_a_page_sets_for_a_test_digit_is_digit_1():
    widget = wl.SimilarityExplorer("charges", index=5)
    widget.set_state({"index": True})
    assert widget.error == "" and widget.index == 1


@pytest.mark.parametrize("strokes", [["a line"], [{"x": 1}], [[[1, "2"]]], ["", [[1, 2]]]])
def test_a_stroke_that_is_none_is_answered_in_words(strokes):
    widget = wl.SimilarityExplorer()
    widget.strokes = strokes
    assert "can’t be read" in widget.error and "Error" not in widget.error
    widget.close()
