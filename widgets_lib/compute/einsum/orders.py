"""Three operands and more: two are contracted at a time, and the order decides what that costs.

An order is a tuple of steps, each the positions of what is contracted, as numpy.einsum_path gives it: the operands are
taken out of the list and their result is put at its end.

Source: the counts are those of numpy.einsum_path and opt_einsum: the sizes of all letters of a step multiplied, twice
if a letter is summed in it.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from widgets_lib.compute._integers import check_count
from widgets_lib.compute.formatting import count

from .best_order import MAX_OPTIMAL, best_pairs
from .costs import known_sizes
from .equation import Einsum
from .errors import EinsumError
from .operands import as_operands, library_of

Order = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Step:
    """One contraction. positions: in the list as it is then; nodes: the same by number, 0 to n − 1 the operands and
    from n on the results of steps; node: the number of its own result. equation: what is computed; flops: how many
    operations; elements: of its result.
    """

    positions: tuple[int, ...]
    nodes: tuple[int, ...]
    node: int
    equation: str
    flops: int
    elements: int


@dataclass(frozen=True)
class Path:
    """A whole order. key: "at once", "left to right", "greedy", "optimal" or "own". flops: of all steps; largest: the
    elements of the largest array that a step makes, the result among them.
    """

    key: str
    title: str
    order: Order
    steps: tuple[Step, ...]
    flops: int
    largest: int


_TITLES = {
    "at once": "all operands at once",
    "left to right": "left to right",
    "greedy": "numpy’s greedy order",
    "optimal": "the best order of pairs",
    "own": "your order",
}


def paths(e: Einsum, own: Iterable[Iterable[int]] | None = None) -> dict[str, Path]:
    """The orders that are worth comparing, by key: "at once", as np.einsum goes about it, "left to right", "greedy",
    numpy's choice with optimize=True, "optimal", of all orders of pairs the one with the
    fewest operations, and "own".

    Raises: EinsumError while sizes are not known; ValueError if `own` is not an order of these operands. More than
    MAX_OPTIMAL operands have no "optimal".
    """
    known_sizes(e)
    operands = len(e.inputs)
    orders: dict[str, Order] = {"at once": (tuple(range(operands)),), "left to right": left_to_right(operands)}
    orders["greedy"] = greedy_order(e)
    if operands <= MAX_OPTIMAL:
        orders["optimal"] = optimal_order(e)
    if own is not None:
        orders["own"] = check_order(own, operands)
    return {key: describe_order(e, order, key) for key, order in orders.items()}


def left_to_right(operands: int) -> Order:
    """The first two, then their result with the next, and so on; the result is the last of the list each time."""
    if operands < 3:
        return (tuple(range(operands)),)
    return ((0, 1), *((0, left) for left in range(operands - 2, 0, -1)))


def greedy_order(e: Einsum) -> Order:
    """The order that np.einsum takes with optimize=True.

    Raises: EinsumError if numpy can't have arrays of these shapes.
    """
    try:
        arrays = [np.broadcast_to(np.float64(0), shape or ()) for shape in e.shapes]
        found, _ = np.einsum_path(e.equation, *arrays, optimize="greedy")
    except (ValueError, MemoryError) as error:
        raise EinsumError(f"numpy can’t find an order: {error}", e.equation, (), "sizes") from None
    return tuple(tuple(sorted(map(int, step))) for step in found[1:])


def optimal_order(e: Einsum) -> Order:
    """The order of pairs with the fewest operations; of equal ones, one whose largest intermediate is smallest.

    Raises: EinsumError while sizes are not known; ValueError for more than MAX_OPTIMAL operands.
    """
    if len(e.inputs) > MAX_OPTIMAL:
        raise ValueError(
            f"the best order is searched for among up to {MAX_OPTIMAL} operands, not {len(e.inputs)}: "
            "the number of orders explodes"
        )
    return from_nodes(best_pairs(e, known_sizes(e)), len(e.inputs))


def from_nodes(pairs: Iterable[Sequence[int]], operands: int) -> Order:
    """The order in which nodes are contracted, given by number: operands from 0 on, results from `operands` on.

    Raises: ValueError for a node that is not there any more, or not yet.
    """
    left, steps = list(range(operands)), []
    for node, pair in enumerate(pairs, start=operands):
        gone = [each for each in pair if each not in left]
        if gone:
            raise ValueError(f"{gone[0]} is not there in step {node - operands}: there are {left}")
        steps.append(tuple(sorted(left.index(each) for each in pair)))
        left = [each for each in left if each not in pair] + [node]
    return check_order(steps or [range(operands)], operands)


def check_order(order: Iterable[Iterable[int]], operands: int) -> Order:
    """The order as a tuple of tuples, if it ends with one array; numpy's "einsum_path" may stand first.

    Raises: ValueError or TypeError, naming the step that is wrong.
    """
    given: list[Any] = list(order)
    if given and given[0] == "einsum_path":
        given = given[1:]
    left, steps = operands, []
    for number, step in enumerate(given):
        positions = tuple(sorted(check_count(k, f"a position in step {number}", least=0) for k in step))
        if not positions or len(set(positions)) < len(positions) or positions[-1] >= left:
            raise ValueError(f"step {number} is {positions}, and names different positions from 0 to {left - 1}")
        steps.append(positions)
        left -= len(positions) - 1
    if left != 1:
        raise ValueError(f"the order leaves {count(left, 'array')}, and should leave one: add a step")
    return tuple(steps)


def describe_order(e: Einsum, order: Iterable[Iterable[int]], key: str = "own") -> Path:
    """What an order computes, step by step, and what that costs.

    Raises: as `check_order`; EinsumError while sizes are not known.
    """
    sizes, checked = known_sizes(e), check_order(order, len(e.inputs))
    steps = []
    for node, (positions, nodes, inputs, output) in enumerate(_contractions(e, checked), start=len(e.inputs)):
        letters = set("".join(inputs))
        every = math.prod(sizes[letter] for letter in letters)
        flops = every * (max(1, len(inputs) - 1) + bool(letters - set(output)))
        elements = math.prod(sizes[letter] for letter in output)
        steps.append(Step(positions, nodes, node, f"{','.join(inputs)}->{output}", flops, elements))
    flops = sum(step.flops for step in steps)
    largest = max((step.elements for step in steps), default=0)
    return Path(key, _TITLES.get(key, key), checked, tuple(steps), flops, largest)


def contract(e: Einsum, operands: Sequence[Any], order: Iterable[Iterable[int]], *, optimize: bool = False) -> Any:
    """The value for these operands, computed step by step in this order, by numpy's einsum or torch's.

    optimize: for numpy, whether a step of two operands may use BLAS, as np.einsum(…, optimize=True) does.
    Raises: as the Einsum itself and `check_order`.
    """
    arrays = as_operands(tuple(operands))
    fitted = e.with_operands(*(tuple(array.shape) for array in arrays))
    library = library_of(arrays)
    options = {"optimize": optimize} if library is np else {}
    for positions, _, inputs, output in _contractions(fitted, check_order(order, len(arrays))):
        try:
            value = library.einsum(f"{','.join(inputs)}->{output}", *(arrays[k] for k in positions), **options)
        except (TypeError, RuntimeError, ValueError) as error:
            raise EinsumError(f"the library refuses these operands: {error}", e.equation, (), "types") from error
        arrays = [array for k, array in enumerate(arrays) if k not in positions] + [value]
    return arrays[0]


def _contractions(e: Einsum, order: Order) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], list[str], str]]:
    """For each step: positions, nodes, the letters of what is contracted and those of its result."""
    left = list(enumerate(e.inputs))
    for step, positions in enumerate(order):
        taken = [left[k] for k in positions]
        left = [each for k, each in enumerate(left) if k not in positions]
        needed = {*e.output, *"".join(letters for _, letters in left)}
        inputs = [letters for _, letters in taken]
        kept = "".join(dict.fromkeys(letter for letter in "".join(inputs) if letter in needed))
        output = kept if left else e.output
        left.append((len(e.inputs) + step, output))
        yield positions, tuple(node for node, _ in taken), inputs, output
