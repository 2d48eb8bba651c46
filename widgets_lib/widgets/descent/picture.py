"""What DescentExplorer draws and says: a landscape once for each view, and ball, path, arrows and words at each change."""

import math
from typing import Any

import numpy as np

from widgets_lib.compute.formatting import MINUS, count, format_digits, three_digits
from widgets_lib.compute.learning import landscapes
from widgets_lib.compute.learning.descent import LOSSES
from widgets_lib.compute.learning.landscapes import Landscape
from widgets_lib.compute.learning.paths import Descent, Place

RATES = [float(f"{10 ** (k / 10):.2g}") for k in range(-30, 21)]  # ten to a decade, from 0.001 to 100
BATCHES = [*(2**k for k in range(11)), landscapes.DIGITS]
MARGIN = 0.06  # of the height of a curve that is left free below it
STILL = 0.002  # of the frame: a shorter step is not seen
TANGENT = 0.12  # of the frame's width, to each side


def choices() -> dict[str, Any]:
    """views, losses: [key, title]; rates, batches: the stops of the sliders; digits: how many there are."""
    return {
        "views": [[key, view.title] for key, view in landscapes.VIEWS.items()],
        "losses": [[key, loss.title] for key, loss in LOSSES.items()],
        "rates": RATES,
        "batches": BATCHES,
        "digits": landscapes.DIGITS,
    }


# ---- what stays ----


def landscape_of(shown: Landscape) -> dict[str, Any]:
    """axes with ticks (of one weight the second is the loss), curve or contours, minimum."""
    axes = [_axis(axis.letter, axis.title, axis.low, axis.high) for axis in shown.axes]
    place, lowest = shown.slice.minimum
    if len(axes) == 1:
        low, high = _heights(shown)
        axes.append(_axis("loss", f"mean loss of {landscapes.DIGITS:,} digits", low, high))
        minimum = [float(place[0]), lowest]
    else:
        minimum = [float(t) for t in place]
    return {
        "axes": axes,
        "curve": shown.curve.round(4).tolist(),
        "contours": [_contour(level, segments) for level, segments in shown.contours],
        "minimum": minimum,
        "lowest": _text(lowest),
    }


def _axis(letter: str, title: str, low: float, high: float) -> dict[str, Any]:
    marks = [{"at": at, "text": _text(at, 4)} for at in landscapes.ticks(low, high)]
    return {"letter": letter, "title": title, "low": low, "high": high, "ticks": marks}


def _heights(shown: Landscape) -> tuple[float, float]:
    low, high = float(shown.curve[:, 1].min()), float(shown.curve[:, 1].max())
    return low - MARGIN * (high - low), high


def _contour(level: float, segments: np.ndarray) -> dict[str, Any]:
    return {"text": _text(level), "segments": segments.round(3).tolist()}


# ---- what moves ----


def picture_of(shown: Landscape, path: Descent, kind: str) -> dict[str, Any]:
    """ball, path, arrows and words of a path in a landscape.

    points: {at: [x, y] within the frame, outside: whether it lies beyond, text}; arrows: where a step of all digits and
    one of the batch lead to, as points with the direction of length 1; tangent: its two ends, of one weight only.
    """
    here = path.places[-1]
    goals = {"all": here.t - path.lr * here.gradient, "batch": here.t - path.lr * here.batch_gradient}
    whole = path.batch is None
    return {
        "points": [_point(shown, place.t, place.loss) for place in path.places],
        "arrows": {name: _goal(shown, path, t) for name, t in goals.items() if name == "batch" or not whole},
        "tangent": _tangent(shown, here),
        "limit": {"share": _share(shown.limit), "text": f"2/λ = {three_digits(shown.limit)}"},
        "taken": len(path.places) - 1,
        "outcome": path.outcome(),
        "arithmetic": _arithmetic(shown, path, goals["batch"]),
        "said": " ".join(_sentences(shown, path, kind)),
    }


def _share(lr: float) -> float:
    """Where on the slider of the rates a learning rate stands, from 0 to 1."""
    low, high = math.log(RATES[0]), math.log(RATES[-1])
    return min(max((math.log(lr) - low) / (high - low), 0.0), 1.0)


def _point(shown: Landscape, t: Any, loss: float) -> dict[str, Any]:
    at = list(shown.clip(t))
    outside = [float(x) for x in t] != at
    if len(at) == 1:
        low, high = _heights(shown)
        outside = outside or loss > high
        at.append(min(max(loss, low), high))
    return {"at": [round(x, 4) for x in at], "outside": outside, "text": f"{_place(shown, t)}, loss {_text(loss)}"}


