"""From nested Python loops back to the einsum that they compute. The text is read with `ast` and never run."""

from collections.abc import Iterator, Sequence
from typing import Any

from widgets_lib.compute.formatting import join_words

from .binding import Shape, bind
from .equation import Einsum, assemble
from .errors import EinsumError
from .expression_edits import Edit
from .goals import off_goal, other_terms
from .grammar import LETTERS, Equation, Term, Token, check_output
from .loops import render_loops
from .loops_checks import check_names, check_start
from .loops_tree import Access, Nest, only_sum, read_factors, read_target, value_of, walk
from .meaning import same
from .naming import in_order
from .operands import shape_of
from .source import Fault, Source, with_repairs


def read_loops(text: str, *operands: Any, like: Einsum | None = None, goal: Einsum | None = None) -> Einsum:
    """The Einsum that these loops compute; its loop_order is theirs.

    The loops go over range(n), range(a.shape[0]) or range(len(a)). One line inside sums products, as in
    c[i, j] += a[i, k] * b[k, j], and before them stands c = np.zeros((5, 10)), or torch's. A total that starts at 0
    inside the outer loops and is stored behind the inner ones is read too. An index 0*j means a stretched axis.

    operands: arrays or shapes that must fit; without them, sizes are those of the ranges. like: an Einsum whose names
    of operands are meant; without it a is the first operand, b the second. goal: an Einsum that the loops are to
    compute; if they compute another, that is an error too, of the rule "wrong-index" if one array's index is all that
    is wrong.
    Raises: EinsumError with spans in this text, and repairs of the usual mistakes: "=" for "+=", "+" for "*", a start
    inside the wrong loop, an index that is never looped.
    """
    shapes = [shape_of(operand) for operand in operands]
    nest = Nest()
    try:
        e = _read(text, shapes, like, nest)
        if goal and not same(e, goal):
            raise _off_goal(text, nest, e, goal)
        return e
    except EinsumError as error:
        if isinstance(error, Fault) and nest.factors and len(shapes) in (0, len(nest.factors)):
            error.edits += _rewritten(error.rule, nest, shapes, like)
        raise with_repairs(error, text, lambda other: _read(other, shapes, like, Nest()), like) from None


def _off_goal(text: str, nest: Nest, e: Einsum, goal: Einsum) -> EinsumError:
    """What is wrong with loops that can be read: the one array whose index leads to the goal, if there is one."""
    assert nest.target
    source, target = Source(text), nest.target
    by_name = {access.name: access for access in nest.factors}

    def changes() -> Iterator[Edit]:
        for which, other in other_terms(e, goal):
            access = target if which < 0 else by_name[e.names[which]]
            spans = tuple(index.span for index in access.axes) or (source.span(access.node),)
            order = [letter for letter in e.loop_order if letter in other.sizes]
            written = render_loops(other, order, names=[*e.names[:-1], target.name])
            yield Edit("wrong-index", spans, written, f"Gives {access.name} the index that it needs.")

    return off_goal(source, e, goal, lambda other: _read(other, (), e, Nest()), [changes()])


def _read(text: str, shapes: Sequence[Shape | None], like: Einsum | None, nest: Nest) -> Einsum:
    source = Source(text)
    walk(source, source.body, (), nest)
    line = only_sum(source, nest)
    nest.loops = line.loops
    nest.target = read_target(source, nest, line)
    nest.factors = read_factors(source, value_of(source, line.node))
    check_names(source, nest, line)
    check_start(source, nest, line)
    return _assembled(source, nest, shapes, like)


# ---- the einsum ----


def _assembled(source: Source, nest: Nest, shapes: Sequence[Shape | None], like: Einsum | None) -> Einsum:
    assert nest.target
    ordered = _in_operand_order(source, nest, like)
    letters = _letters(nest)
    free = iter([letter for letter in LETTERS if letter not in letters.values()])
    terms = []
    for access in ordered:
        names = [letters[index.name] if index.name else next(free, "") for index in access.axes]
        terms.append(_term(source, access, names))
    fixed = [index.span for index in nest.target.axes if not index.name or index.is_zero]
    if fixed:
        raise source.fault("only loop variables can index the result", fixed, "index")
    output = _term(source, nest.target, [letters[index.name] for index in nest.target.axes])
    check_output(source.text, tuple(terms), output)
    own = _shapes_of_ranges(nest, ordered)
    given = shapes or own
    bound = bind(Equation(source.text, tuple(terms), output), given)
    _check_ranges(source, ordered, shapes, own)
    order = "".join(letters[loop.name] for loop in nest.loops)
    return assemble(bound, given, loop_order=order, text=source.text)


