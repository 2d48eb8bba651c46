"""Predict: nothing is given away before the learner commits, and bad input loses nothing."""

import numpy as np
import pytest

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
    assert "can't be read as a number: write 1000, 0.5 or 1/3" in widget.error
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
