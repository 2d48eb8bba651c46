"""PixelTable: the numbers of an image on two scales, and what an index marks of it."""

import json

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute import mnist

IM3 = mnist.first_digits(8)[0][7]


def numbers(widget, scale):
    return np.array(widget.picture["texts"][scale], dtype=float).reshape(widget.picture["shape"])


def test_without_an_image_it_is_the_first_three():
    widget = wl.PixelTable()
    assert mnist.first_digits(8)[1].tolist().index(3) == 7
    np.testing.assert_array_equal(numbers(widget, "0–255"), IM3)
    np.testing.assert_allclose(numbers(widget, "0–1"), IM3 / 255, rtol=1e-3)
    np.testing.assert_allclose(widget.picture["grey"], IM3.ravel() / 255, atol=1e-4)
    assert widget.scale == "0–255" and widget.picture["name"] == "im3"


@pytest.mark.parametrize(
    ("image", "scale"),
    [
        (IM3, "0–255"),
        (torch.tensor(IM3), "0–255"),
        (IM3.tolist(), "0–255"),
        (IM3.ravel(), "0–255"),
        (torch.tensor(IM3).float() / 255, "0–1"),
        (IM3 / 255, "0–1"),
    ],
)
def test_an_image_in_any_form_has_the_same_numbers(image, scale):
    widget = wl.PixelTable(image)
    assert widget.scale == scale
    np.testing.assert_allclose(numbers(widget, "0–255"), IM3, rtol=1e-3)
    np.testing.assert_allclose(numbers(widget, "0–1"), IM3 / 255, rtol=1e-3)
    assert widget.picture["short"]["0–255"] == [str(v) for v in IM3.ravel()]


def test_its_own_numbers_are_exact():
    tenth = torch.tensor([[0.1, 1.0]])
    assert wl.PixelTable(tenth).picture["texts"]["0–1"] == ["0.1", "1.0"]
    assert wl.PixelTable(tenth).picture["short"] == {"0–255": ["26", "255"], "0–1": ["0.10", "1"]}


def test_a_dark_crop_of_bytes_stays_on_the_scale_of_bytes():
    assert wl.PixelTable(IM3[:3, :3]).scale == "0–255"
    assert wl.PixelTable([[True, False]]).picture["grey"] == [1, 0]


def test_a_crop_is_an_image_under_its_own_indices():
    crop = IM3[4:15, 4:22]
    widget = wl.PixelTable(crop)
    assert widget.picture["shape"] == [11, 18] and widget.picture["name"] == "crop"
    np.testing.assert_array_equal(numbers(widget, "0–255"), crop)


def test_the_name_is_the_caller_s_or_given():
    im7 = IM3.copy()
    assert wl.PixelTable(im7).picture["name"] == "im7"
    assert wl.PixelTable(im7 + 0).picture["name"] == "image"
    assert wl.PixelTable(im7, name="a").picture["name"] == "a"


@pytest.mark.parametrize(
    ("index", "mark", "rows", "columns"),
    [
        ("10, 5", "pixel", [10], [5]),
        ("10", "row", [10], list(range(28))),
        (":, 5", "column", list(range(28)), [5]),
        ("4:15, 4:22", "slice", list(range(4, 15)), list(range(4, 22))),
        ("::9", "slice", [0, 9, 18, 27], list(range(28))),
    ],
)
def test_an_index_marks_a_part_whether_given_or_typed(index, mark, rows, columns):
    given, typed = wl.PixelTable(index=index), wl.PixelTable()
    typed._on_msg({"index": f"im3[{index}]"}, [])
    for widget in (given, typed):
        assert widget.error == "" and widget.mark == mark
        assert widget.selection["rows"] == rows and widget.selection["columns"] == columns
        assert widget.row in rows and widget.column in columns


def test_a_marked_row_or_column_goes_with_the_pixel_and_a_slice_stays():
    widget = wl.PixelTable(index="10")
    widget.row = 11
    assert widget.selection["index"] == "11"
    widget.mark = "column"
    assert widget.selection["index"] == f":, {widget.column}"
    widget.mark = "slice"
    before = widget.selection
    widget.row = 0
    assert widget.selection == before
    widget.mark = "pixel"
    assert widget.selection["index"] == f"0, {widget.column}" and widget.selection["sentence"] == ""


@pytest.mark.parametrize("typed", ["", "im7[2]", "28", "5:5", "x", "1, 2, 3", "im3["])
def test_what_can_not_be_marked_is_answered_in_words_and_changes_nothing(typed):
    widget = wl.PixelTable(index="4:15, 4:22")
    before = widget.selection
    widget._on_msg({"index": typed}, [])
    assert widget.error and widget.selection == before
    widget._on_msg({"index": "3"}, [])
    assert widget.error == "" and widget.mark == "row"


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("row", 28, "row is at most 27"),
        ("column", -1, "column is at least 0"),
        ("mark", "all", "mark is one of pixel"),
        ("scale", "%", "scale is one of 0–255, 0–1"),
        ("slice", "9:3", "9:3 takes no rows"),
    ],
)
def test_an_input_that_can_not_be_is_put_back(trait, value, said):
    widget = wl.PixelTable()
    before = getattr(widget, trait)
    setattr(widget, trait, value)
    assert said in widget.error and getattr(widget, trait) == before


def test_start_again_and_what_was_kept():
    widget = wl.PixelTable(index="4:15, 4:22")
    first = {name: getattr(widget, name) for name in widget.inputs}
    widget._on_msg({"index": ":, 3"}, [])
    widget.scale = "0–1"
    kept = json.loads(json.dumps({name: getattr(widget, name) for name in widget.inputs}))
    widget._on_msg({"restart": True}, [])
    assert {name: getattr(widget, name) for name in widget.inputs} == first
    other = wl.PixelTable(index="4:15, 4:22")
    assert other.restore(kept) and other.selection["index"] == ":, 3" and other.scale == "0–1"
    assert not other.restore({"row": 99}) and other.selection["index"] == "4:15, 4:22"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: wl.PixelTable(np.full((2, 2), -1)), "from -1 to -1"),
        (lambda: wl.PixelTable(np.full((2, 2), 256)), "wl.DigitViewer"),
        (lambda: wl.PixelTable([[0.0, float("nan")]]), "row 0, column 1 is nan"),
        (lambda: wl.PixelTable(np.zeros((3, 28, 28))), "3 pictures"),
        (lambda: wl.PixelTable(np.zeros((40, 40))), "too many"),
        (lambda: wl.PixelTable("im3"), "PixelTable"),
        (lambda: wl.PixelTable(IM3, index="28"), "no row 28"),
        (lambda: wl.PixelTable(IM3, index=4), "index is a text"),
        (lambda: wl.PixelTable(IM3, scale="%"), "scale is one of"),
        (lambda: wl.PixelTable(IM3, cropped="no"), "cropped is True or False"),
        (lambda: wl.PixelTable(IM3, name="a b"), "name is what code calls"),
        (lambda: wl.PixelTable(IM3, name=3), "name is a text"),
    ],
)
def test_the_author_is_told_what_is_wrong(made, said):
    with pytest.raises((TypeError, ValueError), match=said):
        made()
