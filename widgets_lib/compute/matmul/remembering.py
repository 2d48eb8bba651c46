"""Does a function remember answers, so that a time of repeated calls says nothing?"""

from copy import deepcopy
from itertools import count
from time import perf_counter
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import is_torch
from widgets_lib.compute.formatting import human
from widgets_lib.compute.timing import timed_call

from .checking import Mismatch
from .examination import Function

SLOWER = 3  # a call with a new number that takes so many times as long …
SLACK_S = 2e-5  # … and so much more
TRIES, MAX_TRIES = 4, 12  # so many clear ones, of so many in all,
SEARCH_S = 0.5  # … or of all in so long
QUICK_S = 0.05  # what takes longer is timed by few calls anyway, and not worth two more


def remembers(fn: Function, a: Any, b: Any) -> Mismatch | None:
    """The `Mismatch` if `fn(a, b)` is slow with a new number in a, and quick with the same numbers once more.

    One number of a copy of a is written to; everything else, caches of the processor too, stays as it is. The quickest
    of some tries counts, and an honest function is found out after the first. A try in which threads waited for other
    programs says nothing; where there is no other within half a second, nobody is accused. None for operands on a GPU.
    """
    if not (isinstance(a, (np.ndarray, list)) or (is_torch(a) and a.device.type == "cpu")):
        return None
    a = a.clone() if is_torch(a) else deepcopy(a)
    random = np.random.default_rng()
    fresh_s = again_s = np.inf
    clear, end = 0, perf_counter() + SEARCH_S
    for tried in count():
        if tried >= MAX_TRIES and perf_counter() > end:
            return None
        _write_first(a, float(random.standard_normal()))
        (fresh_try_s, fresh_disturbed), (again_try_s, again_disturbed) = timed_call(fn, a, b), timed_call(fn, a, b)
        if fresh_disturbed or again_disturbed:
            continue
        fresh_s, again_s = min(fresh_s, fresh_try_s), min(again_s, again_try_s)
        if fresh_s <= SLOWER * again_s + SLACK_S:
            return None
        if (clear := clear + 1) == TRIES:
            break
    return Mismatch(
        f"the function remembers its answers: with a new number in `a` it takes {human(float(fresh_s))}, and once more "
        f"with the same numbers {human(float(again_s))}; compute the product in every call"
    )


def _write_first(a: Any, value: float) -> None:
    if isinstance(a, list):
        a[0][0] = value
    else:
        a[0, 0] = value
