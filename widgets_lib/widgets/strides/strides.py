"""StrideExplorer: a view, the memory under it, and the few numbers that tie the one to the other."""

import math
import operator
import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import traitlets

from widgets_lib.compute import strides
from widgets_lib.widgets._base import Widget

MAX_ELEMENTS = 144  # drawn at once
MAX_ALONG = (4, 8, 12, 24)  # of the last four axes, before that budget; of any axis before them the first only
WHOLE_STORAGE = 144  # cells: a larger storage is drawn only where the elements shown read it
MAX_OUTSIDE = 8  # cells that do not exist, drawn on each side of the storage


class StrideExplorer(Widget):
    """The view x, the storage under it, and its shape, stride and offset as dials; each is linked to the others.

    wl.StrideExplorer()
    wl.StrideExplorer(c.expand_as(m))
    wl.StrideExplorer(np.arange(12).reshape(3, 4)[::-1])

    x: a strided torch tensor or a numpy array of any number of axes; without it, three numbers expanded to (3, 3).
    Its numbers are read when they are drawn. What is typed into a storage cell is kept beside them, so x itself
    stays as it is; with in_place=True it is written into x, and so into everything that shares its memory.

    shape, stride (in elements) and storage_offset can be set, to anything: what would leave the storage is drawn
    and explained. Raises: what strides.describe raises for what has no strides, such as a sparse tensor.
    """

    shape = traitlets.Tuple(help="The shape dials, one int per axis.").tag(sync=True)
    stride = traitlets.Tuple(help="The stride dials, in elements.").tag(sync=True)
    storage_offset = traitlets.Int(help="The storage position of the first element.").tag(sync=True)

    picture = traitlets.Dict(
        help="What is drawn, see `_picture`: the elements shown, where each one reads, the storage and the words."
    ).tag(sync=True)
    moves = traitlets.List(
        help="The lesson's moves from here: key, code, why, and the picture each leads to (None if it does not apply)."
    ).tag(sync=True)

    def __init__(self, x=None, *, in_place=False):
        x = _example() if x is None else x
        layout = strides.describe(x)
        memory = _Memory(
            read=lambda positions: strides.values(x, positions),
            size=layout.storage_size,
            scratch=_scratch(x),
            write=(lambda position, value: strides.write(x, position, value)) if in_place else None,
        )
        self._first = _State(memory, "x", layout, layout, "x")
        super().__init__()
        self._show(self._first)
        self.recompute_on("shape", "stride", "storage_offset")

    def _recompute(self):
        """The dials were set from Python."""
        self._turn(self.shape, self.stride, self.storage_offset)

    def _on_custom_msg(self, content, buffers):
        try:
            if "dials" in content:
                self._turn(**content["dials"])
            elif "move" in content:
                self.apply(content["move"])
            elif "write" in content:
                self.write(content["write"], content["text"])
            elif "restart" in content:
                self.restart()
        finally:
            self.send({"done": content.get("number")})  # the view asks one thing at a time

    def apply(self, key):
        """Make one of the lesson's moves, by its key. Raises: ValueError, saying why, if it does not apply."""
        found = {move.key: (move, state) for move, state in _moves(self._now)}
        if key not in found:
            raise ValueError(f"there is no move {key!r} from here; there is {', '.join(found)}")
        move, state = found[key]
        if state is None:
            raise ValueError(f"{_code(move, self._now)}: {move.explanation}")
        self._show(state)

    def write(self, position, text):
        """Write a number, given as text, into one storage cell: every element that reads it changes.

        Raises: ValueError if there is no such cell or its type cannot hold what was typed.
        """
        now = self._now
        if not isinstance(position, int) or not 0 <= position < now.memory.size:
            raise ValueError(f"there is no storage cell {position}: they go from 0 to {now.memory.size - 1}")
        stored = now.memory.write(position, str(text))
        self._show(replace(now, said=_written(now, position, stored), written=position, reads=None))

    def restart(self):
        """Back to x as it was given; what was typed into cells is forgotten, except in place."""
        self._first.memory.forget()
        self._show(self._first)

    def _turn(self, shape, stride, storage_offset):
        try:
            shape, stride = (tuple(map(operator.index, numbers)) for numbers in (shape, stride))
            offset = operator.index(storage_offset)
        except TypeError as error:
            raise ValueError(f"shape, stride and offset are whole numbers: {error}") from error
        if (shape, stride, offset) != self._now.dials:
            layout = replace(self._now.layout, shape=shape, stride=stride, offset=offset)
            code = self._now.base if layout == self._now.base_layout else _as_strided_code(layout, self._now.base)
            self._show(replace(self._now, layout=layout, code=code, said="", written=None, reads=None))

    def _show(self, state):
        picture = _picture(state)  # first: if it fails, what is seen stays as it was
        self._now = state
        with self.hold_sync(), self.hold_trait_notifications():  # one message, so that it is drawn at once
            self.shape, self.stride, self.storage_offset = state.dials
            self.picture = picture
        self.moves = [
            {
                "key": move.key,
                "code": _label(move, state),
                "why": move.explanation,
                "torch_code": move.torch_code,
                "picture": None if after is None else _picture(after),
            }
            for move, after in _moves(state)
        ]


