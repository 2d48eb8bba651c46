"""A widget's recipe: what its constructor was given, as bytes that hold nothing but values."""

import os
import pickle

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute import mnist, strides
from widgets_lib.widgets import _recipes
from widgets_lib.widgets._base import Widget


@pytest.fixture(autouse=True)
def recording(monkeypatch):
    """On for one test."""
    stock = Widget.__new__
    _recipes.record()
    yield
    if Widget.__new__ is not stock:
        del Widget.__new__


def there_and_back(*args, **kwargs):
    return _recipes.loads(_recipes.dumps(wl.DigitViewer, args, kwargs))[1:]


VIEWS = {
    "expanded": lambda: torch.tensor([10.0, 20, 30]).expand(3, 3),
    "transposed": lambda: torch.arange(12).reshape(3, 4).t(),
    "one of MNIST": lambda: torch.from_numpy(mnist.load().x_train)[7],
    "bool": lambda: torch.tensor([True, False]),
    "empty": lambda: torch.zeros(0, 3),
    "scalar": lambda: torch.tensor(3.5),
    "half": lambda: torch.tensor([1.5, 2], dtype=torch.bfloat16),
    "numpy backwards": lambda: np.arange(12).reshape(3, 4)[::-1, ::2],
    "numpy of MNIST": lambda: mnist.load().x_train[3:5],
    "big-endian": lambda: np.arange(5, dtype=">f8"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_comes_back_with_its_layout_and_its_numbers(name):
    x = VIEWS[name]()
    ((y,), _) = there_and_back(x)
    assert strides.describe(y) == strides.describe(x)
    numbers = x.float().numpy() if isinstance(x, torch.Tensor) and x.dtype == torch.bfloat16 else np.asarray(x)
    np.testing.assert_array_equal(np.asarray(y), numbers)
    assert np.asarray(y).dtype == numbers.dtype
    assert isinstance(y, np.ndarray) is (isinstance(x, np.ndarray) and "MNIST" not in name)


def test_the_whole_storage_comes_along_where_it_is_small_and_else_what_the_view_reads():
    ((small, large), _) = there_and_back(torch.arange(10)[3:5], torch.arange(100_000)[500:600])
    assert strides.values(small).tolist() == list(range(10))
    assert strides.values(large, [500, 599]).tolist() == [500, 599]
    with pytest.raises(ValueError, match="cell 7 is not here: of this large storage, cells 500 to 599 are"):
        strides.values(large, [7])


def test_the_rest_of_mnist_is_read_from_its_file():
    x_train = torch.from_numpy(mnist.load().x_train)
    data = _recipes.dumps(wl.StrideExplorer, (x_train[0], x_train), {"name": "x", "more": mnist.load().y_train})
    assert len(data) < 5_000
    _, (one, whole), kwargs = _recipes.loads(data)
    np.testing.assert_array_equal(np.asarray(one), x_train[0])
    np.testing.assert_array_equal(strides.values(one, [784 * 9 + 300]), x_train[9, 300])
    assert whole.as_array().ctypes.data == kwargs["more"].ctypes.data or whole.as_array().shape == (50_000, 784)
    assert kwargs["more"] is mnist.load().y_train


def test_two_views_of_one_storage_carry_it_once():
    storage = torch.arange(8_000)
    assert len(_recipes.dumps(wl.DigitViewer, (storage[1:], storage[2:]), {})) < 1.2 * storage.nbytes


def test_plain_values_come_back_as_they_are():
    given = {"a": (1, 2.5, "text", None, True, b"bytes"), "b": [range(3), slice(1, 2), 1j, {1}]}
    assert there_and_back(**given) == ((), given)
    ((shape, scalar, dtype), _) = there_and_back(torch.zeros(2, 3).shape, np.float32(1.5), np.int64(7))
    assert shape == (2, 3) and type(shape) is tuple
    assert (scalar, type(scalar), dtype, type(dtype)) == (1.5, np.float32, 7, np.int64)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (len, "builtin_function_or_method of builtins has no place"),
        (lambda: 1, "function of builtins has no place"),
        (object(), "object of builtins"),
        (np.ma.array([1]), "MaskedArray of numpy.ma"),
        (torch.float32, "dtype of torch"),
        (np.array([None]), "ndarray of numpy"),
        (np.zeros(200_000), "1,600,1.. bytes"),
    ],
)
def test_anything_else_is_refused_in_words_when_it_is_asked_for(value, words):
    with pytest.raises((TypeError, ValueError), match=words):
        _recipes.dumps(wl.DigitViewer, (value,), {})


def test_a_recipe_calls_nothing_but_what_makes_values():
    for evil in (os.system, eval, Widget, np.ndarray):
        with pytest.raises(pickle.UnpicklingError, match="a recipe can’t hold"):
            _recipes.loads(pickle.dumps((("widgets_lib.widgets.digit.digit", "DigitViewer"), (evil,), {})))
    for where in (("os", "system"), ("widgets_lib.widgets.digit.digit", "_pictures"), ("widgets_lib.app.entry", "x")):
        with pytest.raises(pickle.UnpicklingError, match="is no widget of the course"):
            _recipes.loads(pickle.dumps((where, (), {})))


def test_a_widget_remembers_what_it_was_given_and_not_what_became_of_it():
    t = torch.tensor([10.0, 20, 30]).expand(3, 3)
    widget = wl.StrideExplorer(t)
    t[0, 0] = 99
    widget.apply("transpose")
    again = _recipes.make_again(_recipes.recipe_of(widget))
    assert again.picture == wl.StrideExplorer(torch.tensor([10.0, 20, 30]).expand(3, 3), name="t").picture
    t[0, 0] = 10
    same = _recipes.make_again(_recipes.recipe_of(widget), inputs=widget.get_state(list(widget.inputs)))
    assert same.picture["code"] == "t.t()"


def test_what_can_not_be_recorded_is_said_to_who_asks_for_it_and_the_widget_is_made():
    widget = wl.DigitViewer(memoryview(bytes(4)))
    with pytest.raises(ValueError, match="DigitViewer can’t be made again elsewhere: a memoryview of builtins"):
        _recipes.recipe_of(widget)


def test_without_recording_a_widget_has_no_recipe():
    del Widget.__new__
    widget = wl.LoopStepper()
    with pytest.raises(ValueError, match="made before the recording began"):
        _recipes.recipe_of(widget)
