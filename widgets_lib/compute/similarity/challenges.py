"""Tasks for a learner, such as "draw a 7 that is read as a 1", and what is still missing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute.formatting import with_article

from .course import course_confusion, course_digits, has_answers, looks_like, test_digit
from .reader import DIRECTIONS, Direction, Metric, accuracy, classify

Answers = tuple[Metric, Direction, int]
"""Metric, direction and pixels of a shift: what `course_answers` takes."""

NAMES: dict[Metric, str] = {"l1": "L1", "l2": "L2", "dot": "The dot product"}


@dataclass(frozen=True)
class Attempt:
    """What a learner has made of the reader so far.

    index: the test digit that was chosen, −1 for a drawing. image: what is compared, (28, 28) bytes; placed: the same with
    no step of the placing left out; None: nothing is drawn. steps_off: the steps that are left out.
    """

    index: int
    image: NDArray[np.uint8] | None
    placed: NDArray[np.uint8] | None
    metric: Metric = "l1"
    steps_off: tuple[str, ...] = ()
    direction: Direction = "up"
    pixels: int = 0
    cell: tuple[int, ...] = ()

    def label(self) -> int | None:
        """What the digit is: a test digit's label; of a drawing, what most test digits like it are."""
        if self.index >= 0:
            return test_digit(self.index)[1]
        return None if self.placed is None else looks_like(self.placed)


@dataclass(frozen=True)
class Verdict:
    """Whether a challenge is solved, and in one sentence what is missing or was made."""

    is_solved: bool
    message: str


@dataclass(frozen=True)
class Challenge:
    """A task. stage: where it is worked on; judge: whether an attempt solves it; hints: the last one nearly tells;
    needs: what must be known of all test digits to judge, as arguments of `course_answers`.
    """

    key: str
    title: str
    task: str
    stage: str
    judge: Callable[[Attempt], Verdict]
    hints: tuple[str, ...]
    needs: Callable[[Attempt], list[Answers]] = lambda attempt: []


def _read(image: NDArray[np.uint8], metric: Metric) -> int:
    return int(classify(image[np.newaxis] / 255, course_digits(), metric)[0])


def _say_unlike(label: int | None, wanted: int) -> str:
    """Of a drawing, what it is like in place of the digit that is wanted."""
    if label is None:
        return f"The test digits most like your drawing are of several kinds. Draw a clearer {wanted}."
    return f"The test digits most like your drawing are {label}s. Draw something closer to a {wanted}."


def _judge_seven(attempt: Attempt) -> Verdict:
    if attempt.index >= 0:
        return Verdict(False, "Test digits don’t count here: draw a 7 of your own, over this one.")
    if attempt.image is None:
        return Verdict(False, "Draw a 7 first.")
    if attempt.steps_off:
        return Verdict(False, "Turn all steps of the placing on: only the shape may mislead it.")
    label, answer = attempt.label(), _read(attempt.image, attempt.metric)
    if label != 7:
        return Verdict(False, _say_unlike(label, 7))
    if answer != 1:
        return Verdict(False, f"That is a 7, and {_name(attempt)} reads it as {with_article(answer)}.")
    return Verdict(True, f"Solved: your 7 is nearest to the mean 1 by {_name(attempt)}.")


def _judge_split(attempt: Attempt) -> Verdict:
    if attempt.image is None:
        return Verdict(False, "Choose a test digit, or draw one.")
    label = attempt.label()
    if label != 3:
        if attempt.index < 0 or label is None:
            return Verdict(False, _say_unlike(label, 3))
        return Verdict(False, f"This is {with_article(label)}: choose or draw a 3.")
    l1, l2 = _read(attempt.image, "l1"), _read(attempt.image, "l2")
    if l1 == l2:
        return Verdict(False, f"A 3, and both L1 and L2 read {with_article(l1)}.")
    return Verdict(True, f"Solved: L1 reads {with_article(l1)} and L2 reads {with_article(l2)}.")


def _judge_step(attempt: Attempt) -> Verdict:
    if attempt.image is None or attempt.placed is None:
        return Verdict(False, "Choose a test digit, or draw one.")
    label = attempt.label()
    if label is None or _read(attempt.placed, attempt.metric) != label:
        return Verdict(False, f"With all steps on, {_name(attempt)} reads this one wrong already: try another digit.")
    if "ink" in attempt.steps_off:
        return Verdict(
            False, "“ink is 1” turns the picture into its negative, and any digit is lost. Turn it on again."
        )
    if len(attempt.steps_off) != 1:
        return Verdict(False, "Read right with all steps on. Now turn off a single one.")
    answer = _read(attempt.image, attempt.metric)
    if answer == label:
        return Verdict(False, f"Still read as {with_article(label)}: try another step, or another digit.")
    return Verdict(True, f"Solved: without that step {_name(attempt)} reads your {label} as {with_article(answer)}.")


