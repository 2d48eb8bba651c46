"""What the widgets on forks offer to choose from.

The view's part is shared/fork-options.js.
"""

from widgets_lib.compute import rng
from widgets_lib.compute.rng import forks


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
