"""Which rungs a ladder lists, in which order, and which of them are meant to run."""

from collections.abc import Mapping, Sequence
from typing import Any

from widgets_lib.compute import matmul
from widgets_lib.compute.formatting import join_words
from widgets_lib.widgets.ladder import measurements
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS
from widgets_lib.widgets.ladder.rows import Row
from widgets_lib.widgets.ladder.sizes import Size

Entry = dict[str, Any]  # key, title, code, and why it is unavailable: a rung as the view gets it


def known_rungs(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys. Raises: ValueError for one that is neither a rung of the course nor one that was written."""
    known = matmul.BACKENDS | LEARNER_RUNGS
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    for key in keys:
        if key not in known:
            raise ValueError(f"show: there is no rung {key!r}; there is {join_words(list(known))}")
    return keys


def listed_rungs(show_only: Sequence[str] | None, compact: bool, size: Size) -> list[Entry]:
    """A learner's own first, the newest on top, then those of the course; or those of `show_only` that there are.

    size: that is looked at; only a stand-in has times for some sizes alone.
    """
    entries = matmul.BACKENDS if compact else LEARNER_RUNGS | matmul.BACKENDS
    if show_only is not None:
        known = matmul.BACKENDS | LEARNER_RUNGS
        entries = {key: known[key] for key in dict.fromkeys(show_only) if key in known}
    return [
        {"key": key, "title": entry.title, "code": entry.code, "unavailable": _unavailable(key, entry, size)}
        for key, entry in entries.items()
    ]


def _unavailable(key: str, entry: Any, size: Size) -> str:
    if measurements.stand_in is not None:
        return measurements.stand_in.unavailable(key, size)
    return entry.unavailable() or ""


def order_of(rungs: Sequence[Entry], rows: Mapping[str, Row], by_time: bool) -> list[str]:
    """The keys of the rungs from top to bottom: as listed, or by time with the slowest on top.

    What has no time comes after them, but a learner's own, which is looked at next, before.
    """
    keys = [entry["key"] for entry in rungs]
    if not by_time:
        return keys

    def place(key: str) -> tuple[int, float]:
        seconds = rows.get(key, {}).get("seconds")
        return (1, -seconds) if seconds else (0 if key in LEARNER_RUNGS else 2, 0.0)

    return sorted(keys, key=place)


def chosen_rungs(keys: Any, rungs: Sequence[Entry], timed: Mapping[str, Row], compact: bool) -> list[str]:
    """The keys that `run(keys)` means: one, several, or with "ladder" all that can run here.

    A compact ladder's "ladder" leaves out what has a time already, if anything has none.
    Raises: ValueError for a rung that is not there or cannot run, with the reason.
    """
    entries = {entry["key"]: entry for entry in rungs}
    chosen = _named(keys, entries, timed, compact)
    if not chosen:
        raise ValueError(f"no rung was named; there is {', '.join(entries)}")
    for key in chosen:
        if not isinstance(key, str) or key not in entries:
            raise ValueError(f"there is no rung {key!r}; there is {', '.join(entries)}")
        if entries[key]["unavailable"]:
            raise ValueError(f"{key} can’t run here: {entries[key]['unavailable']}")
    return chosen


def _named(keys: Any, entries: Mapping[str, Entry], timed: Mapping[str, Row], compact: bool) -> list[Any]:
    if keys == "ladder":
        able = [key for key, entry in entries.items() if not entry["unavailable"]]
        fresh = [key for key in able if not timed.get(key, {}).get("seconds")]
        return fresh if compact and fresh else able
    if isinstance(keys, str):
        return [keys]
    if not isinstance(keys, Sequence):
        raise ValueError(f'give the key of a rung, a list of them or "ladder", not {keys!r}')
    return [key for at, key in enumerate(keys) if key not in keys[:at]]
