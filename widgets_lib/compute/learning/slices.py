"""Cuts through a loss of 7,840 weights that can be drawn: the weights move along one or two named directions only.

Where such a cut is walked on, its coordinates are all the weights there are: the loss, the slope and the curvature are
those of the real digits, and the gradient of a mini-batch is the mean of the digits' own gradients, cut the same way.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from widgets_lib.compute.formatting import join_words

from .descent import check_digits, check_problem, find_loss


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction in the space of the weights, of length 1."""

    key: str
    title: str
    """What one step along it changes, in words."""
    weights: np.ndarray
    """(pixels, classes), float64."""


def directions(x: Any, y: Any, classes: int = 10) -> dict[str, Direction]:
    """Three named directions from zero weights, of length 1 and at right angles to one another.

    "templates": the mean digit of each class, weighted by its share, less the mean of all: downhill from zero.
    "ink": all ink counts for 0 and against 1, the mean picture in two columns: where the loss curves most.
    "four-nine": the mean 4 less the mean 9 counts for 4 and against 9: two digits that differ by little.
    Raises: ValueError where a class has no digit.
    """
    x, y = check_digits(x, y)
    x = x.astype(np.float64)
    missing = [str(label) for label in range(classes) if not (y == label).any()]
    if missing:
        raise ValueError(f"there is no {join_words(missing)} among these {len(y):,} digits: give some of each class")
    means = np.array([x[y == label].mean(0) for label in range(classes)]).T  # (pixels, classes)
    shares = np.bincount(y, minlength=classes)[:classes] / len(y)
    ink, pair = np.zeros((2, x.shape[1], classes))
    ink[:, 0], ink[:, 1] = x.mean(0), -x.mean(0)
    pair[:, 4], pair[:, 9] = means[:, 4] - means[:, 9], means[:, 9] - means[:, 4]
    named = {
        "templates": ("the mean digits, less the mean of all", shares * means - np.outer(x.mean(0), 1 / classes)),
        "ink": ("ink speaks for 0 and against 1", ink),
        "four-nine": ("the mean 4 less the mean 9 speaks for 4 and against 9", pair),
    }
    found: dict[str, Direction] = {}
    for key, (title, weights) in named.items():
        for other in found.values():  # Gram and Schmidt
            weights = weights - np.vdot(weights, other.weights) * other.weights
        found[key] = Direction(key, title, weights / np.linalg.norm(weights))
    return found


class Slice:
    """The mean loss at `origin` + t₁·direction₁ (+ t₂·direction₂), as a function of the coordinates t.

    x: digits (n, pixels), y: their labels (n,), along: directions, each (pixels, classes), origin: (pixels, classes), by
    default zeros. Where t has more axes than one, the last holds the coordinates.
    Raises: ValueError in words for what doesn't fit.
    """

    def __init__(self, x: Any, y: Any, *along: Any, origin: Any = None, kind: str = "cross-entropy") -> None:
        if not 1 <= len(along) <= 2:
            raise ValueError(f"a slice goes along one direction or two, (pixels, classes) each, and not {len(along)}")
        w = np.zeros(along[0].shape) if origin is None else origin
        w, x, self.y = check_problem(w, x, y)
        for direction in along:
            check_problem(direction, x, self.y)
        x = x.astype(np.float64)
        self.kind, self.loss_of = kind, find_loss(kind)
        self._at_origin = x @ w  # (n, classes)
        self._along = np.stack([x @ direction for direction in along])  # (coordinates, n, classes)

    @property
    def axes(self) -> int:
        return len(self._along)

    def __len__(self) -> int:
        return len(self.y)

    def _scores(self, t: Any) -> np.ndarray:
        t = np.asarray(t, np.float64)
        if t.shape[-1:] != (self.axes,):
            raise ValueError(f"a place in this slice has {self.axes} coordinates, not the shape {t.shape}")
        if not np.isfinite(t).all():
            raise ValueError("a coordinate is nan or infinite: the descent has left all bounds, start it again")
        return self._mix(t)

    def _mix(self, t: np.ndarray) -> np.ndarray:
        scores = self._at_origin
        for number, along in enumerate(self._along):  # sums and no product of matrices: they are too thin for one
            scores = scores + t[..., number, None, None] * along
        return scores

    def loss(self, t: Any, rows: Any = None) -> Any:
        """The mean loss at t; an array for an array of places. rows: of these digits only."""
        scores, y = self._scores(t), self.y
        if rows is not None:
            scores, y = scores[..., rows, :], y[rows]
        values = self.loss_of.values(scores, y).mean(-1)
        return float(values) if values.ndim == 0 else values

    def each_gradient(self, t: Any) -> np.ndarray:
        """(n, coordinates) the gradient of each digit's own loss; their mean is the slope of this slice."""
        residuals = self.loss_of.residuals(self._scores(t), self.y)
        each: np.ndarray = (self._along * residuals).sum(-1).T
        return each

    def gradient(self, t: Any) -> np.ndarray:
        """(coordinates,) the derivative of the loss by each coordinate."""
        mean: np.ndarray = self.each_gradient(t).mean(0)
        return mean

    def hessian(self, t: Any) -> np.ndarray:
        """(coordinates, coordinates) the second derivative."""
        curved = self.loss_of.curve(self._scores(t)[None], self._along)
        second: np.ndarray = (self._along[:, None] * curved).sum((-1, -2)) / len(self)
        return second

    def lr_limit(self, t: Any) -> float:
        """2/λ with λ the largest curvature at t; infinite where the slice is flat."""
        curvature = float(np.linalg.eigvalsh(self.hessian(t))[-1])
        return 2 / curvature if curvature > 1e-12 else float("inf")

    @cached_property
    def minimum(self) -> tuple[np.ndarray, float]:
        """Where this slice is lowest, by Newton's method with halved steps, and the loss there."""
        t = np.zeros(self.axes)
        for _ in range(100):
            slope, damping = self.gradient(t), 1e-9 * np.eye(self.axes)
            if np.linalg.norm(slope) < 1e-9:
                break
            step, here = np.linalg.solve(self.hessian(t) + damping, slope), self.loss(t)
            while self.loss(t - step) > here and np.linalg.norm(step) > 1e-12:
                step = step / 2
            t = t - step
        return t, self.loss(t)

    def grid(self, *ticks: Any) -> np.ndarray:
        """The loss at all places with these coordinates, an axis for each: (len(ticks₁), len(ticks₂)), or (len(ticks₁),)."""
        if len(ticks) != self.axes:
            raise ValueError(f"this slice has {self.axes} axes, and here are ticks for {len(ticks)}")
        first, *rest = (np.asarray(values, np.float64)[:, None, None] for values in ticks)
        if rest:
            return self.loss_of.table(self._at_origin + first * self._along[0], rest[0] * self._along[1], self.y)
        values = [self.loss_of.values(self._at_origin + t * self._along[0], self.y).mean(-1) for t in first]
        return np.array(values)
