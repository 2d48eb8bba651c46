"""Steps down a slice of a loss, and what became of them: settled, swung, diverged, or still on the way."""

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from widgets_lib.compute._integers import check_count

from .descent import check_lr, draw_batch
from .slices import Slice

OUT_OF_BOUNDS = 1e6  # a loss above this has diverged, and no further step is taken
SWINGS = 6  # moves in a row that are looked at
NEAR = 0.02  # above the lowest loss, in the slice's own height from the start: settled


@dataclass(frozen=True)
class Place:
    """Where a descent is after some steps, and the arrows by which it goes on. Vectors are (coordinates,)."""

    t: np.ndarray
    loss: float
    gradient: np.ndarray
    """Of all digits."""
    batch_gradient: np.ndarray
    """Of the batch that the next step takes; the mean of its digits' own gradients."""
    cosine: float | None
    """Between the two; None where one of them is zero."""

    @property
    def uphill(self) -> bool:
        """Whether a small step against the batch's gradient raises the loss of all digits."""
        return float(self.gradient @ self.batch_gradient) < 0


@dataclass
class Descent:
    """Gradient descent on a slice from a start, a step at a time, forwards and back.

    The batch of step s follows from the seed and s, so that a path can be walked again. A batch of None takes all digits.
    lr and batch may be set between steps; what was walked stays.
    Raises: ValueError in words for lr <= 0 and a batch that is larger than there are digits.
    """

    slice: Slice
    start: Any
    lr: float
    batch: int | None = None
    seed: int = 0
    places: list[Place] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.check()
        self.places.append(self._place(np.asarray(self.start, np.float64)))
        self._aimed = self._aim()

    def check(self) -> None:
        """Raises: ValueError or TypeError in words for a learning rate or a batch that can't be."""
        self.lr = check_lr(self.lr)
        if self.batch is not None:
            draw_batch(len(self.slice), self.batch)

    def rows(self, step: int) -> np.ndarray:
        """The digits in the batch of a step, numbered from 0."""
        n = len(self.slice)
        whole = self.batch is None or self.batch == n
        return np.arange(n) if whole else draw_batch(n, self.batch or n, [self.seed, step])

    def _place(self, t: np.ndarray) -> Place:
        each = self.slice.each_gradient(t)
        full, batch = each.mean(0), each[self.rows(len(self.places))].mean(0)
        lengths = float(np.linalg.norm(full) * np.linalg.norm(batch))
        cosine = float(full @ batch) / lengths if lengths > 1e-15 else None
        return Place(t, self.slice.loss(t), full, batch, cosine)

    @property
    def diverged(self) -> bool:
        return self.places[-1].loss > OUT_OF_BOUNDS

    def step(self, count: int = 1) -> Place:
        """Take so many steps, t ← t − lr · batch gradient, and give the last place. None is taken from out of bounds."""
        self.check()
        here = self.places[-1]
        if self._aimed != self._aim():  # another batch was set since
            self.places.pop()
            here = self._place(here.t)
            self.places.append(here)
        for _ in range(check_count(count, "a number of steps", 0)):
            if self.diverged:
                break
            t = here.t - self.lr * here.batch_gradient
            here = self._place(t)
            self.places.append(here)
        self._aimed = self._aim()
        return here

    def _aim(self) -> tuple[int | None, int, int]:
        """What the arrow of the last place's batch follows from."""
        return self.batch, self.seed, len(self.places)

    def keep(self, steps: int) -> None:
        """Forget all steps after so many; fewer stay fewer."""
        del self.places[check_count(steps, "a number of steps", 0) + 1 :]

    def outcome(self) -> str:
        """ "diverged", "swings", "settled" or "under way", of the last moves.

        Diverged: the loss is above the start's and rose with each of them, or is out of bounds. Settled: it is within 2 %
        of the way from the start to the lowest loss. Swings: each move turns back against the one before it, and the moves
        do not get shorter than half of what they were.
        """
        losses = [place.loss for place in self.places]
        last = losses[-SWINGS:]
        rises = len(last) == SWINGS and all(a < b for a, b in itertools.pairwise(last))
        if self.diverged or not math.isfinite(losses[-1]) or (rises and losses[-1] > losses[0]):
            return "diverged"
        lowest = self.slice.minimum[1]
        if losses[-1] - lowest <= NEAR * max(losses[0] - lowest, 1e-3):
            return "settled"
        return "swings" if self._turns_back() else "under way"

    def _turns_back(self) -> bool:
        points = [place.t for place in self.places[-SWINGS - 1 :]]
        moves = [b - a for a, b in itertools.pairwise(points)]
        if len(moves) < SWINGS:
            return False
        turns = all(float(a @ b) < 0 for a, b in itertools.pairwise(moves))
        return turns and float(np.linalg.norm(moves[-1])) > 0.5 * float(np.linalg.norm(moves[0]))
