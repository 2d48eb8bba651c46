"""One check for every whole number a learner can type, with an error in words."""

import operator
import reprlib


def check_integer(value, what, least=None, most=None):
    """`value` as an int, if it is a whole number from `least` to `most` (None: no limit).

    Raises: TypeError or ValueError, naming `what` and the value.
    """
    try:
        number = operator.index(value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{what} is a whole number, not {reprlib.repr(value)} ({kind})") from None
    if least is not None and number < least:
        raise ValueError(f"{what} is at least {least:,}, not {shown(number)}")
    if most is not None and number > most:
        raise ValueError(f"{what} is at most {most:,}, not {shown(number)}")
    return number


def shown(number):
    """The number as text; one of hundreds of digits by its size, for Python itself refuses to print the longest."""
    return f"{number:,}" if number.bit_length() <= 128 else f"a number of {number.bit_length():,} bits"