# ---- memory: read where it is drawn, written on the side ----


class _Memory:
    """A storage of `size` cells, read through `read(positions)`; what is written is kept beside it.

    write(position, value), where given, writes into the memory itself instead.
    """

    def __init__(self, read, size, scratch, write=None):
        self.size, self._read, self._scratch, self._write = size, read, scratch, write
        self._typed = {}

    @property
    def in_place(self):
        return self._write is not None

    def read(self, positions):
        positions = np.asarray(positions, dtype=np.int64)
        found = self._read(positions)
        for position, value in self._typed.items():
            found[positions == position] = value
        return found

    def write(self, position, text):
        """Store what the text says, as this memory's type has it, and return that as a numpy scalar."""
        value = _parsed(text, strides.values(self._scratch).dtype.kind)
        strides.write(self._scratch, 0, value)
        stored = strides.values(self._scratch)[0]
        if self.in_place:
            self._write(position, value)
        else:
            self._typed[position] = stored
        return stored

    def copied(self, reads):
        """The fresh memory that copying the elements of the layout `reads`, in row-major order, would fill."""

        return _Memory(lambda positions: self.read(_through(reads, positions)), reads.size, self._scratch)

    def forget(self):
        self._typed.clear()


def _through(reads, positions):
    """Where the cells of a copy came from: the old position of each new one, for a copy made in order of `reads`."""
    index = np.unravel_index(positions, reads.shape) if reads.shape and len(positions) else ()
    return reads.offset + sum((i * s for i, s in zip(index, reads.stride, strict=bool(index))), 0 * positions)


def _example():
    """The lesson's `c.expand_as(m)`: three numbers seen as three rows."""
    numbers = [10.0, 20.0, 30.0]
    try:
        import torch
    except ImportError:
        return np.broadcast_to(np.array(numbers, dtype=np.float32), (3, 3))
    return torch.tensor(numbers).expand_as(torch.empty(3, 3))


def _scratch(x):
    """One cell of x's type, to learn what the type makes of a number."""
    return np.zeros(1, x.dtype) if isinstance(x, np.ndarray) else x.detach().new_zeros(1, device="cpu")


def _parsed(text, kind):
    """What was typed, for a numpy dtype of this kind. Raises: ValueError, naming it, if it is no number."""
    text = text.strip().replace("−", "-")
    if kind in "USMm":
        return text
    if kind == "b" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    for number in (int, float, complex):
        try:
            return number(text)
        except ValueError:
            pass
    raise ValueError(f"{text[:40]!r} is no number I can read: type one such as 99 or −0.5")


# ---- state and moves ----


@dataclass(frozen=True)
class _State:
    """What is shown: a layout, legal or not, over a memory, and how it came about.

    base, base_layout: the array that came with the memory, as code and layout. code: what makes the layout now.
    said: a sentence on the last move or write. written: the position that was just written, if one was.
    reads: if the memory was just copied, the layout of the old memory in whose order that was done.
    """

    memory: _Memory
    base: str
    base_layout: strides.Layout
    layout: strides.Layout
    code: str
    said: str = ""
    written: int | None = None
    reads: strides.Layout | None = None

    @property
    def dials(self):
        return self.layout.shape, self.layout.stride, self.layout.offset

    @cached_property
    def view(self):
        return strides.as_strided(self.memory.size, *self.dials, itemsize=self.layout.itemsize)

    @property
    def refusal(self):
        """Why the layout's own library would not make it, or None."""
        view = self.view
        return view.reason or (view.torch_refuses if self.layout.library == "torch" else None)


