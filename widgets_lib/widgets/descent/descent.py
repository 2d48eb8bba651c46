"""DescentExplorer: a ball on a cut through a real loss, moved by the gradients of real digits."""

import math
import reprlib
from collections.abc import Sequence
from typing import Any

import traitlets

from widgets_lib.compute._integers import check_count
from widgets_lib.compute.learning import challenges, landscapes
from widgets_lib.compute.learning.descent import check_lr, draw_batch, find_loss
from widgets_lib.compute.learning.paths import Descent
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._challenges import describe_progress
from widgets_lib.widgets._messages import anything, integer, text
from widgets_lib.widgets.descent import picture

MAX_STEPS = 60
MAX_PLACE = 1e4  # of a coordinate that the ball is put on


def _number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


class DescentExplorer(Widget):
    """A ball on a 1-D or 2-D cut through a real MNIST loss, stepped by the true gradient or by that of a mini-batch.

    wl.DescentExplorer()
    wl.DescentExplorer("plane", lr=0.5, batch=16)
    wl.DescentExplorer(challenge="swing")

    view: "ink" or "templates", one weight; "plane", both. loss: "cross-entropy" or "squared error". lr: the learning rate,
    above 0. batch: digits a step, 1 to 2,000, which are all. challenge: a key of compute.learning.challenges.CHALLENGES.
    Raises: ValueError in words for an unknown view, loss or challenge, for lr <= 0 and a batch larger than 2,000.
    """

    messages = {
        "choose": text,
        "loss": text,
        "step": integer,
        "back": anything,
        "another": anything,
        "hint": anything,
    }
    inputs = ("view", "loss", "lr", "batch", "seed", "start", "steps", "solved", "hints")

    view = traitlets.Unicode(help="The cut that is shown, by its key.").tag(sync=True)
    loss = traitlets.Unicode(help="The loss, by its key.").tag(sync=True)
    lr = traitlets.Float(help="The learning rate of the next step.").tag(sync=True)
    batch = traitlets.Int(help="The digits of the next step.").tag(sync=True)
    seed = traitlets.Int(0, min=0, max=10**6, help="Which batch of this size is drawn.").tag(sync=True)
    start = traitlets.List(help="Where the ball was put; empty for the usual place.").tag(sync=True)
    steps = traitlets.List(help="[lr, batch, seed] of each step taken.").tag(sync=True)
    solved = traitlets.Bool(help="Whether the challenge has been solved.").tag(sync=True)
    hints = traitlets.Int(0, min=0, max=9, help="Hints that were asked for.").tag(sync=True)

    choices = traitlets.Dict(help="views and losses as [key, title]; lr and batch: the stops of their sliders.").tag(
        sync=True
    )
    landscape = traitlets.Dict(help="Axes, curve and contours: see picture.py.").tag(sync=True)
    picture = traitlets.Dict(help="Ball, path, arrows, limit and words: see picture.py.").tag(sync=True)
    challenge = traitlets.Dict(help="task, message, solved, hints, more; empty without one.").tag(sync=True)

    def __init__(
        self,
        view: str | None = None,
        loss: str = "cross-entropy",
        *,
        lr: float | None = None,
        batch: int = landscapes.DIGITS,
        challenge: str | None = None,
    ) -> None:
        self._task = challenges.find_challenge(challenge) if challenge is not None else None
        view = view or (self._task.view if self._task else "ink")
        landscapes.find_view(view)
        find_loss(loss)
        draw_batch(landscapes.DIGITS, batch)
        self._descent: Descent | None = None
        self._taken: list[Any] = []  # the steps that `_descent` has taken
        self._drawn: tuple[str, str] | None = None
        self._first_loss = loss
        usual = landscapes.USUAL_LR[loss]
        choices = picture.choices()
        super().__init__(
            view=view, loss=loss, lr=check_lr(usual if lr is None else lr), batch=int(batch), choices=choices
        )
        self.recompute_on(*self.inputs)

    # ---- the path follows from the inputs ----

    def _recompute(self) -> None:
        shown = landscapes.landscape(self.view, self.loss)
        path = self._walk(shown)
        if self._drawn != (self.view, self.loss):
            self._drawn = (self.view, self.loss)
            self.landscape = picture.landscape_of(shown)
        drawn = picture.picture_of(shown, path, self.loss)
        if self._is_new_loss():
            drawn["said"] += (
                f" Each loss has a learning rate to begin with, here {self.lr:g}, and the path begins anew."
            )
        self.picture = drawn
        self._judge(path)

    def _is_new_loss(self) -> bool:
        """Whether another loss than the author's is chosen, and nothing has been done with it."""
        usual = landscapes.USUAL_LR[self.loss]
        return self.loss != self._first_loss and self.lr == usual and not self.steps and not self.start

    def _walk(self, shown: landscapes.Landscape) -> Descent:
        """The path of `steps`, made longer where it can be, else walked again from its start."""
        check_lr(self.lr)
        draw_batch(landscapes.DIGITS, self.batch)
        steps = [_step_of(each) for each in self.steps]
        if len(steps) > MAX_STEPS:
            raise ValueError(f"a path has at most {MAX_STEPS} steps: start again, or go back")
        start = list(self.start) or list(shown.start)
        if len(start) != len(shown.axes) or not all(_number(t) and abs(t) <= MAX_PLACE for t in start):
            raise ValueError(f"the ball can’t stand at {reprlib.repr(self.start)} in this view")
        known = self._descent
        if known is None or known.slice is not shown.slice or list(known.start) != start:
            known, self._taken = Descent(shown.slice, start, self.lr), []
        both = [a == b for a, b in zip(steps, self._taken, strict=False)]
        same = both.index(False) if False in both else len(both)
        known.keep(same)
        self._descent = None  # until it has come to its end
        for lr, batch, seed in steps[same:]:
            known.lr, known.batch, known.seed = lr, _batch_of(batch), seed
            known.step()
        known.lr, known.batch, known.seed = self.lr, _batch_of(self.batch), self.seed
        known.step(0)
        self._descent, self._taken = known, steps
        return known

    def _judge(self, path: Descent) -> None:
        if self._task is None:
            return
        verdict = self._task.judge(path)
        self.solved = self.solved or verdict.is_solved
        message = verdict.message if verdict.is_solved or not self.solved else "Solved before. " + verdict.message
        self.challenge = describe_progress(self._task, message, verdict.is_solved, self.solved, self.hints)

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "choose" in content:
            self._show(content["choose"], self.loss)
        elif "loss" in content:
            self._show(self.view, content["loss"])
        elif "step" in content:
            self.step(content["step"])
        elif "back" in content:
            self.back()
        elif "another" in content:
            self.seed += 1
        elif "hint" in content:
            self.hints = min(self.hints + 1, len(self._task.hints)) if self._task else 0
        else:
            super()._on_custom_msg(content, buffers)

    def _show(self, view: str, loss: str) -> None:
        """Another view, or another loss with its usual learning rate; the ball is back at the start."""
        landscapes.find_view(view)
        find_loss(loss)
        lr = self.lr if loss == self.loss else landscapes.USUAL_LR[loss]
        self._set_traits({"view": view, "loss": loss, "lr": lr, "start": [], "steps": []})

    def step(self, count: int = 1) -> None:
        """Take so many steps with the learning rate and the size of batch that are set; none from out of bounds.

        Raises: ValueError in words when the path is as long as it may be.
        """
        if not 1 <= count <= MAX_STEPS:
            raise ValueError(f"1 to {MAX_STEPS} steps are taken at a time, not {count:,}")
        path = self._descent
        if path is not None and path.diverged:
            raise ValueError("the loss is out of all bounds: go back, or start again with a smaller learning rate")
        free = MAX_STEPS - len(self.steps)
        if free == 0:
            raise ValueError(f"{MAX_STEPS} steps are drawn at most: go back, or start again")
        new = [[self.lr, self.batch, self.seed]] * min(count, free)
        self.steps = [*self.steps, *new]
        walked = len(self._descent.places) - 1 if self._descent else 0
        if walked < len(self.steps):  # it has left all bounds before the last
            self.steps = self.steps[:walked]

    def back(self) -> None:
        """Take the last step back, and set the learning rate and the batch that it was taken with."""
        if self.steps:
            lr, batch, seed = self.steps[-1]
            self._set_traits({"steps": self.steps[:-1], "lr": lr, "batch": batch, "seed": seed})

    def put(self, *place: float) -> None:
        """Put the ball on a place, a number for each axis, and forget its path. Raises: ValueError for other places."""
        shown = landscapes.landscape(self.view, self.loss)
        if len(place) != len(shown.axes):
            raise ValueError(f"a place in this view has {len(shown.axes)} coordinates, not {len(place)}")
        self._set_traits({"start": [round(t, 4) for t in shown.clip(place)], "steps": []})


def _step_of(step: Any) -> list[Any]:
    """A step that was kept, checked. Raises: ValueError in words for anything else."""
    try:
        lr, batch, seed = step
        return [check_lr(lr), check_count(batch, "a batch", 1, landscapes.DIGITS), check_count(seed, "a seed", 0)]
    except (TypeError, ValueError):
        raise ValueError(f"a step is its learning rate, batch and seed, not {reprlib.repr(step)}") from None


def _batch_of(batch: int) -> int | None:
    return None if batch == landscapes.DIGITS else batch
