"""The challenges of a KernelTrace: the task, how far it is, and what could stand in each place."""

from collections.abc import Mapping, Sequence
from typing import Any

from widgets_lib.compute import gpu
from widgets_lib.widgets._challenges import describe_progress
from widgets_lib.widgets.trace.subjects import Followed


def numbers(edits: Mapping[str, Any]) -> dict[int, int]:
    """Edits as JSON has them, place -> alternative, with numbers for places.

    Raises: ValueError if they are no such thing.
    """
    if not isinstance(edits, Mapping):
        raise ValueError("edits are alternatives by place")
    if not all(isinstance(key, str) and key.isdecimal() and type(value) is int for key, value in edits.items()):
        raise ValueError("edits are alternatives by place")
    return {int(key): value for key, value in edits.items()}


def check(
    known: Sequence[gpu.Challenge], edits: Mapping[str, Any], solved: Sequence[str], hints: Mapping[str, Any]
) -> None:
    """Raises: ValueError for edits, solved challenges or hints of challenges that are not here."""
    tasks = {task.key: task for task in known}
    for key in (*edits, *solved, *hints):
        if key not in tasks:
            raise ValueError(f"there is no challenge {key!r} here")
    for key, chosen in edits.items():
        tasks[key].edited(numbers(chosen))
    for key, asked in hints.items():
        if type(asked) is not int or not 0 <= asked <= len(tasks[key].hints):
            raise ValueError(f"there are {len(tasks[key].hints)} hints, not {asked!r}")


def describe(
    task: gpu.Challenge, found: Followed, edits: Mapping[int, int], solved: bool, hints: int
) -> dict[str, Any]:
    """task, message; solved: ever, now: as it stands; hints: those asked for, more: whether one is left; places.

    A place: first and last, its lines as they stand; chosen, the alternative, −1 for what was there; options, texts.
    """
    verdict = found.verdict
    now = verdict is not None and verdict.is_solved
    message = verdict.message if verdict else found.error
    if solved and not now and not edits:
        message = "You have mended this one. Go on trying, or start again."
    elif not edits:
        message = "Read the faults below. Press “change” beside a line, and choose what belongs there."
    elif solved and not now:
        message = f"{message} (You have mended this one before.)"
    return {**describe_progress(task, message, now, solved, hints), "places": _places(task, edits)}


def _places(task: gpu.Challenge, edits: Mapping[int, int]) -> list[dict[str, Any]]:
    lines = task.example.text.splitlines()
    shift = 0
    result = []
    for number, place in enumerate(task.places):
        before = "\n".join(lines[place.first - 1 : place.last])
        chosen = edits.get(number, -1)
        texts = [before, *(alternative.text for alternative in place.alternatives)]
        length = len(texts[chosen + 1].splitlines())
        first = place.first + shift
        result.append({"first": first, "last": first + length - 1, "chosen": chosen, "options": texts})
        shift += length - (place.last - place.first + 1)
    return result
