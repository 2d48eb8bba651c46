"""An order of contraction that is still being made: which arrays are left, and what contracting two of them costs."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from widgets_lib.compute._integers import check_count

from .costs import known_sizes
from .equation import Einsum
from .orders import Order, Path, describe_order, from_nodes

Pair = tuple[int, int]


@dataclass(frozen=True)
class Node:
    """An operand, or what a contraction makes. number: operands from 0 on, then in the order in which they are made.

    children: the two that were contracted, () for an operand; leaves: the operands in it; letters, shape and elements:
    of the array; flops: operations of this one contraction.
    """

    number: int
    children: tuple[int, ...]
    leaves: tuple[int, ...]
    letters: str
    shape: tuple[int, ...]
    flops: int = 0

    @property
    def elements(self) -> int:
        """How many numbers the array holds."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Forest:
    """Contractions made so far, and what is left to contract."""

    e: Einsum
    pairs: tuple[Pair, ...]
    nodes: tuple[Node, ...]

    @property
    def free(self) -> tuple[int, ...]:
        """The nodes that are not contracted yet; one if the order is complete."""
        used = {child for pair in self.pairs for child in pair}
        return tuple(node.number for node in self.nodes if node.number not in used)

    @property
    def order(self) -> Order | None:
        """The order for `contract`, None while it is not complete."""
        return from_nodes(self.pairs, len(self.e.inputs)) if len(self.free) == 1 else None

    @property
    def path(self) -> Path | None:
        """What the order costs, None while it is not complete."""
        return describe_order(self.e, self.order, "own") if self.order else None

    def choices(self) -> dict[Pair, Node]:
        """For every two free nodes what contracting them would make."""
        return {pair: plant(self.e, [*self.pairs, pair]).nodes[-1] for pair in combinations(self.free, 2)}

    def contracted(self, first: int, second: int) -> "Forest":
        """The forest in which these two are contracted. What was made of either of them before is taken apart first.

        Raises: ValueError if there is no such node, both are the same, or one is part of the other.
        """
        for node in (first, second):
            if not 0 <= node < len(self.nodes):
                raise ValueError(f"there is no array {node} to contract")
        if first == second or set(self.nodes[first].leaves) & set(self.nodes[second].leaves):
            raise ValueError("one is part of the other, so the two can’t be contracted")
        wanted = [self.nodes[first].leaves, self.nodes[second].leaves]
        rest = self.without_users(first, second)
        numbers = [next(node.number for node in rest.nodes if node.leaves == leaves) for leaves in wanted]
        return plant(self.e, [*rest.pairs, (min(numbers), max(numbers))])

    def apart(self, node: int) -> "Forest":
        """The forest without this contraction, and without all that was made of its result.

        Raises: ValueError for an operand, or a node that is not there.
        """
        if not len(self.e.inputs) <= node < len(self.nodes):
            raise ValueError(f"array {node} is not made by a contraction")
        return self._keeping(lambda each: not set(self.nodes[node].leaves) <= set(each.leaves))

    def without_users(self, *nodes: int) -> "Forest":
        """The forest in which nothing has been made of these nodes."""
        kept = [set(self.nodes[node].leaves) for node in nodes]
        return self._keeping(lambda each: not any(leaves < set(each.leaves) for leaves in kept))

    def completed(self) -> "Forest":
        """The forest in which the last two are contracted, where only two are left."""
        free = self.free
        return plant(self.e, [*self.pairs, free]) if len(free) == 2 else self

    def _keeping(self, keep: Callable[[Node], bool]) -> "Forest":
        """Only the contractions that `keep` lets pass, their nodes numbered anew."""
        made = [node for node in self.nodes if node.children and keep(node)]
        numbers = {number: number for number in range(len(self.e.inputs))}
        pairs = []
        for new, node in enumerate(made, start=len(self.e.inputs)):
            pairs.append(tuple(sorted(numbers[child] for child in node.children)))
            numbers[node.number] = new
        return plant(self.e, pairs)


def plant(e: Einsum, pairs: Iterable[Sequence[int]] = ()) -> Forest:
    """The forest after contracting these pairs of nodes, one after the other.

    Raises: ValueError, naming it, for a pair that is not two nodes that are there; EinsumError while sizes are unknown.
    """
    known_sizes(e)
    checked: list[Pair] = []
    for pair in pairs:
        numbers = tuple(sorted(check_count(node, "an array to contract", least=0) for node in pair))
        if len(numbers) != 2 or numbers[0] == numbers[1]:
            raise ValueError(f"two different arrays are contracted at a time, not {numbers}")
        checked.append(numbers)
    return Forest(e, tuple(checked), tuple(_nodes(e, checked)))


def _nodes(e: Einsum, pairs: list[Pair]) -> list[Node]:
    sizes, operands = known_sizes(e), len(e.inputs)
    nodes = [Node(k, (), (k,), letters, e.shapes[k] or ()) for k, letters in enumerate(e.inputs)]
    used = {child for pair in pairs for child in pair}
    last = operands + len(pairs)
    rest = [node for node in range(last) if node not in used]
    # what is left is contracted at once, so that each step's result keeps the letters that are still needed
    order = from_nodes([*pairs, rest] if len(rest) > 1 else pairs, operands)
    for step, pair in zip(describe_order(e, order).steps, pairs, strict=False):
        letters = step.equation.partition("->")[2]
        leaves = tuple(sorted({leaf for child in pair for leaf in nodes[child].leaves}))
        shape = tuple(sizes[letter] for letter in letters)
        nodes.append(Node(step.node, pair, leaves, letters, shape, step.flops))
    return nodes
