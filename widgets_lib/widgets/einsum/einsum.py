"""EinsumExplorer: an einsum drawn, written in three ways, and edited from any of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import traitlets
from numpy.typing import NDArray

from widgets_lib.compute import einsum
from widgets_lib.compute.arrays import as_numpy, check_tensor, is_torch
from widgets_lib.compute.einsum import PRESETS, Einsum, EinsumError
from widgets_lib.compute.einsum.challenges import CHALLENGES
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, integer, record, text
from widgets_lib.widgets.einsum.operands import MAX_SIZE, Operand, fitting_shapes, resized
from widgets_lib.widgets.einsum.panes import PANES, describe_problem, name_mistake, read_pane, read_shapes, write_panes
from widgets_lib.widgets.einsum.picture import draw, draw_target
from widgets_lib.widgets.einsum.remarks import describe_challenge, remark

if TYPE_CHECKING:
    import torch

LIBRARIES = ("numpy", "torch")


class EinsumExplorer(Widget):
    """An einsum as a drawing, an equation, loops, and an expression: change one, and the others follow.

    wl.EinsumExplorer("bij,bjk->bik", a, b)
    wl.EinsumExplorer("ik,kj->ij", (3, 4), (4, 2), order="ikj")
    wl.EinsumExplorer("ii->i")
    wl.EinsumExplorer(preset="trace")
    wl.EinsumExplorer(challenge="trace")

    equation: as np.einsum takes it. operands: arrays, tensors or lists, whose numbers are then shown, or shapes as
    tuples; without any, shapes that show the equation well. order: its letters as the loops go over them, outermost
    first. library: "numpy" or "torch", how loops and expression are written.
    preset, challenge: a key of compute.einsum.PRESETS, of compute.einsum.challenges.CHALLENGES.
    Raises: EinsumError, a ValueError, for an equation or operands that do not fit; ValueError or TypeError, naming what
    is wrong, for anything else.
    """

    messages = {
        "output": text,
        "order": text,
        "size": record(letter=text, size=integer),
        "preset": text,
        "library": text,
        "repair": integer,
        "follow": anything,
        "hint": anything,
    }
    inputs = ("pane", "text", "equation", "shapes", "pinned", "order", "library", "step", "solved", "hints")

    pane = traitlets.Enum(PANES, "equation", help="The pane that was edited last; the others follow it.").tag(sync=True)
    text = traitlets.Unicode(help="What stands in that pane.").tag(sync=True)
    equation = traitlets.Unicode(help="The last equation that could be read.").tag(sync=True)
    shapes = traitlets.List(traitlets.List(traitlets.Int(min=0)), help="The shapes of its operands.").tag(sync=True)
    pinned = traitlets.Bool(help="Whether these shapes stay where an edited text needs others.").tag(sync=True)
    order = traitlets.Unicode(help="The letters as the loops go over them; empty: output letters first.").tag(sync=True)
    library = traitlets.Enum(LIBRARIES, "numpy", help="How loops and expression are written.").tag(sync=True)
    step = traitlets.Int(0, min=0, help="Turns of the innermost loop that are done; 0 shows the whole.").tag(sync=True)
    solved = traitlets.Bool(help="Whether the challenge has been solved.").tag(sync=True)
    hints = traitlets.Int(0, min=0, help="Hints that were asked for.").tag(sync=True)

    presets = traitlets.List(
        [{"key": key, "title": preset.title, "about": preset.equation} for key, preset in PRESETS.items()],
        help="The operations to choose from: key, title, about, which is the equation.",
    ).tag(sync=True)
    preset = traitlets.Unicode(help="Key of the one that is shown, if it is one.").tag(sync=True)
    picture = traitlets.Dict(help="What is drawn, see `picture.draw`.").tag(sync=True)
    panes = traitlets.Dict(help="The text of each pane.").tag(sync=True)
    problem = traitlets.Dict(help="What is wrong with the text, see `panes.describe_problem`; empty if nothing.").tag(
        sync=True
    )
    remarks = traitlets.Dict(help="What it is called and costs, see `remarks.remark`.").tag(sync=True)
    challenge = traitlets.Dict(help="The task and how far it is, see `remarks.describe_challenge`.").tag(sync=True)
    target = traitlets.Dict(help="The result to find, as a panel of cells, if the challenge shows one.").tag(sync=True)

    def __init__(
        self,
        equation: str | None = None,
        *operands: "Sequence[int] | str | torch.Tensor | NDArray[Any]",
        order: str = "",
        library: str | None = None,
        preset: str | None = None,
        challenge: str | None = None,
    ) -> None:
        self._task = _choose(CHALLENGES, "challenge", challenge) if challenge is not None else None
        chosen = {"preset": preset, "challenge": challenge}
        equation, self._given = _choose_start(equation, operands, {k: v for k, v in chosen.items() if v is not None})
        e = einsum.parse(equation, *(operand.shape for operand in self._given))
        if order:
            e.loops(order)  # raises
        is_tensor = any(is_torch(operand.array) for operand in self._given)
        self._current: Einsum | None = None
        self._read: tuple[Any, ...] = ()  # the inputs that were read last
        self._drawn: tuple[Any, ...] = ()
        super().__init__(
            text=equation,
            equation=equation,
            shapes=[list(operand.shape) for operand in self._given],
            pinned=bool(operands) or self._task is not None,
            order=order,
            library=library or ("torch" if is_tensor else "numpy"),
            target=draw_target(self._task.wanted, self._given) if self._task and self._task.is_picture else {},
        )
        self.recompute_on(*self.inputs)

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {"library": "torch" if any(map(is_torch, args)) else None, **kwargs}

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Any) -> None:
        actions: dict[str, Callable[[Any], object]] = {
            "output": self._set_output,
            "order": lambda order: self._settle(order=order),
            "size": lambda wanted: self._resize(wanted["letter"], wanted["size"]),
            "preset": self._use_preset,
            "library": self._choose_library,
            "repair": self._repair,
            "follow": lambda _: self._set_traits({"pinned": False, "step": 0}),
            "hint": lambda _: self._set_traits({"hints": self.hints + 1}),
            "restart": lambda _: self.restart(),
        }
        for name, argument in content.items():
            actions[name](argument)

    def _settle(self, **inputs: Any) -> None:
        """Set inputs; what is shown now leads, whatever was being typed."""
        e = self._shown()
        self._set_traits({"pane": "equation", "text": e.text or e.equation, "step": 0, **inputs})

    def _shown(self) -> Einsum:
        assert self._current is not None
        return self._current

    def _set_output(self, output: str) -> None:
        e = self._shown()
        self._settle(text=f"{','.join(e.inputs)}->{output}")

    def _resize(self, letter: str, size: int) -> None:
        e = self._shown()
        if letter not in e.sizes or not 1 <= size <= MAX_SIZE or self._has_arrays():
            raise ValueError(f"the size of “{letter}” can’t be {size}: 1 to {MAX_SIZE}, of example numbers only")
        self._settle(shapes=[list(shape) for shape in resized(e, letter, size)])

    def _use_preset(self, key: str) -> None:
        preset = _choose(PRESETS, "preset", key)
        shapes = [list(shape) for shape in preset.shapes]
        self._settle(text=preset.equation, equation=preset.equation, shapes=shapes, pinned=False, order="")

    def _choose_library(self, library: str) -> None:
        if library not in LIBRARIES:
            raise ValueError(f"the library is numpy or torch, not {library!r}")
        self._set_traits({"library": library}) if self.problem else self._settle(library=library, step=self.step)

    def _repair(self, at: int) -> None:
        repairs = self.problem.get("repairs", [])
        if not 0 <= at < len(repairs):
            raise ValueError(f"there is no repair {at}")
        inputs = {"pane": repairs[at]["pane"], "text": repairs[at]["text"], "step": 0}
        if self.pane == "shapes":  # an equation that fits the shapes that were typed
            inputs |= {
                "equation": inputs["text"],
                "shapes": [list(shape) for shape in read_shapes(self.text)],
                "pinned": True,
            }
        self._set_traits(inputs)

    def _has_arrays(self) -> bool:
        return any(operand.array is not None for operand in self._operands())

    # ---- what is shown ----

    def _recompute(self) -> None:
        """Read the text that leads, and let everything else follow; if it can't be read, say why and leave the rest."""
        read = (self.pane, self.text, self.equation, self.shapes, self.pinned, self.order, self.library)
        if read != self._read:
            self._read_text()
        e = self._shown()
        if self._task:
            found = describe_challenge(self._task, e, self.solved, self.hints, self._name_mistake)
            self.challenge = found
            self.solved, self.hints = found["solved"], len(found["hints"])
        else:
            self.solved, self.hints = False, 0
        if self.step > self.picture["steps"]["count"]:
            self.step = 0

    def _name_mistake(self, goal: Einsum) -> str:
        return "" if self.problem else name_mistake(self.pane, self.text, self._shown(), goal, self.library)

    def _read_text(self) -> None:
        now = einsum.parse(self.equation, *map(tuple, self.shapes))
        problem: dict[str, Any] = {}
        order, e = self.order, now
        try:
            e = read_pane(self.pane, self.text, now, self.pinned, self.library)
        except EinsumError as error:
            problem = describe_problem(self.pane, self.text, error, now, self.pinned)
        else:
            order = e.loop_order or order
        if sorted(order) != sorted(e.sizes) or order == e.output + e.summed:
            order = ""
        equation = now.text if problem else e.text if self.pane == "equation" else e.equation
        shapes = [list(shape or ()) for shape in e.shapes]
        pinned = self.pinned or (self.pane == "shapes" and not problem)
        self._current = einsum.parse(equation, *map(tuple, shapes))
        self._read = (self.pane, self.text, equation, shapes, pinned, order, self.library)
        with self.hold_sync(), self.hold_trait_notifications():
            self.equation, self.shapes, self.pinned, self.order, self.problem = equation, shapes, pinned, order, problem
            self._draw()

    def _draw(self) -> None:
        e = self._shown()
        order = self.order or e.output + e.summed
        self.panes = {**write_panes(e, order, self.library), self.pane: self.text}
        drawn = (self.equation, e.shapes, order, self.library)
        if drawn == self._drawn:
            return
        operands = self._operands()
        self.picture = draw(e, order, operands, MAX_SIZE if not self._has_arrays() else 0)
        self.remarks = remark(e, operands, self.library)
        self.preset = next((key for key, preset in PRESETS.items() if preset.equation == e.equation), "")
        self._drawn = drawn

    def _operands(self) -> list[Operand]:
        """The operands as they are shown: those that were given where they still fit, else example numbers."""
        shapes = [shape or () for shape in self._shown().shapes]
        if len(self._given) != len(shapes):
            return [Operand(shape, place) for place, shape in enumerate(shapes)]
        return [
            given if given.shape == shape else Operand(shape, place)
            for place, (given, shape) in enumerate(zip(self._given, shapes, strict=True))
        ]


