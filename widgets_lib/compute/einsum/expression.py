"""An einsum written as broadcast, multiply, sum: one line of numpy or torch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .loops import check_closed, names_of

if TYPE_CHECKING:
    from .equation import Einsum

# What the two libraries call the same: the keywords of diagonal, and the method that reorders all axes.
WORDS = {"numpy": ("axis1", "axis2", "transpose"), "torch": ("dim1", "dim2", "permute")}


def render_expression(e: "Einsum", library: str = "numpy") -> str:
    """See `Einsum.expression`."""
    check_closed(e)
    if library not in WORDS:
        raise ValueError(f"library is “numpy” or “torch”, not {library!r}")
    order = product_order(e)
    names = names_of(e)
    factors = [_factor(letters, name, order, library) for letters, name in zip(e.inputs, names, strict=False)]
    product = " * ".join(factors)
    axes = [order.index(letter) for letter in order if letter in e.summed]
    if not axes:
        return product
    inside = "" if len(axes) == len(order) else str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
    return f"{f'({product})' if len(factors) > 1 else product}.sum({inside})"


def product_order(e: "Einsum") -> str:
    """The letters as the axes of the product: the output's order, and as many operands' own as fit with it."""
    chains: list[str] = []
    for letters in (e.output, *(without_diagonals(letters)[1] for letters in e.inputs)):
        if _sorted_by([*chains, letters], e.sizes) is not None:
            chains.append(letters)
    order = _sorted_by(chains, e.sizes)
    assert order is not None  # the output alone never contradicts itself
    return order


def _sorted_by(chains: Sequence[str], letters: Sequence[str] | dict[str, int | None]) -> str | None:
    """The letters in an order that keeps every chain's, earlier chains' letters first; None if there is none."""
    before = {letter: {c[k - 1] for c in chains for k in range(1, len(c)) if c[k] == letter} for letter in letters}
    order = ""
    while len(order) < len(before):
        free = [letter for letter in before if letter not in order and before[letter] <= set(order)]
        if not free:
            return None
        order += free[0]
    return order


def without_diagonals(letters: str) -> tuple[list[tuple[int, int]], str]:
    """The pairs of axes to take diagonals of, in turn, and the letters then: a diagonal becomes the last axis."""
    pairs = []
    while len(set(letters)) < len(letters):
        second = next(k for k, letter in enumerate(letters) if letter in letters[:k])
        first = letters.index(letters[second])
        pairs.append((first, second))
        letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + letters[first]
    return pairs, letters


def _factor(letters: str, name: str, order: str, library: str) -> str:
    one, two, transpose = WORDS[library]
    pairs, left = without_diagonals(letters)
    text = name + "".join(f".diagonal({one}={first}, {two}={second})" for first, second in pairs)
    wanted = "".join(letter for letter in order if letter in left)
    if wanted != left:
        places = [left.index(letter) for letter in wanted]
        text += ".T" if len(places) == 2 else f".{transpose}({', '.join(map(str, places))})"
    if left and len(wanted) < len(order):
        text += f"[{', '.join(':' if letter in wanted else 'None' for letter in order)}]"
    return text
