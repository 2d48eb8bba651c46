"""Predictions are read leniently, judged strictly, and never run."""

import pytest

from widgets_lib.compute import answers


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(3, 1)", (3, 1)), ("3,1", (3, 1)), ("[3 1]", (3, 1)), ("3 × 1", (3, 1)), ("3x1", (3, 1)), ("(3,)", (3,)),
        ("3", (3,)), ("()", ()), ("[]", ()), (" ( 50000 , 784 ) ", (50000, 784)), ("0, 2", (0, 2)),
    ],
)  # fmt: skip
def test_shapes_are_read(text, shape):
    assert answers.read_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "named"),
    [("3,,x", "“”"), ("3, x1y", "“”|“1y”"), ("-1, 2", "“-1”"), ("3.5", "“3.5”"), ("__import__('os')", "“__import__"), ("9999999999", "“9999999999”")],
)  # fmt: skip
def test_a_part_that_is_no_size_is_named(text, named):
    with pytest.raises(ValueError, match=named):
        answers.read_shape(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("39,200", 39200), ("39 200", 39200), ("39200", 39200), ("5 million", 5e6), ("2k", 2000), ("0.67", 0.67),
        ("2/3", 2 / 3), ("1e3", 1000), ("−4", -4), ("-4", -4), ("9_700_000", 9.7e6),
    ],
)  # fmt: skip
def test_numbers_are_read(text, number):
    assert answers.read_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "ten", "1/0", "nan", "inf", "1e999", "1.2.3", "5 apples", "print(1)"])
def test_what_is_no_number_gets_words(text):
    with pytest.raises(ValueError, match="write"):
        answers.read_number(text)


@pytest.mark.parametrize(
    ("given", "answer", "right", "words"),
    [
        ("(3, 3)", (3, 3), True, "Yes: shape (3, 3)."),
        ("3", (3, 3), False, "You said shape (3,); it is (3, 3): that has 1 axis, the result has 2 axes."),
        ("3,1", (3, 3), False, "You said shape (3, 1); it is (3, 3): axis 1 differs."),
        ("1,1", (3, 3), False, "You said shape (1, 1); it is (3, 3): axes 0, 1 differ."),
        ("39200", 39_200, True, "Yes: 39,200."),
        ("39,300", 39_200, True, "Yes, near enough: 39,200."),
        ("3920", 39_200, False, "You said 3,920; it is 39,200: 10 times more."),
        ("0", 0, True, "Yes: 0."),
        ("lists", "lists", True, "Yes: lists."),
        ("tensors", "lists", False, "You said tensors; it is lists."),
    ],
)
def test_judged_in_words(given, answer, right, words):
    assert answers.judge(given, answer) == answers.Verdict(right, words)
