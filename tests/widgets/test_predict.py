"""Predict: nothing is given away before the learner commits, and bad input loses nothing."""

import numpy as np
import pytest
import torch

import widgets_lib as wl


def test_the_answer_reaches_the_view_only_with_the_verdict():
    widget = wl.Predict("What is t.shape?", answer=(3, 7), because="the ones stretch")
    assert "stretch" not in str(widget.get_state()) and "7" not in str(
        widget.get_state(["question", "verdict", "reason"])
    )
    widget.given = "(3, 1)"
    assert not widget.right
    assert widget.verdict == "You said shape (3, 1); it is (3, 7): axis 1 differs."
    assert widget.reason == "the ones stretch"
    widget.given = ""
    assert (widget.verdict, widget.reason) == ("", "")


def test_what_can_not_be_read_is_explained_and_the_widget_goes_on():
    widget = wl.Predict("How many?", answer=39_200)
    widget.given = "__import__('os').abort()"
    assert "can’t be read as a number: write 1000, 0.5 or 1/3" in widget.error
    assert widget.verdict == ""
    widget.given = "39200"
    assert (widget.error, widget.right) == ("", True)
    widget.given = "ten"
    assert (widget.right, widget.verdict) == (False, "")


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"answer": "dicts", "choices": ["lists"]}, ValueError, "'dicts' is not among choices"),
        ({"answer": None}, TypeError, "None is a NoneType"),
        ({"answer": True}, TypeError, "True is a bool"),
        ({"answer": 1, "colour": "red"}, TypeError, "colour"),
    ],
)
def test_a_bad_argument_is_named(arguments, error, named):
    with pytest.raises(error, match=named):
        wl.Predict("?", **arguments)


def test_a_torch_or_numpy_shape_is_a_shape():
    widget = wl.Predict("?", answer=np.zeros((2, 3)).shape)
    widget.given = "2 3"
    assert widget.right


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"answer": 7, "tolerance": "5 %"}, TypeError, "tolerance is a number, not '5 %'"),
        ({"answer": 7, "tolerance": -0.1}, ValueError, "tolerance is a number from 0 on"),
        ({"answer": 7, "tolerance": float("inf")}, ValueError, "tolerance is a number from 0 on"),
        ({"answer": 7, "tolerance": True}, TypeError, "tolerance is a number, not True"),
        ({"answer": (7, 1), "tolerance": 0.1}, ValueError, "tolerance is for numbers"),
        ({"answer": (2, 0.5)}, TypeError, "a whole number, not 0.5"),
        ({"answer": (2, -3)}, ValueError, "at least 0, not -3"),
        ({"answer": (True, 2)}, TypeError, "a whole number, not True"),
        ({"answer": float("-inf")}, ValueError, "not a number that can be typed"),
        ({"answer": 10**310}, ValueError, "not a number that can be typed"),
        ({"answer": 7, "because": ["it", "is"]}, TypeError, "because is a text"),
        ({"answer": 7, "choices": ["7", "8"]}, ValueError, "choices are texts"),
        ({"answer": "b", "choices": "abc"}, TypeError, "texts in a list"),
        ({"answer": "b", "choices": ["b", None]}, TypeError, "texts in a list"),
        ({"answer": "b", "choices": ["b", "c", "b"]}, ValueError, "two of the choices are the same"),
    ],
)
def test_what_can_not_be_judged_fails_at_the_author(options, error, words):
    with pytest.raises(error, match=words):
        wl.Predict("What?", **options)


def test_a_question_is_a_text():
    with pytest.raises(TypeError, match="question is a text"):
        wl.Predict(("What", "?"), answer=1)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [(np.int32(12), "12"), (np.float32(0.5), "1/2"), ((np.int64(2), 3), "2, 3"), (torch.Size([4]), "(4,)")],
)
def test_answers_of_numpy_and_torch_are_answers(answer, typed):
    widget = wl.Predict("How many?", answer=answer)
    widget.given = typed
    assert widget.right and widget.error == ""


@pytest.mark.parametrize(
    ("question", "given", "answer", "right"),
    [
        ("At that pace, how many minutes would all take?", "2 hours", 120, True),
        ("At that pace, how many minutes would all take?", "120", 120, True),
        ("How many bytes is that?", "3 kB", 3000, True),
        ("How many bytes is that?", "4 kB", 3000, False),
    ],
)
def test_a_question_for_a_time_or_bytes_takes_any_unit_of_them(question, given, answer, right):
    asked = wl.Predict(question, answer=answer)
    asked.given = given
    assert (asked.right, asked.error) == (right, "")


def test_a_unit_that_was_not_asked_for_is_named():
    asked = wl.Predict("How many rows?", answer=3)
    asked.given = "3 ms"
    assert asked.error == "“3 ms” has the unit ms: write the number alone" and not asked.verdict
