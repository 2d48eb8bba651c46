"""What a page may send to a widget: a check for each entry of a message, made once, where it comes in.

A page is not trusted to be the one that came with the widget: it may be of another version, or written by hand.
"""

from collections.abc import Callable, Mapping
from typing import Any

from widgets_lib.compute.formatting import shorten

MAX_LETTERS = 10_000
MAX_ITEMS = 1_000

Check = Callable[[Any], bool]


def anything(value: Any) -> bool:
    """Of an entry that is there or not, whatever it holds."""
    return True


def integer(value: Any) -> bool:
    return type(value) is int


def text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_LETTERS


def optional(check: Check) -> Check:
    """None, or what the check lets pass."""
    return lambda value: value is None or check(value)


def either(*checks: Check) -> Check:
    return lambda value: any(check(value) for check in checks)


def list_of(check: Check, least: int = 0) -> Check:
    return lambda value: (
        isinstance(value, (list, tuple)) and least <= len(value) <= MAX_ITEMS and all(map(check, value))
    )


def record(**checks: Check) -> Check:
    """An object with exactly these entries."""
    return lambda value: (
        isinstance(value, dict) and set(value) == set(checks) and all(checks[key](value[key]) for key in checks)
    )


def check_message(content: Any, known: Mapping[str, Check]) -> None:
    """Raises: ValueError, in words for the log, if a message is not made of known entries that pass their checks."""
    if not isinstance(content, dict) or not content:
        raise ValueError("it is not an object with entries")
    for name, value in content.items():
        if name not in known:
            raise ValueError(f"it has an unknown entry {shorten(repr(name))}")
        if not known[name](value):
            raise ValueError(f"its entry {name!r} can’t be {shorten(repr(value))}")
