"""Predictions are read leniently, judged strictly, and never run."""

import pytest

from widgets_lib.compute import answers


@pytest.mark.parametrize(
    ("given", "answer", "right", "words"),
    [
        ("(3, 3)", (3, 3), True, "Right: shape (3, 3)."),
        ("3", (3, 3), False, "You said shape (3,); it is (3, 3): that has 1 axis, the result has 2 axes."),
        ("3,1", (3, 3), False, "You said shape (3, 1); it is (3, 3): axis 1 differs."),
        ("1,1", (3, 3), False, "You said shape (1, 1); it is (3, 3): axes 0, 1 differ."),
        ("39200", 39_200, True, "Right: 39,200."),
        ("39,300", 39_200, False, "You said 39,300; it is 39,200."),
        ("574", 575, False, "You said 574; it is 575."),
        ("0.504", 0.5, True, "Near enough: it is 0.5."),
        ("1", 0.99609375, True, "Near enough: it is 0.996."),
        ("30268/30269", 1, False, "You said 0.999967; it is 1."),
        ("0.2", 0.5, False, "You said 0.2; it is 0.5: 2.5 times too low."),
        ("3920", 39_200, False, "You said 3,920; it is 39,200: 10 times too low."),
        ("78,400", 39_200, False, "You said 78,400; it is 39,200, half as many."),
        ("9007199254740993", 2**53, False, "You said 9,007,199,254,740,993; it is 9,007,199,254,740,992."),
        ("81 %", 80.9, True, "Near enough: it is 80.9."),
        ("50 %", 0.5, True, "Right: 0.5."),
        ("25 %", 0.5, False, "You said 0.25; it is 0.5, twice as much."),
        ("1019", 2038, False, "You said 1,019; it is 2,038, twice as many."),
        ("1000", 2038, False, "You said 1,000; it is 2,038, about twice as many."),
        ("1", 3, False, "You said 1; it is 3: 3 times too low."),
        ("5600", 2000, False, "You said 5,600; it is 2,000: 2.8 times too high."),
        ("9.9", 9.95556, True, "Near enough: it is 9.96."),
        ("8", 9.95556, False, "You said 8; it is 9.96."),
        ("0.95", 0.9514, True, "Near enough: it is 0.951."),
        ("0.97", 0.000012345, False, "You said 0.97; it is 1.23 × 10⁻⁵: 78,574 times too high."),
        ("31415", 12345.678, False, "You said 31,415; it is 12,346: 2.5 times too high."),
        ("0", 0, True, "Right: 0."),
        ("lists", "lists", True, "Right: lists."),
        ("tensors", "lists", False, "You chose “tensors”; the answer is “lists”."),
    ],
)
def test_judged_in_words(given, answer, right, words):
    assert answers.judge(given, answer) == answers.Verdict(right, words)


@pytest.mark.parametrize(
    ("given", "tolerance", "right"), [("40000", 0.05, True), ("40000", 0.01, False), ("1", 0.0005, False)]
)
def test_how_near_is_near_enough_can_be_said(given, tolerance, right):
    assert answers.judge(given, 39_200 if given == "40000" else 0.99609375, tolerance).right == right


def test_numbers_are_written_as_in_print():
    assert [answers.show(number) for number in (-0.9, -12, 0.25**10, -1.5e-7, 2e9)] == [
        *("−0.9", "−12", "9.54 × 10⁻⁷", "−1.5 × 10⁻⁷", "2 × 10⁹"),
    ]
