"""MeanDigit: what it sends to its view is what numpy makes of the stacked images."""

import numpy as np
import pytest

import widgets_lib as wl
from widgets_lib.compute import mnist


def stacked(digit):
    data = mnist.load()
    x, y = np.concatenate([data.x_train, data.x_valid]), np.concatenate([data.y_train, data.y_valid])
    return np.rint(x[y == digit] * 256).astype(np.float64)


def rows(data, dtype):
    return np.frombuffer(data, dtype).reshape(-1, 784)


@pytest.mark.parametrize("digit", [3, 7])
def test_the_view_gets_means_spreads_and_ink(digit):
    widget = wl.MeanDigit(digit=digit)
    images = stacked(digit)
    counts = widget.stack["counts"]
    assert counts[:4] == [1, 2, 5, 10] and counts[-1] == {3: 6131, 7: 6265}[digit]
    for at, count in enumerate(counts):
        stack = images[:count]
        np.testing.assert_allclose(rows(widget.means, "<u2")[at], 1000 * (stack / 255).mean(0), atol=0.51)
        np.testing.assert_allclose(rows(widget.spreads, "<u2")[at], 1000 * (stack / 255).std(0), atol=0.51)
        np.testing.assert_array_equal(rows(widget.inked, "<u2")[at], (stack > 0).sum(0))
        np.testing.assert_array_equal(rows(widget.newest, np.uint8)[at], stack[-1])


def test_it_opens_on_all_threes_or_on_as_many_as_asked_for():
    widget = wl.MeanDigit()
    assert (widget.digit, widget.stack["texts"][widget.step]) == (3, "6,131")
    assert widget.stack["sentences"][0].startswith("One image of a 3")
    assert widget.stack["sentences"][3] == "The mean of 10 threes, pixel by pixel."
    found = [wl.MeanDigit(count=count) for count in (1, 3, 10, 10_000)]
    assert [each.stack["texts"][each.step] for each in found] == ["1", "5", "10", "6,131"]


def test_another_digit_and_start_again():
    widget = wl.MeanDigit(count=10)
    threes = widget.means
    widget.digit = 1
    assert widget.stack["name"] == "ones" and widget.means != threes and widget.step == 3
    widget.spread = True
    widget._on_msg({"restart": True}, [])
    assert (widget.digit, widget.step, widget.spread) == (3, 3, False) and widget.means == threes


def test_a_digit_is_stacked_once():
    widget = wl.MeanDigit()
    before = widget.stack
    widget.step, widget.row = 0, 5
    assert widget.stack is before


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [("digit", 10, "digit is at most 9"), ("row", 28, "row is at most 27"), ("step", -5, "step is at least -1")],
)
def test_an_input_that_can_not_be_is_put_back(trait, value, said):
    widget = wl.MeanDigit()
    before = getattr(widget, trait)
    setattr(widget, trait, value)
    assert said in widget.error and getattr(widget, trait) == before
    widget.spread = True
    assert widget.error == ""


@pytest.mark.parametrize("arguments", [{"digit": 10}, {"digit": "3"}, {"count": 0}, {"count": 2.5}, {"spread": "yes"}])
def test_the_author_is_told_what_is_wrong(arguments):
    with pytest.raises((TypeError, ValueError), match=f"MeanDigit: {next(iter(arguments))} is"):
        wl.MeanDigit(**arguments)
