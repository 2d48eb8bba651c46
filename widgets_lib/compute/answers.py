"""Judging a learner's typed prediction: a shape, a number or a choice. Text is parsed, never run."""

import math
from dataclasses import dataclass

from widgets_lib.compute._integers import check_positive
from widgets_lib.compute.formatting import MINUS, count, format_shape
from widgets_lib.compute.parsing import read_number, read_shape

Answer = tuple[int, ...] | str | int | float
"""A shape, the text of a choice, or a number."""
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Verdict:
    """right: whether the prediction holds; message: one sentence that says so and why."""

    right: bool
    message: str


def judge(given: str, answer: Answer, tolerance: float | None = None, unit: str = "") -> Verdict:
    """Compare what was typed with `answer`: a tuple of ints (a shape), a number, or one choice's text.

    `tolerance` is relative, for numbers; without one a whole number must be hit, another one to 1 %.
    `unit` is what a number counts: of "minutes", "2 hours" is read as 120.
    Raises: ValueError, saying what to type, if `given` can't be read as that kind of answer.
    """
    if isinstance(answer, tuple):
        return _judge_shape(read_shape(given), answer)
    if isinstance(answer, str):
        right = given == answer
        return Verdict(right, f"Right: {answer}." if right else f"You chose “{given}”; the answer is “{answer}”.")
    tolerance = None if tolerance is None else check_positive(tolerance, "a tolerance", zero=True)
    if tolerance is None:
        tolerance = 0 if isinstance(answer, int) else 0.01
    if abs(answer) > 1:  # such as “how many out of 100?”
        given = given.strip().removesuffix("%")
    return _judge_number(read_number(given, unit), answer, tolerance)


def show(value: Answer) -> str:
    """A shape, a number or a choice as the course writes it."""
    if isinstance(value, tuple):
        return format_shape(value)
    if isinstance(value, str):
        return value
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
    digits, _, power = text.replace("-", MINUS).partition("e")
    if not power:
        return digits
    sign, number = ("⁻" if power[0] == MINUS else ""), power[1:].lstrip("0")
    return f"{float(text.partition('e')[0]):.3g} × 10{sign}{number.translate(RAISED)}".replace("-", MINUS)


def _judge_shape(given: tuple[int, ...], answer: tuple[int, ...]) -> Verdict:
    said = f"shape {show(given)}"
    if given == answer:
        return Verdict(True, f"Right: {said}.")
    if len(given) != len(answer):
        reason = f"that has {_axes(len(given))}, the result has {_axes(len(answer))}"
    else:
        wrong = [str(axis) for axis, (g, a) in enumerate(zip(given, answer, strict=True)) if g != a]
        reason = f"axis {wrong[0]} differs" if len(wrong) == 1 else f"axes {', '.join(wrong)} differ"
    return Verdict(False, f"You said {said}; it is {show(answer)}: {reason}.")


def _judge_number(given: float, answer: float, tolerance: float) -> Verdict:
    if given == answer:
        return Verdict(True, f"Right: {show(answer)}.")
    if tolerance and math.isclose(given, answer, rel_tol=tolerance, abs_tol=tolerance if answer == 0 else 0):
        return Verdict(True, f"Near enough: it is {_round(answer)}.")
    message = f"You said {show(given)}; it is {_round(answer, unlike=given)}"
    if given > 0 and answer > 0 and max(given / answer, answer / given) >= 2:
        message += _compare(given, answer)
    return Verdict(False, message + ".")


def _round(value: float, unlike: float | None = None) -> str:
    """A whole number as it is, another to three digits, or to as many as tell it from `unlike`, up to six."""
    if isinstance(value, int) or abs(value) >= 1e6:
        return show(value)
    for digits in (3, 4, 5):
        places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
        rounded = round(value, places)
        if unlike is None or show(rounded) != show(round(unlike, places)):
            return show(rounded)
    return show(value)


def _compare(given: float, answer: float) -> str:
    """How a prediction that is twice or more too high or too low differs from the answer."""
    is_high = given > answer
    factor = given / answer if is_high else answer / given
    said = f"{factor:,.{0 if factor >= 10 else 1}f}".removesuffix(".0")
    if said != "2":
        return f": {said} times too {'high' if is_high else 'low'}"
    about = "" if math.isclose(factor, 2) else "about "
    return f", {about}{'half' if is_high else 'twice'} as {'many' if isinstance(answer, int) else 'much'}"


def _axes(n: int) -> str:
    return count(n, "axis", "axes") if n else "no axis"
