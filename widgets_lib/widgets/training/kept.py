"""A run as a page keeps it, and the checks that make one of what a page sends back."""

import math
import reprlib
from typing import Any

from widgets_lib.compute._integers import check_count
from widgets_lib.compute.learning.descent import check_lr
from widgets_lib.compute.learning.runs import BATCHES, HIDDEN, Settings

MAX_RUNS = 6
MAX_EPOCHS = 40
MAX_POINTS = 600  # of a curve

# One run: its settings, [first step, learning rate] of its rates, steps taken and aimed at, whether it was ended, and
# its curve: [step, mean loss of the batches since the last point, accuracy on the test digits].
Run = dict[str, Any]
KEYS = {"hidden", "batch", "seed", "digits", "rates", "steps", "goal", "ended", "curve"}


def new_run(settings: Settings, lr: float, goal: int) -> Run:
    return {**vars(settings), "rates": [[0, lr]], "steps": 0, "goal": goal, "ended": False, "curve": []}


def settings_of(run: Run) -> Settings:
    return Settings(run["hidden"], run["batch"], run["seed"], run["digits"])


def check_runs(runs: list[Any]) -> None:
    """Raises: ValueError in words for what is no list of runs."""
    if len(runs) > MAX_RUNS:
        raise ValueError(f"{MAX_RUNS} runs are drawn at most, not {len(runs)}: start again")
    for run in runs:
        try:
            _check_run(run)
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"this is not a run that was kept ({error}): {reprlib.repr(run)}") from None


def _check_run(run: Any) -> None:
    if not isinstance(run, dict) or set(run) != KEYS or not isinstance(run["ended"], bool):
        raise ValueError("it lacks something, or has too much")
    if run["hidden"] not in HIDDEN or run["batch"] not in BATCHES:
        raise ValueError("its hidden units or its batch are not among those to choose")
    check_count(run["seed"], "its seed", 0)
    check_count(run["digits"], "its digits", run["batch"], 50_000)
    most = MAX_EPOCHS * settings_of(run).steps_per_epoch
    check_count(run["steps"], "its steps", 0, most)
    check_count(run["goal"], "its goal", run["steps"], most)
    last = -1
    for step, lr in run["rates"]:
        if check_count(step, "a step", last + 1, most) and last < 0:
            raise ValueError("its first learning rate begins at step 0")
        check_lr(lr)
        last = step
    if last < 0 or len(run["curve"]) > MAX_POINTS:
        raise ValueError("it has no learning rate, or too long a curve")
    for step, *values in run["curve"]:
        check_count(step, "a step", 0, run["steps"])
        if len(values) != 2 or not all(type(value) in (int, float) and math.isfinite(value) for value in values):
            raise ValueError("a point of its curve is a step, a loss and an accuracy")
