"""Two cuts and a plane through the loss of 2,000 real digits, with frames, curves and contours to draw them by.

The weights are a·T + b·K: T the mean digits less the mean of all, K the ink that speaks for 0 and against 1, both of
length 1. The first two axes hold one of a and b still; the plane has both.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from widgets_lib.compute import mnist
from widgets_lib.compute.formatting import join_words

from .descent import find_loss
from .slices import Direction, Slice, directions

DIGITS = 2_000
POINTS = 161  # of a curve
GRID = (37, 41)  # places of a plane
CONTOURS = 8


@dataclass(frozen=True)
class Axis:
    """An axis of a landscape: what it measures, and the part of it that is drawn."""

    key: str
    letter: str
    title: str
    low: float
    high: float


@dataclass(frozen=True)
class View:
    """A cut: its axes by loss, what stays still, and where a ball starts."""

    title: str
    keys: tuple[str, ...]
    still: dict[str, float]
    """Loss -> the templates' weight, where only the ink changes."""
    starts: dict[str, tuple[float, ...]]


TITLES = {
    "templates": ("a", "how strongly lesson 7’s means count (less their average)"),
    "ink": ("b", "how strongly ink counts for 0 and against 1"),
}
FRAMES = {  # of one weight, and of both
    "cross-entropy": {1: {"templates": (-2.0, 14.0), "ink": (-9.0, 6.0)}, 2: {"templates": (-2.0, 10.0), "ink": (-4.0, 4.0)}},
    "squared error": {1: {"templates": (-1.0, 1.5), "ink": (-1.0, 1.0)}, 2: {"templates": (-0.6, 0.9), "ink": (-0.5, 0.5)}},
}  # fmt: skip
USUAL_LR = {"cross-entropy": 0.5, "squared error": 0.02}
VIEWS = {
    "ink": View(
        "one weight, b",
        ("ink",),
        {"cross-entropy": 3.5, "squared error": 0.25},
        {"cross-entropy": (2.0,), "squared error": (0.3,)},
    ),
    "templates": View(
        "one weight, a", ("templates",), {}, {"cross-entropy": (-1.5,), "squared error": (-0.4,)}
    ),
    "plane": View(
        "two weights, a and b", ("templates", "ink"), {}, {"cross-entropy": (-1.0, 3.0), "squared error": (-0.4, 0.3)}
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Landscape:
    """A cut through a loss, with all that is needed to draw it."""

    view: View
    slice: Slice
    axes: tuple[Axis, ...]
    start: tuple[float, ...]
    limit: float
    """2/λ at the minimum."""
    curve: np.ndarray
    """(points, 2) of one axis: places and losses. Of two: empty."""
    contours: tuple[tuple[float, np.ndarray], ...]
    """(loss, segments (n, 4) as x₁, y₁, x₂, y₂) of two axes."""

    def clip(self, place: Any) -> tuple[float, ...]:
        """A place, moved into the frame where it lies outside."""
        pairs = zip(place, self.axes, strict=True)
        return tuple(min(max(float(t), axis.low), axis.high) for t, axis in pairs)


def find_view(key: str) -> View:
    """The View of a key. Raises: ValueError that names those there are."""
    if key not in VIEWS:
        raise ValueError(f"there is no view {key!r}: {join_words(list(VIEWS))} are known")
    return VIEWS[key]


@cache
def digits() -> tuple[np.ndarray, np.ndarray, dict[str, Direction]]:
    """The digits (2000, 784) float32 from 0 to 255/256, their labels, and the named directions."""
    images, labels = mnist.first_digits(DIGITS)
    pixels = images.reshape(DIGITS, -1).astype(np.float32) / np.float32(256)
    return pixels, labels, directions(pixels, labels)


@cache
def landscape(view: str, kind: str = "cross-entropy") -> Landscape:
    """The landscape of a view and a loss, made once. Raises: ValueError that names the views, the losses."""
    chosen = find_view(view)
    find_loss(kind)
    x, y, named = digits()
    origin = chosen.still.get(kind, 0.0) * named["templates"].weights
    cut = Slice(x, y, *(named[key].weights for key in chosen.keys), origin=origin, kind=kind)
    axes = tuple(Axis(key, *TITLES[key], *FRAMES[kind][len(chosen.keys)][key]) for key in chosen.keys)
    curve = np.empty((0, 2))
    contours: tuple[tuple[float, np.ndarray], ...] = ()
    if len(axes) == 1:
        places = np.linspace(axes[0].low, axes[0].high, POINTS)
        curve = np.column_stack([places, cut.grid(places)])
    else:
        across, up = (np.linspace(axis.low, axis.high, count) for axis, count in zip(axes, GRID, strict=True))
        contours = _contours(cut.grid(across, up), across, up, cut.minimum[1])
    place, _ = cut.minimum
    return Landscape(chosen, cut, axes, chosen.starts[kind], cut.lr_limit(place), curve, contours)


def _contours(grid: np.ndarray, x: np.ndarray, y: np.ndarray, lowest: float) -> tuple[tuple[float, np.ndarray], ...]:
    """Contours at losses that stand twice as high above the lowest each time, in two digits."""
    top = float(np.quantile(grid, 0.95)) - lowest
    levels = [lowest + top / 2**k for k in range(CONTOURS)]
    rounded = sorted({float(f"{level:.2g}") for level in levels if float(f"{level:.2g}") > lowest})
    return tuple((level, contour(grid, x, y, level)) for level in rounded)


def contour(grid: Any, x: Any, y: Any, level: float) -> np.ndarray:
    """Where a surface on a grid (len(x), len(y)) has this height: segments (n, 4) as x₁, y₁, x₂, y₂.

    Each cell is cut into two triangles, which have no doubtful cases.
    """
    corners = np.stack([*np.meshgrid(x, y, indexing="ij"), np.asarray(grid, float)], -1)  # (…, 3): x, y, height
    a, b, c, d = corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]
    found = [_cut(np.stack([p.reshape(-1, 3) for p in triangle], 1), level) for triangle in ((a, b, c), (a, d, c))]
    return np.concatenate(found)


def _cut(triangles: np.ndarray, level: float) -> np.ndarray:
    """(n, 4) the segments in which triangles (t, 3, 3) are cut at a height."""
    start, end = triangles, np.roll(triangles, -1, 1)  # its three edges
    above = (start[..., 2] > level) != (end[..., 2] > level)
    crossed = above.any(1)  # then two of the three edges are
    start, end, above = start[crossed], end[crossed], above[crossed]
    rise = np.where(above, end[..., 2] - start[..., 2], 1.0)
    share = (level - start[..., 2]) / rise
    points = start[..., :2] + share[..., None] * (end - start)[..., :2]
    segments: np.ndarray = points[above].reshape(-1, 4)
    return segments


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers from low to high, at most so many: multiples of 1, 2 or 5 and a power of ten."""
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
