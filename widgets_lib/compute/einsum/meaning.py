"""Whether two einsums mean the same, whatever letters they use."""

import itertools
from typing import TYPE_CHECKING

from .grammar import DOTS

if TYPE_CHECKING:
    from .equation import Einsum

MAX_COMMUTED = 6  # operands whose orders are all tried


def canonical(inputs: tuple[str, ...], output: str) -> tuple[tuple[object, ...], ...]:
    """Numbers for letters, in order of appearance; the last tuple is the output."""
    new: dict[str, object] = {}
    terms = []
    for letters in (*inputs, output):
        before, dots, after = letters.partition(DOTS)
        terms.append(tuple(new.setdefault(each, len(new)) for each in (*before, *([DOTS] if dots else ()), *after)))
    return tuple(terms)


def same(one: "Einsum", other: "Einsum", *, commuted: bool = False) -> bool:
    """Whether both compute the same from the same operands: "ab,bc->ac" is the same as "ik,kj->ij".

    commuted: whether the operands may come in another order as well, as in "kj,ik->ij".
    Sizes are not compared. Raises: ValueError for commuted=True and more than 6 operands.
    """
    if len(one.inputs) != len(other.inputs):
        return False
    wanted = canonical(one.inputs, one.output)
    if not commuted:
        return canonical(other.inputs, other.output) == wanted
    if len(one.inputs) > MAX_COMMUTED:
        raise ValueError(f"orders are compared for up to {MAX_COMMUTED} operands, not {len(one.inputs)}")
    return any(canonical(order, other.output) == wanted for order in itertools.permutations(other.inputs))
