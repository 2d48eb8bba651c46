"""Tasks about a descent, and whether a path has done one: judged by where it went, not by what was pressed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from widgets_lib.compute.formatting import MINUS, count, join_words, three_digits

from .paths import SWINGS, Descent

MAX_STEPS = 4  # of "settle"
LIKE, LIKE_BATCH = 0.9, 500  # cosine and digits, of "agree"
BOTTOM, LOW = 0.05, 0.1  # of the height of the start: the bottom of "agree", and of "uphill"
HIGH = 5  # times the lowest loss: a start is taken to be at least so high, also where the ball was put lower


class Verdict(NamedTuple):
    """Whether a task is done, and in a sentence what is missing or was found."""

    is_solved: bool
    message: str


@dataclass(frozen=True)
class Challenge:
    """A task: the view it begins with, hints to be asked for one by one, and its judge."""

    key: str
    task: str
    view: str
    hints: tuple[str, ...]
    judge: Callable[[Descent], Verdict]


def _signed(cosine: float) -> str:
    return f"{cosine:.2f}".replace("-", MINUS)


def _swing(path: Descent) -> Verdict:
    outcome = path.outcome()
    if outcome == "swings":
        lr, limit = path.lr, path.slice.lr_limit(path.slice.minimum[0])
        more = f" The limit at the minimum is 2/λ = {three_digits(limit)}." if lr > limit else ""
        return Verdict(True, f"Solved: with {lr:g} it goes back and forth, and the loss stays bounded.{more}")
    if outcome == "diverged":
        return Verdict(
            False,
            "This one diverged: the loss grows without limit. The task is to make it swing only: take a smaller learning rate.",
        )
    if outcome == "settled":
        return Verdict(False, "It has come to rest: the learning rate is too small to keep it swinging.")
    taken = len(path.places) - 1
    if taken < SWINGS:
        return Verdict(False, f"{count(taken, 'step')} so far: after {SWINGS} it shows whether it swings.")
    return Verdict(False, "It does not turn back at each step, or its steps get shorter: it does not swing yet.")


def _settle(path: Descent) -> Verdict:
    taken = len(path.places) - 1
    if path.outcome() == "settled" and taken <= MAX_STEPS:
        return Verdict(True, f"Solved: {count(taken, 'step')}.")
    if path.outcome() == "settled":
        return Verdict(False, f"It has come to rest, after {taken} steps. Start again: {MAX_STEPS} are enough.")
    if taken >= MAX_STEPS:
        return Verdict(False, f"{count(taken, 'step')}, and it is not there. Go back, or start again.")
    return Verdict(False, f"{count(taken, 'step')} of at most {MAX_STEPS}.")


def _diverge(path: Descent) -> Verdict:
    if path.outcome() == "diverged":
        return Verdict(
            True,
            "Solved: each step overshoots by more than the one before. The squared error can do that, because its slope grows without limit.",
        )
    if path.outcome() == "swings":
        return Verdict(
            False,
            "It swings, because the slope of this loss is bounded, and so are its steps. Choose another loss under “more”.",
        )
    if path.outcome() == "settled" and path.lr > path.slice.lr_limit(path.slice.minimum[0]):
        return Verdict(False, "At the bottom the slope is 0, and nothing grows there: start again, or click higher up.")
    return Verdict(False, "The loss isn’t growing without limit yet.")


def _height(path: Descent) -> float:
    """How far up the ball is: 0 at the bottom, 1 at the start."""
    lowest = path.slice.minimum[1]
    return (path.places[-1].loss - lowest) / max(path.places[0].loss - lowest, HIGH * lowest)


def _uphill(path: Descent) -> Verdict:
    place = path.places[-1]
    if len(path.places) == 1 or _height(path) > LOW:
        return Verdict(False, "Walk to the bottom first: high up nearly all digits agree on the direction.")
    if place.cosine is None:
        return Verdict(False, "Here the slope is 0, and there is no uphill.")
    if place.uphill:
        return Verdict(
            True, f"Solved: this batch points uphill, with a cosine of {_signed(place.cosine)} with the true arrow."
        )
    return Verdict(False, f"This batch points downhill, with a cosine of {_signed(place.cosine)} with the true arrow.")


def _agree(path: Descent) -> Verdict:
    place = path.places[-1]
    if path.batch is None or path.batch >= LIKE_BATCH:
        return Verdict(False, f"Use a batch of fewer than {LIKE_BATCH} digits.")
    if len(path.places) == 1 or _height(path) > BOTTOM:
        return Verdict(False, "Walk to the bottom first: high up nearly all digits agree on the direction.")
    if place.cosine is None or place.cosine < LIKE:
        cosine = "no" if place.cosine is None else f"a cosine of {_signed(place.cosine)}"
        return Verdict(False, f"At the bottom, and this batch has {cosine} with the true arrow; {LIKE} is wanted.")
    return Verdict(
        True, f"Solved: {count(path.batch, 'digit')}, and a cosine of {_signed(place.cosine)} at the bottom."
    )


CHALLENGES = {
    challenge.key: challenge
    for challenge in (
        Challenge(
            "swing",
            "Find a learning rate that makes the ball swing for ever and never diverge.",
            "ink",
            (
                "A step that lands on the other side of the valley turns back with the next one.",
                "The mark on the slider says above which learning rate it can’t come to rest.",
                "Set it above 2/λ, and take ten steps.",
            ),
            _swing,
        ),
        Challenge(
            "settle",
            f"Come to rest in at most {MAX_STEPS} steps.",
            "ink",
            (
                "The learning rate may change on the way.",
                "Far up, where it curves little, a longer step does no harm; near the bottom make it half of 2/λ.",
            ),
            _settle,
        ),
        Challenge(
            "diverge",
            "Make the loss grow without limit.",
            "ink",
            (
                "Cross-entropy will not do it, whatever the learning rate, because its slope is bounded: choose another loss under “more”.",
                "The slope of the squared error grows with the distance from the bottom.",
                "The squared error diverges above its own 2/λ.",
            ),
            _diverge,
        ),
        Challenge(
            "uphill",
            "Walk to the bottom, and draw a batch there whose arrow points uphill.",
            "plane",
            (
                "The smaller a batch, the more it differs from all digits.",
                "Walk down with all digits first. Then take batches of a single digit, and draw another and another.",
            ),
            _uphill,
        ),
        Challenge(
            "agree",
            f"At the bottom, draw a batch of fewer than {LIKE_BATCH} digits with a cosine of at least {LIKE} with the true arrow.",
            "plane",
            (
                "The larger the batch, the nearer its arrow to the true one.",
                "At the very bottom the true arrow is almost 0, and what is left of a batch’s is chance.",
                "Stop a step before it comes to rest, with 256 digits, and draw other batches.",
            ),
            _agree,
        ),
    )
}  # fmt: skip


def find_challenge(key: str) -> Challenge:
    """The Challenge of a key. Raises: ValueError that names those there are."""
    if key not in CHALLENGES:
        raise ValueError(f"there is no challenge {key!r}: {join_words(list(CHALLENGES))} are known")
    return CHALLENGES[key]