def _moves(state):
    """Pairs of a move and the state after it, None if it does not apply: from an illegal layout none does."""
    moves = strides.moves(state.base_layout if state.refusal else state.layout)
    if state.refusal:
        why = "There is no such view to move on from: turn a dial back, or start again."
        moves = [replace(move, layout=None, explanation=why) for move in moves]
    return [(move, _after(move, state)) for move in moves]


def _after(move, state):
    if move.layout is None:
        return None
    code = _code(move, state)
    after = replace(state, layout=move.layout, code=code, said=move.explanation, written=None, reads=move.reads)
    if move.reads is None:
        return after
    return replace(after, memory=state.memory.copied(move.reads), base=code, base_layout=move.layout)


def _label(move, state):
    """The move's code in the layout's own library, of `x`."""
    return move.torch_code if state.layout.library == "torch" else move.numpy_code


def _code(move, state):
    """The move's code, of what is shown now."""
    return re.sub(r"\bx\b", lambda _: state.code, _label(move, state), count=1)


def _as_strided_code(layout, base):
    if layout.library == "torch":
        return f"torch.as_strided({base}, {layout.shape}, {layout.stride}, {layout.offset})"
    return f"as_strided(storage[{layout.offset}:], {layout.shape}, {layout.stride_bytes})"


# ---- the picture ----


def _picture(state):
    """What is drawn of a state, as plain numbers and texts.

    shape, stride, offset: of all of it. shown: the shape of the part that is drawn, None if that can't be drawn.
    positions: the storage position of each element shown, row-major; ghosts: 1 where its cell was read before.
    cells, texts, exact: the storage cells drawn, ascending, and what they hold. storage_size: of all of it.
    origins: after a move that copied, where each element shown was read from before. bad: the first element that
    leaves the storage, as a number among those shown. The rest is words.
    """
    view, layout, memory = state.view, state.layout, state.memory
    shown = _shown(layout.shape) if view.layout else None
    part = replace(layout, shape=shown or ())
    positions = part.positions().ravel() if shown is not None else np.zeros(0, dtype=np.int64)
    cells = _cells(positions, memory.size)
    real = cells[(cells >= 0) & (cells < memory.size)]
    values = memory.read(real)
    texts = dict(zip(real.tolist(), map(_short, values), strict=True))
    exact = dict(zip(real.tolist(), map(_exact, values), strict=True))
    picture = {
        "shape": layout.shape,
        "stride": layout.stride,
        "offset": layout.offset,
        "shown": shown,
        "positions": positions.tolist(),
        "ghosts": part.ghosts().ravel().astype(int).tolist() if shown is not None else [],
        "cells": cells.tolist(),
        "texts": [texts.get(cell, "?") for cell in cells.tolist()],
        "exact": [exact.get(cell, "") for cell in cells.tolist()],
        "storage_size": memory.size,
        "written": state.written,
        "code": state.code,
        "base": state.base,
        "bad": _bad(view, shown),
        "illegal": state.refusal or "",
        "memory": f"{_count(memory.size, 'cell')} × {_count(layout.itemsize, 'byte')}, {layout.dtype}",
        **_facts(state),
        "words": _words(state, shown),
    }
    if state.reads is not None:
        picture["origins"] = _through(state.reads, positions).tolist()
    return picture


def _shown(shape):
    """The shape of the corner that is drawn: no axis too long, no more than MAX_ELEMENTS in all."""
    limits = (1,) * (len(shape) - len(MAX_ALONG)) + MAX_ALONG[-len(shape) or len(MAX_ALONG) :]
    shown = [min(n, limit) for n, limit in zip(shape, limits, strict=True)]
    while math.prod(shown) > MAX_ELEMENTS:
        shown[max(range(len(shown)), key=shown.__getitem__)] -= 1
    return tuple(shown)


