"""How far a learner is with a task, as shared/challenge.js shows it."""

from collections.abc import Sequence
from typing import Any, Protocol

SOLVED_BEFORE = "You have solved this one. Go on playing, or start again."


class Task(Protocol):
    """What a challenge of any part of compute has."""

    @property
    def task(self) -> str: ...
    @property
    def hints(self) -> Sequence[str]: ...


def describe_progress(challenge: Task, message: str, is_solved: bool, solved: bool, hints: int) -> dict[str, Any]:
    """task, message; solved: ever, now: as it stands; hints: those asked for; more: whether one is left."""
    return {
        "task": challenge.task,
        "message": message,
        "solved": solved or is_solved,
        "now": is_solved,
        "hints": list(challenge.hints[:hints]),
        "more": hints < len(challenge.hints),
    }
