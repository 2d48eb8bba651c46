"""What a person types, as a shape or a number: one grammar for every field of the course.

Text is parsed, never run: arithmetic goes through `ast` with a list of what is allowed, on numbers of bounded size.
"""

import ast
import math
import operator
import re
import reprlib
import unicodedata
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from widgets_lib.compute._integers import check_count, check_integer
from widgets_lib.compute.formatting import shorten

MAX_AXES = 64  # as numpy has it
MAX_ELEMENTS = 2**63 - 1  # what torch and numpy can number
MAX_DIGITS = 1000  # of a number
MAX_CHARACTERS = 100  # of an expression

_NO_BREAK_SPACES = "\u00a0\u2007\u2009\u202f"  # and thin ones: they group digits and separate nothing
_MINUS_SIGNS = "−–"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # ０ … ９，（） as East Asian keyboards type them
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_FACTORS = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9, "trillion": 10**12,
    "%": Fraction(1, 100), "percent": Fraction(1, 100), "per cent": Fraction(1, 100),
}  # fmt: skip
_UNITS = (
    "axis|axes|bytes?|cells?|columns?|digits?|elements?|numbers?|pixels?|pictures?|products?|rows?|steps?|times|values?"
)
_SECONDS = {
    "ns|nanoseconds?": Fraction(1, 10**9), "µs|μs|us|microseconds?": Fraction(1, 10**6),
    "ms|milliseconds?": Fraction(1, 1000), "s|secs?|seconds?": Fraction(1), "mins?|minutes?": Fraction(60),
    "h|hours?": Fraction(3600), "days?": Fraction(86_400),
}  # fmt: skip
_BYTES = {
    "b|bytes?": Fraction(1), "kb": Fraction(10**3), "mb": Fraction(10**6), "gb": Fraction(10**9), "tb": Fraction(10**12),
    "kib": Fraction(2**10), "mib": Fraction(2**20), "gib": Fraction(2**30),
}  # fmt: skip
_AMBIGUOUS_COMMA = r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,}"  # 1.234,56 and 1.234.567

# ---- shapes ----


def read_shape(text: str) -> tuple[int, ...]:
    """ "(3, 1)", "3 1", "3×1", "3 by 1", "3*1", "[3,1]" or "torch.Size([3, 1])" as (3, 1); "()" as the shape of a scalar.

    "(50,000, 28)" is (50000, 28): a size never begins with 0, so what follows the comma are thousands.
    Raises: ValueError, naming the part that is not a size, for anything else; past 64 axes or 2^63 − 1 elements.
    """
    inside = _plain(text)
    if not inside:
        raise ValueError("no shape was typed: write whole numbers, as in (3, 1), or () for no axes")
    inside = re.sub(r"^((torch\.)?size|(\w+\.)?shape\s*=?)(?=\s*[([])", "", inside, flags=re.IGNORECASE)
    inside = inside.removesuffix(".").strip()
    while inside[:1] + inside[-1:] in ("()", "[]"):
        inside = inside[1:-1].strip()
    if not inside:
        return ()
    inside = re.sub(r"(?<=[0-9])_(?=[0-9])|(?<=[0-9])[, ](?=0[0-9][0-9](?![0-9]))", "", inside)
    inside = re.sub(r"(?<=[0-9])\s*[×xX*·]\s*(?=[-0-9])|(?<=[0-9]) by (?=[-0-9])|(?<=[0-9])\s+(?=[-0-9])", ",", inside)
    parts = [part.strip() for part in inside.removesuffix(",").split(",")]
    if len(parts) > MAX_AXES:
        raise ValueError(f"{len(parts)} axes are too many: an array has at most {MAX_AXES}")
    shape = tuple(_read_size(part, text.strip()) for part in parts)
    if math.prod(shape) > MAX_ELEMENTS:
        raise ValueError(
            f"“{shorten(text.strip())}” has more elements than a computer can number, 2^63 − 1: choose smaller sizes"
        )
    return shape


def as_shape(shape: str | Iterable[int]) -> tuple[int, ...]:
    """A shape given as text, or as a tuple, list or torch.Size of whole numbers, as a tuple of ints.

    Raises: ValueError or TypeError, naming the size that is not one; TypeError for a bare number.
    """
    if isinstance(shape, str):
        return read_shape(shape)
    if not isinstance(shape, (tuple, list)):
        kind, shown = type(shape).__name__, reprlib.repr(shape)
        hint = f": write ({shown},) for one axis" if isinstance(shape, int) else ""
        raise TypeError(f"a shape is a tuple of whole numbers, not {shown} ({kind}){hint}")
    return tuple(check_count(n, f"a size in the shape {shorten(str(shape))}", least=0) for n in shape)


