"""The digit that is looked at: a test digit or a drawing, and what the reader makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets_lib.compute import drawing, similarity
from widgets_lib.compute.similarity import Metric

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

STEPS = {  # name -> what it is called, and what it does
    "scale": ("20 px long", "the longer side becomes 20 pixels"),
    "centre": ("centred", "the centre of mass goes to the middle"),
    "smooth": ("grey edges", "a pixel that is partly covered is grey"),
    "ink": ("ink is 1", "ink counts 1 and paper 0, not the other way round"),
}


@dataclass(frozen=True)
class Subject:
    """index: of the test digit, −1 for a drawing. raw: the test digit as it is, None for a drawing. image: what is
    compared; placed: the same with no step left out. None: nothing is drawn."""

    index: int
    raw: Bytes | None
    image: Bytes | None
    placed: Bytes | None
    label: int | None

    @classmethod
    def of(cls, index: int, strokes: Sequence[Any], steps: Mapping[str, bool]) -> "Subject":
        """A test digit, or the strokes if the index is −1. Raises: ValueError or TypeError for strokes that aren't."""
        if index < 0:
            label, raw = None, None
            if not drawing.read_strokes(strokes):
                return cls(index, None, None, None, None)
            given: Any = strokes
        else:
            raw, label = similarity.test_digit(index)
            given = raw
        image = _placed(given, steps)
        all_on = all(steps.values())
        return cls(index, raw, image, image if all_on else _placed(given, dict.fromkeys(steps, True)), label)


def _placed(given: Any, steps: Mapping[str, bool]) -> Bytes:
    image = drawing.place(given, scale=steps["scale"], centre=steps["centre"], smooth=steps["smooth"])
    return image if steps["ink"] else 255 - image


@dataclass(frozen=True)
class Reading:
    """How far an image is from each of the ten means, and which is nearest."""

    metric: Metric
    distances: Floats
    answer: int
    runner_up: int

    @classmethod
    def of(cls, image: Bytes, metric: Metric) -> "Reading":
        found = similarity.distances(image[np.newaxis] / 255, similarity.course_digits(), metric)[0]
        order = np.argsort(-found if metric == "dot" else found, kind="stable")
        return cls(metric, found, int(order[0]), int(order[1]))
