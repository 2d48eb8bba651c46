"""LoopStepper: all numbers are sent at once, and what cannot be shown is explained."""

import json

import numpy as np
import pytest
import torch
from traitlets import TraitError

import widgets_lib as wl
from widgets_lib.compute.matmul import loops


def numbers(texts):
    return np.array(texts, dtype=float)


def test_shows_three_different_sizes_at_first():
    widget = wl.LoopStepper()
    assert (widget.strategy, widget.m, widget.k, widget.n, widget.exact) == ("ijk", 3, 4, 2, True)
    assert wl.LoopStepper(m=1).m == 1


@pytest.mark.parametrize("kind", [torch.tensor, np.array, list])
def test_takes_the_learners_own_matrices(kind):
    a, b = [[1.5, -2.0, 0.25]], [[4.0, 1.0], [0.5, 8.0], [-1.0, 2.0]]
    widget = wl.LoopStepper(kind(a), kind(b))
    assert (widget.m, widget.k, widget.n, widget.exact) == (1, 3, 2, False)
    np.testing.assert_array_equal(numbers(widget.a), a)
    np.testing.assert_array_equal(numbers(widget.b), b)
    np.testing.assert_allclose(numbers(widget.sums)[:, :, -1], np.array(a) @ np.array(b))
    np.testing.assert_allclose(numbers(widget.products).sum(2), np.array(a) @ np.array(b))


def test_whole_floats_are_drawn_as_whole_numbers():
    widget = wl.LoopStepper(torch.ones(2, 2), torch.full((2, 2), 3.0))
    assert widget.exact and widget.a == [["1", "1"], ["1", "1"]] and widget.sums[0][0] == ["0", "3", "6"]


def test_a_float32_keeps_all_its_digits():
    a = torch.rand(3, 3)
    np.testing.assert_array_equal(numbers(wl.LoopStepper(a, a).a).astype(np.float32), a.numpy())


def test_every_strategy_is_sent_with_its_code_and_moments():
    widget = wl.LoopStepper(strategy="outer")
    assert [one["key"] for one in widget.strategies] == list(loops.STRATEGIES)
    for one in widget.strategies:
        strategy = loops.STRATEGIES[one["key"]]
        assert "\n".join(one["code"]) == "\n".join(strategy.lines)
        assert len(one["moments"]) == strategy.python_steps(5, 5, 5)


def test_nan_and_inf_can_be_sent():
    widget = wl.LoopStepper([[np.nan, np.inf]], [[1], [1]])
    state = {name: value for name, value in widget.get_state().items() if name in ("a", "b", "sums", "products")}
    assert json.loads(json.dumps(state, allow_nan=False))["sums"] == [[["0", "nan", "nan"]]]


@pytest.mark.parametrize("name", ["m", "k", "n"])
@pytest.mark.parametrize("size", [0, 6, -1])
def test_a_size_that_is_not_there_is_explained_and_the_widget_goes_on(name, size):
    widget = wl.LoopStepper()
    setattr(widget, name, size)
    assert f"{name}={size} is not a size of these matrices: {name} goes from 1 to 5" in widget.error
    setattr(widget, name, 5)
    assert widget.error == ""


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"a": [[1]]}, ValueError, "give both a and b"),
        ({"a": np.ones((3, 4)), "b": np.ones((3, 2))}, ValueError, r"\(3, 4\) and \(3, 2\)"),
        ({"a": np.ones((7, 1)), "b": np.ones((1, 1))}, ValueError, r"Take a corner: a\[:6, :1\] and b\[:1, :1\]"),
        ({"m": 0}, ValueError, "m=0 is not a size"),
        ({"a": [[1]], "b": [[1]], "k": 2}, ValueError, "k=2 is not a size of these matrices: k goes from 1 to 1"),
        ({"strategy": "jik"}, TraitError, "jik"),
        ({"colour": "red"}, TypeError, "colour"),
    ],
)
def test_a_bad_argument_is_named(arguments, error, named):
    with pytest.raises(error, match=named):
        wl.LoopStepper(**arguments)


def test_unsigned_and_large_numbers_are_shown_as_they_are():
    widget = wl.LoopStepper(np.array([[2**64 - 1, 1]], np.uint64), np.array([[3], [2**63]], np.uint64))
    assert widget.a == [["18446744073709551615", "1"]] and widget.exact
    assert widget.sums[0][0][-1] == str(3 * (2**64 - 1) + 2**63)
