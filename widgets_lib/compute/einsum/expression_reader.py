"""From one line of numpy or torch back to the einsum that it computes. The text is read with `ast` and never run."""

import ast
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .algebra import Array, New, World
from .binding import Shape, bind
from .equation import Einsum, assemble
from .errors import EinsumError
from .expression_edits import other_nones, other_sums, other_transposes
from .expression_tree import Reader
from .goals import off_goal
from .grammar import LETTERS, Equation, Term, Token
from .meaning import same
from .naming import in_order
from .operands import shape_of
from .source import LIBRARIES, Source, with_repairs

# The course's letters: i and j are kept, k is summed.
KEPT, SUMMED = "ijlmnopqrstuvwxyzabcdefghk", "klmnopqrstuvwxyzabcdefghij"


def read_expression(
    text: str, *operands: Any, like: Einsum | None = None, library: str = "numpy", goal: Einsum | None = None
) -> Einsum:
    """The Einsum that an expression such as "(a[:, :, None] * b[None, :, :]).sum(1)" computes.

    It may index with : and None, multiply with * and @, sum over axes, and use the functions and methods that numpy and
    torch have for that: transposes, diagonals, traces, dot, outer, tensordot, einsum … "c = " may stand before it.

    operands: arrays or shapes. Without them, an operand has the axes that its index shows; one that shows fewer has as
    many as the other factor. like: an Einsum whose names of operands, letters and shapes are meant; without it, a is
    the first operand, b the second, and letters are new: i and j for what is kept, k for what is summed. library: whose
    `transpose` is meant, numpy's of all axes or torch's of two. goal: an Einsum that the expression is to compute; if
    it computes another, that is an error too, of the rule "sum-axis", "none" or "transpose" if that is all that is
    wrong.
    Raises: EinsumError with spans in this text, and repairs of the usual mistakes: "+" for "*", a wrong None, a wrong
    axis of a sum.
    """
    shapes = [shape_of(operand) for operand in operands]
    try:
        e = _read(text, shapes, like, library)
        if goal and not same(e, goal):
            raise _off_goal(text, e, goal, lambda other: _read(other, shapes, like, library))
        return e
    except EinsumError as error:
        raise with_repairs(error, text, lambda other: _read(other, shapes, like, library), like) from None


def _off_goal(text: str, e: Einsum, goal: Einsum, read: Callable[[str], Einsum]) -> EinsumError:
    """What is wrong with an expression that can be read: the one change that leads to the goal, if there is one."""
    source = Source(text, indented=True)
    node = _expression(source)
    changes = (other_sums(source, node), other_nones(source, node), other_transposes(source, node))
    return off_goal(source, e, goal, read, changes)


def _read(text: str, shapes: Sequence[Shape | None], like: Einsum | None, library: str) -> Einsum:
    source = Source(text, indented=True)
    node = _expression(source)
    names = _operand_names(source, node, like)
    if shapes and len(shapes) != len(names):
        message = f"there are {len(shapes)} operands, and the expression has {len(names)}: {', '.join(names)}"
        raise source.fault(message, [node], "operands")
    given = list(shapes) or (list(like.shapes) if like else [None] * len(names))
    world = World()
    ranks = [None if shape is None else len(shape) for shape in given]
    if like and not shapes:
        ranks = [len(letters) for letters in like.inputs]
    result = Reader(source, world, names, ranks, given, library).read(node)
    return _assembled(source, world, names, result, given, like)


def _expression(source: Source) -> ast.expr:
    body = [node for node in source.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    node = body[0] if len(body) == 1 else None
    if isinstance(node, ast.Expr):
        return node.value
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.value
    message = "write one expression, such as (a[:, :, None] * b[None, :, :]).sum(1)"
    raise source.fault(message, body or [(0, len(source.text))], "expression")


def _operand_names(source: Source, node: ast.expr, like: Einsum | None) -> list[str]:
    """The names in the operands' order; each of them stands once."""
    called = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    names_in = [each for each in ast.walk(node) if isinstance(each, ast.Name) and each not in called]
    found = [each for each in names_in if each.id not in LIBRARIES]
    found.sort(key=source.span)
    names = [each.id for each in found]
    twice = [each for k, each in enumerate(found) if each.id in names[:k]]
    if twice:
        message = f"{twice[0].id} appears twice: to einsum these are two operands, so give the second a name of its own"
        raise source.fault(message, twice, "operand-twice")
    if not found:
        raise source.fault("there is no operand here: write their names, as in a @ b", [node], "operand")
    if not like:
        return in_order(names)
    wanted = list(like.names[:-1])
    odd = [each for each in found if each.id not in wanted]
    missing = [name for name in wanted if name not in names]
    if odd or missing:
        message = f"the operands are {', '.join(wanted)}" + (f", and {missing[0]} is never used" if missing else "")
        raise source.fault(message, odd or [node], "operand")
    return wanted


def _assembled(
    source: Source,
    world: World,
    names: Sequence[str],
    result: Array,
    given: Sequence[Shape | None],
    like: Einsum | None,
) -> Einsum:
    left = [axis for axis in result.axes if isinstance(axis, New)]
    if left:
        message = "a new axis of size 1 is left in the result, and einsum has no letter for it"
        edits = [(_without_new(source, axis), "Removes this None.") for axis in left]
        edits += [(edit.text, edit.message) for edit in other_nones(source, _expression(source))]
        raise source.fault(message, [axis.place for axis in left], "none", edits)
    kept = [world.find(axis) for axis in result.axes if not isinstance(axis, New)]
    own = [[world.find(axis) for axis in world.own.get(k, ())] for k in range(len(names))]
    letters = _letters(own, kept, like)
    inputs = tuple(Term(tuple(Token(letters[axis], 0) for axis in axes), 0, 0) for axes in own)
    output = Term(tuple(Token(letters[axis], 0) for axis in kept), 0, 0)
    bound = bind(Equation(source.text, inputs, output), given)
    return assemble(bound, given, text=source.text)


def _without_new(source: Source, axis: New) -> str:
    """The text without one None of an index, and the comma beside it."""
    before, after = source.text[: axis.place[0]], source.text[axis.place[1] :]
    if after.lstrip().startswith(","):
        return before + after.lstrip()[1:].lstrip()
    return before.rstrip().removesuffix(",") + after


def _letters(own: Sequence[Sequence[int]], kept: Sequence[int], like: Einsum | None) -> dict[int, str]:
    """A letter for each axis: that of `like` at the same place if it is free, else a new one."""
    letters: dict[int, str] = {}
    axes = [axis for term in own for axis in term]
    if like:
        proposed = [letter for term in like.inputs for letter in term]
        for axis, letter in zip(axes, proposed, strict=False):
            if axis not in letters and letter not in letters.values():
                letters[axis] = letter
    for axis in itertools.chain(kept, axes):
        if axis not in letters:
            pool = (KEPT if axis in kept else SUMMED) + LETTERS
            letters[axis] = next(letter for letter in pool if letter not in letters.values())
    return letters
