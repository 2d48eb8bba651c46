"""Drawings become images like MNIST's: the test digits themselves, moved and enlarged, come back as they were."""

import numpy as np
import pytest
from PIL import Image

from widgets_lib.compute import drawing, similarity

SEVEN = [[[5, 6], [20, 6]], [[20, 6], [12, 24]]]


@pytest.fixture(scope="module")
def digits():
    return similarity.test_digits()[0][:1000]


def difference(placed, originals):
    """The mean absolute difference, of 1.0."""
    return np.abs(placed.astype(float) - originals).mean() / 255


# ---- images ----


def test_a_thousand_shifted_test_digits_are_placed_as_they_were(digits):
    moves = np.random.default_rng(1).integers(-4, 5, (len(digits), 2))
    shifted = [similarity.shift(digit, *move.tolist()) for digit, move in zip(digits, moves, strict=True)]
    whole = [moved.sum() == digit.sum() for moved, digit in zip(shifted, digits, strict=True)]
    placed = np.array([drawing.place(moved) for moved in shifted])
    assert difference(placed[whole], digits[whole]) <= 0.001
    assert difference(placed, digits) <= 0.01  # with those that lost a row at the edge


def test_digits_that_moved_by_half_a_pixel_are_near(digits):
    between = (digits.astype(float) + similarity.shift(digits, 1, 0)) / 2
    placed = np.array([drawing.place(moved) for moved in between])
    assert difference(placed, digits) < 0.05


def test_enlarged_digits_in_a_large_frame_come_back(digits):
    for digit in digits[:100]:
        large = np.zeros((200, 260), np.uint8)
        large[30:170, 101:241] = np.kron(digit, np.ones((5, 5)))
        assert difference(drawing.place(large), digit) <= 0.001
    np.testing.assert_array_equal(drawing.place(digits[0] / 255), drawing.place(digits[0]))


def test_what_is_placed_is_as_long_and_as_centred_as_mnist(digits):
    image = drawing.place(Image.fromarray(digits[3]).resize((301, 301)))
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert image.shape == (28, 28) and image.dtype == np.uint8
    assert drawing.centre_of_mass(image) == pytest.approx((14, 14), abs=0.51)


def test_resizing_down_is_that_of_pillow():
    picture = np.random.default_rng(2).random((90, 64)).astype(np.float32)
    halved = np.asarray(Image.fromarray(picture).resize((32, 45), Image.Resampling.BOX))
    np.testing.assert_allclose(drawing._resized(picture, 45, 32), halved, atol=1e-6)
    np.testing.assert_array_equal(drawing._resized(picture, 90, 64), picture)


def test_resizing_up_keeps_its_level():
    np.testing.assert_allclose(drawing._resized(np.ones((3, 5)), 20, 12), np.ones((20, 12)))


# ---- strokes ----


def test_each_step_can_be_turned_off():
    small = [[[2, 3], [6, 3]], [[6, 3], [4, 9]]]
    raw = drawing.place(small, scale=False, centre=False)
    assert not raw[:, 14:].any() and not raw[14:].any()
    centred = drawing.place(small, scale=False)
    assert drawing.centre_of_mass(centred) == pytest.approx((14, 14), abs=0.51)
    assert centred.sum() == raw.sum()
    scaled = drawing.place(small, centre=False)
    assert np.ptp(np.flatnonzero(scaled.any(1))) == 19 and scaled[0].any()  # as near to its corner as fits
    assert set(np.unique(drawing.place(SEVEN, smooth=False))) == {0, 255}
    assert ((raw > 0) & (raw < 255)).any()
    paper = drawing.place(SEVEN, scale=False, centre=False)
    np.testing.assert_array_equal(drawing.place(255 - paper, scale=False, centre=False, invert=True), paper)


