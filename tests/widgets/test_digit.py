"""DigitViewer: whatever holds a picture is read as one, its numbers exactly; what holds none is told so in words."""

import json

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute import mnist
from widgets_lib.compute.iterators import Matrix

DIGIT = mnist.load().x_train[0]


def values(widget):
    return np.array(widget.picture["texts"], dtype=float).reshape(widget.picture["shape"])


def test_opens_on_the_first_training_digit_at_the_pixel_of_the_lesson():
    widget = wl.DigitViewer()
    assert (widget.row, widget.column, widget.picture["label"]) == (20, 15, "5")
    assert widget.picture["texts"][575] == "0.98828125"
    np.testing.assert_array_equal(values(widget), DIGIT.reshape(28, 28))
    assert widget.picture["grey"][0] == 0 and max(widget.picture["grey"]) == 1


@pytest.mark.parametrize(
    "x",
    [
        DIGIT,
        DIGIT.reshape(28, 28),
        DIGIT.tolist(),
        DIGIT.reshape(28, 28).tolist(),
        torch.tensor(DIGIT),
        torch.tensor(DIGIT).reshape(28, 28).requires_grad_(),
        Matrix(DIGIT.reshape(28, 28).tolist()),
        DIGIT[None],
        torch.tensor(DIGIT).reshape(1, 28, 28),
    ],
)
def test_one_digit_in_any_form(x):
    widget = wl.DigitViewer(x)
    assert widget.count == 1
    np.testing.assert_array_equal(values(widget), DIGIT.reshape(28, 28))


def test_many_digits_are_chosen_from():
    data = mnist.load()
    widget = wl.DigitViewer(data.x_train, labels=data.y_train, index=3)
    assert (widget.count, widget.picture["index"], widget.picture["label"]) == (50_000, 3, str(data.y_train[3]))
    widget.index = 49_999
    np.testing.assert_array_equal(values(widget), data.x_train[49_999].reshape(28, 28))
    widget.index = 50_000
    assert "there is no picture 50000: they go from 0 to 49999" in widget.error
    assert widget.picture["index"] == widget.index == 49_999
    widget.index = 0
    assert widget.error == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.5", "there is no picture '1.5': they go from 0 to 2, in whole numbers"),
        ("two", "there is no picture 'two': they go from 0 to 2"),
        ("", "No number was typed: they go from 0 to 2"),
        (" ", "No number was typed"),
        ("nan", "'nan'"),
        ("20", "there is no picture 20: they go from 0 to 2"),
        ("-1", "there is no picture -1"),
        ("9" * 24, "there is no picture 999"),
    ],
)
@pytest.mark.parametrize("good", [{"row": 1}, {"column": 1}, {"numbers": True}, {"index": 2}])
def test_what_is_typed_and_is_not_a_picture_gets_a_message_until_the_next_good_action(text, message, good):
    widget = wl.DigitViewer(np.arange(12.0).reshape(3, 2, 2), index=1, row=0, column=0)
    widget._run_guarded(widget._on_custom_msg, {"index": text}, [])
    assert message in widget.error
    assert widget.index == widget.picture["index"] == 1
    widget.set_state(good)
    assert widget.error == ""


def test_the_number_of_a_picture_can_be_typed():
    widget = wl.DigitViewer(np.arange(12.0).reshape(3, 2, 2))
    widget._run_guarded(widget._on_custom_msg, {"index": "1.5"}, [])
    widget._run_guarded(widget._on_custom_msg, {"index": " 0"}, [])
    assert widget.error == ""
    widget._run_guarded(widget._on_custom_msg, {"index": "2"}, [])
    assert widget.picture["index"] == 2


@pytest.mark.parametrize(
    ("x", "arguments", "count", "shape"),
    [
        ([[1, 2, 3], [4, 5, 6]], {}, 1, [2, 3]),
        (range(6), {"columns": 3}, 1, [2, 3]),
        (np.zeros((5, 6)), {"columns": 2}, 5, [3, 2]),
        (np.zeros((5, 100)), {}, 5, [10, 10]),
        (np.zeros((4, 2, 3)), {}, 4, [2, 3]),
        ([7], {}, 1, [1, 1]),
        (np.zeros((64, 64)), {}, 1, [64, 64]),
    ],
)
def test_how_shapes_are_read(x, arguments, count, shape):
    widget = wl.DigitViewer(x, **arguments)
    assert (widget.count, widget.picture["shape"]) == (count, shape)
    assert widget.row < shape[0] and widget.column < shape[1]


