"""From an equation, or numpy's lists, and operands or their shapes, to an Einsum."""

from collections.abc import Sequence
from typing import Any

from .binding import Shape, bind
from .equation import Einsum, assemble
from .errors import EinsumError
from .grammar import read_equation
from .operands import dtype_of, shape_of
from .repairs import find_repairs
from .sublists import from_sublists


def parse(equation: Any, *operands: Any) -> Einsum:
    """The Einsum that np.einsum would compute: parse("ik,kj->ij", (5, 784), (784, 10)).

    equation: a text; or numpy's other form, parse(a, [0, 1], b, [1, 2], [0, 2]). operands: arrays, tensors, numbers and
    lists, or, as tuples, their shapes; None for one that is not known. Without any, sizes stay free (None).
    Raises: EinsumError wherever np.einsum would refuse, and for more than 2,000 characters; TypeError or ValueError for
    an operand that is no array and no shape.
    """
    if isinstance(equation, str):
        text, given = equation, list(operands)
    else:
        text, given = from_sublists((equation, *operands))
    shapes = [shape_of(operand) for operand in given]
    try:
        return read(text, shapes, tuple(dtype_of(operand) for operand in given))
    except EinsumError as error:
        repairs = find_repairs(error.rule, text, shapes)
        raise EinsumError(error.message, error.text, error.spans, error.rule, repairs) from None


def read(text: str, shapes: Sequence[Shape | None], dtypes: tuple[str, ...] = ()) -> Einsum:
    """The Einsum of a text; no shapes at all if none is known. Raises: EinsumError, without repairs."""
    equation = read_equation(text)
    shapes = list(shapes) or [None] * len(equation.inputs)
    return assemble(bind(equation, shapes), shapes, implicit=equation.output is None, text=text, dtypes=dtypes)
