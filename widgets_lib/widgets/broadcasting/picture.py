"""What the BroadcastExplorer draws: the columns of the table, the panels of cells, the sentences."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import broadcasting
from widgets_lib.compute.formatting import count, format_digits, join_words
from widgets_lib.widgets.broadcasting.colours import Frame, draw_pictures
from widgets_lib.widgets.broadcasting.operands import Clash, Operand

DRAWN_AXES = 4  # cells in rows and columns, facets across and down; further axes are drawn at their index 0
# of the result, from the right: what each is drawn as, and the letter of its colour
AXES = {-1: ("columns", "j"), -2: ("rows", "i"), -3: ("facets", "p"), -4: ("facets down", "")}


def draw(
    operands: list[Operand],
    operator: broadcasting.Operator,
    result: broadcasting.Broadcast,
    frame: Frame | None = None,
) -> dict[str, Any]:
    """What is drawn of the operands and their result, as plain numbers and texts.

    expression, operator, symbol, comparison, shape: of what is computed. summary: one sentence on it. axes: a column
    of the table each. shown: the drawn indices of each of the last axes. operands, result: a panel of cells each,
    result None for a clash. pictures: with a frame, what is drawn in place of cells, else None.
    """
    expression = operator.code(*(operand.code for operand in operands))
    outline = tuple(max(column.sizes) if column.size is None else column.size for column in result.columns)
    drawn = (
        _draw_shapes(operands, expression, result.shape) if frame else _draw_cells(operands, operator, result, outline)
    )
    made = result.shape is not None
    summary = _summary(operands, result, outline, expression, cells=frame is None)
    return {
        "expression": expression,
        "operator": operator.key,
        "symbol": operator.symbol,
        "comparison": operator.is_comparison,
        "shape": str(result.shape) if made else "",
        "summary": summary if frame else summary + _in_part(outline, drawn["shown"]),
        "axes": [_draw_column(column, result.names, frame.names() if frame else AXES) for column in result.columns],
        **drawn,
        "result": drawn["result"] if made else None,
        "pictures": draw_pictures(operands, frame) if frame else None,
    }


def _draw_cells(
    operands: list[Operand],
    operator: broadcasting.Operator,
    result: broadcasting.Broadcast,
    outline: tuple[int, ...],
) -> dict[str, Any]:
    """The panels of cells."""
    shown = _shown(outline)
    cells = list(itertools.product(*[[0]] * (len(outline) - len(shown)), *shown))
    drawn = [_draw_operand(operand, outline, cells, len(shown)) for operand in operands]
    made = result.shape is not None
    numbers = broadcasting.cells(operator.key, *(some for _, some in drawn)) if made and cells else np.zeros(0)
    expression = operator.code(*(operand.code for operand in operands))
    return {
        "shown": shown,
        "operands": [panel for panel, _ in drawn],
        "result": _draw_result(expression, outline, cells, numbers.reshape(-1)) if made else None,
    }


def _draw_shapes(operands: list[Operand], expression: str, shape: tuple[int, ...] | None) -> dict[str, Any]:
    """What is said of operands that are drawn as pictures, and of their result if it has a shape."""
    panels = [
        {
            "code": operand.code,
            "shape": str(operand.shape),
            "seen": str(shape) if shape is not None and operand.shape != shape else "",
            "name": operand.name,
        }
        for operand in operands
    ]
    return {"shown": [], "operands": panels, "result": {"code": expression, "shape": str(shape)}}


def draw_repairs(clash: Clash | None) -> list[dict[str, Any]]:
    """What the buttons that repair a clash say, and which one is pressed."""
    if clash is None:
        return []
    return [
        {
            "code": repair.code,
            "shape": str(repair.result_shape),
            "message": repair.message,
            "also": repair.also,
            "numpy": repair.numpy_code if repair.numpy_code != repair.code else "",
            "applied": at == clash.applied,
        }
        for at, repair in enumerate(clash.repairs)
    ]


def _summary(
    operands: list[Operand], result: broadcasting.Broadcast, outline: tuple[int, ...], expression: str, *, cells: bool
) -> str:
    """One sentence on what is seen: cells, or pictures."""
    if result.reason is not None:
        drawn = cells and 0 not in outline
        missing = " A red dashed cell is missing: there is no element for it." if drawn else ""
        reason = broadcasting.reason_of(result.columns, result.repairs, _as_code(result.names))
        return reason.replace("Axis -", "Axis −") + missing
    size = math.prod(outline)
    if not size:
        return f"`{expression}` has shape {outline} and no elements: an axis of size 0 stays empty."
    stretched = [operand.code for operand in operands if operand.shape != outline]
    results = count(size, "result")
    if not stretched:
        return f"The shapes are equal: each number meets the one in its own place, {results}."
    held = " + ".join(f"{math.prod(operand.shape):,}" for operand in operands)
    names = join_words([f"`{code}`" for code in stretched])
    verb = "is" if len(stretched) == 1 else "are"
    copies = "Dashed cells are the same numbers read again, not copies." if cells else "Nothing is copied."
    return f"{names} {verb} stretched: {held} numbers make {results}. {copies}"


def _shown(outline: tuple[int, ...]) -> list[list[int]]:
    """The indices that are drawn of each of the last DRAWN_AXES axes: all of a short one, else some and the last."""
    drawn = outline[-DRAWN_AXES:]
    small = len(drawn) < 3 and max(drawn, default=0) <= 12
    plane, first = (12, 12) if small else (6, 4 if len(drawn) < 3 else 3)
    rules = ((2, 1), (3, 1), (plane, first), (plane, first))  # draw all up to, or else so many and the last
    return [
        list(range(n)) if n <= whole else [*range(first), n - 1]
        for n, (whole, first) in zip(drawn, rules[len(rules) - len(drawn) :], strict=True)
    ]


def _in_part(outline: tuple[int, ...], shown: list[list[int]]) -> str:
    """A sentence on what is left out, if anything is."""
    names = [AXES[from_right - len(shown)][0] for from_right in range(len(shown))]
    cut = zip(shown, outline[-len(shown) :], names, strict=True) if shown else ()
    parts = [f"{len(some)} of {n:,} {name}" for some, n, name in cut if len(some) < n]
    if len(outline) > len(shown):
        parts.append(f"the axes before −{len(shown)} at index 0")
    return f" Drawn in part: {', '.join(parts)}." if parts else ""


def _tone(from_right: int) -> str:
    """The colour of an axis of cells: i, j, p, or none from the fourth on."""
    return AXES.get(from_right, ("", ""))[1]


def _as_code(names: Sequence[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def _short_rule(column: broadcasting.Column, names: Sequence[str]) -> str:
    """The column's message with names as code; of a clash only its sizes, because the summary says it whole."""
    if column.verdict != "clash":
        return broadcasting.rule_of(column, _as_code(names))
    sizes = dict.fromkeys(str(n) for n in column.sizes if n != 1)
    return f"{join_words(list(sizes))} clash."


