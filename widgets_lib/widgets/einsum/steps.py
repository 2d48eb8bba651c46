"""What the loops do, step by step, with the cells that are drawn: every product, and the sum so far."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute.einsum import Einsum
from widgets_lib.compute.formatting import format_digits

MAX_PRODUCTS = 200_000  # of the drawn cells, with all that is summed: what fits into a few milliseconds
MAX_STEPS = 3000


def draw_steps(
    e: Einsum,
    order: str,
    parts: Sequence[NDArray[Any]] | None,
    shown: Mapping[str, Sequence[int]],
    values: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """count: how many steps there are; products, sums: a text each for every step, none where nothing was computed.

    A step is one turn of the innermost loop, over drawn indices only. Where indices of a summed letter are left out,
    the sum so far holds their products as well.
    parts: the operands, of kept letters the drawn indices only, of summed ones all. values: the result of these.
    """
    steps = math.prod(len(shown[letter]) for letter in order)
    if parts is None or values is None or not 0 < steps <= MAX_STEPS:
        return {"count": 0, "products": [], "sums": []}
    kept = [letter for letter in order if letter in e.output]
    summed = [letter for letter in order if letter in e.summed]
    sizes = [len(shown[letter]) for letter in kept]
    ranges = [e.sizes[letter] or 0 for letter in summed]
    products: NDArray[Any] = np.asarray(np.einsum(f"{','.join(e.inputs)}->{''.join(kept + summed)}", *parts))
    sums: NDArray[Any] = np.cumsum(products.reshape((*sizes, -1)), axis=-1, dtype=products.dtype).reshape(
        (*sizes, *ranges)
    )
    drawn = np.ix_(*(range(n) for n in sizes), *(shown[letter] for letter in summed))
    # From kept letters first to the loops' order.
    axes = [(kept + summed).index(letter) for letter in order]
    sums = sums[drawn]
    if summed:  # the library adds in an order of its own, and what it gives is the result
        last: tuple[Any, ...] = (Ellipsis, *[-1] * len(summed))
        sums[last] = values.transpose([e.output.index(letter) for letter in kept])
    return {
        "count": steps,
        "products": _texts(products[drawn].transpose(axes)),
        "sums": _texts(sums.transpose(axes)),
    }


def _texts(numbers: NDArray[Any]) -> list[str]:
    return [format_digits(number, 6) for number in numbers.reshape(-1)]
