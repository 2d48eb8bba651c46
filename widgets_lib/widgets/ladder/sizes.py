"""What follows from a ladder's size alone: what a product costs, how often Python goes round, what axis it needs."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from widgets_lib.compute import matmul, scales
from widgets_lib.compute.formatting import count, human
from widgets_lib.widgets.ladder.rows import cost_message

Size: TypeAlias = tuple[int, int, int]
"""(m, k, n)."""

MAX_SIZES = {"m": 50_000, "k": 2_048, "n": 2_048}
PRESETS: list[dict[str, Any]] = [
    {"name": "5 digits", "title": "5 × 784 × 10", "sizes": {"m": 5, "k": 784, "n": 10}},
    {"name": "all 50,000", "title": "50,000 × 784 × 10", "sizes": {"m": 50_000, "k": 784, "n": 10}},
]
LEARNER_STEPS = "your function"
LOOP_STEP_S = 1e-5  # about what one step of the first rung takes: enough to choose an axis by


def check_size(size: Size) -> Size:
    """The size. Raises: ValueError for a part out of range, naming it."""
    for name, value in zip("mkn", size, strict=True):
        if not 1 <= value <= MAX_SIZES[name]:
            raise ValueError(f"{name} = {value:,}: give 1 to {MAX_SIZES[name]:,}")
    return size


def name_of(size: Size) -> str:
    """ "5 × 784 × 10"."""
    return " × ".join(map(str, size))


def cost_of(size: Size) -> dict[str, str]:
    """What a product costs: message; and why it is not attempted, or nothing: refusal."""
    cost = matmul.cost(*size)
    refusal = cost.too_big()
    return {"message": cost_message(cost), "refusal": f"Not attempted: {refusal}." if refusal else ""}


def steps_of(size: Size, learner_rungs: Iterable[str]) -> dict[str, str]:
    """Rung -> how many steps Python itself takes, in words."""
    steps = {key: count(backend.python_steps(*size), "Python step") for key, backend in matmul.BACKENDS.items()}
    return steps | dict.fromkeys(learner_rungs, LEARNER_STEPS)


def published_of(size: Size) -> dict[str, dict[str, Any]]:
    """Rung -> the 2022 course's time."""
    return {
        key: {"seconds": seconds, "text": human(seconds)}
        for (rows, key), seconds in matmul.PUBLISHED_2022.items()
        if (rows, 784, 10) == size
    }


def axis_of(size: Size, times: Iterable[float]) -> dict[str, Any]:
    """A time axis on which three loops and all of these times have room: low, high, ticks and stops."""
    m, k, n = size
    axis = scales.time_axis(max(m * k * n * LOOP_STEP_S, 0.0, *times))
    return {
        "low": axis.low,
        "high": axis.high,
        "ticks": [{"seconds": seconds, "text": text} for seconds, text in axis.ticks],
        "stops": [{"seconds": seconds, "text": text} for seconds, text in axis.stops],
    }
