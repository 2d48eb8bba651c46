"""What operands and results are called in Python text, and which operand a name in such a text means."""

import string
from collections.abc import Iterable, Sequence

SCHEMES = (string.ascii_lowercase, string.ascii_uppercase)


def choose_names(operands: int, letters: Iterable[str]) -> tuple[str, ...]:
    """Names of the operands and, last, the result, none of them an index letter: a, b, c; A, B, C; or t0, t1, t2."""
    taken = set(letters)
    for scheme in SCHEMES:
        if operands < len(scheme) and not taken & set(scheme[: operands + 1]):
            return tuple(scheme[: operands + 1])
    return tuple(f"t{k}" for k in range(operands + 1))


def in_order(names: Sequence[str]) -> list[str]:
    """The names in the operands' order: alphabetical if they are the first of a scheme, else as they appear."""
    found = list(dict.fromkeys(names))
    numbered = [f"t{k}" for k in range(len(found))]
    for scheme in (*SCHEMES, numbered):
        first = list(scheme[: len(found)])
        if set(found) == set(first):
            return first
    return found
