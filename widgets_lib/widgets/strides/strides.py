"""StrideExplorer: a view, the memory under it, and the few numbers that tie the one to the other."""

import ast
import operator
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from widgets_lib.compute import strides
from widgets_lib.compute._integers import check_flag
from widgets_lib.compute.formatting import shorten
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._caller import name_in_caller
from widgets_lib.widgets._messages import anything, integer, list_of, record, text
from widgets_lib.widgets.strides.picture import draw, write_note
from widgets_lib.widgets.strides.state import Memory, State

if TYPE_CHECKING:
    import torch


MAX_STEPS = 200  # that are told; what came before is forgotten
_NAMES = ast.Name, ast.Attribute, ast.Subscript, ast.Call  # what code may go on with a dot or a bracket


class StrideExplorer(Widget):
    """The view x, the storage under it, and its shape, stride and offset as dials; each is linked to the others.

    wl.StrideExplorer()
    wl.StrideExplorer(c.expand_as(m), name="t")
    wl.StrideExplorer(np.arange(12).reshape(3, 4)[::-1])

    x: a strided torch tensor or a numpy array of any number of axes; without it, three numbers expanded to (3, 3).
    Its numbers are read when they are drawn. What is typed into a storage cell is kept separately, so x itself
    stays as it is; with in_place=True it is written into x, and so into everything that shares its memory.

    shape, stride (in elements) and storage_offset can be set, to anything: what would leave the storage is drawn
    and explained. Raises: what strides.describe raises for what has no strides, such as a sparse tensor; with
    in_place=True ValueError for what may not be written to: read-only arrays, tensors that require grad; ValueError
    for a name that Python can't put a dot or a bracket behind.
    """

    messages = {
        "dials": record(shape=list_of(integer), stride=list_of(integer), storage_offset=integer),
        "move": text,
        "write": integer,
        "text": text,
        "number": anything,
    }
    inputs = ("shape", "stride", "storage_offset", "history")

    shape = traitlets.Tuple(help="The shape dials, one int per axis.").tag(sync=True)
    stride = traitlets.Tuple(help="The stride dials, in elements.").tag(sync=True)
    storage_offset = traitlets.Int(help="The storage position of the first element.").tag(sync=True)

    history = traitlets.List(
        traitlets.Dict(), help="What led here from x: dials, moves and writes, as the view asks for them."
    ).tag(sync=True)

    picture = traitlets.Dict(
        help="What is drawn, see `picture.draw`: the elements shown, where each reads, the storage and the message."
    ).tag(sync=True)
    moves = traitlets.List(
        traitlets.Dict(),
        help="The lesson's moves from here: key, code, reason, and the picture of each, None if it does not apply.",
    ).tag(sync=True)

    def __init__(
        self, x: "torch.Tensor | NDArray[Any] | None" = None, *, in_place: bool = False, name: str | None = None
    ) -> None:
        name = _check_name(name) if name is not None else name_in_caller(x) if x is not None else None
        x = _example() if x is None else x
        layout = strides.describe(x)
        if check_flag(in_place, "StrideExplorer: in_place"):
            strides.check_writable(x)
        own = name or ("tensor" if layout.library == "torch" else "array")
        self._first = State(Memory.of(x, in_place=in_place), own, name or "x", layout, layout, name or "x")
        super().__init__()
        self._show(self._first)
        self.recompute_on(*self.inputs)

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        x = args[0] if args else kwargs.get("x")
        return args, {"name": name_in_caller(x), **kwargs} if x is not None else kwargs

    def _recompute(self) -> None:
        """The dials were set from Python."""
        self._set_dials(self.shape, self.stride, self.storage_offset)

    def _on_msg(self, content: Any, buffers: Any) -> None:
        super()._on_msg(content, buffers)
        if isinstance(content, dict) and "number" in content:
            self.send({"done": content["number"]})  # the view asks one thing at a time

    def _on_custom_msg(self, content: dict[str, Any], buffers: Any) -> None:
        if not self._take(content):
            super()._on_custom_msg(content, buffers)

    def _take(self, step: dict[str, Any]) -> bool:
        """Do what the view asked for, or what a history tells; False if it asks for something else."""
        if "dials" in step:
            self._set_dials(**step["dials"])
        elif "move" in step:
            self.apply(step["move"])
        elif "write" in step:
            self.write(step["write"], step.get("text", ""))
        else:
            return False
        return True

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        with self.hold_sync():
            for step in values.pop("history", []):
                self._take(step)
            super()._restore_inputs(values)  # dials that were turned last, and had not reached the history

    def apply(self, key: str) -> None:
        """Make one of the lesson's moves, by its key. Raises: ValueError, with the reason, if it does not apply."""
        found = {move.key: (move, state) for move, state in self._now.moves()}
        if key not in found:
            raise ValueError(f"there is no move {key!r} from here; there is {', '.join(found)}")
        move, state = found[key]
        if state is None:
            raise ValueError(f"{self._now.code_of(move)}: {self._now.named(move.explanation)}")
        self._show(state, {"move": key})

    def write(self, position: int, text: str) -> None:
        """Write a number, given as text, into one storage cell: every element that reads it changes.

        Raises: ValueError if there is no such cell or its type cannot hold what was typed.
        """
        now = self._now
        if type(position) is not int or not 0 <= position < now.memory.size:
            raise ValueError(f"there is no storage cell {position}: they go from 0 to {now.memory.size - 1}")
        stored = now.memory.write(position, str(text))
        after = replace(now, note=write_note(now, position, stored), written=position, reads=None)
        self._show(after, {"write": position, "text": str(text)})

    def restart(self) -> None:
        """Back to x as it was given; what was typed into cells is forgotten, except in place."""
        self.error = ""
        self._first.memory.forget()
        self._show(self._first)

    def _set_dials(self, shape: Iterable[int], stride: Iterable[int], storage_offset: int) -> None:
        try:
            shape, stride = (tuple(map(operator.index, numbers)) for numbers in (shape, stride))
            offset = operator.index(storage_offset)
        except TypeError:
            asked = shorten(f"{shape!r}, {stride!r} and {storage_offset!r}", 100)
            raise ValueError(f"shape, stride and offset are whole numbers, and can’t be {asked}") from None
        if (shape, stride, offset) != self._now.dials:
            step = {"dials": {"shape": list(shape), "stride": list(stride), "storage_offset": offset}}
            self._show(self._now.with_dials(shape, stride, offset), step)

    def _show(self, state: State, step: dict[str, Any] | None = None) -> None:
        """Show a state and how it came about: by one step more, or without any."""
        picture = draw(state)  # first: if it fails, the picture stays as it was
        self._now = state
        history = [*self.history, step] if step else []
        if len(history) > 1 and "dials" in history[-1] and "dials" in history[-2]:
            del history[-2]
        with self.hold_sync(), self.hold_trait_notifications():  # one message, so that it is drawn at once
            self.shape, self.stride, self.storage_offset = state.dials
            self.picture, self.history = picture, history[-MAX_STEPS:]
        self.moves = [
            {
                "key": move.key,
                "code": state.label_of(move),
                "reason": state.named(move.explanation),
                "torch_code": state.named(move.torch_code),
                "picture": None if after is None else draw(after),
            }
            for move, after in state.moves()
        ]


def _check_name(name: Any) -> str:
    """The name itself. Raises: ValueError unless `name.t()` and `name[1]` are code about what it names."""
    with suppress(SyntaxError, ValueError):
        if isinstance(name, str) and isinstance(ast.parse(name, mode="eval").body, _NAMES):
            return name.strip()
    raise ValueError(f"StrideExplorer: name={name!r}: give what x is called in Python, such as name='t'")


def _example() -> "torch.Tensor | NDArray[Any]":
    """The lesson's `c.expand_as(m)`: three numbers seen as three rows."""
    numbers = [10.0, 20.0, 30.0]
    try:
        import torch
    except ImportError:
        return np.broadcast_to(np.array(numbers, dtype=np.float32), (3, 3))
    return torch.tensor(numbers).expand_as(torch.empty(3, 3))
