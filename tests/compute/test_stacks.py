"""Means, spreads and ink of a growing stack, against numpy on the whole stack at once."""

import numpy as np
import pytest

from widgets_lib.compute import mnist, stacks


def test_the_stack_grows_by_one_two_five():
    assert stacks.one_two_five(6131) == (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 6131)
    assert [stacks.one_two_five(n) for n in (1, 2, 3, 10)] == [(1,), (1, 2), (1, 2, 3), (1, 2, 5, 10)]
    with pytest.raises(ValueError, match="at least 1"):
        stacks.one_two_five(0)


def test_all_threes_as_the_lesson_takes_them():
    data = mnist.load()
    x, y = np.concatenate([data.x_train, data.x_valid]), np.concatenate([data.y_train, data.y_valid])
    threes = np.rint(x[y == 3].reshape(-1, 28, 28) * 256).astype(np.float64)
    images = stacks.training_images(3)
    np.testing.assert_array_equal(images, threes)
    assert len(images) == 6131 and len(stacks.training_images(7)) == 6265
    grown = stacks.grow(images)
    for at, count in enumerate(grown.counts):
        stack = threes[:count] / 255
        np.testing.assert_allclose(grown.means[at], stack.mean(0), atol=1e-12)
        np.testing.assert_allclose(grown.spreads[at], stack.std(0), atol=1e-7)
        np.testing.assert_array_equal(grown.inked[at], (stack > 0).sum(0))
        np.testing.assert_array_equal(grown.newest[at], threes[count - 1])


def test_spread_lies_between_none_and_a_half():
    images = np.zeros((4, 1, 2), np.uint8)
    images[::2, 0, 1] = 255
    grown = stacks.grow(images)
    assert grown.counts == (1, 2, 4)
    assert grown.spreads.tolist() == [[[0, 0]], [[0, 0.5]], [[0, 0.5]]]
    assert grown.inked[-1].tolist() == [[0, 2]]


@pytest.mark.parametrize("counts", [(), (0, 1), (2, 2), (3, 1), (1, 5)])
def test_counts_that_do_not_rise_or_have_no_images_are_refused(counts):
    with pytest.raises(ValueError, match="counts rise from 1 to at most 4"):
        stacks.grow(np.zeros((4, 2, 2), np.uint8), counts)


@pytest.mark.parametrize("images", [np.zeros((2, 4), np.uint8), np.zeros((2, 2, 2)), [[[1]]]])
def test_other_images_are_refused(images):
    with pytest.raises(TypeError, match="uint8"):
        stacks.grow(images)


@pytest.mark.parametrize("digit", [-1, 10, "3", 2.5])
def test_there_are_ten_digits(digit):
    with pytest.raises((TypeError, ValueError), match="digit is"):
        stacks.training_images(digit)
