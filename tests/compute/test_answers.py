"""Predictions are read leniently, judged strictly, and never run."""

import pytest

from widgets_lib.compute import answers


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(3, 1)", (3, 1)), ("3,1", (3, 1)), ("[3 1]", (3, 1)), ("3 × 1", (3, 1)), ("3x1", (3, 1)), ("(3,)", (3,)),
        ("3", (3,)), ("()", ()), ("[]", ()), (" ( 50000 , 784 ) ", (50000, 784)), ("0, 2", (0, 2)),
        ("(50,000, 28, 28)", (50000, 28, 28)), ("(10,000)", (10000,)), ("3,256,256", (3, 256, 256)), ("3,0", (3, 0)),
    ],
)  # fmt: skip
def test_shapes_are_read(text, shape):
    assert answers.read_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "named"),
    [("3,,4", "“3,,4” leaves a size out"), ("x", "“x” leaves"), ("3, 1y", "“1y”"), ("-1, 2", "“-1”"), ("3.5", "“3.5”"), ("__import__('os')", "“__import__"), ("9999999999", "“9999999999”")],
)  # fmt: skip
def test_a_part_that_is_no_size_is_named(text, named):
    with pytest.raises(ValueError, match=named):
        answers.read_shape(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("39,200", 39200), ("39 200", 39200), ("39200", 39200), ("5 million", 5e6), ("2k", 2000), ("0.67", 0.67),
        ("2/3", 2 / 3), ("1e3", 1000), ("−4", -4), ("-4", -4), ("9_700_000", 9.7e6),
        ("0,996", 0.996), ("0,5", 0.5), ("1,234,567", 1234567), ("1,234.5", 1234.5), ("30,268/30,269", 30268 / 30269),
    ],
)  # fmt: skip
def test_numbers_are_read(text, number):
    assert answers.read_number(text) == pytest.approx(number)


@pytest.mark.parametrize(
    "text", ["", "ten", "1/0", "nan", "inf", "1e999", "1.2.3", "1,2,3", "0,000,5", "5 apples", "print(1)"]
)
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
        ("39,300", 39_200, False, "You said 39,300; it is 39,200."),
        ("574", 575, False, "You said 574; it is 575."),
        ("0.504", 0.5, True, "Yes, near enough: 0.5."),
        ("1", 0.99609375, True, "Yes, near enough: 0.996094."),
        ("30268/30269", 1, False, "You said 0.999967; it is 1."),
        ("0.2", 0.5, False, "You said 0.2; it is 0.5: 2.5 times more."),
        ("3920", 39_200, False, "You said 3,920; it is 39,200: 10 times more."),
        ("0", 0, True, "Yes: 0."),
        ("lists", "lists", True, "Yes: lists."),
        ("tensors", "lists", False, "You said tensors; it is lists."),
    ],
)
def test_judged_in_words(given, answer, right, words):
    assert answers.judge(given, answer) == answers.Verdict(right, words)


@pytest.mark.parametrize(
    ("given", "tolerance", "right"), [("40000", 0.05, True), ("40000", 0.01, False), ("1", 0.0005, False)]
)
def test_how_near_is_near_enough_can_be_said(given, tolerance, right):
    assert answers.judge(given, 39_200 if given == "40000" else 0.99609375, tolerance).right == right
