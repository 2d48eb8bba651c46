"""What the EinsumExplorer draws: the letters with their colours, the panels of cells, the steps of the loops."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.einsum import Einsum, Letter
from widgets_lib.compute.formatting import count, format_digits, format_shape, format_short, join_words
from widgets_lib.widgets._tones import choose_tones
from widgets_lib.widgets.einsum.operands import Operand
from widgets_lib.widgets.einsum.steps import MAX_PRODUCTS, draw_steps

DRAWN_AXES = 4  # cells in rows and columns, facets across and down; further axes are drawn at their index 0
MARKS = {"kept": "→", "summed": "∑", "diagonal": "⟍", "stretched": "↔"}
LISTED = 6  # products of a sum that are written out

Shown = Mapping[str, Sequence[int]]  # the drawn indices of each letter


def draw(e: Einsum, order: str, operands: Sequence[Operand], largest: int = 0) -> dict[str, Any]:
    """What is drawn of an einsum and its operands, as plain numbers and texts.

    letters: a record each, in the order in which they appear. output, summed, order: their names. operands, result: a
    panel of cells each. steps: what the loops do with the drawn cells. listed, more: how many products of a sum are
    written out, and how many are not, in words. largest: the size that a slider may give a letter, 0 for no sliders.
    """
    shown = choose_shown(e)
    tones = choose_tones(e)
    names = e.names
    panels = [
        _panel(name, letters, operand.shape, shown, tones, _drawn_numbers(e, k, operand, shown))
        | {"reads": _reads(e, letters)}
        for k, (name, letters, operand) in enumerate(zip(names, e.inputs, operands, strict=False))
    ]
    values, steps = _compute(e, order, operands, shown)
    total = math.prod(e.sizes[letter] or 0 for letter in e.summed)
    listed = min(LISTED, math.prod(len(shown[letter]) for letter in e.summed))
    return {
        "letters": [_draw_letter(letter, tones, shown) for letter in e.letters],
        "output": e.output,
        "summed": e.summed,
        "order": order,
        "operands": panels,
        "result": _panel(names[-1], e.output, e.shape or (), shown, tones, values),
        "steps": steps,
        "largest": largest,
        "listed": listed,
        "more": f"{total - listed:,} more" if total > listed else "",
        "summary": _summarize(e, shown),
        "note": _note(e, shown, values is None),
    }


def draw_target(e: Einsum, operands: Sequence[Operand]) -> dict[str, Any]:
    """The result of e as a panel of cells that tells nothing of its letters."""
    panel = _panel("", e.output, e.shape or (), choose_shown(e), dict.fromkeys(e.sizes, ""), None)
    values = _result(e, [operand.take([range(n) for n in operand.shape]) for operand in operands])
    texts = [format_short(value) for value in values.reshape(-1)]
    return {**panel, "letters": "", "texts": texts, "values": texts}


# ---- which indices, which colours ----


def choose_shown(e: Einsum) -> dict[str, list[int]]:
    """The drawn indices of each letter, the same wherever it stands: all of a short axis, else some and the last."""
    terms = [*e.inputs, e.output]
    most = max((len(letters) for letters in terms), default=0)
    plane, first = (8, 4) if most < 3 else (6, 3)
    limits: dict[str, tuple[int, int]] = {}  # draw all up to so many, or else the first and the last
    for letters in terms:
        for axis, letter in enumerate(reversed(letters)):
            limit = (plane, first) if axis < 2 else (4, 2) if axis == 2 else (2, 1) if axis == 3 else (0, 0)
            limits[letter] = min(limits.get(letter, limit), limit)
    shown = {}
    for letter, size in e.sizes.items():
        n, (whole, first) = size or 0, limits[letter]
        shown[letter] = list(range(n)) if n <= whole else [*range(first), n - 1] if whole else [0]
    return shown


def _draw_letter(letter: Letter, tones: Mapping[str, str], shown: Shown) -> dict[str, Any]:
    return {
        "name": letter.name,
        "tone": tones[letter.name],
        "role": letter.role,
        "mark": "".join(MARKS[word] for word in letter.words if word != "kept"),
        "words": [f"{MARKS[word]} {word}" for word in letter.words],
        "size": letter.size,
        "sentence": letter.sentence,
        "shown": list(shown[letter.name]),
    }


# ---- the panels ----


def _panel(
    name: str, letters: str, shape: Sequence[int], shown: Shown, tones: Mapping[str, str], numbers: Any
) -> dict[str, Any]:
    """An array and its drawn cells; texts are empty where nothing was computed."""
    axes = [[0] if n == 1 else list(shown[letter]) for letter, n in zip(letters, shape, strict=True)]
    cells = math.prod(map(len, axes))
    flat = [] if numbers is None else as_numpy(numbers).reshape(-1)
    return {
        "name": name,
        "letters": letters,
        "shape": format_shape(shape),
        "tones": [tones[letter] for letter in letters],
        "shown": axes,
        "texts": [format_short(number) for number in flat] if numbers is not None else [""] * cells,
        "values": [format_digits(number) for number in flat] if numbers is not None else ["?"] * cells,
    }


def _reads(e: Einsum, letters: str) -> str:
    """What a cell of this operand does."""
    times = math.prod(e.sizes[letter] or 0 for letter in e.output if letter not in letters)
    return f"takes part in {count(times, 'cell')} of the result"


def _drawn_numbers(e: Einsum, k: int, operand: Operand, shown: Shown) -> Any:
    return operand.take(
        [[0] if n == 1 else shown[letter] for letter, n in zip(e.inputs[k], operand.shape, strict=True)]
    )


# ---- what is computed ----


def _compute(e: Einsum, order: str, operands: Sequence[Operand], shown: Shown) -> tuple[Any, dict[str, Any]]:
    """The drawn cells of the result, None if they are too much work, and the steps that lead to them."""
    kept = {
        letter: list(shown[letter]) if letter in e.output else list(range(e.sizes[letter] or 0)) for letter in e.sizes
    }
    work = math.prod(map(len, kept.values()))
    if work > MAX_PRODUCTS:
        return None, draw_steps(e, order, None, shown)
    parts = [
        operand.take([[0] if n == 1 else kept[letter] for letter, n in zip(letters, operand.shape, strict=True)])
        for letters, operand in zip(e.inputs, operands, strict=True)
    ]
    with np.errstate(all="ignore"):
        values = _result(e, parts)
        return values, draw_steps(e, order, [as_numpy(part) for part in parts], shown, values)


def _result(e: Einsum, parts: Sequence[Any]) -> NDArray[Any]:
    """What e makes of its operands. Real fractions are added up in float64 and then rounded to the type that the operands'
    library gives: libraries and machines add in different orders, and their last digits differ."""
    arrays = [as_numpy(part) for part in parts]
    types = {str(part.dtype).removeprefix("torch.") for part in parts}
    if types in ({"float32"}, {"float64"}):
        found: NDArray[Any] = as_numpy(e(*(array.astype(np.float64) for array in arrays)))
        return found.astype(np.result_type(*arrays))
    return as_numpy(e(*parts))


# ---- words ----


def _summarize(e: Einsum, shown: Shown) -> str:
    """One sentence on what is seen."""
    shape = format_shape(e.shape or ())
    if not math.prod(e.sizes[letter] or 0 for letter in e.output):
        return f"The result has shape {shape} and no cells: an axis of size 0 stays empty."
    kind = "one number" if not e.output else f"shape {shape}, {count(math.prod(e.shape or ()), 'cell')}"
    if not e.summed:
        return (
            f"The result is {kind}. Nothing is summed: each cell is one product."
            if len(e.inputs) > 1
            else (
                f"The result is {kind}. Nothing is summed and nothing multiplied: each cell is one cell of {e.names[0]}."
            )
        )
    total = math.prod(e.sizes[letter] or 0 for letter in e.summed)
    what = "product" if len(e.inputs) > 1 else "cell"
    terms = f"the sum of {count(total, what)}, over {join_words(list(e.summed))}"
    return f"The result is {kind}: {terms}." if not e.output else f"The result has {kind}: each is {terms}."


def _note(e: Einsum, shown: Shown, too_large: bool) -> str:
    """What is left out of the drawing or not computed, if anything is."""
    parts = [
        f"{len(some)} of {e.sizes[letter]:,} along {letter}"
        for letter, some in shown.items()
        if len(some) < (e.sizes[letter] or 0)
    ]
    note = f"Drawn in part: {join_words(parts)}." if parts else ""
    if too_large:
        note += " The numbers of the result are not computed here: the drawn cells alone take too many products."
    return note.strip()
