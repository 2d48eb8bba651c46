"""One check for every whole number that a caller gives; `parsing.read_integer` is the one for typed text."""

import math
import numbers
import operator
import reprlib
from typing import Any

from widgets_lib.compute.formatting import format_int


def check_integer(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """`value` as an int, if it is a whole number from `least` to `most` (None: no limit).

    Raises: TypeError or ValueError, naming `what` and the value.
    """
    try:
        number = operator.index(value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{what} is a whole number, not {reprlib.repr(value)} ({kind})") from None
    if least is not None and number < least:
        raise ValueError(f"{what} is at least {least:,}, not {format_int(number)}")
    if most is not None and number > most:
        raise ValueError(f"{what} is at most {most:,}, not {format_int(number)}")
    return number


def check_count(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """The same for a size or a position, where True is a slip and not a 1.

    Raises: TypeError or ValueError, naming `what` and the value.
    """
    if isinstance(value, bool):
        raise TypeError(f"{what} is a whole number, not {value} (bool)")
    return check_integer(value, what, least, most)


def check_flag(value: Any, what: str) -> bool:
    """`value` as a bool, if it is True or False: the text "no" would count as true.

    Raises: TypeError, naming `what` and the value.
    """
    if not isinstance(value, bool) and type(value).__name__ not in ("bool", "bool_"):
        raise TypeError(f"{what} is True or False, not {reprlib.repr(value)} ({type(value).__name__})")
    return bool(value)


def check_positive(value: Any, what: str, *, zero: bool = False) -> float:
    """`value` as a float, if it is a finite number above 0, or with zero=True from 0 on.

    Raises: TypeError or ValueError, naming `what` and the value.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{what} is a number, not {reprlib.repr(value)} ({type(value).__name__})")
    number = float(value)
    if not (number >= 0 if zero else number > 0) or not number < math.inf:
        raise ValueError(f"{what} is a number {'from 0 on' if zero else 'above 0'}, not {value}")
    return number
