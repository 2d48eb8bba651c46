"""The order of pairs with the fewest operations, found over all subsets of the operands."""

import math
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .equation import Einsum

MAX_OPTIMAL = 10  # operands; the time grows as 3 to the power of them

Best = tuple[int, int, int]  # operations, elements of the largest intermediate, the subset contracted first


def best_pairs(e: "Einsum", sizes: dict[str, int]) -> list[tuple[int, int]]:
    """Pairs of nodes, operands from 0 on and results from n on. Subsets of operands are sets of bits."""
    operands = len(e.inputs)
    everything = (1 << operands) - 1

    @cache
    def letters_of(subset: int) -> frozenset[str]:
        """Those of the array that the operands in the subset make together."""
        inside = {letter for k in range(operands) if subset >> k & 1 for letter in e.inputs[k]}
        if subset & (subset - 1) == 0:
            return frozenset(inside)  # one operand, as it is
        outside = {letter for k in range(operands) if not subset >> k & 1 for letter in e.inputs[k]}
        return frozenset(inside & (outside | set(e.output)))

    @cache
    def elements(letters: frozenset[str]) -> int:
        return math.prod(sizes[letter] for letter in letters)

    @cache
    def best(subset: int) -> Best:
        if subset & (subset - 1) == 0:
            return 0, 0, 0
        found, kept = [], letters_of(subset)
        lowest = subset & -subset
        part = (subset - 1) & subset
        while part:
            if part & lowest:  # each split once
                one, other = best(part), best(subset ^ part)
                letters = letters_of(part) | letters_of(subset ^ part)
                flops = elements(letters) * (2 if letters - kept else 1)
                largest = max(one[1], other[1], elements(kept))
                found.append((one[0] + other[0] + flops, largest, part))
            part = (part - 1) & subset
        return min(found)

    pairs: list[tuple[int, int]] = []

    def contract(subset: int) -> int:
        """The node that holds the subset, its pairs put into the list first."""
        if subset & (subset - 1) == 0:
            return subset.bit_length() - 1
        part = best(subset)[2]
        pairs.append((contract(part), contract(subset ^ part)))
        return operands + len(pairs) - 1

    contract(everything)
    return pairs
