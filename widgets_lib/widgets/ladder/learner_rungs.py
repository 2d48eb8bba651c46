"""The rungs that learners write: `@rung` adds one to every open ladder, `forget` removes it."""

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import CellType
from typing import Any, Protocol, TypeVar

from widgets_lib.compute import matmul
from widgets_lib.compute.matmul.function_pickle import pack
from widgets_lib.compute.matmul.sources import function_source
from widgets_lib.widgets._brief_errors import brief_errors
from widgets_lib.widgets._cells import after_cell, shell
from widgets_lib.widgets.ladder import results
from widgets_lib.widgets.ladder.verdict import Verdict, forget_times

F = TypeVar("F", bound=Callable[..., Any])


class OpenLadder(Protocol):
    """What a ladder does for the rungs of learners."""

    def takes(self, title: str) -> bool: ...

    @property
    def size(self) -> tuple[int, int, int]: ...

    @property
    def has_baseline(self) -> bool: ...

    def add_learner_rung(self, title: str, verdict: Verdict | None) -> None: ...

    def list_learner_rung(self, title: str) -> None: ...

    def drop_learner_rung(self, title: str) -> None: ...

    def cancel(self) -> None: ...


@dataclass(frozen=True)
class LearnerRung:
    """A function written in a cell, as the ladder lists it."""

    key: str
    function: Callable[..., Any]
    code: str
    verdict: Verdict = field(repr=False, compare=False)

    @property
    def title(self) -> str:
        return self.key

    def unavailable(self) -> None:
        """None: it can run wherever it was written."""

    taken: bytes | None = field(default=None, repr=False, compare=False)
    """The function as it was when a plain program wrote it; None in a notebook."""

    def packed(self) -> Any:
        """The function with the names it uses as they are now, in a plain program as they were; itself if that fails.

        What can't be packed is said when the rung is measured.
        """
        if self.taken is not None:
            return self.taken
        try:
            return pack(self.function)
        except (TypeError, ValueError):
            return self.function

    def take(self) -> "LearnerRung":
        """The same rung, and from now on the function stays as it is, whatever the program does next."""
        with _own_name(self.function):
            packed = self.packed()
        return replace(self, taken=packed) if isinstance(packed, bytes) else self


@contextmanager
def _own_name(function: Callable[..., Any]) -> Iterator[None]:
    """Inside, the function finds itself by its name, which is bound only after `@rung` has returned."""
    names, name = getattr(function, "__globals__", {}), getattr(function, "__name__", "")
    before = {name: names[name]} if name in names else {}
    names[name] = function
    free = getattr(getattr(function, "__code__", None), "co_freevars", ())
    for free_name, cell in zip(free, getattr(function, "__closure__", None) or (), strict=True):
        if free_name == name and cell == CellType():
            cell.cell_contents = function  # as the `def` inside another function will do
    try:
        yield
    finally:
        del names[name]
        names.update(before)


OPEN_LADDERS: weakref.WeakSet[OpenLadder] = weakref.WeakSet()
"""Ladders that new rungs are added to: those with a view, or not shown yet."""
LEARNER_RUNGS: dict[str, LearnerRung] = {}
"""title -> rung, the newest first."""
_waiting: list[str] = []
"""Titles of rungs whose cell is still running."""
_unlisted: list[str] = []
"""Titles of rungs that no open ladder takes: the next one that does times them."""


@brief_errors
def rung(title: str) -> Callable[[F], F]:
    """Add the function below, `f(a, b)` of two float32 tensors, to every open ladder: checked first, then timed.

        @wl.rung("my matmul")
        def matmul(a, b): ...

    It is taken when the cell has ended, with everything that the cell defines. Running the cell again replaces it.
    In a plain Python program it is taken at once: what it uses has to stand above it, and what the program changes later
    is not measured. The function itself comes back unchanged.
    Raises: TypeError without a title; ValueError for the title of a bundled rung.
    """
    if not isinstance(title, str) or not title.strip():
        raise TypeError('@wl.rung needs a title in parentheses: @wl.rung("my matmul")')
    if title in matmul.BACKENDS:
        raise ValueError(f"the ladder has a rung {title!r} of its own: choose another title")

    def register(function: F) -> F:
        for ladder in list(OPEN_LADDERS):  # the version before, which may never end
            ladder.drop_learner_rung(title)
        results.discard(title)
        verdict = Verdict(title)
        older = {key: entry for key, entry in LEARNER_RUNGS.items() if key != title}
        LEARNER_RUNGS.clear()
        LEARNER_RUNGS[title] = LearnerRung(title, function, function_source(function), verdict)
        LEARNER_RUNGS.update(older)
        _waiting.append(title)
        after_cell(_add_waiting)
        return function

    return register


@brief_errors
def forget(title: str) -> None:
    """Remove a rung of your own from every ladder: `wl.forget("my matmul")`.

    Raises: ValueError if there is none of that title, naming those there are.
    """
    if title not in LEARNER_RUNGS:
        there = ", ".join(map(repr, LEARNER_RUNGS)) or "none yet"
        raise ValueError(f"there is no rung {title!r} of yours to forget; there is {there}")
    LEARNER_RUNGS.pop(title).verdict.show(f"“{title}” was removed from the ladder")
    for ladder in list(OPEN_LADDERS):
        ladder.drop_learner_rung(title)
    results.discard(title)
    forget_times(title)


def list_unrunnable(title: str, code: str) -> None:
    """List a rung that was written elsewhere: its code can be read, and it can't be run."""
    if title not in LEARNER_RUNGS:
        LEARNER_RUNGS[title] = LearnerRung(title, _gone, code, Verdict(title))


def _gone(a: Any, b: Any) -> Any:
    raise ValueError("this rung was written elsewhere: here is only its code")


# ---- when a cell has ended ----


def _add_waiting() -> None:
    """Add the rungs of the cell that ended to every open ladder. Of ladders of one size the first measures for all."""
    titles = [title for title in dict.fromkeys(_waiting) if title in LEARNER_RUNGS]
    _waiting.clear()
    for title in titles:
        if shell() is None:
            LEARNER_RUNGS[title] = LEARNER_RUNGS[title].take()
        verdict: Verdict | None = LEARNER_RUNGS[title].verdict
        ladders = [ladder for ladder in list(OPEN_LADDERS) if ladder.takes(title)]
        if not ladders:
            LEARNER_RUNGS[title].verdict.show("no ladder is open to time it: show one, wl.MatmulLadder()")
            _unlisted.append(title)
        ladders.sort(key=lambda ladder: not ladder.has_baseline)  # the line under the cell is of one that can compare
        measured = set()
        for ladder in ladders:
            if ladder.size in measured:
                ladder.list_learner_rung(title)
                continue
            measured.add(ladder.size)
            ladder.add_learner_rung(title, verdict)
            verdict = None  # one line under the cell, of one size


def add_unlisted(ladder: OpenLadder) -> None:
    """Give a new ladder the rungs that were written when none was open that takes them."""
    for title in [title for title in dict.fromkeys(_unlisted) if ladder.takes(title)]:
        _unlisted[:] = [other for other in _unlisted if other != title]
        if title in LEARNER_RUNGS:
            ladder.add_learner_rung(title, LEARNER_RUNGS[title].verdict)
