"""BroadcastExplorer: shapes lined up axis by axis, the stretch that copies nothing, and what repairs a clash."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import traitlets
from numpy.typing import NDArray

from widgets_lib.compute import broadcasting
from widgets_lib.compute.formatting import shorten
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, integer
from widgets_lib.widgets.broadcasting.colours import Frame, describe_pixel, draw_result, find_frame
from widgets_lib.widgets.broadcasting.operands import MAX_AXES, Clash, Operand, example, from_argument
from widgets_lib.widgets.broadcasting.picture import draw, draw_repairs
from widgets_lib.widgets.broadcasting.presets import PRESETS

if TYPE_CHECKING:
    import torch

MAX_OPERANDS = 4
MAX_STEPS = 200  # that are told; what came before is forgotten
SCALES = (1, 10, 100, 1000)  # example numbers tell their operand: 1 2 3, 10 20 30, …


class BroadcastExplorer(Widget):
    """Two to four shapes under one operator: a verdict for each axis, the stretch as ghost cells, the result.

    wl.BroadcastExplorer((3,), (3, 3))
    wl.BroadcastExplorer(m, c, names=("m", "c"), operator="*")
    wl.BroadcastExplorer((256, 256, 3), (3,), operator="*")
    wl.BroadcastExplorer(preset="outer")

    shapes: tuples of ints (or text as "3, 1"), or tensors and arrays, whose numbers are then shown. Where one of them
    is a picture, of rows, columns and three colours, all are drawn as pictures, and one to three numbers as sliders.
    operator: one of + - * / < > ==. names: what the operands are called, a, b, … if not given.
    preset: scalar, vector, column, outer, comparison, image, digit, clash or digit-clash; without any argument, vector.
    Raises: ValueError, or TypeError for an array without plain numbers, naming what does not fit.
    """

    messages = {"add": anything, "remove": integer, "repair": integer}
    inputs = ("shapes", "operator", "preset", "history", "levels", "pixel")

    shapes = traitlets.List(traitlets.Unicode(), help="The operands' shapes, as typed.").tag(sync=True)
    operator = traitlets.Enum(list(broadcasting.OPERATORS), "+", help="What is computed of each pair.").tag(sync=True)
    preset = traitlets.Enum(["", *PRESETS], "", help="Key of the example shown; empty once it was changed.").tag(
        sync=True
    )

    history = traitlets.List(
        traitlets.Dict(), help="What led here from how the widget was made: presets, shapes, operators and messages."
    ).tag(sync=True)

    levels = traitlets.Dict(help="What sliders were set to: for an operand's name its numbers.").tag(sync=True)
    pixel = traitlets.List(
        traitlets.Int(), help="Row and column that are looked at in a picture; empty before that."
    ).tag(sync=True)

    invalid_operands = traitlets.List(traitlets.Int(), help="Operands whose typed shape can't be used.").tag(sync=True)
    presets = traitlets.List(
        [{"key": key, "title": preset.title, "about": preset.about} for key, preset in PRESETS.items()],
        help="The examples to choose from: key, title, about.",
    ).tag(sync=True)
    operators = traitlets.List(
        [{"key": each.key, "symbol": each.symbol, "title": each.title} for each in broadcasting.OPERATORS.values()],
        help="The operators to choose from: key, symbol, title.",
    ).tag(sync=True)
    picture = traitlets.Dict(
        help="What is drawn, see `picture.draw`: the table's columns, the panels of cells, the repairs and the summary."
    ).tag(sync=True)
    result_image = traitlets.Unicode(help="The result as a picture, a data URI; empty where cells are drawn.").tag(
        sync=True
    )
    at_pixel = traitlets.Unicode(help="A sentence on the pixel that is looked at.").tag(sync=True)

    def __init__(
        self,
        *shapes: "int | Sequence[int] | str | torch.Tensor | NDArray[Any]",
        operator: str | None = None,
        names: Sequence[str] | None = None,
        preset: str | None = None,
    ) -> None:
        if shapes and preset:
            raise ValueError(f"BroadcastExplorer: give shapes or preset={preset!r}, not both")
        if preset is not None and preset not in PRESETS:
            raise ValueError(f"BroadcastExplorer: preset {preset!r} is not one of {', '.join(PRESETS)}")
        if operator is not None and operator not in broadcasting.OPERATORS:
            raise ValueError(
                f"BroadcastExplorer: operator {operator!r} is not one of {' '.join(broadcasting.OPERATORS)}"
            )
        if names is not None and (len(names) != len(shapes) or not all(isinstance(name, str) for name in names)):
            raise ValueError(f"BroadcastExplorer: names={names!r} for {len(shapes)} shapes: one text each")
        if shapes:
            names = names or "abcdefghijklmnopqrstuvwxyz"
            operands = [from_argument(*each) for each in zip(names, shapes, itertools.cycle(SCALES), strict=False)]
            preset, operator = "", operator or "+"
        else:
            preset = preset or "vector"
            operands, operator = list(PRESETS[preset].operands), operator or PRESETS[preset].operator
        self._operands = operands
        self._start = operands, operator, preset
        self._drawn: tuple[list[Operand], str] | None = None
        self._frame: Frame | None = None  # of what is drawn
        self._step: dict[str, Any] | None = None  # what is being done; None for a shape or operator that was chosen
        self._clash: Clash | None = None  # the one that is shown, or was before a repair
        texts = [_shape_text(operand.shape) for operand in operands]
        super().__init__(shapes=texts, operator=operator, preset=preset)
        self.recompute_on("shapes", "operator", "levels", "pixel")
        self.observe(self._on_preset, names=["preset"])

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Any) -> None:
        actions = {
            "add": self._add,
            "remove": self._remove,
            "repair": self._apply_repair,
            "restart": lambda _: self.restart(),
        }
        for name, argument in content.items():
            if name not in actions:
                raise ValueError(f"BroadcastExplorer: there is no action {name!r}")
            actions[name](argument)

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        history = values.pop("history", [])
        with self.hold_sync():
            for step in history:
                if {"add", "remove", "repair"} & set(step):
                    self._on_custom_msg(step, None)
                else:
                    super()._restore_inputs(step)
            self.history = history
            super()._restore_inputs(values)  # what was chosen last, and had not reached the history

    def _on_preset(self, change: dict[str, Any]) -> None:
        if change["new"]:  # empty: the shapes were changed, and are no example any more
            self._run_guarded(self._use_preset)

    def _use_preset(self) -> None:
        preset = PRESETS[self.preset]
        if self._operands != list(preset.operands):  # else they are shown already, and only the name is set
            self._show(preset.operands, preset.operator, self.preset)

    def restart(self) -> None:
        """Back to the shapes, or the example, that the widget was made with."""
        self.error = ""
        self._show(*self._start)

    def _add(self, _: Any) -> None:
        if len(self._operands) == MAX_OPERANDS:
            raise ValueError(f"there is room for {MAX_OPERANDS} operands")
        last = max((operand.shape[-1:] for operand in self._operands), default=())
        name = self._free_name(self._operands)
        added = example(name, last or (3,), SCALES[len(self._operands)])
        self._change([*self._operands, added], [*self.shapes, _shape_text(added.shape)], {"add": True})

    def _remove(self, at: Any) -> None:
        if not (isinstance(at, int) and 0 <= at < len(self._operands)) or len(self._operands) == 2:
            raise ValueError(f"operand {at!r} can’t be removed: an expression needs two")
        operands, texts = list(self._operands), list(self.shapes)
        del operands[at], texts[at]
        self._change(operands, texts, {"remove": at})

    def _apply_repair(self, at: Any) -> None:
        """Apply a repair to the operands that clash; applying it again undoes it."""
        clash = self._clash
        if clash is None or not (isinstance(at, int) and 0 <= at < len(clash.repairs)):
            raise ValueError(f"there is no repair {at!r}")
        self._clash = clash.applying(None if at == clash.applied else at)
        operands = self._clash.repaired
        self._change(operands, [_shape_text(operand.shape) for operand in operands], {"repair": at})

    def _show(self, operands: Sequence[Operand], operator: str, preset: str) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            self._operands = list(operands)
            self.shapes, self.operator, self.preset = [_shape_text(each.shape) for each in operands], operator, preset
            self.levels, self.pixel = {}, []
        self._recompute()  # also where no trait changed: other numbers may stand behind equal shapes
        self.history = [] if (operands, operator, preset) == self._start else [{"preset": preset}]

    def _change(self, operands: list[Operand], texts: list[str], step: dict[str, Any]) -> None:
        self._step = step
        try:
            with self.hold_sync():
                self._operands, self.preset = operands, ""
                self.shapes = texts
                self._recompute()
        finally:
            self._step = None

    @staticmethod
    def _free_name(operands: Sequence[Operand]) -> str:
        names = {operand.name for operand in operands}
        return next(name for name in "abcdefghijklmnopqrstuvwxyz" if name not in names)

    # ---- what is drawn ----

    def _recompute(self) -> None:
        """Read the typed shapes and draw; if one can't be read, say why and leave the drawing as it was."""
        operands = self._read()
        if self._clash and self._clash.repaired != operands:
            self._clash = None
        preset = PRESETS.get(self.preset)
        if preset and (operands != list(preset.operands) or self.operator != preset.operator):
            self.preset = ""
        if (operands, self.operator) != self._drawn:  # several traits may have changed at once: draw once
            self.picture = self._draw(operands)
            if self._drawn:
                self._tell(self._step or {"shapes": list(self.shapes), "operator": self.operator})
            self._drawn = operands, self.operator
        self._operands = operands
        self._draw_result()

    def _draw_result(self) -> None:
        """The result as a picture, and its pixel, where pictures are drawn."""
        levels, frame = _check_levels(self.levels), self._frame
        if frame is None or not self.picture["shape"]:
            self.result_image = self.at_pixel = ""
            return
        rows, columns = frame.sides
        pixel = self.pixel or [rows // 2, columns // 3]
        if len(pixel) != 2 or not (0 <= pixel[0] < rows and 0 <= pixel[1] < columns):
            raise ValueError(f"there is no pixel {pixel}: rows go from 0 to {rows - 1}, columns to {columns - 1}")
        with self.hold_sync():
            self.result_image = draw_result(self._operands, self.operator, frame, levels)
            operator = broadcasting.OPERATORS[self.operator]
            self.at_pixel = describe_pixel(self._operands, operator, frame, levels, pixel)

    def _tell(self, step: dict[str, Any]) -> None:
        """Add to the history; of shapes or operators that were chosen one after the other only the last counts."""
        history = [*self.history, step]
        chosen = [len(each["shapes"]) for each in history[-2:] if "shapes" in each]
        if len(chosen) == 2 and chosen[0] == chosen[1]:
            del history[-2]
        self.history = history[-MAX_STEPS:]

    def _read(self) -> list[Operand]:
        """The operands that the typed shapes stand for; an operand whose shape is typed as it was stays the same."""
        if not 2 <= len(self.shapes) <= MAX_OPERANDS:
            raise ValueError(f"give 2 to {MAX_OPERANDS} shapes, not {len(self.shapes)}")
        operands: list[Operand] = []
        problems: dict[int, str] = {}
        for at, text in enumerate(self.shapes):
            old = self._operands[at] if at < len(self._operands) else None
            name = old.name if old and old.name.isidentifier() else self._free_name([*self._operands, *operands])
            try:
                shape = broadcasting.parse_shape(text)
                if len(shape) > MAX_AXES:
                    raise ValueError(f"{len(shape)} axes: the table has room for {MAX_AXES}")
            except ValueError as problem:
                problems[at] = f"{name}: {problem}."
                continue
            if old is None:
                operands.append(example(name, shape, SCALES[at]))
            else:
                operands.append(old if shape == old.shape else old.typed(shape, name, SCALES[at]))
        self.invalid_operands = list(problems)
        if problems:
            raise ValueError("\n".join(problems.values()))
        return operands

    def _draw(self, operands: list[Operand]) -> dict[str, Any]:
        operator = broadcasting.OPERATORS[self.operator]
        if operator.is_comparison and len(operands) > 2:
            raise ValueError(
                f"“{operator.symbol}” compares two operands, and here are {len(operands)}: remove one first"
            )
        result = broadcasting.broadcast(
            *(operand.shape for operand in operands), names=[operand.code for operand in operands]
        )
        if result.shape is None:
            fitting = [repair for repair in result.repairs if len(repair.result_shape) <= MAX_AXES]
            self._clash = Clash(operands, fitting)
        frame = find_frame(operands)
        picture = draw(operands, operator, result, frame)
        self._frame = frame
        room = len(operands) < MAX_OPERANDS and not operator.is_comparison
        return {**picture, "repairs": draw_repairs(self._clash), "room": room}


def _check_levels(levels: Mapping[str, Any]) -> Mapping[str, list[float]]:
    """The levels themselves. Raises: ValueError unless they are lists of finite numbers by name."""
    for name, numbers in levels.items():
        good = isinstance(numbers, (list, tuple)) and all(type(n) in (int, float) and math.isfinite(n) for n in numbers)
        if not good or len(numbers) not in (1, 3):
            raise ValueError(f"{name}: sliders hold one or three numbers, and can’t hold {shorten(repr(numbers))}")
    return levels


def _shape_text(shape: tuple[int, ...]) -> str:
    """A shape as a learner would type it: "3, 1", "3", "()"."""
    return ", ".join(map(str, shape)) or "()"
