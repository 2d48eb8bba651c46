"""Variants of a piece of code run as cells would, each by itself."""

import inspect
import math

import numpy as np
import pytest
import torch

from widgets_lib.compute import variants


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1 + 2", "3"),
        ("x = 1", ""),
        ("print('a', 'b')\nprint(1, end='')\n[2]", "a b\n1\n[2]"),
        ("None", ""),
        ("for i in range(2):\n    print(i)", "0\n1"),
        ("def double(x):\n    return 2 * x\n\n\ndouble(4)", "8"),
        ("[n * k for k in range(3)]", "[0, 7, 14]"),  # a name from outside, in a scope of its own
    ],
)
def test_what_a_cell_would_show(code, text):
    assert variants.run(code, {"n": 7}).text == text


def test_a_tensor_looks_as_in_a_notebook():
    x = torch.arange(4.0).reshape(2, 2)
    assert variants.run("x @ x", {"x": x}).text == repr(x @ x)


@pytest.mark.parametrize(
    ("code", "text", "line"),
    [
        ("1\nx = 3\nx / 0", "ZeroDivisionError: division by zero", 3),
        ("print('so far')\nmath.sqrt(-1)", None, 2),
        ("def f():\n    raise ValueError('no')\n\n\nf()", "ValueError: no", 2),
        ("y", "NameError: name 'y' is not defined", 1),
        ("raise SystemExit(3)", "SystemExit: 3", 1),
        ("assert False", "AssertionError", 1),
        ("raise ValueError('x' * 9999)", f"ValueError: {'x' * 499}…", 1),
    ],
)
def test_a_failure_is_an_outcome_with_its_line(code, text, line):
    outcome = variants.run(code, {"math": math})
    assert outcome.failure and outcome.value is None and outcome.line == line
    if text:
        assert outcome.text == text
    else:
        assert outcome.text.startswith("so far\nValueError: ")


def test_names_are_given_and_none_is_set():
    names = {"n": 1, "print": None}
    variants.run("n = 2\nm = 3\nprint(n)", names)
    assert names == {"n": 1, "print": None}


def test_the_source_of_what_it_defines_can_be_read():
    outcome = variants.run("# a comment\ndef f(a):\n    return a + 1\n\n\nf", {})
    assert inspect.getsource(outcome.value) == "def f(a):\n    return a + 1\n"


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("a\nb\nc", [0, 0, 0]),
        ("a\nB\nc", [0, 1, 0]),
        ("a\nc", [0, 0]),
        ("x\na\nb\nc", [1, 0, 0, 0]),
        ("y", [1]),
    ],
)
def test_the_lines_that_a_variant_changes(code, changed):
    assert list(variants.changed_lines("a\nb\nc", code)) == [bool(each) for each in changed]


def test_code_that_is_none_is_refused_by_name_and_line():
    with pytest.raises(ValueError, match="“mine”, line 2: "):
        variants.check("x = 1\nfor", "mine")
    with pytest.raises(ValueError, match="“mine” has no code"):
        variants.check("# only a comment", "mine")


def test_rows_become_shades_from_paper_to_ink():
    drawn = variants.picture([[0, 0.5], [1]])
    assert drawn.lengths == (2, 1) and drawn.shades == (0, 128, 255)
    assert drawn.description == "1 row of 2, and a last one of 1"
    assert variants.picture(np.ones((2, 3))).description == "2 rows of 3"
    assert variants.picture(torch.tensor([[3, 3]])).shades == (255, 255)
    assert variants.picture([[-1.0, 1.0]]).shades == (0, 255)
    assert variants.picture([[0, 0]]).shades == (0, 0)


@pytest.mark.parametrize(
    "value",
    [None, 3, "text", [], [[]], [1, 2], [["a"]], np.ones((2, 2, 2)), np.ones((65, 65)), [[math.nan]], [[1], None]],
)
def test_what_is_no_rows_of_numbers_is_no_picture(value):
    assert variants.picture(value) is None


def test_what_is_long_is_cut_and_says_so():
    assert variants.run("for i in range(99):\n    print(i)", {}).text.splitlines()[-2:] == ["39", "…"]
    assert variants.run("'x' * 9999", {}).text.endswith("x…")


class Unwilling:
    def __repr__(self):
        raise RuntimeError("not today")


def test_a_value_that_can_not_be_written_is_said():
    assert variants.run("x", {"x": Unwilling()}).text == "a Unwilling that can’t be shown: RuntimeError: not today"