def _read_size(part: str, text: str) -> int:
    if re.fullmatch(r"[0-9]+", part):
        digits = part.lstrip("0") or "0"
        return int(digits) if len(digits) < 20 else MAX_ELEMENTS + 1  # int() of a very long text is slow, or refused
    if not part:
        wrong = f"“{shorten(text)}” can’t be read as a shape, a size is missing beside a comma"
    elif re.fullmatch(r"-[0-9]+", part):
        wrong = f"“{shorten(part)}” is negative, and a size counts elements"
    elif part == _plain(text):
        wrong = f"“{shorten(text)}” can’t be read as a shape"
    else:
        wrong = f"“{shorten(part)}” in “{shorten(text)}” can’t be read as a size"
    raise ValueError(f"{wrong}: write whole numbers, as in (3, 1), or () for no axes")


# ---- numbers ----


def read_number(text: str, unit: str = "") -> int | float:
    """The number typed, an int if it is whole: "39,200", "39 200", "1_000", "5 million", "0,67", "5 %", "1/3", "10*22".

    Arithmetic has + − * / ^ and parentheses; "½" and "5 by 10" are read, too. A leading "~" and a unit that scales
    nothing ("400 bytes") are left out. `unit`: what the number counts; if that is a time or bytes, "3 ms" or "2 hours",
    "4 kB" or "1 GiB" are converted to it.
    Raises: ValueError, saying what to write, for anything else, and beyond what a float holds.
    """
    typed, factor = _without_unit(text, unit)
    value = _read_exactly(typed, text) * factor
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"“{shorten(text.strip())}” is too large: write a number such as 39200") from None
    return value.numerator if value.denominator == 1 else number


def scales(unit: str) -> bool:
    """Whether a number of this unit may be typed in another one: "minutes" and "bytes", not "rows"."""
    return any(_size_of(unit, units) for units in (_SECONDS, _BYTES))


def read_integer(text: str, what: str, least: int | None = None, most: int | None = None) -> int:
    """The whole number typed, as in `read_number` but exact up to 1,000 digits, and from `least` to `most`.

    Raises: ValueError, naming `what` and what was typed.
    """
    try:
        value = _read_exactly(text)
    except ValueError:
        value = None
    if value is None or value.denominator != 1 or abs(value) >= 10**MAX_DIGITS:
        typed = f"“{shorten(text.strip())}”" if text.strip() else "nothing"
        too_long = len(text) > MAX_DIGITS or (value is not None and value.denominator == 1)
        limit = f", of up to {MAX_DIGITS:,} digits" if too_long else ""
        raise ValueError(f"{what} is a whole number such as 42{limit}, not {typed}")
    return check_integer(value.numerator, what, least, most)


def _without_unit(text: str, unit: str) -> tuple[str, Fraction]:
    """The text without the unit of a time or of bytes at its end, and what to multiply its number by, to count `unit`s.

    Raises: ValueError for a unit where none of its kind is asked for.
    """
    for units in (_SECONDS, _BYTES):
        words = "|".join(units)
        found = re.fullmatch(rf"(.*[0-9)½¼¾.]|.*\S(?= ))\s*({words})\.?", _plain(text), re.IGNORECASE)
        if not found:
            continue
        if own := _size_of(unit, units):
            return found[1], (_size_of(found[2], units) or 1) / own
        if not re.fullmatch(_UNITS, found[2], re.IGNORECASE):
            asked = f"the number of {unit}" if unit else "the number alone"
            raise ValueError(f"“{shorten(text.strip())}” has the unit {found[2]}: write {asked}")
    return text, Fraction(1)


def _size_of(unit: str, units: dict[str, Fraction]) -> Fraction | None:
    """The size of a unit among these; None if it is not one of them."""
    return next((size for words, size in units.items() if re.fullmatch(words, unit, re.IGNORECASE)), None)


