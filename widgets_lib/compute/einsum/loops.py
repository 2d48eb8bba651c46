"""An einsum written as nested Python loops."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .errors import EinsumError
from .naming import choose_names

if TYPE_CHECKING:
    from .equation import Einsum

ZEROS = {"numpy": "np.zeros", "torch": "torch.zeros"}


def names_of(e: "Einsum") -> tuple[str, ...]:
    return choose_names(len(e.inputs), e.sizes)


def default_order(e: "Einsum") -> str:
    """The letters of the output, then those that are summed."""
    return e.loop_order or e.output + e.summed


def render_loops(
    e: "Einsum", order: Sequence[str] | None = None, library: str = "numpy", names: Sequence[str] = ()
) -> str:
    """See `Einsum.loops`. names: of the operands and, last, the result, if they are not to be the Einsum's."""
    check_closed(e)
    if library not in ZEROS:
        raise ValueError(f"library is “numpy” or “torch”, not {library!r}")
    order = default_order(e) if order is None else "".join(order)
    if sorted(order) != sorted(e.sizes):
        raise ValueError(f"order names each of the letters {''.join(e.sizes)!r} once, not {order!r}")
    *names, result = names or names_of(e)
    lines = [f"{result} = {_start(e, library, names)}"]
    for depth, letter in enumerate(order):
        lines.append(f"{'    ' * depth}for {letter} in range({_size(e, letter, names)}):")
    factors = " * ".join(_indexed(e, k, name) for k, name in enumerate(names))
    target = f"{result}[{', '.join(e.output)}]" if e.output else result
    sign = "+=" if e.summed else "="
    return "\n".join([*lines, f"{'    ' * len(order)}{target} {sign} {factors}"])


def check_closed(e: "Einsum") -> None:
    """Raises: EinsumError if there is a "..." of unknown width."""
    if e.has_open_ellipsis:
        message = "“...” stands for a number of axes that only the operands' shapes can tell: give their shapes"
        raise EinsumError(message, e.equation, [(at, at + 3) for at in _dots(e.equation)], "ellipsis-open")


def _dots(text: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith("...", at)]


def _start(e: "Einsum", library: str, names: Sequence[str]) -> str:
    if not e.output:
        return "0.0"
    sizes = [_size(e, letter, names) for letter in e.output]
    return f"{ZEROS[library]}(({', '.join(sizes)}{',' * (len(sizes) == 1)}))"


def _size(e: "Einsum", letter: str, names: Sequence[str]) -> str:
    """The size of a letter as Python: a number, or from where it is known once there are operands."""
    if e.sizes[letter] is not None:
        return str(e.sizes[letter])
    operand = next(k for k, letters in enumerate(e.inputs) if letter in letters)
    return f"{names[operand]}.shape[{e.inputs[operand].index(letter)}]"


def _indexed(e: "Einsum", operand: int, name: str) -> str:
    letters = e.inputs[operand]
    index = [f"0*{letter}" if e.is_stretched(operand, axis) else letter for axis, letter in enumerate(letters)]
    return f"{name}[{', '.join(index)}]" if index else name
