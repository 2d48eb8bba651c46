"""All sentences of the explorer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import drawing, similarity
from widgets_lib.compute.formatting import count, with_article
from widgets_lib.compute.similarity import Direction, Metric
from widgets_lib.widgets.similarity.subject import Reading, Subject

NAMES: dict[Metric, str] = {"l1": "L1", "l2": "L2", "dot": "dot product"}
MEANINGS: dict[Metric, str] = {
    "l1": "L1: mean absolute difference",
    "l2": "L2: root mean squared error",
    "dot": "dot product: larger is more alike",
}
DOT = "The dot product multiplies image and mean pixel by pixel and adds it all up: the larger, the more alike."
NOTHING = "Draw a digit, or choose one of the 10,000 test digits."
ASK = "Press the mean that you think is nearest. The answer follows."


def format_distance(value: float, metric: Metric) -> str:
    """0.1114, or a dot product as 97.4."""
    return f"{value:.1f}" if metric == "dot" else f"{value:.4f}"


def percent(share: float) -> str:
    """66.85 %: of 10,000 digits that is exact."""
    return f"{100 * share:.2f} %"


def say_answer(reading: Reading, subject: Subject, guess: int) -> str:
    """What is read, by how much, and how that compares with the label and the guess."""
    metric = reading.metric
    best, next_best = (
        format_distance(reading.distances[digit], metric) for digit in (reading.answer, reading.runner_up)
    )
    said = f"{_sentence(metric)} says {reading.answer}: with that mean it is {best}. Next comes the {reading.runner_up}, with"
    if metric != "dot":
        said = f"{_sentence(metric)} says {reading.answer}: that mean is {best} away. Next comes the {reading.runner_up}, at"
    said += f" {next_best}."
    if subject.label is not None:
        right = "right" if subject.label == reading.answer else "wrong"
        said += f" The label is {subject.label}, so that is {right}."
    if guess >= 0:
        said += " Just as you predicted." if guess == reading.answer else f" You predicted {guess}."
    return said + _explain(metric)


def say_heading(metric: Metric, asks: bool) -> str:
    """What stands above the ten means."""
    return "Which digit will it say?" if asks else MEANINGS[metric]


def describe_image(subject: Subject) -> str:
    """What the placed image is, for those who can't see it."""
    if subject.image is None:
        return "nothing is drawn yet"
    rows, columns = np.flatnonzero(subject.image.any(1)), np.flatnonzero(subject.image.any(0))
    size = f"{np.ptp(rows) + 1} px high and {np.ptp(columns) + 1} px wide" if len(rows) else "blank"
    row, column = drawing.centre_of_mass(subject.image) if len(rows) else (0.0, 0.0)
    return f"28 × 28 pixels; what is not 0 is {size}, its centre of mass in row {row:.1f}, column {column:.1f}"


def say_charge(reading: Reading, digit: int, image: NDArray[np.float64], mean: NDArray[np.float64]) -> str:
    """Where the distance to a mean comes from."""
    metric = reading.metric
    total = format_distance(reading.distances[digit], metric)
    charged = similarity.charges(image, mean, metric)
    if metric == "dot":
        return (
            f"{DOT} With the mean {digit} it is {total}. Nothing is charged for ink where the mean has "
            "none, so a mean with much ink wins."
        )
    extra = charged[image > mean].sum() / charged.sum() if charged.sum() else 0.0
    how = "the mean of all charges" if metric == "l1" else "the root of the mean of all charges"
    return (
        f"By {NAMES[metric]}, the mean {digit} is {total} away: {how}. Of these, {percent(extra)} are for ink that this "
        f"mean lacks, and {percent(1 - extra)} for ink that the image lacks."
    )


def say_pixel_names(metric: Metric) -> dict[str, str]:
    """What the three numbers of a pixel are called."""
    charge = {"l1": "charged |a − b|", "l2": "charged (a − b)²", "dot": "adds a · b"}
    return {"image": "image a", "mean": "mean b", "charge": charge[metric]}


def say_table(table: NDArray[np.int64], metric: Metric) -> str:
    """What the confusion matrix shows."""
    answered = table.sum(0)
    favourite = int(answered.argmax())
    recalls = table.diagonal() / table.sum(1)
    worst = int(recalls.argmin())
    return (
        f"{_sentence(metric)} reads {percent(similarity.accuracy(table))} of 10,000 test digits right. It says "
        f"“{favourite}” {answered[favourite]:,} times, and there are {count(int(table.sum(1)[favourite]), 'such digit')}. "
        f"Of the {worst}s it finds {percent(recalls[worst])}.{_explain(metric)}"
    )


def say_cell(true: int, said: int, found: int, first: int, shown: int) -> str:
    """What the open cell holds."""
    if not found:
        return f"No {true} was read as {with_article(said)}."
    part = f" Here: {first + 1:,} to {first + shown:,}." if found > shown else ""
    return f"{with_article(true).capitalize()} that was read as {with_article(said)}: {count(found, 'time')}.{part}"


def say_shift(metric: Metric, direction: Direction, shares: Sequence[float], pixels: int, subject: str) -> str:
    """What a shift does to the whole test set, and to the digit that is looked at."""
    if len(shares) <= pixels:
        return "All 10,000 test digits are being read."
    where = f"moved {direction} by {pixels} px" if pixels else "where they belong"
    said = f"With all test digits {where}, {'the ' * (metric == 'dot')}{NAMES[metric]} reads {percent(shares[pixels])} right"
    if pixels:
        said += f", {100 * (shares[0] - shares[pixels]):.1f} points less than unmoved"
    return f"{said}. {subject}{_explain(metric)}"


def _explain(metric: Metric) -> str:
    """What the dot product is, where its name stands alone: a lesson may not have come to it yet."""
    return f" {DOT}" if metric == "dot" else ""


def _sentence(metric: Metric) -> str:
    """The metric's name as a sentence begins with it."""
    return "The dot product" if metric == "dot" else NAMES[metric]