def _read_exactly(text: str, typed: str = "") -> Fraction:
    """The number, without rounding. Raises: ValueError, saying of what was typed what to write."""
    if not text.strip():
        raise ValueError("no number was typed: write 1000, 0.5 or 1/3")
    if re.fullmatch(rf"[-~+]?\s*({_AMBIGUOUS_COMMA})", _plain(text)):
        plain = text.strip().replace(".", "").replace(",", ".")
        raise ValueError(f"“{shorten(text.strip())}” may be read in two ways: write {shorten(plain)}")
    try:
        if len(text) > 2 * MAX_DIGITS:
            raise ValueError(text)
        return _evaluate_text(_as_expression(text))
    except (ValueError, SyntaxError, ArithmeticError, RecursionError, MemoryError):
        typed = shorten((typed or text).strip())
        raise ValueError(f"“{typed}” can’t be read as a number: write 1000, 0.5 or 1/3") from None


def _as_expression(text: str) -> str:
    """The text in Python's notation: grouped digits joined, decimal commas as points, words as factors."""
    typed = re.sub(r"^(~|≈|about |ca\.? |=)\s*", "", _plain(text).lower())
    typed = re.sub(rf"(?<=[0-9a-z%)])\s*({_UNITS})$", "", typed)
    typed = re.sub(r"(?<=[0-9])\s*[×x]$", "", typed)  # "165×": so many times
    typed = re.sub(r"([0-9]*)\s?([¼½¾⅐-⅞])", _fraction, typed)
    typed = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"^{found[0].translate(_SUPERSCRIPTS)}", typed)
    typed = re.sub(r"(?<=[0-9)])\s+(x|by)\s+(?=[0-9(])", "*", typed)
    typed = typed.replace("×", "*").replace("·", "*").replace("÷", "/").replace("^", "**")
    typed = re.sub(r"(?<=[0-9])_(?=[0-9])", "", typed)
    typed = re.sub(
        r"(?<![0-9.,])([1-9][0-9]{0,2})(([, '’][0-9]{3})+)(?![0-9,])",
        lambda found: re.sub("[^0-9]", "", found[0]),
        typed,
    )
    typed = re.sub(r"(?<![0-9.,])([0-9]+),([0-9]+)(?![0-9.,])", r"\1.\2", typed)
    words = "|".join(sorted(_FACTORS, key=len, reverse=True))
    return re.sub(rf"(?<=[0-9)])\s*({words})(?![a-z0-9])", lambda found: f"*({_FACTORS[found[1]]})", typed)


def _fraction(found: re.Match[str]) -> str:
    """ "1½" as "(1+1/2)"."""
    over, under = unicodedata.normalize("NFKC", found[2]).split("⁄")
    return f"({found[1] or 0}+{over}/{under})"


def _evaluate_text(expression: str) -> Fraction:
    if re.fullmatch(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}", expression):
        return Fraction(int(expression))
    if len(expression) > MAX_CHARACTERS or not re.fullmatch(r"[-+*/(). 0-9e]+", expression):
        raise ValueError(expression)
    if re.search(r"e[+-]?[0-9]{4}", expression):
        raise OverflowError(expression)
    expression = re.sub(r"(?<![0-9.])0+(?=[0-9])", "", expression).strip()  # Python takes no 007
    return _evaluate(ast.parse(expression, mode="eval").body, expression)


_OPERATORS: dict[type, Callable[[Any, Any], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _evaluate(node: ast.expr, expression: str) -> Fraction:
    """The value of an expression of numbers. Raises: ValueError for anything that is not allowed in one."""
    if isinstance(node, ast.Constant):
        return Fraction(ast.get_source_segment(expression, node) or "")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        value = _evaluate(node.operand, expression)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        left, right = _evaluate(node.left, expression), _evaluate(node.right, expression)
        if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](left, right)
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
    raise ValueError(ast.dump(node))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or abs(exponent) * bits > 4 * MAX_DIGITS:
        raise ValueError(f"{base} ** {exponent}")
    return Fraction(base ** int(exponent))


def _plain(text: str) -> str:
    """The text with one minus sign and ordinary spaces; no-break and thin spaces between digits group them."""
    text = re.sub(rf"(?<=[0-9])[{_NO_BREAK_SPACES}](?=[0-9]{{3}}(?![0-9]))", "", text)
    text = re.sub(rf"[{_MINUS_SIGNS}]", "-", text.translate(_FULL_WIDTH))
    return " ".join(text.split())
