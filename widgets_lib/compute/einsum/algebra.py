"""Arrays whose axes are known and whose numbers are not: what an expression does to axes, step by step.

Every axis of every operand gets a number. Multiplying two arrays that are lined up makes axes one and the same; an
einsum is what is left of it in the end: which axes are the same, and which are still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import Span


@dataclass(frozen=True)
class New:
    """An axis of size 1 that no operand has, put in with None. place: of that None in the text."""

    place: Span


Axis = int | New


@dataclass(frozen=True)
class Array:
    """An intermediate result: its axes, each by the number of an axis of an operand. place: in the text.

    known: whether it is known how many axes it has. Of an operand without a shape it is not: more axes, as many as are
    needed, follow those in `axes`; operand says which it is.
    """

    axes: tuple[Axis, ...]
    place: Span
    operand: int | None = None
    known: bool = True

    @property
    def ndim(self) -> int:
        return len(self.axes)


class Clash(Exception):
    """Two axes that can't be one. sizes: theirs; axis: which one from the right, counted from -1."""

    def __init__(self, sizes: tuple[int, int], axis: int = 0) -> None:
        super().__init__(sizes)
        self.sizes, self.axis = sizes, axis


class World:
    """All axes of all operands, and which of them are the same."""

    def __init__(self) -> None:
        self._same: list[int] = []
        self._sizes: list[int | None] = []
        self.own: dict[int, list[int]] = {}  # the axes of each operand, in its own order

    def add_axis(self, operand: int, size: int | None) -> int:
        number = len(self._same)
        self._same.append(number)
        self._sizes.append(size)
        self.own.setdefault(operand, []).append(number)
        return number

    def find(self, axis: int) -> int:
        while self._same[axis] != axis:
            axis = self._same[axis]
        return axis

    def size(self, axis: Axis) -> int | None:
        return 1 if isinstance(axis, New) else self._sizes[self.find(axis)]

    def join(self, one: Axis, other: Axis, *, exactly: bool = False) -> Axis:
        """The axis that both become. exactly: whether a 1 stretches not. Raises: Clash."""
        n, m = self.size(one), self.size(other)
        if n is not None and m is not None and n != m and (exactly or 1 not in (n, m)):
            raise Clash((n, m))
        if isinstance(one, New) or isinstance(other, New):
            return other if isinstance(one, New) else one
        one, other = self.find(one), self.find(other)
        self._same[other] = one
        self._sizes[one] = m if n is None or n == 1 else n
        return one

    def multiply(self, one: Array, other: Array, place: Span) -> Array:
        """Lined up at the right, as broadcasting does. Raises: Clash."""
        axes: list[Axis] = []
        for k in range(1, max(one.ndim, other.ndim) + 1):
            if k > one.ndim or k > other.ndim:
                axes.append((other if k > one.ndim else one).axes[-k])
                continue
            try:
                axes.append(self.join(one.axes[-k], other.axes[-k]))
            except Clash as clash:
                raise Clash(clash.sizes, -k) from None
        return Array(tuple(reversed(axes)), place)

    def contract(self, arrays: Sequence[Array], terms: Sequence[str], output: str, place: Span) -> Array:
        """An einsum of intermediate results: one letter for each of their axes. Raises: Clash."""
        letters: dict[str, Axis] = {}
        for array, term in zip(arrays, terms, strict=True):
            own: dict[str, Axis] = {}
            for letter, axis in zip(term, array.axes, strict=True):
                own[letter] = self.join(own[letter], axis, exactly=True) if letter in own else axis
            for letter, axis in own.items():
                letters[letter] = self.join(letters[letter], axis) if letter in letters else axis
        return Array(tuple(letters[letter] for letter in output), place)
