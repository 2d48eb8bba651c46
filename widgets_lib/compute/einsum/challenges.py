"""Tasks for a learner, "make the trace", and what is still missing in an equation that means to do one.

An answer is judged by its meaning: any letters will do, and `ab,bc->ac` is as right as `ik,kj->ij`.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from widgets_lib.compute.formatting import format_shape, join_words

from .equation import Einsum
from .meaning import same
from .parsing import parse

Shape = tuple[int, ...]
Axis = tuple[int, int]  # operand, axis


@dataclass(frozen=True)
class Challenge:
    """A task. start: the equation that it begins with, for operands of these shapes; goal: one that solves it.

    hints: to be asked for one by one, the last one nearly tells. is_picture: whether the task is to find the equation
    behind a result that is shown, so that what is missing must not tell it.
    """

    key: str
    title: str
    task: str
    start: str
    shapes: tuple[Shape, ...]
    goal: str
    hints: tuple[str, ...]
    is_picture: bool = False

    @property
    def wanted(self) -> Einsum:
        """The goal, for these shapes."""
        return parse(self.goal, *self.shapes)


@dataclass(frozen=True)
class Verdict:
    """Whether a challenge is solved, and in one sentence what is missing or was made."""

    is_solved: bool
    message: str


def judge(challenge: Challenge, e: Einsum) -> Verdict:
    """Whether e does what the challenge asks for, whatever its letters are called."""
    wanted = challenge.wanted
    if same(e, wanted):
        return Verdict(True, f"Solved: `{e.equation}` is {challenge.title}.")
    if len(e.inputs) != len(wanted.inputs) or any(
        len(a) != len(b) for a, b in zip(e.inputs, wanted.inputs, strict=True)
    ):
        shapes = join_words([format_shape(shape) for shape in challenge.shapes])
        noun = "an operand" if len(challenge.shapes) == 1 else "operands"
        return Verdict(False, f"The task is about {noun} of shape {shapes}: one letter for each axis.")
    if challenge.is_picture:
        return Verdict(False, _unlike(e, wanted))
    return Verdict(False, next(_missing(e, wanted)))


def _unlike(e: Einsum, wanted: Einsum) -> str:
    """What tells the two results apart, without a word on the letters."""
    if e.shape != wanted.shape:
        return f"Your result has shape {format_shape(e.shape or ())}, the one in the picture {format_shape(wanted.shape or ())}."
    return "The shape is right, the numbers are not the ones in the picture yet."


def _missing(e: Einsum, wanted: Einsum) -> Iterator[str]:
    """What is to be changed, a sentence each, the first thing first; at least one if the two do not mean the same."""
    axes = [(k, axis) for k, letters in enumerate(wanted.inputs) for axis in range(len(letters))]
    mine = {(k, axis): e.inputs[k][axis] for k, axis in axes}
    theirs = {(k, axis): wanted.inputs[k][axis] for k, axis in axes}
    pairs = list(itertools.combinations(axes, 2))
    for one, other in pairs:
        if theirs[one] == theirs[other] and mine[one] != mine[other]:
            yield _together(e, one, other)
    for one, other in pairs:
        if theirs[one] != theirs[other] and mine[one] == mine[other]:
            where = _name(e, one, other)
            yield f"“{mine[one]}” names {where}, so both have one index. Here each has its own."
    translated = {theirs[place]: mine[place] for place in axes}
    kept = [translated[letter] for letter in wanted.output]
    lost = [letter for letter in kept if letter not in e.output]
    if lost:
        are, them = ("is", "it") if len(lost) == 1 else ("are", "them")
        yield f"{_quoted(lost)} {are} summed, but the result needs {them}."
    left = [letter for letter in e.output if letter not in kept]
    if left:
        yield f"{_quoted(left)} {'is' if len(left) == 1 else 'are'} kept, and should be summed."
    yield (
        f"The right letters are kept, in another order: the result should have shape {format_shape(wanted.shape or ())}"
        f"{_order_of(kept, wanted)}."
    )


def _order_of(kept: list[str], wanted: Einsum) -> str:
    """A shape that is the same in both orders tells nothing, so say which axis comes first."""
    sizes = wanted.shape or ()
    return f", with {kept[0]} first" if len(set(sizes)) < len(sizes) else ""


def _together(e: Einsum, one: Axis, other: Axis) -> str:
    if one[0] == other[0]:
        name = e.names[one[0]]
        return f"Only the diagonal of {name} counts, where axis {one[1]} and axis {other[1]} have the same index. Now each has its own."
    return f"{_name(e, one, other).replace('a', 'A', 1)} belong together, with one index. Now each has its own."


def _name(e: Einsum, one: Axis, other: Axis) -> str:
    return f"axis {one[1]} of {e.names[one[0]]} and axis {other[1]} of {e.names[other[0]]}"


def _quoted(letters: list[str]) -> str:
    return join_words([f"“{letter}”" for letter in letters])


_CHALLENGES = (
    Challenge(
        "trace",
        "the trace",
        "Compute the trace of the matrix: the sum of its diagonal, one number.",
        "ij->ij",
        ((4, 4),),
        "ii->",
        (
            "On the diagonal, both indices are equal.",
            "Two axes with the same letter are walked together; a letter that is missing after the arrow is summed.",
            "The operand is “ii”. What is left after the arrow if everything is summed?",
        ),
    ),
    Challenge(
        "diagonal",
        "the diagonal",
        "Take the diagonal out of the matrix, as a vector of four numbers.",
        "ij->ij",
        ((4, 4),),
        "ii->i",
        ("On the diagonal, both indices are equal.", "Name both axes i. Then keep i."),
    ),
    Challenge(
        "rows",
        "the row sums",
        "Add up each row of the matrix: three sums.",
        "ij->ij",
        ((3, 4),),
        "ij->i",
        ("One axis must go: a letter that is missing after the arrow is summed.", "The sum runs along a row, over j."),
    ),
    Challenge(
        "transpose",
        "the transpose",
        "Transpose the matrix without writing `.T`.",
        "ij->ij",
        ((3, 4),),
        "ij->ji",
        ("Nothing is summed: both letters stay.", "The order after the arrow is the order of the result’s axes."),
    ),
    Challenge(
        "pairs",
        "the dot product of every pair of rows",
        "Make a table of dot products: every row of the first matrix with every row of the second.",
        "ik,jl->ij",
        ((3, 4), (2, 4)),
        "ik,jk->ij",
        (
            "A dot product walks along both rows together, and sums.",
            "The columns of both matrices need the same letter.",
        ),
    ),
    Challenge(
        "batched-outer",
        "a batched outer product",
        "Make a batched outer product: each row of the first operand with the matching row of the second. That gives two "
        "tables.",
        "pi,pj->p",
        ((2, 3), (2, 4)),
        "pi,pj->pij",
        (
            "An outer product sums nothing.",
            "The batch letter stands in both operands and in the result, and so does every other letter.",
        ),
    ),
    Challenge(
        "batched-matmul",
        "a matrix product for each batch",
        "Multiply two stacks of matrices, one product for each batch.",
        "pik,qkj->ij",
        ((2, 3, 4), (2, 4, 2)),
        "pik,pkj->pij",
        (
            "Each matrix meets only the one at the same place in the other stack.",
            "Name the first axis of both operands with one letter, and keep it.",
        ),
    ),
    Challenge(
        "bilinear",
        "the bilinear form",
        "Make one number out of a vector, a matrix and a vector: their product, from left to right.",
        "i,ij,k->ijk",
        ((3,), (3, 4), (4,)),
        "i,ij,j->",
        (
            "The last vector is as long as a row of the matrix.",
            "Each of its numbers belongs to a column of the matrix: give them one letter.",
            "One number: nothing is left after the arrow.",
        ),
    ),
    Challenge(
        "channels",
        "the picture with its channels first",
        "A picture has shape (height, width, channels). Put the channels first, then height, then width.",
        "hwc->hwc",
        ((3, 4, 2),),
        "hwc->chw",
        (
            "Nothing is summed: only the order after the arrow changes.",
            "The last letter of the operand comes first in the result.",
        ),
    ),
    Challenge(
        "picture",
        "this picture",
        "Which equation gives the result marked “wanted”?",
        "ij,i->ij",
        ((3, 4), (3,)),
        "ij,i->j",
        (
            "Count the cells: which axis of the matrix has as many?",
            "Each number of the vector belongs to a row of the matrix. Then the rows are added.",
        ),
        is_picture=True,
    ),
    Challenge(
        "picture-pairs",
        "this picture",
        "Which equation gives the result marked “wanted”?",
        "ik,jl->il",
        ((3, 4), (2, 4)),
        "ik,jk->ji",
        (
            "Which operand has three rows, and which has two?",
            "Four products in each cell: row with row.",
            "Mind the order after the arrow.",
        ),
        is_picture=True,
    ),
)

CHALLENGES = {challenge.key: challenge for challenge in _CHALLENGES}
