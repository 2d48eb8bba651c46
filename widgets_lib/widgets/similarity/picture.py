"""What the explorer draws, as values for its view."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from widgets_lib.compute import similarity
from widgets_lib.compute.drawing import centre_of_mass
from widgets_lib.compute.formatting import with_article
from widgets_lib.compute.similarity import Direction, Metric
from widgets_lib.compute.similarity.challenges import Attempt, Challenge
from widgets_lib.widgets._challenges import SOLVED_BEFORE, describe_progress
from widgets_lib.widgets.similarity import words
from widgets_lib.widgets.similarity.subject import STEPS, Floats, Reading, Subject

EMPTY = np.zeros((28, 28))


@dataclass(frozen=True)
class Setting:
    """The inputs that what is shown follows from, beside the digit itself."""

    stage: str
    metric: Metric
    steps: dict[str, bool]
    ask: bool
    guess: int
    mean: int
    cell: tuple[int, ...]
    page: int
    pixels: int
    furthest: int
    direction: Direction


def pack(array: np.ndarray) -> bytes:
    """An array's values as little-endian float32."""
    return np.ascontiguousarray(array, "<f4").tobytes()


def draw_reading(subject: Subject, setting: Setting) -> tuple[dict[str, Any], bytes]:
    """(picture, images) of a digit and its ten distances.

    picture: is_empty, is_drawn, label, revealed, answer, rows (digit, text, share of the longest bar, nearest, guessed,
    chosen), chosen (the digit whose mean is compared), largest (the charge that is drawn darkest), names of a pixel's three
    numbers, steps (name, title, does, is_on), middle (row and column of the ink's centre of mass), and the words heading, image, caption
    and charge.
    images: raw, image, mean and charge, each (28, 28) float32.
    """
    picture: dict[str, Any] = {
        "is_empty": subject.image is None,
        "is_drawn": subject.index < 0,
        "label": -1 if subject.label is None else subject.label,
        "revealed": False,
        "answer": -1,
        "rows": [{"digit": digit} for digit in range(10)],
        "chosen": -1,
        "largest": 1.0,
        "names": words.say_pixel_names(setting.metric),
        "steps": [
            {"name": name, "title": title, "does": does, "is_on": setting.steps[name]}
            for name, (title, does) in STEPS.items()
        ],
        "middle": [],
        "image": words.describe_image(subject),
        "caption": words.NOTHING,
        "charge": words.NOTHING,
        "heading": words.say_heading(setting.metric, False),
    }
    if subject.image is None:
        return picture, pack(np.zeros((4, 28, 28)))
    reading = Reading.of(subject.image, setting.metric)
    chosen = setting.mean if setting.mean >= 0 else reading.answer
    image, mean = subject.image / 255, similarity.course_digits()[chosen]
    charged = similarity.charges(image, mean, setting.metric)
    # What each pixel costs tells the answer, and so do the distances.
    is_revealed = not setting.ask or setting.guess >= 0 or setting.stage != "draw"
    picture |= {
        "revealed": is_revealed,
        "answer": reading.answer if is_revealed else -1,
        "chosen": chosen,
        "middle": [round(place, 3) for place in centre_of_mass(subject.image)] if setting.steps["ink"] else [],
        "largest": float(charged.max()) or 1.0,
        "caption": words.say_answer(reading, subject, setting.guess) if is_revealed else words.ASK,
        "heading": words.say_heading(setting.metric, not is_revealed),
        "charge": words.say_charge(reading, chosen, image, mean),
    }
    if is_revealed:
        picture["rows"] = _rows(reading, setting.guess, chosen)
    raw = EMPTY if subject.raw is None else subject.raw / 255
    return picture, pack(np.stack([raw, image, mean, charged]))