def _draw_column(
    column: broadcasting.Column, names: Sequence[str], axes: Mapping[int, tuple[str, str]]
) -> dict[str, Any]:
    """message: in full and plain, for a tooltip. rule: with code between backticks, a clash in brief."""
    name, tone = axes.get(column.from_right, ("", ""))
    return {
        "label": f"−{-column.from_right}",
        "name": name if -column.from_right <= 3 else "",
        "tone": tone,
        "verdict": column.verdict,
        "message": column.message,
        "rule": _short_rule(column, names),
        "size": "" if column.size is None else str(column.size),
        "sizes": [
            {"text": str(n), "padded": padded, "stretched": n == 1 and column.size not in (1, None)}
            for n, padded in zip(column.sizes, column.padded, strict=True)
        ],
    }


def _draw_operand(
    operand: Operand, outline: tuple[int, ...], cells: list[tuple[int, ...]], drawn: int
) -> tuple[dict[str, Any], Any]:
    """One operand as it is seen in the result, and the drawn cells' numbers to compute with, None if some are missing.

    The panel's elements are what the operand really holds: `home` is the drawn cell each stands in, and `reader`
    says for every drawn cell which element is read there, -1 for none.
    """
    missing = len(outline) - len(operand.shape)
    place = {cell: at for at, cell in enumerate(cells)}
    home: dict[int, int] = {}
    reader = []
    for cell in cells:
        try:
            source = broadcasting.source_index(cell, operand.shape)
        except IndexError:  # a clash: the operand is shorter than the cells that are drawn
            reader.append(-1)
        else:
            at = place[(0,) * missing + tuple(source)]
            reader.append(home.setdefault(at, len(home)))
    indices = [operand.index(cells[at][missing:]) for at in home]
    numbers = operand.numbers(indices)
    stretched = [n == 1 != whole for n, whole in zip((*[1] * missing, *operand.shape), outline, strict=True)]
    reads = math.prod(whole for whole, many in zip(outline, stretched, strict=True) if many)
    whole = -1 not in reader
    axes = [None if axis is None else axis - len(operand.shape) for axis in operand.axes()]
    panel = {
        "code": operand.code,
        "shape": str(operand.shape),
        "seen": str(outline) if operand.shape != outline and whole else "",
        "home": list(home),
        "reader": reader,
        "stretched": stretched[len(outline) - drawn :],
        "reads": f"takes part in {count(reads, 'result')}" if whole else "",
        **_elements(operand.name, axes, indices, numbers),
    }
    return panel, operand.to_compute_with(numbers[reader]) if whole and reader else None


def _draw_result(
    expression: str, outline: tuple[int, ...], cells: list[tuple[int, ...]], numbers: Any
) -> dict[str, Any]:
    """The panel of the result."""
    axes = range(-len(outline), 0)
    return {
        "code": expression,
        "shape": str(outline),
        "rounded": [_is_rounded(number) for number in numbers],
        **_elements(f"({expression})", axes, cells, numbers),
    }


def _elements(
    name: str, axes: Iterable[int | None], indices: Sequence[tuple[int, ...]], numbers: NDArray[Any]
) -> dict[str, Any]:
    """What is said of the elements of an array: where they are in it, in the colours of its axes, and the numbers."""
    return {
        "name": name,
        "tones": ["" if axis is None else _tone(axis) for axis in axes],
        "index": [", ".join(map(str, index)) for index in indices],
        "texts": [_short(number) for number in numbers],
        "values": [format_digits(number) for number in numbers],
    }


def _short(number: Any) -> str:
    """The number as a cell has room for it."""
    text = format_digits(number, 4)
    return text if len(text) <= 6 else format_digits(number, 3)


def _is_rounded(number: Any) -> bool:
    """Whether `format_digits` dropped digits that matter, and not only the noise of float arithmetic."""
    if not isinstance(number, np.floating) or not np.isfinite(number):
        return False
    return not math.isclose(float(format(number, ".7g")), float(str(number)), rel_tol=1e-12)
