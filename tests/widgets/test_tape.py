"""IteratorTape: the presses run in Python on a real iterator; bad ones get a message and change nothing."""

import json
from itertools import islice

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute import mnist
from widgets_lib.widgets.tape import tape

DIGIT = mnist.load().x_train[0]


def press(widget, *content, after=None):
    widget._run_guarded(widget._on_custom_msg, {"press": list(content), "after": after}, [])
    return widget.picture["moments"][-1]


def transcript(widget):
    return [(moment["code"], moment["result"]) for moment in widget.picture["moments"]]


def test_opens_at_the_first_value_and_the_third_islice_gives_nothing():
    widget = wl.IteratorTape()
    assert widget.presses == []
    for _ in range(3):
        press(widget, "islice", "it", "5")
    assert transcript(widget) == [
        ("it = iter(values)", ""),
        ("list(islice(it, 5))", "[0, 1, 2, 3, 4]"),
        ("list(islice(it, 5))", "[5, 6, 7, 8, 9]"),
        ("list(islice(it, 5))", "[]"),
    ]
    assert [moment["taken"] for moment in widget.picture["moments"]] == [
        "",
        "1 row of 5",
        "2 rows of 5, all values in order",
        "2 rows of 5, all values in order",
    ]


@pytest.mark.parametrize("values", [[3.5, 1.0, 2.0], (3.5, 1.0, 2.0), np.array([3.5, 1, 2]), torch.tensor([3.5, 1, 2])])
def test_the_learners_own_sequence(values):
    widget = wl.IteratorTape(values, take=2)
    assert widget.picture["exact"] == ["3.5", "1.0", "2.0"]
    assert press(widget, "islice", "it", "2")["result"] == "[3.5, 1.0]"


def test_text_is_a_sequence_too_and_an_empty_one_is_at_its_end():
    assert press(wl.IteratorTape("abc"), "islice", "it", "2")["result"] == "['a', 'b']"
    nothing = wl.IteratorTape([])
    assert "its bookmark is at the end already" in nothing.picture["moments"][0]["sentence"]
    assert press(nothing, "islice", "it", "5")["result"] == "[]"


def test_two_names_one_head_and_a_head_of_its_own():
    widget = wl.IteratorTape()
    press(widget, "islice", "it", "5")
    press(widget, "same", "same", "it")
    moment = press(widget, "islice", "same", "3")
    assert (moment["code"], moment["result"]) == ("list(islice(same, 3))", "[5, 6, 7]")
    assert moment["heads"] == [{"number": 0, "position": 8, "names": ["it", "same"]}]
    press(widget, "iter", "other")
    moment = press(widget, "next", "other")
    assert [(head["position"], head["names"]) for head in moment["heads"]] == [(8, ["it", "same"]), (1, ["other"])]
    assert widget.take == 3


def test_784_values_in_rows_of_28_are_the_digit():
    widget = wl.IteratorTape(DIGIT, take=28)
    assert (
        "784 values: 0.0 is paper, 0.99609375 is ink. It stands at the first value"
        in widget.picture["moments"][0]["sentence"]
    )
    for _ in range(28):
        press(widget, "islice", "it", "28")
    picture = widget.picture
    rows = [[picture["grey"][i] for i in range(*span)] for moment in picture["moments"] for span in moment["spans"]]
    digit = DIGIT.reshape(28, 28)
    np.testing.assert_allclose(rows, digit / digit.max(), atol=1e-4)
    assert picture["moments"][-1]["taken"] == "28 rows of 28, all values in order"


def test_a_run_to_the_sentinel_shows_every_call_as_the_widget_opens_and_after_start_again():
    widget = wl.IteratorTape(DIGIT, take=28)
    assert press(widget, "until", "it", "28")["sentence"].startswith("29 calls: 28 gave values")
    widget._run_guarded(widget._on_custom_msg, {"restart": True}, [])
    moment = press(widget, "until", "it", "28")
    assert len(moment["spans"]) == 29 and moment["spans"][-1] == [784, 784]
    assert moment["sentence"].startswith("29 calls: 28 gave values")
    assert len(moment["result"]) <= 120