def _shapes_of_ranges(nest: Nest, ordered: Sequence[Access]) -> list[Shape | None]:
    """The shapes that the operands have if the loops go over whole axes; None where a range is not a number."""
    ranges = {loop.name: loop.size for loop in nest.loops}
    shapes: list[Shape | None] = []
    for access in ordered:
        sizes = [1 if index.is_zero else ranges.get(index.name) for index in access.axes]
        known = tuple(n for n in sizes if n is not None)
        shapes.append(known if len(known) == len(sizes) else None)
    return shapes


def _in_operand_order(source: Source, nest: Nest, like: Einsum | None) -> list[Access]:
    by_name = {access.name: access for access in nest.factors}
    names = _operand_names(nest, like)
    if set(names) != set(by_name):
        missing = [name for name in names if name not in by_name]
        odd = [access.node for access in nest.factors if access.name not in names]
        message = f"the operands are {join_words(names)}" + (f", and {missing[0]} is never used" if missing else "")
        raise source.fault(message, odd or [nest.factors[-1].node], "operand")
    return [by_name[name] for name in names]


def _operand_names(nest: Nest, like: Einsum | None) -> list[str]:
    return list(like.names[:-1]) if like else in_order([access.name for access in nest.factors])


def _letters(nest: Nest) -> dict[str, str]:
    """A letter for each loop's name: itself if it is one, else one of its own letters that is free."""
    names = [loop.name for loop in nest.loops]
    letters = {name: name for name in names if len(name) == 1 and name in LETTERS}
    for name in names:
        if name not in letters:
            free = (each for each in name + LETTERS if each in LETTERS and each not in letters.values())
            letters[name] = next(free)  # loops nest at most 20 deep in Python
    return letters


def _term(source: Source, access: Access, letters: Sequence[str]) -> Term:
    tokens = [
        Token(letter, index.span[0], index.span[1] - index.span[0])
        for letter, index in zip(letters, access.axes, strict=True)
    ]
    return Term(tuple(tokens), *source.span(access.node))


def _check_ranges(
    source: Source, ordered: Sequence[Access], shapes: Sequence[Shape | None], own: Sequence[Shape | None]
) -> None:
    """The ranges go over the whole axes of the operands that were given."""
    for access, shape, ranges in zip(ordered, shapes, own, strict=False):
        for index, n, m in zip(access.axes, shape or (), ranges or (), strict=False):
            if n == m:
                continue
            if n == 1 and not index.is_zero:
                message = f"this axis of {access.name} has size 1 and is stretched: write its index as 0*{index.name}"
                edits = [(source.with_changed(index.span, f"0*{index.name}"), "Reads the axis at 0 every time.")]
                raise source.fault(message, [index.span], "range", edits)
            how = "but is read only at 0" if index.is_zero else f"but its loop goes over range({m})"
            raise source.fault(f"this axis of {access.name} has size {n}, {how}", [index.span], "range")


_REWRITTEN = {
    "not-looped": "Loops over every index.",
    "unused-loop": "Removes the loop that indexes nothing.",
    "no-start": "Starts at zero before the loops.",
    "start-inside": "Starts at zero once, before the loops.",
    "result-shape": "Creates the result with the sizes of its loops.",
    "range": "Loops over whole axes.",
}


def _rewritten(rule: str, nest: Nest, shapes: Sequence[Shape | None], like: Einsum | None) -> list[tuple[str, str]]:
    """The same line in loops over its own indices, in the learner's order, with a start at zero before them."""
    assert nest.target
    indices = [index for access in [*nest.factors, nest.target] for index in access.axes]
    used = {index.name for access in nest.factors for index in access.axes}
    names, by_name = _operand_names(nest, like), {access.name: access for access in nest.factors}
    plain = all(len(index.name) == 1 and index.name in LETTERS for index in indices)
    if len(by_name) < len(nest.factors):
        return []
    if not plain or set(names) != set(by_name) or any(index.name not in used for index in nest.target.axes):
        return []
    looped = [loop.name for loop in nest.loops if loop.name in used]
    order = looped + [name for name in dict.fromkeys(index.name for index in indices) if name not in looped]
    ordered = [by_name[name] for name in names]
    inputs = tuple("".join(index.name for index in access.axes) for access in ordered)
    given = tuple(shapes) or (like.shapes if like else tuple(_shapes_of_ranges(nest, ordered)))
    if any(shape is not None and len(shape) != len(letters) for shape, letters in zip(given, inputs, strict=False)):
        return []
    e = Einsum(inputs, "".join(index.name for index in nest.target.axes), given)
    text = render_loops(e, order, names=[*names, nest.target.name])
    return [(text, _REWRITTEN.get(rule, "Writes the loops so that they compute this product."))]