def _cells(positions, size):
    """The storage positions that are drawn: all if they are few, else those read; and a few that do not exist."""
    read = np.unique(positions)
    inside = np.arange(size) if size <= WHOLE_STORAGE else read[(read >= 0) & (read < size)]
    return np.concatenate([read[read < 0][-MAX_OUTSIDE:], inside, read[read >= size][:MAX_OUTSIDE]])


def _bad(view, shown):
    index = view.first_bad_element
    if index is None or shown is None or any(i >= n for i, n in zip(index, shown, strict=True)):
        return None
    return int(np.ravel_multi_index(index, shown)) if index else 0


def _facts(state):
    """How much there seems to be and how much there is, in bytes; the step in bytes; whether it is contiguous."""
    layout = state.layout
    allocated = {"bytes": layout.allocated_bytes, "text": _bytes(layout.allocated_bytes)}
    if state.view.layout is None:
        return {"looks": None, "allocated": allocated, "stride_bytes": "", "contiguous": False}
    return {
        "looks": {"bytes": layout.virtual_bytes, "text": _looks_like(layout), "repeats": layout.repeats},
        "allocated": allocated,
        "stride_bytes": f"({', '.join(map(str, layout.stride_bytes))}{',' * (layout.ndim == 1)})",
        "contiguous": layout.is_contiguous,
    }


def _looks_like(layout):
    looks, repeats = layout.virtual_bytes, layout.repeats
    if repeats > 1 and looks:
        return f"{_bytes(looks // repeats)} × {repeats:,} = {_bytes(looks)}"
    return _bytes(looks)


def _words(state, shown):
    """The sentences under the drawing."""
    layout, refusal = state.layout, state.refusal
    words = []
    if refusal:
        words.append(f"{refusal[0].upper()}{refusal[1:]}." if state.view.reason else f"For numpy only: {refusal}.")
    elif state.said:
        words.append(state.said)
    if state.view.layout is not None:
        if state.view.legal:
            words.append(_memory_sentence(layout, brief=bool(state.said)))
        if shown != layout.shape:
            words.append(
                f"Shown: the first {_times(shown)} of {_times(layout.shape)} elements and the cells they read."
            )
    return " ".join(words)


def _memory_sentence(layout, brief=False):
    """What it looks like and what it takes; unless brief, with the reason."""
    if not layout.size:
        return "There are no elements, so no cell is read."
    looks, allocated = layout.virtual_bytes, layout.allocated_bytes
    sentence = f"Looks like {_looks_like(layout)}, allocated {allocated:,}"
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


def _written(state, position, stored):
    """What one write did, in a sentence: the aliasing trap, spelled out."""
    readers = state.layout.readers(position) if state.view.legal else 0
    changed = "no element reads it" if not readers else f"{_count(readers, 'element')} changed"
    if readers > 1:
        changed = f"one write, {changed}"
    where = (
        "It was written into your own x." if state.memory.in_place else "Your own x stays as it was: this is a copy."
    )
    return f"Cell {position} now holds {_exact(stored)}: {changed}. {where}"


def _times(shape):
    return " × ".join(f"{n:,}" for n in shape)


def _count(n, what):
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _bytes(n):
    return _count(n, "byte")


@lru_cache(4096, typed=True)  # most numbers of a picture are in the next one too
def _exact(value):
    """A numpy scalar in full: as many digits as its type holds."""
    return str(value).strip("()").replace("-", "−")


@lru_cache(4096, typed=True)
def _short(value):
    """A numpy scalar in about five characters."""
    kind = value.dtype.kind
    if kind in "fiu":
        text = str(value) if kind in "iu" else f"{value:.4g}"
        for digits in (4, 3, 2, 1):
            if len(text) > 5:
                text = _power(f"{value:.{digits}g}")
    elif kind == "c":
        text = f"{_power(f'{value.real:.2g}')}{_power(f'{value.imag:+.2g}')}j"
    else:
        text = str(value)
        text = text if len(text) <= 7 else f"{text[:6]}…"
    return text.replace("-", "−")


def _power(text):
    """1e+06 as 1e6."""
    return re.sub(r"e([+-])0*", lambda found: "e-" if found[1] == "-" else "e", text)
