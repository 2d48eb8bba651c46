"""Judging a learner's typed prediction: a shape, a number or a choice. Text is parsed, never run."""

import math
import re
from dataclasses import dataclass

from widgets_lib.compute.formatting import count, format_shape

_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})((?:[, \u202f]\d{3})+)(?![\d,])")
_FACTORS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


@dataclass(frozen=True)
class Verdict:
    """right: whether the prediction holds; words: one sentence that says so and why."""

    right: bool
    words: str


def judge(given: str, answer, tolerance: float | None = None) -> Verdict:
    """Compare what was typed with `answer`: a tuple of ints (a shape), a number, or one choice's text.

    `tolerance` is relative, for numbers; without one a whole number must be hit, another one to 1 %.
    Raises: ValueError, in words for the learner, if `given` can't be read as that kind of answer.
    """
    if isinstance(answer, tuple):
        return _judge_shape(read_shape(given), answer)
    if isinstance(answer, str):
        right = given == answer
        return Verdict(right, f"Yes: {answer}." if right else f"You said {given}; it is {answer}.")
    if tolerance is None:
        tolerance = 0 if isinstance(answer, int) else 0.01
    return _judge_number(read_number(given), answer, tolerance)


def read_shape(text: str) -> tuple[int, ...]:
    """ "(3, 1)", "3 1", "3×1" or "[3,1]" as (3, 1); "(50,000, 28)" as (50000, 28); "()" as the scalar's shape.

    Raises: ValueError naming the part that is no whole number ≥ 0.
    """
    inner = text.strip()
    for opening, closing in ("()", "[]"):
        if inner.startswith(opening) and inner.endswith(closing):
            inner = inner[1:-1].strip()
            break
    else:
        if not inner:
            raise ValueError("Type a shape such as (3, 1), or () for a scalar.")
    inner = re.sub(r"(?<=\d),(?=0\d\d(\D|$))", "", inner)  # no axis size begins with 0: these are thousands
    parts = [part.strip() for part in re.split(r"[,×x]|\s+(?![,×x])(?<![,×x]\s)", inner)] if inner else []
    if parts and parts[-1] == "":  # (3,) has a trailing comma
        parts.pop()
    for part in parts:
        if not part.isdecimal() or len(part) > 9:
            wrong = f"“{part}” in “{text.strip()}” is no axis size" if part else f"“{text.strip()}” leaves a size out"
            raise ValueError(f"{wrong}: write whole numbers, as in (3, 1).")
    return tuple(int(part) for part in parts)


def read_number(text: str) -> float:
    """ "39,200", "39 200", "5 million", "0.67", "0,67", "1e3" or "1/3" as a float.

    Raises: ValueError saying what to type.
    """
    cleaned = text.strip().lower().replace("−", "-").replace("_", "")
    cleaned = _THOUSANDS.sub(lambda number: re.sub(r"\D", "", number[0]), cleaned)
    if "." not in cleaned and cleaned.count(",") == 1:
        cleaned = cleaned.replace(",", ".")  # a decimal comma: what separates thousands is gone
    match = re.fullmatch(r"([+-]?[\d.]+(?:e[+-]?\d{1,3})?)(?:\s*/\s*([\d.]+))?\s*([a-z]*)", cleaned)
    try:
        number, divisor, word = match.groups()
        value = float(number) / float(divisor or 1) * (_FACTORS[word] if word else 1)
    except (AttributeError, KeyError, ValueError, ZeroDivisionError):
        raise ValueError(f"“{text.strip()}” is no number I can read: write 39200, 0.67 or 5 million.") from None
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()}” is too large: write a number such as 39200.")
    return value


def show(value) -> str:
    """A shape, a number or a choice as the course writes it."""
    if isinstance(value, tuple):
        return format_shape(value)
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def _judge_shape(given, answer) -> Verdict:
    said = f"shape {show(given)}"
    if given == answer:
        return Verdict(True, f"Yes: {said}.")
    if len(given) != len(answer):
        why = f"that has {_axes(len(given))}, the result has {_axes(len(answer))}"
    else:
        wrong = [axis for axis, (g, a) in enumerate(zip(given, answer, strict=True)) if g != a]
        why = f"{'axis' if len(wrong) == 1 else 'axes'} {', '.join(map(str, wrong))} differ{'s' * (len(wrong) == 1)}"
    return Verdict(False, f"You said {said}; it is {show(answer)}: {why}.")


def _judge_number(given, answer, tolerance) -> Verdict:
    if math.isclose(given, answer, rel_tol=tolerance, abs_tol=tolerance if answer == 0 else 0):
        return Verdict(True, f"Yes: {show(answer)}." if given == answer else f"Yes, near enough: {show(answer)}.")
    words = f"You said {show(int(given) if given == int(given) else given)}; it is {show(answer)}"
    if given > 0 and answer > 0:
        factor = max(given / answer, answer / given)
        if factor >= 2:
            words += f": {factor:,.{0 if factor >= 10 else 1}f} times {'less' if given > answer else 'more'}"
    return Verdict(False, words + ".")


def _axes(n: int) -> str:
    return count(n, "axis", "axes") if n else "no axis"
