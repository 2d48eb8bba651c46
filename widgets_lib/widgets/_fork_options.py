"""What the widgets on forks offer to choose from, and how they compute without blocking the kernel.

The view's part is shared/fork-options.js.
"""

import sys
from collections.abc import Callable
from typing import TypeVar

from widgets_lib.compute import rng
from widgets_lib.compute.rng import forks
from widgets_lib.widgets._tasks import BackgroundTasks

IMPORTING = "torch is being imported, which takes about a second the first time"

T = TypeVar("T")


def generator_choices() -> list[dict[str, str]]:
    """Every generator: key, title, and the reason why it can't be used (or empty)."""
    return [
        {"key": key, "title": title, "reason": forks.unavailable_reason(key, "none") or ""}
        for key, title in forks.TITLES.items()
    ]


def reseeding_choices(generator: str) -> list[dict[str, str]]:
    """Every reseeding: key, title, and the reason why this generator can't be reseeded like that (or empty)."""
    return [
        {"key": key, "title": title, "reason": forks.unavailable_reason(generator, key) or ""}
        for key, title in rng.RESEEDINGS.items()
    ]


def compute_and_publish(
    tasks: BackgroundTasks, generator: str, job: Callable[[], T], publish: Callable[[T], object]
) -> None:
    """`publish(job())`: at once, or on a thread where torch may have to be imported for it."""
    if generator == "torch":
        tasks.start({} if "torch" in sys.modules else {"message": IMPORTING}, lambda should_stop: job(), publish)
    else:
        publish(job())
