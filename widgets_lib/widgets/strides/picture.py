"""What the StrideExplorer draws of a state, and the sentences that go with it."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import strides
from widgets_lib.compute.formatting import count, format_exact, format_shape, format_short, format_sizes
from widgets_lib.widgets.strides.state import State, positions_before_copy

MAX_ELEMENTS = 144  # drawn at once
MAX_ALONG = (4, 8, 12, 24)  # of the last four axes, before that budget; of any axis before them the first only
WHOLE_STORAGE = 144  # cells: a larger storage is drawn only where the elements shown read it
MAX_OUTSIDE = 8  # cells that do not exist, drawn on each side of the storage


def draw(state: State) -> dict[str, Any]:
    """What is drawn of a state, as plain numbers and texts.

    name: what it is called. shape, stride, offset: of all of it. shown: the shape of the part that is drawn, None if that can't be drawn.
    positions: the storage position of each element shown, row-major; ghosts: 1 where its cell was read before.
    cells, texts, exact: the storage cells drawn, ascending, and what they hold. storage_size: of all of it.
    origins: after a move that copied, where each element shown was read from before. bad: the first element that
    leaves the storage, as a number among those shown. illegal, message and the rest are texts to show.
    """
    view, layout, memory = state.view, state.layout, state.memory
    shown = _shown(layout.shape) if view.layout else None
    part = replace(layout, shape=shown or ())
    positions = part.positions().ravel() if shown is not None else np.zeros(0, dtype=np.int64)
    cells = _cells(positions, memory.size)
    real = cells[(cells >= 0) & (cells < memory.size)]
    texts = dict(zip(real.tolist(), _texts(memory.read(real)), strict=True))
    picture = {
        "name": state.name,
        "shape": layout.shape,
        "stride": layout.stride,
        "offset": layout.offset,
        "shown": shown,
        "positions": positions.tolist(),
        "ghosts": part.ghosts().ravel().astype(int).tolist() if shown is not None else [],
        "cells": cells.tolist(),
        "texts": [texts[cell][0] if cell in texts else "?" for cell in cells.tolist()],
        "exact": [texts[cell][1] if cell in texts else "" for cell in cells.tolist()],
        "storage_size": memory.size,
        "written": state.written,
        "code": state.code,
        "base": state.base,
        "bad": _first_bad(view, shown),
        "illegal": state.refusal or "",
        "memory": f"{count(memory.size, 'cell')} × {count(layout.itemsize, 'byte')}, {layout.dtype}",
        **_facts(state),
        "message": _message(state, shown),
    }
    if state.reads is not None:
        picture["origins"] = positions_before_copy(state.reads, positions).tolist()
    return picture


def _shown(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the corner that is drawn: no axis too long, no more than MAX_ELEMENTS in all."""
    limits = (1,) * (len(shape) - len(MAX_ALONG)) + MAX_ALONG[-len(shape) or len(MAX_ALONG) :]
    shown = [min(n, limit) for n, limit in zip(shape, limits, strict=True)]
    while math.prod(shown) > MAX_ELEMENTS:
        shown[max(range(len(shown)), key=shown.__getitem__)] -= 1
    return tuple(shown)


def _cells(positions: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The storage positions that are drawn: all if they are few, else those read; and a few that do not exist."""
    read = np.unique(positions)
    inside = np.arange(size) if size <= WHOLE_STORAGE else read[(read >= 0) & (read < size)]
    return np.concatenate([read[read < 0][-MAX_OUTSIDE:], inside, read[read >= size][:MAX_OUTSIDE]])


def _texts(values: NDArray[Any]) -> list[tuple[str, str]]:
    """The numbers as texts, each as a cell has room for it and in full."""
    raw, size = values.tobytes(), values.itemsize
    return [_text(raw[start : start + size], values.dtype) for start in range(0, len(raw), size)]


@lru_cache(4096)  # most numbers of a picture are in the next one too; by their bytes, since −0.0 equals 0.0
def _text(raw: bytes, dtype: np.dtype[Any]) -> tuple[str, str]:
    value = np.frombuffer(raw, dtype)[0]
    return format_short(value), format_exact(value)


def _first_bad(view: strides.View, shown: tuple[int, ...] | None) -> int | None:
    index = view.first_bad_element
    if index is None or shown is None or any(i >= n for i, n in zip(index, shown, strict=True)):
        return None
    return int(np.ravel_multi_index(index, shown)) if index else 0


def _facts(state: State) -> dict[str, Any]:
    """How much there seems to be and how much there is, in bytes; the step in bytes; whether it is contiguous."""
    layout = state.layout
    allocated = {"bytes": layout.allocated_bytes, "text": count(layout.allocated_bytes, "byte")}
    if state.view.layout is None:
        return {"looks": None, "allocated": allocated, "stride_bytes": "", "contiguous": False}
    return {
        "looks": {"bytes": layout.virtual_bytes, "text": _looks_like(layout), "repeats": layout.repeats},
        "allocated": allocated,
        "stride_bytes": format_shape(layout.stride_bytes),
        "contiguous": layout.is_contiguous,
    }


def _looks_like(layout: strides.Layout) -> str:
    looks, repeats = layout.virtual_bytes, layout.repeats
    if repeats > 1 and looks:
        return f"{count(looks // repeats, 'byte')} × {repeats:,} = {count(looks, 'byte')}"
    return count(looks, "byte")


def _message(state: State, shown: tuple[int, ...] | None) -> str:
    """The sentences under the drawing."""
    layout, refusal = state.layout, state.refusal
    sentences = []
    if refusal:
        sentences.append(f"{refusal[0].upper()}{refusal[1:]}." if state.view.reason else f"For numpy only: {refusal}.")
    elif state.note:
        sentences.append(state.note)
    if shown is not None:
        if state.view.legal:
            sentences.append(_memory_sentence(layout, brief=bool(state.note)))
        if shown != layout.shape:
            part = f"the first {format_sizes(shown)} of {format_sizes(layout.shape)} elements"
            sentences.append(f"Shown: {part} and the cells they read.")
    return " ".join(sentences)


def _memory_sentence(layout: strides.Layout, brief: bool = False) -> str:
    """What it looks like and what it takes; unless brief, with the reason."""
    if not layout.size:
        return "There are no elements, so no cell is read."
    looks, allocated = layout.virtual_bytes, layout.allocated_bytes
    but = "but only" if looks > allocated else "and"
    are = "is" if allocated == 1 else "are"
    sentence = f"It looks like {_looks_like(layout)}, {but} {allocated:,} {are} allocated"
    if brief:
        return f"{sentence}."
    if layout.expanded_axes:
        axes = " and ".join(map(str, layout.expanded_axes))
        return f"{sentence}: with stride 0 along axis {axes} the same cells are read again, and nothing is copied."
    if looks > allocated:
        return f"{sentence}: elements share cells."
    if looks < allocated:
        return f"{sentence}: the storage is kept whole, read or not."
    return f"{sentence}: {'one cell' if layout.size == 1 else 'a cell for each element'}."


def write_note(state: State, position: int, stored: Any) -> str:
    """What one write did, in a sentence: how many elements changed, and whether the learner's own array did."""
    readers = state.layout.readers(position) if state.view.legal else 0
    changed = "no element reads it" if not readers else f"{count(readers, 'element')} changed"
    if readers > 1:
        changed = f"one write, {changed}"
    own = f"our own {state.own}"
    where = f"It was written into y{own}." if state.memory.in_place else f"Y{own} stays as it was: this is a copy."
    return f"Cell {position} now holds {format_exact(stored)}: {changed}. {where}"