def _goal(shown: Landscape, path: Descent, t: np.ndarray) -> dict[str, Any]:
    here = path.places[-1]
    if not np.isfinite(t).all():
        return {**_point(shown, here.t, here.loss), "direction": [0.0] * len(t)}
    move = t - here.t
    length = float(np.linalg.norm(move))
    direction = (move / length).round(4).tolist() if length > 1e-12 else [0.0] * len(t)
    return {**_point(shown, t, path.slice.loss(t) if len(t) == 1 else 0.0), "direction": direction}


def _tangent(shown: Landscape, here: Place) -> list[list[float]]:
    """Of one weight: the ends of a piece of the line that touches the curve at the ball, within the frame."""
    if len(shown.axes) != 1 or shown.clip(here.t) != tuple(float(t) for t in here.t):
        return []
    axis, (low, high) = shown.axes[0], _heights(shown)
    x, slope = float(here.t[0]), float(here.gradient[0])
    reach = TANGENT * (axis.high - axis.low)
    if slope:
        reach = min(reach, 0.25 * (high - low) / abs(slope))
    return [[x + side * reach, here.loss + side * reach * slope] for side in (-1, 1)]


# ---- words ----


def _arithmetic(shown: Landscape, path: Descent, goal: np.ndarray) -> list[str]:
    """The next step, a line for each weight: "b − lr × slope = 2 − 0.5 × 4.11 = −0.05"."""
    here = path.places[-1]
    lines = []
    for axis, t, slope, to in zip(shown.axes, here.t, here.batch_gradient, goal, strict=True):
        a, b, c = _text(t), _text(path.lr), _text(slope)
        lines.append(f"{axis.letter} − lr × slope = {a} − {b} × {f'({c})' if c.startswith(MINUS) else c} = {_text(to)}")
    return lines


def _sentences(shown: Landscape, path: Descent, kind: str) -> list[str]:
    here, taken = path.places[-1], len(path.places) - 1
    after = f"After {count(taken, 'step')}" if taken else "At the start"
    said = [
        f"{after}: {_place(shown, here.t)}, loss {_text(here.loss)}; the lowest is {_text(shown.slice.minimum[1])}."
    ]
    limit = three_digits(shown.limit)
    said += {
        "settled": ["It is at the bottom, to within 2 % of the way down."],
        "swings": [f"It swings: {_text(path.lr)} is above 2/λ = {limit}, so it can’t come to rest at the bottom."
                   if path.lr > shown.limit else
                   f"It swings, though {_text(path.lr)} is below 2/λ = {limit}: that limit holds near the bottom only."],
        "diverged": [f"It diverges: each step overshoots by more than the one before. 2/λ is {limit} everywhere."
                     if kind == "squared error" else "It is far out: the loss is larger than at the start."],
        "under way": [],
    }[path.outcome()]  # fmt: skip
    if path.outcome() == "swings" and kind == "cross-entropy":
        said.append("It does not diverge, because the slope of cross-entropy is bounded.")
    if path.lr > shown.limit and _stands_still(shown, path):
        said.append(
            "The slope is almost 0 here, so no step is seen at any learning rate: start again, or click higher up."
        )
    if path.batch is not None and here.cosine is not None:
        said.append(_batch_sentence(shown, path, here))
    return said


def _stands_still(shown: Landscape, path: Descent) -> bool:
    """Whether the next step is too short to be seen in the frame."""
    move = path.lr * path.places[-1].batch_gradient
    return all(abs(d) < STILL * (axis.high - axis.low) for d, axis in zip(move, shown.axes, strict=True))


def _batch_sentence(shown: Landscape, path: Descent, here: Place) -> str:
    digits = "The batch of 1 digit" if path.batch == 1 else f"The batch of {path.batch:,}"
    if here.uphill:
        return f"{digits} points uphill!"
    if len(shown.axes) == 1:
        slope, true = float(here.batch_gradient[0]), float(here.gradient[0])
        return f"{digits} sees a slope of {_text(slope)}, all digits one of {_text(true)}."
    cosine = f"{here.cosine:.2f}".replace("-", MINUS)
    return f"{digits} has a cosine of {cosine} with the true arrow."


def _place(shown: Landscape, t: Any) -> str:
    return ", ".join(f"{axis.letter} = {_text(x)}" for axis, x in zip(shown.axes, t, strict=True))


def _text(number: float, digits: int = 3) -> str:
    """A number in so many significant digits, without a negative zero."""
    return format_digits(np.float64(round(float(number), 6) + 0.0), digits)
