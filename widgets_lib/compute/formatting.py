"""Numbers, counts, sizes and durations as a person writes them.

Nothing is cached: 0.0 equals −0.0, 1 equals True, and each is written in its own way.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

MINUS = "−"  # in numbers on the screen; text keeps its hyphens
_NUMBERS = "iufc"  # kinds of dtype


# ---- counts and sizes ----


def format_int(number: int) -> str:
    """A whole number with thousands separated: "50,000"; one of hundreds of digits by its size.

    Python itself refuses to print the longest.
    """
    return f"{number:,}" if number.bit_length() <= 128 else f"a number of {number.bit_length():,} bits"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """n things with the noun's plural: "1 row", "50,000 rows", "2 axes" of ("axis", "axes")."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def with_article(digit: int) -> str:
    """A number with its article, as it is spoken: "a 7", "an 8", "an 11", "an 18", "an 80"."""
    first = f"{digit:,}".split(",")[0]
    return f"{'an' if first[0] == '8' or first in ('11', '18') else 'a'} {digit}"


def format_large(number: float) -> str:
    """A large count in words: "78.4 thousand", "784 million", "419 billion"; below a thousand the number itself."""
    return _scaled(number, ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))) or str(number)


def format_bytes(size: float) -> str:
    """A size in bytes in three digits: "47.0 kB", "159 MB"; decimal units. Exactly: `count(size, "byte")`."""
    return _scaled(size, ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))) or count(
        round(size), "byte"
    )


def format_rate(flops: float) -> str:
    """Floating-point operations a second: "276 kFLOP/s", "27.0 GFLOP/s"."""
    units = ((1e9, "GFLOP/s"), (1e6, "MFLOP/s"), (1e3, "kFLOP/s"))
    return _scaled(flops, units) or f"{three_digits(flops / 1e3)} kFLOP/s"


def format_ratio(ratio: float) -> str:
    """A ratio, rounded to three significant digits: "2.84", "172", "55,700"."""
    return three_digits(float(f"{ratio:.3g}"))


def three_digits(x: float) -> str:
    """x with three significant digits at least, without an exponent: "0.429", "15.6", "284", "1,928"."""
    if x == 0 or not math.isfinite(x):
        return f"{x:g}"
    return f"{x:,.{max(0, 2 - math.floor(math.log10(abs(float(f'{x:.3g}')))))}f}"


def _scaled(number: float, units: Iterable[tuple[float, str]]) -> str | None:
    """The number in the largest of the units, largest first, that it fills; None if it fills none."""
    for size, unit in units:
        if number >= size:
            return f"{three_digits(number / size)} {unit}"
    return None


# ---- durations ----


def human(seconds: float) -> str:
    """A duration as a person says it: "72.4 µs", "284 ms", "2.77 s", "2.5 minutes", "46 minutes", "23 days"."""
    if not math.isfinite(seconds):
        return "unknown"
    for unit, size in (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)):
        if seconds < 999.5 * size and (unit != "s" or seconds < 90):
            return f"{three_digits(seconds / size)} {unit}"
    for unit, size in (("minute", 60), ("hour", 3600)):
        if seconds < 90 * size:
            return _rounded_count(seconds / size, unit)
    return _rounded_count(seconds / 86400, "day")


def _rounded_count(number: float, noun: str) -> str:
    """A number and its noun, of less than ten one decimal: "2.5 minutes", "2 minutes", "46 minutes"."""
    tenths = round(number, 1)
    if tenths < 10 and tenths != int(tenths):
        return f"{tenths} {noun}s"
    return count(round(number), noun)


# ---- values of arrays ----


def format_exact(value: Any) -> str:
    """A numpy scalar in full, as many digits as its type holds: "0.1" of a float32, "−0.0", "1+2j"."""
    kind = value.dtype.kind
    text = str(value).strip("()") if kind == "c" else str(value)
    return text.replace("-", MINUS) if kind in _NUMBERS else text


def format_short(value: Any) -> str:
    """A numpy scalar in about five characters: "0.333", "1e6", "−12", "True"; of text its first letters."""
    kind = value.dtype.kind
    if kind == "c":
        text = f"{_short_exponent(f'{value.real:.2g}')}{_short_exponent(f'{value.imag:+.2g}')}j"
    elif kind in _NUMBERS:
        text = str(value) if kind in "iu" else _short_exponent(f"{value:.4g}")
        for digits in (4, 3, 2, 1):
            if len(text) > 5:
                text = _short_exponent(f"{value:.{digits}g}")
    else:
        return shorten(str(value), 7)
    return text.replace("-", MINUS)


def format_digits(value: Any, digits: int = 7) -> str:
    """A numpy scalar in so many significant digits, integers of up to 12 characters in full. Seven hold a float32."""
    kind = value.dtype.kind
    if kind not in _NUMBERS:
        return str(value)
    whole = kind in "iu" and len(str(value)) <= 12
    return _short_exponent(str(value) if whole else format(value, f".{digits}g")).replace("-", MINUS)


def _short_exponent(text: str) -> str:
    """1e+06 as 1e6, 1e-06 as 1e-6."""
    if "e" not in text:
        return text
    return re.sub(r"e([+-])0*", lambda found: "e-" if found[1] == "-" else "e", text)


# ---- shapes and words ----


def format_shape(shape: Sequence[int]) -> str:
    """A shape as Python writes it: "(3, 1)", "(3,)", "()"."""
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def format_sizes(shape: Iterable[int]) -> str:
    """The sizes of a shape as a product: "50,000 × 784"."""
    return " × ".join(f"{n:,}" for n in shape)


def join_words(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def as_sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def shorten(text: str, length: int = 40) -> str:
    """The text, cut to `length` characters with … as the last of them if it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
