"""numpy's other notation: einsum(a, [0, 1], b, [1, 2], [0, 2]), with numbers in lists for letters."""

import operator
from collections.abc import Sequence
from typing import Any

from .errors import EinsumError
from .grammar import DOTS, LETTERS


def from_sublists(arguments: Sequence[Any]) -> tuple[str, list[Any]]:
    """The equation in letters, and the operands. 0 to 25 stand for A to Z and 26 to 51 for a to z, as in numpy's own
    order; the last list, if it follows no operand, is the output.

    Raises: EinsumError if this is no such list of operands and lists.
    """
    pairs = len(arguments) // 2
    operands = list(arguments[: 2 * pairs : 2])
    terms = [_term(sublist, f"the list of operand {k}") for k, sublist in enumerate(arguments[1 : 2 * pairs : 2])]
    if not operands:
        raise EinsumError(
            "an einsum begins with an equation such as “ik,kj->ij”, or an operand and its list", rule="empty"
        )
    output = f"->{_term(arguments[-1], 'the list of the output')}" if len(arguments) % 2 else ""
    return ",".join(terms) + output, operands


def _term(sublist: Any, what: str) -> str:
    if isinstance(sublist, (str, bytes)) or not hasattr(sublist, "__iter__"):
        message = f"{what} is {sublist!r:.40}: after each operand comes a list of whole numbers, one for each axis"
        raise EinsumError(message, rule="sublist")
    letters = ""
    for each in list(sublist):
        if each is Ellipsis:
            letters += DOTS
            continue
        try:
            number = -1 if isinstance(each, bool) else operator.index(each)
        except TypeError:
            raise EinsumError(f"{what} holds {each!r:.40}: it takes whole numbers and ...", rule="sublist") from None
        if not 0 <= number < len(LETTERS):
            message = f"{what} holds {number}: labels go from 0 to 51, one for each of {len(LETTERS)} letters"
            raise EinsumError(message, rule="sublist")
        letters += ORDER[number]
    return letters


ORDER = LETTERS[26:] + LETTERS[:26]
