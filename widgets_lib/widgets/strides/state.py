"""What the StrideExplorer shows: a layout over a memory, the moves that lead on from it, and the memory itself."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from widgets_lib.compute import strides
from widgets_lib.compute.arrays import is_torch
from widgets_lib.compute.parsing import read_number

MAX_NAME = 10  # letters of code that stand for a view in the drawing


class Memory:
    """A storage of `size` cells, read through `read(positions)`; what is written is kept separately.

    scratch: one cell of the same type, in which a number is converted before it is kept.
    write(position, value), if given, writes into the memory itself instead.
    """

    def __init__(
        self,
        read: Callable[[NDArray[np.int64]], NDArray[Any]],
        size: int,
        scratch: Any,
        write: Callable[[int, Any], object] | None = None,
    ) -> None:
        self.size, self._read, self._scratch, self._write = size, read, scratch, write
        self._typed: dict[int, Any] = {}

    @classmethod
    def of(cls, x: Any, *, in_place: bool) -> "Memory":
        """The storage of a tensor or array; with in_place, writing changes it."""
        return cls(
            read=lambda positions: strides.values(x, positions),
            size=strides.describe(x).storage_size,
            scratch=x.detach().new_zeros(1, device="cpu") if is_torch(x) else np.zeros(1, x.dtype),
            write=(lambda position, value: strides.write(x, position, value)) if in_place else None,
        )

    @property
    def in_place(self) -> bool:
        return self._write is not None

    def read(self, positions: ArrayLike) -> NDArray[Any]:
        """The numbers in these cells, those that were typed included."""
        positions = np.asarray(positions, dtype=np.int64)
        found = self._read(positions)
        for position, value in self._typed.items():
            found[positions == position] = value
        return found

    def write(self, position: int, text: str) -> Any:
        """Store what the text says, converted to this memory's type, and return that as a numpy scalar."""
        value = _parse_number(text, strides.values(self._scratch).dtype.kind)
        strides.write(self._scratch, 0, value)
        stored = strides.values(self._scratch)[0]
        if self._write is not None:
            self._write(position, value)
        else:
            self._typed[position] = stored
        return stored

    def copied(self, reads: strides.Layout) -> "Memory":
        """The fresh memory that copying the elements of the layout `reads`, in row-major order, would fill."""
        return Memory(lambda positions: self.read(positions_before_copy(reads, positions)), reads.size, self._scratch)

    def forget(self) -> None:
        """Drop what was typed."""
        self._typed.clear()


def positions_before_copy(reads: strides.Layout, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The old position of each new one, for a copy made in the order of the layout `reads`."""
    index = np.unravel_index(positions, reads.shape) if reads.shape and len(positions) else ()
    return reads.offset + sum((i * s for i, s in zip(index, reads.stride, strict=bool(index))), 0 * positions)


def _parse_number(text: str, kind: str) -> Any:
    """What was typed, for a numpy dtype of this kind. Raises: ValueError, naming it, if it is not a number."""
    text = text.strip()
    if kind in "USMm":
        return text
    if kind == "b" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    for read in (int, float, complex):  # first: these keep the sign of −0.0 and know nan, inf and 1-2j
        with suppress(ValueError):
            return read(text.replace("−", "-"))
    return read_number(text)


@dataclass(frozen=True)
class State:
    """A layout, legal or not, over a memory, and how it came about.

    own: what the learner calls the array that was given. base, base_layout: the array that came with the memory, as
    code and layout. code: what makes the layout now.
    note: a sentence on the last move or write. written: the position that was just written, if one was.
    reads: if the memory was just copied, the layout of the old memory in whose order that was done.
    """

    memory: Memory
    own: str
    base: str
    base_layout: strides.Layout
    layout: strides.Layout
    code: str
    note: str = ""
    written: int | None = None
    reads: strides.Layout | None = None

    @property
    def dials(self) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Shape, stride and offset."""
        return self.layout.shape, self.layout.stride, self.layout.offset

    @property
    def name(self) -> str:
        """What is shown now, in a word: its code where that is short."""
        return self.code if len(self.code) <= MAX_NAME else "view"

    def named(self, text: str) -> str:
        """A text about `x`, as the moves have it, about what is shown now."""
        return re.sub(r"\bx\b", lambda _: self.name, text)

    @cached_property
    def view(self) -> strides.View:
        return strides.as_strided(self.memory.size, *self.dials, itemsize=self.layout.itemsize)

    @property
    def refusal(self) -> str | None:
        """Why the layout's own library would not make it, or None."""
        view = self.view
        return view.reason or (view.torch_refuses if self.layout.library == "torch" else None)

    def with_dials(self, shape: tuple[int, ...], stride: tuple[int, ...], offset: int) -> "State":
        """The state with other numbers on the dials, legal or not."""
        layout = replace(self.layout, shape=shape, stride=stride, offset=offset)
        code = self.base if layout == self.base_layout else _as_strided_code(layout, self.base)
        return replace(self, layout=layout, code=code, note="", written=None, reads=None)

    def moves(self) -> list[tuple[strides.Move, "State | None"]]:
        """Pairs of a move and the state after it, None if it does not apply: from an illegal layout none does."""
        moves = strides.moves(self.base_layout if self.refusal else self.layout)
        if self.refusal:
            reason = "There is no such view to move on from: turn a dial back, or start again."
            moves = [replace(move, layout=None, explanation=reason) for move in moves]
        return [(move, self._after(move)) for move in moves]

    def _after(self, move: strides.Move) -> "State | None":
        if move.layout is None:
            return None
        code = self.code_of(move)
        note = self.named(move.explanation)
        after = replace(self, layout=move.layout, code=code, note=note, written=None, reads=move.reads)
        if move.reads is None:
            return after
        return replace(after, memory=self.memory.copied(move.reads), base=code, base_layout=move.layout)

    def label_of(self, move: strides.Move) -> str:
        """The move's code in the layout's own library, of what is shown now by its name."""
        return self.named(self._own_code(move))

    def code_of(self, move: strides.Move) -> str:
        """The same of all the code that made what is shown now."""
        return re.sub(r"\bx\b", lambda _: self.code, self._own_code(move), count=1)

    def _own_code(self, move: strides.Move) -> str:
        return move.torch_code if self.layout.library == "torch" else move.numpy_code


def _as_strided_code(layout: strides.Layout, base: str) -> str:
    if layout.library == "torch":
        return f"torch.as_strided({base}, {layout.shape}, {layout.stride}, {layout.offset})"
    return f"as_strided(storage[{layout.offset}:], {layout.shape}, {layout.stride_bytes})"
