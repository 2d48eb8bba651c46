"""What each way to compute an einsum costs: multiplications, additions, and the bytes held in between."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import EinsumError
from .expression import product_order

if TYPE_CHECKING:
    from .equation import Einsum


@dataclass(frozen=True)
class Cost:
    """rendering: "loops", "expression" or "equation". multiplications and additions: of numbers, as that rendering does
    them. intermediate_bytes: the largest array that is neither an operand nor the result.
    """

    rendering: str
    multiplications: int
    additions: int
    intermediate_bytes: int


def count_costs(e: "Einsum", itemsize: int) -> tuple[Cost, ...]:
    """See `Einsum.costs`."""
    sizes = known_sizes(e)
    steps = math.prod(sizes.values())
    factors = len(e.inputs)
    result = math.prod(sizes[letter] for letter in e.output)
    one_by_one = Cost("loops", (factors - 1) * steps, steps if e.summed else 0, 0)
    products = _product_sizes(e, sizes)
    held = products if e.summed else products[:-1]  # the last product is the result itself if nothing is summed
    whole = Cost(
        "expression",
        sum(products),
        max(steps - result, 0) if e.summed else 0,
        max(held, default=0) * itemsize,
    )
    return one_by_one, whole, Cost("equation", one_by_one.multiplications, one_by_one.additions, 0)


def _product_sizes(e: "Einsum", sizes: dict[str, int]) -> list[int]:
    """The elements of a*b, of a*b*c and so on, as broadcasting makes them: a stretched axis counts once it is long."""
    order = product_order(e)
    shape = dict.fromkeys(order, 1)
    elements = []
    for operand, letters in enumerate(e.inputs):
        for axis, letter in enumerate(letters):
            if not e.is_stretched(operand, axis):
                shape[letter] = sizes[letter]
        if operand:
            elements.append(math.prod(shape.values()))
    return elements


def known_sizes(e: "Einsum") -> dict[str, int]:
    """The sizes of all letters. Raises: EinsumError if one is not known."""
    sizes = {letter: n for letter, n in e.sizes.items() if n is not None}
    if len(sizes) < len(e.sizes):
        unknown = [letter for letter in e.sizes if letter not in sizes]
        spans = [(at, at + 1) for at, each in enumerate(e.equation) if each in unknown]
        raise EinsumError("the sizes are not known yet: give the operands or their shapes", e.equation, spans, "sizes")
    return sizes