def _rows(reading: Reading, guess: int, chosen: int) -> list[dict[str, Any]]:
    longest = float(reading.distances.max()) or 1.0
    return [
        {
            "digit": digit,
            "text": words.format_distance(found, reading.metric),
            "share": found / longest,
            "nearest": digit == reading.answer,
            "guessed": digit == guess,
            "chosen": digit == chosen,
        }
        for digit, found in enumerate(reading.distances.tolist())
    ]


def draw_table(setting: Setting, page_size: int) -> tuple[dict[str, Any], Floats]:
    """(table, gallery) of all test digits.

    table: metric, counts (10 × 10, true × said), tones (0 to 1: full for half of a row), totals of the columns, recalls as
    texts, cell, indices of the gallery's digits, page, pages, and the words caption and opened.
    gallery: (n, 28, 28), the digits of the open cell.
    """
    counts = similarity.course_confusion(setting.metric)
    images, labels = similarity.test_digits()
    table: dict[str, Any] = {
        "metric": setting.metric,
        "counts": counts.tolist(),
        "tones": np.round(np.minimum(1, 2 * counts / counts.sum(1, keepdims=True)), 4).tolist(),
        "totals": counts.sum(0).tolist(),
        "recalls": [f"{100 * share:.0f} %" for share in counts.diagonal() / counts.sum(1)],
        "cell": list(setting.cell),
        "indices": [],
        "page": 0,
        "pages": 0,
        "caption": words.say_table(counts, setting.metric),
        "opened": "Press a cell to see its digits.",
    }
    if not setting.cell:
        return table, np.zeros((0, 28, 28))
    true, said = setting.cell
    found = np.flatnonzero((labels == true) & (similarity.course_answers(setting.metric) == said))
    pages = max(1, -(-len(found) // page_size))
    page = min(setting.page, pages - 1)
    shown = found[page * page_size : (page + 1) * page_size]
    table |= {
        "indices": shown.tolist(),
        "page": page,
        "pages": pages,
        "opened": words.say_cell(true, said, len(found), page * page_size, len(shown)),
    }
    return table, images[shown] / 255


def draw_curve(setting: Setting, subject: Subject, most: int) -> dict[str, Any]:
    """Accuracy by shift so far: metric, direction, pixels, most, shares with texts, others, image and caption.

    others: the curves of other directions and metrics that were computed before, as {title, shares}; image: the digit
    that is looked at, as it is now.
    """
    shares = _shares(setting.metric, setting.direction, setting.furthest)
    moved, said = EMPTY, ""
    if subject.image is not None:
        down, right = similarity.DIRECTIONS[setting.direction]
        bytes_moved = similarity.shift(subject.image, down * setting.pixels, right * setting.pixels)
        reading = Reading.of(bytes_moved, setting.metric)
        moved = bytes_moved / 255
        said = f"This one, {_name(subject)}, is read as {with_article(reading.answer)}."
    return {
        "metric": setting.metric,
        "direction": setting.direction,
        "pixels": setting.pixels,
        "most": most,
        "shares": shares,
        "texts": [words.percent(share) for share in shares],
        "image": np.round(moved, 4).ravel().tolist(),
        "caption": words.say_shift(setting.metric, setting.direction, shares, setting.pixels, said),
    }


def _shares(metric: Metric, direction: Direction, furthest: int) -> list[float]:
    return [
        similarity.accuracy(similarity.course_confusion(metric, direction, pixels)) for pixels in range(furthest + 1)
    ]


def _name(subject: Subject) -> str:
    return "your drawing" if subject.label is None else with_article(subject.label)


def describe_challenge(challenge: Challenge, attempt: Attempt, solved: bool, hints: int) -> dict[str, Any]:
    """task, message, solved: the words, and whether it was ever solved. hints: those asked for; more: whether one is left."""
    verdict = challenge.judge(attempt)
    message = verdict.message
    if solved and not verdict.is_solved:
        message = SOLVED_BEFORE
    return describe_progress(challenge, message, verdict.is_solved, solved, hints)
