"""What a kernel may ask for: a rung of the course, at a size that its ladder has, or a turn for itself.

A kernel is trusted no more than the page that it serves. So a job is made here of values that were looked at, and what
else stands in a request is refused with it.
"""

from __future__ import annotations

import json
from typing import Any

from widgets_lib.app.measuring.protocol import Message

RUNGS = frozenset(
    (
        *("python", "python-kij", "python-lists", "elementwise", "dot", "numba-dot", "broadcast", "einsum", "matmul"),
        *("numpy", "numba", "launch-kernel", "numba-cuda", "torch-cuda"),
    )
)
MAX_SIZES = {"m": 50_000, "k": 2_048, "n": 2_048}
MAX_BUDGET_S = 5.0
MAX_BYTES = 1_000  # of a request
TURN: Message = {"turn": True}
SHOWN = 40  # characters of what was asked for, in an answer


class Refused(ValueError):
    """It is not measured; the message says why, in words."""


def job_of(line: bytes) -> Message:
    """The job for the measuring process, or `TURN`. Raises: Refused."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("a request is one line of JSON") from None
    if isinstance(asked, dict) and asked.keys() == TURN.keys() and asked["turn"] is True:
        return TURN
    names = ("backend", *MAX_SIZES, "budget_s")
    if not isinstance(asked, dict) or asked.keys() != set(names):
        raise Refused(f"a request names {', '.join(names)}, and nothing else")
    if not isinstance(asked["backend"], str) or asked["backend"] not in RUNGS:
        raise Refused(f"no rung {_shown(asked['backend'])} is measured for all visitors of this server")
    for name, most in MAX_SIZES.items():
        if type(asked[name]) is not int or not 1 <= asked[name] <= most:
            raise Refused(f"{name} = {_shown(asked[name])}: give 1 to {most:,}")
    if type(asked["budget_s"]) not in (int, float) or not 0 < asked["budget_s"] <= MAX_BUDGET_S:
        raise Refused(f"budget_s = {_shown(asked['budget_s'])}: on a server a rung may take up to {MAX_BUDGET_S:g} s")
    return asked


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