def _judge_half(attempt: Attempt) -> Verdict:
    where = (attempt.metric, attempt.direction)
    if not has_answers(*where, attempt.pixels):
        return Verdict(False, "Move the slider, and all 10,000 are read again.")
    share = accuracy(course_confusion(*where, attempt.pixels))
    if share >= 0.5:
        return Verdict(False, f"{_percent(share)} are still read right: more than half.")
    shorter = [answers for answers in _shorter_shifts(attempt) if has_answers(*answers)]
    if len(shorter) < len(_shorter_shifts(attempt)):
        return Verdict(False, f"Only {_percent(share)} are read right. Would a smaller shift do, in any direction?")
    enough = [direction for metric, direction, pixels in shorter if _half_are_wrong(metric, direction, pixels)]
    if enough:
        where_to = "will do" if attempt.direction in enough else "in another direction will do"
        return Verdict(False, f"Only {_percent(share)} are read right, but a smaller shift {where_to}.")
    return Verdict(
        True,
        f"Solved: moved {attempt.direction} by {attempt.pixels} px, {_name(attempt)} reads only {_percent(share)} right, "
        "and no smaller shift does it.",
    )


def _half_are_wrong(metric: Metric, direction: Direction, pixels: int) -> bool:
    return accuracy(course_confusion(metric, direction, pixels)) < 0.5


def _shorter_shifts(attempt: Attempt) -> list[Answers]:
    """A pixel less in each direction: if none of these is enough, no smaller shift is."""
    if not attempt.pixels:
        return []
    return [(attempt.metric, direction, attempt.pixels - 1) for direction in DIRECTIONS]


def _judge_pair(attempt: Attempt) -> Verdict:
    if not has_answers(attempt.metric) or len(attempt.cell) != 2:
        return Verdict(False, "Press a cell: its row is what a digit is, its column what it was read as.")
    table = course_confusion(attempt.metric)
    mistakes = table - np.diag(table.diagonal())
    true, said = attempt.cell
    if true == said:
        return Verdict(False, "These were read right: the mistakes lie off the diagonal.")
    found = f"{mistakes[true, said]:,} times {with_article(true)} was read as {with_article(said)}"
    if mistakes[true, said] < mistakes.max():
        return Verdict(False, f"{found}; another mistake is commoner.")
    return Verdict(True, f"Solved: {found}, and no mistake of {_name(attempt)} is commoner.")


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _name(attempt: Attempt) -> str:
    return NAMES[attempt.metric].replace("The", "the")


_ALL = (
    Challenge(
        "seven-as-one",
        "a 7 read as a 1",
        "Draw a 7 that is read as a 1.",
        "draw",
        _judge_seven,
        (
            "The mean 1 is a thick upright stroke in the middle. Where does a 7 have its ink?",
            "A short bar leaves little ink beside the stroke.",
            "Draw it steep, with a bar a third as long as the stroke, and read it by L1.",
        ),
    ),
    Challenge(
        "split-three",
        "a 3 of two minds",
        "Find or draw a 3 that L1 and L2 read differently.",
        "draw",
        _judge_split,
        (
            "L2 squares the differences, so a few large ones count for more than many small ones.",
            "L1 likes the mean with the least ink, which is the 1.",
            "Go through the test digits, or draw a thin, narrow 3.",
        ),
    ),
    Challenge(
        "one-step",
        "one step too few",
        "Turn off a single one of “20 px long”, “centred” and “grey edges”, so that a digit that was read right is read "
        "wrong.",
        "draw",
        _judge_step,
        (
            "Draw small, or in a corner, and look at what each step repairs.",
            "The reader compares pixel by pixel: where the ink lies is all it knows.",
            "Draw a digit in a corner, see it read right, and turn off “centred”.",
        ),
    ),
    Challenge(
        "half-wrong",
        "half of them wrong",
        "Move all test digits until fewer than half are read right, by as few pixels as you can.",
        "shift",
        _judge_half,
        (
            "Where must the curve be for half of 10,000?",
            "Not every direction does the same harm.",
            "One pixel is not enough for L1 or L2; try two, upwards.",
        ),
        _shorter_shifts,
    ),
    Challenge(
        "commonest-mistake",
        "the commonest mistake",
        "Find the commonest mistake in the table, and open it.",
        "confusion",
        _judge_pair,
        (
            "The mistakes lie off the diagonal.",
            "L1 has a favourite answer: look down that column.",
            "The darkest cell in the column of that answer.",
        ),
    ),
)
CHALLENGES = {challenge.key: challenge for challenge in _ALL}