def test_after_stepping_back_a_press_goes_on_from_there():
    widget = wl.IteratorTape()
    for _ in range(2):
        press(widget, "islice", "it", "5")
    moment = press(widget, "next", "it", after=1)
    assert moment["result"] == "5"
    assert widget.presses == [("islice", "it", 5), ("next", "it")]


def test_start_again():
    widget = wl.IteratorTape(take=3)
    press(widget, "islice", "it", "4")
    widget._run_guarded(widget._on_custom_msg, {"restart": True}, [])
    assert widget.take == 3 and widget.presses == [] and len(widget.picture["moments"]) == 1


def test_presses_and_take_can_be_set():
    widget = wl.IteratorTape()
    widget.presses = [("next", "it")] * 11
    assert widget.picture["moments"][-1]["result"] == "StopIteration" and widget.picture["moments"][-1]["raised"]
    widget.take = 0
    assert widget.error == "" and press(widget, "islice", "it", "0")["result"] == "[]"


@pytest.mark.parametrize("text", ["abc", "", "nan", "2.5", "inf", "-1", "9" * 9, "9" * 5000, "0x5"])
@pytest.mark.parametrize("send", ["press", "take"])
def test_how_many_that_makes_no_sense_gets_a_message_and_changes_nothing(text, send):
    widget = wl.IteratorTape()
    before = widget.picture
    widget._run_guarded(
        widget._on_custom_msg, {"press": ["islice", "it", text]} if send == "press" else {"take": text}, []
    )
    assert "how many to take" in widget.error and text[:3] in widget.error.replace(",", "")
    assert (widget.picture, widget.take) == (before, 5)
    press(widget, "next", "it")
    assert widget.error == ""


def test_the_run_would_never_read_with_0():
    widget = wl.IteratorTape()
    press(widget, "until", "it", "0")
    assert "at least 1, not 0" in widget.error and widget.take == 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (("next", "same"), "no iterator named 'same'"),
        (("iter", "x"), "there is no name 'x' here; there are it, same, other"),
        (("fly", "it"), "no press 'fly'"),
    ],
)
def test_a_press_that_makes_no_sense_gets_a_message(content, message):
    widget = wl.IteratorTape()
    press(widget, *content)
    assert message in widget.error and widget.presses == []


def test_presses_are_bounded():
    widget = wl.IteratorTape(range(tape.MAX_VALUES))
    widget.presses = [("iter", "it"), ("until", "it", 1)] * (tape.MAX_PRESSES // 2)
    press(widget, "next", "it")
    assert "60 presses are the most" in widget.error and len(widget.presses) == tape.MAX_PRESSES
    press(widget, "next", "it", after=10)
    assert widget.error == "" and len(widget.presses) == 11


def test_odd_values_can_be_sent():
    widget = wl.IteratorTape([float("nan"), float("inf"), None, "a long text of many words", [1, 2]])
    press(widget, "islice", "it", "5")
    picture = widget.picture
    assert json.loads(json.dumps(picture, allow_nan=False))["exact"][:3] == ["nan", "inf", "None"]
    assert max(map(len, picture["texts"])) <= 8
    assert wl.IteratorTape([float("nan")] * 100).picture["grey"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": np.zeros((28, 28))}, r"the shape is \(28, 28\); x\.reshape\(-1\)"),
        ({"values": iter([1])}, "has no length; give a sequence"),
        ({"values": islice([1], 1)}, "has no length"),
        ({"values": 10}, "has no length"),
        ({"values": range(1025)}, r"1,025 values are too many for a tape of 1,024; give values\[:1024\]"),
        ({"values": np.float64(3)}, "one axis"),
        ({"take": -1}, "how many to take is at least 0, not -1"),
        ({"take": "5"}, "a whole number, not '5'"),
        ({"take": float("nan")}, "a whole number, not nan"),
        ({"take": 10**30}, "at most 1,000,000"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_argument_gets_a_message(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wl.IteratorTape(**arguments)