def test_a_straight_line_covers_its_area():
    ink = drawing.raster([[[6, 14], [22, 14]]], pen_width=3) / 255
    assert ink.shape == (112, 112)
    expected = (16 * 3 + np.pi * 1.5**2) * drawing.FINENESS**2
    assert ink.sum() == pytest.approx(expected, rel=0.01)
    dot = drawing.raster([[[14, 14]]], pen_width=4) / 255
    assert dot.sum() == pytest.approx(np.pi * 4 * drawing.FINENESS**2, rel=0.01)


def test_points_far_apart_are_joined_and_more_points_change_nothing():
    few, many = [[[3, 5], [23, 19]]], [np.linspace([3, 5], [23, 19], 400).tolist()]
    np.testing.assert_allclose(drawing.raster(few).astype(int), drawing.raster(many), atol=2)
    backwards = [[[23, 19], [3, 5]]]
    np.testing.assert_array_equal(drawing.raster(few), drawing.raster(backwards))
    assert drawing.raster(few)[[16 + 4 * k for k in range(16)]].max(1).min() > 200  # no gap in any row


def test_a_line_is_anti_aliased():
    ink = drawing.raster([[[4, 4], [20, 25]]])
    assert np.count_nonzero((ink > 0) & (ink < 255)) > 50


def test_strokes_outside_the_frame_stay_at_its_edge():
    np.testing.assert_array_equal(drawing.raster([[[-50, 14], [99, 14]]]), drawing.raster([[[0, 14], [28, 14]]]))


def test_the_size_of_a_drawing_does_not_matter_once_placed():
    large = [[[2 * x - 8, 2 * y - 10] for x, y in stroke] for stroke in [[[6, 8], [16, 8]], [[16, 8], [10, 18]]]]
    small = [[[6, 8], [16, 8]], [[16, 8], [10, 18]]]
    assert difference(drawing.place(large, pen_width=3), drawing.place(small, pen_width=1.5)) < 0.02


def test_no_strokes_make_an_empty_raster():
    assert not drawing.raster([]).any()


# ---- bad input ----

REFUSED = {
    "no strokes": ([], "nothing is drawn yet"),
    "an empty stroke": ([[[1, 1]], []], "stroke 2 has shape"),
    "three coordinates": ([[[1, 2]], [[1, 2, 3]]], r"stroke 2 has shape \(1, 3\)"),
    "text": ([[["a", "b"]]], "stroke 1 can’t be read"),
    "nan in a stroke": ([[[1, np.nan]]], "stroke 1 has a point with nan"),
    "too many strokes": ([[[1, 2]]] * 61, "61 strokes are too many"),
    "too many points": ([[[1, 2]] * 3001], "3,001 points are too many"),
    "all black": (np.zeros((28, 28)), "no ink in this image"),
    "all white": (np.full((28, 28), 255), "equally dark"),
    "colour": (np.zeros((28, 28, 3)), "in colour"),
    "several": (np.ones((5, 28, 28)), "these are 5 images: give one"),
    "nan": (np.full((28, 28), np.nan), "nan among the pixels"),
    "beyond bytes": (np.arange(784).reshape(28, 28), "from 0 to 255 or from 0 to 1, not from 0 to 783"),
    "negative": (-np.eye(28), "not from -1 to"),
    "too large": (np.eye(2_049), "too many"),
    "None": (None, "None .NoneType. is not"),
    "a palette": (Image.new("P", (28, 28)), "mode P"),
    "three channels": (Image.new("RGB", (28, 28)), "mode RGB"),
    "a fold": (np.ones(783), "fold into no square"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_drawings_are_answered_in_words(case):
    drawn, message = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=message):
        drawing.place(drawn)


def test_switches_and_the_pen_are_checked():
    for name in ("scale", "centre", "smooth", "invert"):
        with pytest.raises(TypeError, match=f"{name} is True or False"):
            drawing.place(SEVEN, **{name: "no"})
    with pytest.raises(ValueError, match="width of the pen"):
        drawing.place(SEVEN, pen_width=0)
    with pytest.raises(TypeError, match="strokes are a list"):
        drawing.raster("7")
    with pytest.raises(ValueError, match="no centre of mass"):
        drawing.centre_of_mass(np.zeros((3, 3)))