@pytest.mark.parametrize(
    ("x", "text", "short"),
    [
        (np.float32([[0.1, 0]]), "0.1", "10"),
        (torch.tensor([[0.5, 1]], dtype=torch.bfloat16), "0.5", "50"),
        (np.uint8([[200, 0]]), "200", "200"),
        ([[True, False]], "True", "1"),
        ([[-3.25, 12.5]], "-3.25", "0"),
        ([[0.98828125, -0.5]], "0.98828125", "98"),
        ([[0.29, 1.0]], "0.29", "29"),  # 100 * 0.29 is 28.999999999999996
    ],
)
def test_a_value_keeps_its_digits_and_has_a_short_form(x, text, short):
    picture = wl.DigitViewer(x).picture
    assert (picture["texts"][0], picture["short"][0]) == (text, short)
    json.dumps(picture, allow_nan=False)


def test_start_again_brings_everything_back():
    widget = wl.DigitViewer(np.eye(4), row=1, column=2)
    widget.row, widget.column, widget.numbers = 3, 0, True
    widget._run_guarded(widget._on_custom_msg, {"restart": True}, [])
    assert (widget.row, widget.column, widget.numbers) == (1, 2, False)


def test_a_pixel_that_is_not_there_is_explained_and_the_widget_goes_on():
    widget = wl.DigitViewer()
    widget.row = 28
    assert "there is no row 28: they go from 0 to 27" in widget.error
    assert widget.row == 20
    widget.column = 27
    assert widget.error == ""


def test_a_picture_with_nan_among_others_is_explained_when_it_is_chosen():
    x = np.zeros((3, 2, 2))
    x[1, 0, 1] = np.nan
    widget = wl.DigitViewer(x)
    widget.index = 1
    assert "picture 1, row 0, column 1 is nan" in widget.error and "nan_to_num" in widget.error
    assert widget.index == widget.picture["index"] == 0
    widget.index = 2
    assert widget.error == "" and widget.picture["index"] == 2


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        ([], {}, "no pixels"),
        (np.zeros((3, 0)), {}, r"no pixels in the shape \(3, 0\)"),
        ([[1, 2], [3]], {}, "row 1 has 1 value and row 0 has 2 values"),
        ("five", {}, "'five'"),
        ([[1, "x"]], {}, "'x'"),
        ([[1, None]], {}, "None"),
        ([[1j]], {}, "complex"),
        (3, {}, "3 .int. can’t be read as a picture"),
        ([[1, float("inf")]], {}, "row 0, column 1 is inf"),
        (iter([1]), {}, "only once"),
        (range(300), {}, r"300 values fold into no square; columns="),
        (range(300), {"columns": 28}, "do not fill rows of 28"),
        (np.zeros((2, 300)), {}, "300 values fold into no square"),
        (np.zeros((65, 3)), {}, "65 × 3 pixels are too many"),
        (np.zeros((1, 1, 1, 1)), {}, "4 axes"),
        (DIGIT, {"row": 28}, "no row 28"),
        (DIGIT, {"column": -1}, "no column -1"),
        (DIGIT, {"row": float("nan")}, "row is a whole number, not nan"),
        (DIGIT, {"index": 1}, "no picture 1: there is only 0"),
        (DIGIT, {"columns": 0}, "columns is at least 1"),
        (DIGIT, {"labels": [1, 2]}, "2 labels for 1 picture: one each"),
        (DIGIT, {"colour": "red"}, "colour"),
    ],
)
def test_what_is_not_a_picture_gets_a_message(x, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wl.DigitViewer(x, **arguments)


def test_hundredths_are_those_of_the_number_that_is_shown():
    picture = wl.DigitViewer(np.float32([[0.29, 0.5], [0.0, 1.0]])).picture
    assert picture["texts"][0] == "0.29" and picture["short"] == ["29", "50", "0", "100"]


def test_three_pictures_that_may_be_three_colours_are_noted():
    planes = np.random.default_rng(0).random((3, 8, 8))
    assert "red, green and blue of one picture" in wl.DigitViewer(planes).note
    assert wl.DigitViewer(planes).count == 3
    assert wl.DigitViewer(planes, labels=[5, 0, 4]).note == wl.DigitViewer(planes[:2]).note == ""
    with pytest.raises(ValueError, match=r"its three channels first: x\[:, :3\]\.mean\(1\)"):
        wl.DigitViewer(np.zeros((5, 3, 8, 8)))
