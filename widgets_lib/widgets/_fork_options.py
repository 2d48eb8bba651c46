"""What the fork's widgets offer to choose from, and how they answer without holding the kernel; see js/cures.js."""

import sys

from widgets_lib.compute.rng import forks

IMPORTING = "torch is being imported, which takes about a second the first time"


def generator_choices():
    """Every generator: key, title, and why it can't be had (or empty)."""
    return [
        {"key": key, "title": title, "why": forks.unavailable_reason(key, "none") or ""}
        for key, title in forks.TITLES.items()
    ]


def cure_choices(generator):
    """Every cure: key, title, and why this generator can't take it (or empty)."""
    return [
        {"key": key, "title": title, "why": forks.unavailable_reason(generator, key) or ""}
        for key, title in forks.CURES.items()
    ]


def answer_with(tasks, generator, job, publish):
    """`publish(job())`: at once, or on a thread where torch may have to be imported for it."""
    if generator == "torch":
        tasks.start({} if "torch" in sys.modules else {"words": IMPORTING}, lambda should_stop: job(), publish)
    else:
        publish(job())
