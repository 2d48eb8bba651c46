"""The texts that a learner may edit, each read and written again: the equation, the loops, the expression, the shapes."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import Einsum, EinsumError
from widgets_lib.compute.einsum.goals import WHY
from widgets_lib.compute.formatting import format_shape
from widgets_lib.compute.parsing import read_shape
from widgets_lib.widgets.einsum.operands import Shape, fitting_shapes
from widgets_lib.widgets.einsum.remarks import describe_differences

PANES = ("equation", "loops", "expression", "shapes")
FIT = ("operands", "axes", "size", "diagonal", "range", "operand")  # rules that other shapes may satisfy


def read_pane(pane: str, text: str, now: Einsum, pinned: bool, library: str) -> Einsum:
    """The einsum that a text means, with the shapes of its operands.

    now: the one that is shown. pinned: whether its shapes stay; else they follow the letters where they don't fit.
    Raises: EinsumError, with spans in `text`; of shapes that do not fit the equation, in the equation.
    """
    if pane == "shapes":
        return einsum.parse(now.text or now.equation, *read_shapes(text))
    try:
        return _read(pane, text, library, *now.shapes, like=now)
    except EinsumError as error:
        if pinned:
            raise
        try:
            return _read_freely(pane, text, now, library)
        except EinsumError as other:
            raise (other if error.rule in FIT else error) from None


def _read_freely(pane: str, text: str, now: Einsum, library: str) -> Einsum:
    """The same with other shapes: those that the text tells, else the sizes that its letters have now."""
    with suppress(EinsumError):
        return _read(pane, text, library, *now.shapes)
    free = _read(pane, text, library)
    told = {letter: n for letter, n in free.sizes.items() if n is not None}
    return _read(pane, text, library, *fitting_shapes(free, {**now.sizes, **told}))


def _read(pane: str, text: str, library: str, *shapes: Any, like: Einsum | None = None) -> Einsum:
    if pane == "equation":
        return einsum.parse(text, *shapes)
    if pane == "loops":
        return einsum.read_loops(text, *shapes, like=like)
    return einsum.read_expression(text, *shapes, like=like, library=library)


def name_mistake(pane: str, text: str, e: Einsum, goal: Einsum, library: str) -> str:
    """What is wrong with a text that means e, if goal is wanted and one change leads there: a sentence, or nothing."""
    try:
        if pane == "loops":
            einsum.read_loops(text, *e.shapes, like=e, goal=goal)
        elif pane == "expression":
            einsum.read_expression(text, *e.shapes, like=e, library=library, goal=goal)
    except EinsumError as error:
        why = WHY.get(error.rule, "")
        return why[:1].upper() + why[1:] + "." * bool(why)
    return ""


def read_shapes(text: str) -> list[Shape]:
    """ "(3, 4), (4, 2)" as shapes. Raises: ValueError in words."""
    groups = re.findall(r"\([^()]*\)", text)
    rest = re.sub(r"\([^()]*\)", "", text).replace(",", "").replace("->", "").strip()
    if not groups or rest:
        raise EinsumError("write a shape in parentheses for each operand, as in (3, 4), (4, 2)", text, (), "shapes")
    shapes = []
    for group in groups:
        try:
            shapes.append(read_shape(group))
        except ValueError as problem:
            start = text.index(group)
            raise EinsumError(str(problem), text, [(start, start + len(group))], "shapes") from None
    return shapes


def write_shapes(shapes: Sequence[Sequence[int] | None]) -> str:
    return ", ".join(format_shape(tuple(shape or ())) for shape in shapes)


def write_panes(e: Einsum, order: str, library: str) -> dict[str, str]:
    """The text of each pane."""
    return {
        "equation": e.text or e.equation,
        "loops": e.loops(order, library),
        "expression": e.expression(library),
        "shapes": write_shapes(e.shapes),
    }


def describe_problem(pane: str, text: str, error: EinsumError, now: Einsum, pinned: bool) -> dict[str, Any]:
    """What is wrong with a text: pane, message, spans by pane, and repairs, texts for the pane that they are of.

    now: what is shown. differences: what other libraries do with it. follow: whether operands of other shapes may be
    what is wanted.
    """
    where = "equation" if pane == "shapes" and error.text == (now.text or now.equation) else pane
    return {
        "pane": pane,
        "text": text,
        "message": error.message,
        "spans": {where: [list(span) for span in error.spans]},
        "repairs": [{"pane": where, "text": repair.text, "message": repair.message} for repair in error.repairs],
        "differences": describe_differences(text, now.shapes) if pane == "equation" else [],
        "follow": pinned and pane != "shapes" and error.rule in FIT,
    }
