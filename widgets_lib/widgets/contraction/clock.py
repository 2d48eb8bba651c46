"""How long an order takes for real, and why some are not timed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from widgets_lib.compute import einsum, timing
from widgets_lib.compute._browser import in_browser
from widgets_lib.compute.arrays import is_torch
from widgets_lib.compute.formatting import format_bytes, human
from widgets_lib.compute.matmul import available_memory_bytes

USUAL_SIZE = 1000  # of each letter where no sizes are given
BUDGET_S = 0.3
# What a single call may do, as it can't be interrupted: a few seconds at most.
MAX_FLOPS = 100 * 10**9  # in pairs, which the libraries hand to their matrix product
MAX_LOOPED_FLOPS = 2 * 10**9  # all at once, which numpy loops over
MAX_BROWSER_FLOPS = 10**9  # in a browser, where numpy has no fast product
MEMORY_SHARE = 4  # at most a quarter of what is free


@dataclass(frozen=True)
class Measured:
    """seconds: of one run, or at most; None if it was not timed, then reason says why."""

    seconds: float | None
    reason: str = ""
    at_most: bool = False

    @property
    def text(self) -> str:
        """The time, such as "1.63 ms" or "≤ 1.63 ms", or why there is none."""
        return ("≤ " if self.at_most else "") + human(self.seconds) if self.seconds is not None else self.reason


def measure(e: einsum.Einsum, operands: Sequence[Any], path: einsum.Path, should_stop: Callable[[], bool]) -> Measured:
    """The time of one order on these operands, or on random ones if there are none.

    Raises: Stopped if `should_stop()` says True.
    """
    if reason := _reason_against(e, operands, path):
        return Measured(None, reason)
    values = list(operands) or _random(e)
    run = partial(einsum.contract, e, values, path.order, optimize=len(path.order[0]) == 2)
    found = timing.measure(run, budget_s=BUDGET_S, should_stop=should_stop)
    return Measured(found.seconds, at_most=found.at_most)


def _reason_against(e: einsum.Einsum, operands: Sequence[Any], path: einsum.Path) -> str:
    """Why an order is not timed here; "" if it is."""
    at_once = len(path.order[0]) > 2
    if at_once and any(map(is_torch, operands)):
        return "not timed: torch goes in pairs"
    most = MAX_BROWSER_FLOPS if in_browser() else MAX_LOOPED_FLOPS if at_once else MAX_FLOPS
    if path.flops > most:
        return f"not timed: it would take too long{' in a browser' if in_browser() else ''}"
    held = 8 * max(path.largest, *(math.prod(shape or ()) for shape in e.shapes))
    free = available_memory_bytes()
    if free is not None and MEMORY_SHARE * held > free:
        return f"not timed: {format_bytes(held)} is too much memory"
    return ""


def _random(e: einsum.Einsum) -> list[Any]:
    generator = np.random.default_rng(1)
    return [generator.random(shape or (), dtype=np.float32) for shape in e.shapes]
