"""The rungs that learners write, and `@rung`, which adds one to every open ladder."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from widgets_lib.compute import matmul
from widgets_lib.compute.matmul.sources import function_source
from widgets_lib.widgets._brief_errors import brief_errors

F = TypeVar("F", bound=Callable[..., Any])


class OpenLadder(Protocol):
    """What a ladder does for the rungs of learners."""

    def add_learner_rung(self, title: str) -> None: ...

    def cancel(self) -> None: ...


@dataclass(frozen=True)
class LearnerRung:
    """A function written in a cell, as the ladder lists it."""

    key: str
    function: Callable[..., Any]
    code: str

    @property
    def title(self) -> str:
        return self.key

    def unavailable(self) -> None:
        """None: it can run wherever it was written."""


OPEN_LADDERS: weakref.WeakSet[OpenLadder] = weakref.WeakSet()
"""Ladders that new rungs are added to: those with a view, or not shown yet."""
LEARNER_RUNGS: dict[str, LearnerRung] = {}
"""title -> rung, in the order in which they were written first."""


@brief_errors
def rung(title: str) -> Callable[[F], F]:
    """Add the function below, `f(a, b)` of two float32 tensors, to every open ladder: checked first, then timed.

        @wl.rung("my matmul")
        def matmul(a, b): ...

    Running the cell again replaces it. The function itself comes back unchanged.
    Raises: TypeError without a title; ValueError for the title of a bundled rung.
    """
    if not isinstance(title, str) or not title.strip():
        raise TypeError('@wl.rung needs a title in parentheses: @wl.rung("my matmul")')
    if title in matmul.BACKENDS:
        raise ValueError(f"the ladder has a rung {title!r} of its own: choose another title")

    def register(function: F) -> F:
        LEARNER_RUNGS[title] = LearnerRung(title, function, function_source(function))
        for ladder in list(OPEN_LADDERS):
            ladder.add_learner_rung(title)
        return function

    return register
