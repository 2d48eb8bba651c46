"""The one value behind every rendering: which letters each operand has, which of them are kept, and their sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import costs, expression, loops, named, result_cells
from .binding import Bound, Shape, bind
from .costs import Cost
from .errors import EinsumError
from .grammar import DOTS, read_equation
from .named import Named
from .operands import as_operands, library_of
from .result_cells import CellSum
from .roles import Letter, describe_letters


@dataclass(frozen=True)
class Einsum:
    """An einsum of any number of operands. Two are equal if letters and shapes are; `same` judges by meaning.

    inputs: the letters of each operand, one for each axis, as ("ik", "kj"); output: those of the result, as "ij".
    shapes: of each operand, None where it is not known. ellipsis: the letters among them that "..." stands for; of an
    operand whose shape is not known, inputs and output keep "...". implicit: whether the output was left to the rule
    of letters that stand once. loop_order: the letters as the loops that were read go over them, or "". text: what was
    read. dtypes: of the operands that it was read with, "" for a shape.
    """

    inputs: tuple[str, ...]
    output: str
    shapes: tuple[Shape | None, ...]
    ellipsis: str = field(default="", compare=False)
    implicit: bool = field(default=False, compare=False)
    loop_order: str = field(default="", compare=False)
    text: str = field(default="", compare=False)
    dtypes: tuple[str, ...] = field(default=(), compare=False)

    # ---- letters and sizes ----

    @cached_property
    def sizes(self) -> dict[str, int | None]:
        """The size of each letter, in the order in which they appear; None where no shape is known."""
        sizes: dict[str, int | None] = {}
        for letters, shape in zip(self.inputs, self.shapes, strict=True):
            for axis, letter in enumerate(self.split(letters)):
                n = None if shape is None or DOTS in letters else shape[axis]
                if sizes.get(letter) is None or sizes[letter] == 1:
                    sizes[letter] = n if n is not None else sizes.get(letter)
        return sizes

    @staticmethod
    def split(letters: str) -> Iterator[str]:
        """The letters of a term one by one, "..." as one of them."""
        before, dots, after = letters.partition(DOTS)
        yield from before
        if dots:
            yield dots
        yield from after

    @property
    def shape(self) -> Shape | None:
        """The shape of the result; None while a size in it is not known."""
        sizes = [self.sizes.get(letter) for letter in self.split(self.output)]
        known = [n for n in sizes if n is not None]
        return tuple(known) if len(known) == len(sizes) else None

    @property
    def summed(self) -> str:
        """The letters that the output lacks, in the order in which they appear."""
        return "".join(letter for letter in self.sizes if letter not in self.output and letter != DOTS)

    @property
    def has_open_ellipsis(self) -> bool:
        """Whether there is a "..." of which nobody can say yet how many axes it stands for."""
        return any(DOTS in letters for letters in (*self.inputs, self.output))

    def is_stretched(self, operand: int, axis: int) -> bool:
        """Whether this axis of this operand has size 1 and its letter another: it is read at 0 again and again."""
        shape = self.shapes[operand]
        return shape is not None and shape[axis] == 1 and self.sizes[self.inputs[operand][axis]] != 1

    @cached_property
    def letters(self) -> tuple[Letter, ...]:
        """What becomes of each letter, as data and as a sentence, in the order in which they appear."""
        return describe_letters(self)

    @property
    def names(self) -> tuple[str, ...]:
        """What the operands are called in loops and expressions, and last the result: a, b, c if no letter is."""
        return loops.names_of(self)

    # ---- renderings ----

    @property
    def equation(self) -> str:
        """The equation without spaces, its output written out: "ik,kj->ij"."""
        return f"{','.join(self.inputs)}->{self.output}"

    def __str__(self) -> str:
        return self.equation

    def loops(self, order: Sequence[str] | None = None, library: str = "numpy") -> str:
        """The same as nested Python loops over the letters, `order` from outside in, by default output letters first.

        library: "numpy" or "torch", which makes the result's zeros. Where an axis of size 1 is stretched, its index is
        written 0*j.
        Raises: ValueError if `order` does not name every letter once; EinsumError for an ellipsis without shapes.
        """
        return loops.render_loops(self, order, library)

    def expression(self, library: str = "numpy") -> str:
        """The same as broadcast, multiply, sum: "(a[:, :, None] * b[None, :, :]).sum(1)", for "numpy" or "torch".

        Raises: ValueError for another library; EinsumError for an ellipsis without shapes.
        """
        return expression.render_expression(self, library)

    def named(self) -> Named | None:
        """The operation that libraries have a name for, such as `a @ b`, a trace or a transpose; None if none has."""
        return named.find_named(self)

    # ---- values and costs ----

    def __call__(self, *operands: Any) -> Any:
        """The value for these operands: torch's if one of them is a tensor, else numpy's, computed as np.einsum does.

        The operands may have other sizes than the Einsum was read with, if they fit the letters.
        Raises: EinsumError if they do not fit, or the library refuses their types; what `as_numpy` raises.
        """
        arrays = as_operands(operands)
        fitted = self.with_operands(*(tuple(array.shape) for array in arrays))
        try:
            return library_of(arrays).einsum(fitted.equation, *arrays)
        except (TypeError, RuntimeError, ValueError) as error:  # NotImplementedError is a RuntimeError
            raise EinsumError(f"the library refuses these operands: {error}", self.equation, (), "types") from error

    def with_operands(self, *shapes: Shape | None) -> "Einsum":
        """The same equation with these shapes. Raises: EinsumError if they do not fit."""
        equation = read_equation(self.equation)
        return assemble(
            bind(equation, shapes), shapes, implicit=self.implicit, loop_order=self.loop_order, text=self.text
        )

    def with_output(self, output: str) -> "Einsum":
        """The same inputs with another output, "..." as one of its letters: letters left out are summed.

        Raises: EinsumError for a letter that no input has, or one given twice.
        """
        text = f"{','.join(self.inputs)}->{output}"
        return assemble(bind(read_equation(text), self.shapes), self.shapes, text=text, dtypes=self.dtypes)

    def cells(self, index: Sequence[int], *operands: Any, most: int = 1000) -> CellSum:
        """The products that make the result's cell at `index`: for each, the index into every operand.

        operands: if they are given, the factors, products and sum too. most: how many products are listed; `more` says
        how many are not.
        Raises: EinsumError while sizes are not known; IndexError for an index that is not in the result.
        """
        return result_cells.trace_cell(self, index, operands, most)

    def costs(self, itemsize: int = 8) -> tuple[Cost, ...]:
        """What the loops, the expression and the equation cost: multiplications, additions, bytes held in between.

        Raises: EinsumError while sizes are not known.
        """
        return costs.count_costs(self, itemsize)


def assemble(bound: Bound, shapes: Sequence[Shape | None], **more: Any) -> Einsum:
    """The Einsum of letters that were found to fit these shapes; an operand without letters has the shape ()."""
    known = tuple(shape if letters else () for letters, shape in zip(bound.inputs, shapes, strict=True))
    return Einsum(bound.inputs, bound.output, known, bound.ellipsis, **more)