def _choose_start(equation: Any, operands: Sequence[Any], chosen: Mapping[str, str]) -> tuple[str, list[Operand]]:
    """The equation and operands that a constructor's arguments ask for."""
    named = [*(["an equation"] if equation is not None else []), *(f"{name}={key!r}" for name, key in chosen.items())]
    if len(named) > 1:
        raise ValueError(f"EinsumExplorer: give only one of {', '.join(named)}")
    if equation is None:
        start = _choose(CHALLENGES, "challenge", chosen["challenge"]) if "challenge" in chosen else None
        preset = _choose(PRESETS, "preset", chosen.get("preset", "matmul"))
        text, shapes = (start.start, start.shapes) if start else (preset.equation, preset.shapes)
        return text, [Operand(shape, place) for place, shape in enumerate(shapes)]
    if not isinstance(equation, str):
        raise TypeError(f"EinsumExplorer: the equation is a text such as 'ik,kj->ij', not {equation!r:.40}")
    if operands:
        return equation, [_operand(value, place) for place, value in enumerate(operands)]
    shapes = fitting_shapes(einsum.parse(equation), {})
    return equation, [Operand(shape, place) for place, shape in enumerate(shapes)]


def _operand(value: Any, place: int) -> Operand:
    """An operand from what a caller gave: an array, a tensor or a list of numbers, or a shape."""
    if isinstance(value, (tuple, str)):
        return Operand(einsum.operands.shape_of(value) or (), place)
    check_tensor(value)
    array = value if is_torch(value) else as_numpy(value)
    as_numpy(array)  # raises for what holds no plain numbers
    return Operand(tuple(map(int, array.shape)), place, array)


def _choose(table: dict[str, Any], what: str, key: Any) -> Any:
    if key not in table:
        raise ValueError(f"EinsumExplorer: {what} {key!r} is not one of {', '.join(table)}")
    return table[key]
