"""Trainings that can be named, taken again and looked into: settings, learning rates by step, and pictures of a net.

A run follows from its settings and from which learning rate held from which step on, so it can be kept in a few numbers
and trained again to the same weights.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from widgets_lib.compute import mnist
from widgets_lib.compute.timing import Stopped

from .training import Net, Training, new_net, predicting

HIDDEN = (0, 16, 32, 64, 128, 256)  # units of the hidden layer; 0: none
BATCHES = (16, 32, 64, 128, 256, 512)
REPORTS = 5  # to an epoch
EARLY = (1, 10, 30)  # steps with a report of their own: the loss falls fast at first
SIDE = 28  # pixels
COLUMNS = 10  # pictures to a row of a sheet
MAX_UNITS = 20  # hidden units that are shown

Rates = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Settings:
    """What a run is made of. digits: so many of the 50,000 that are for training."""

    hidden: int = 128
    batch: int = 64
    seed: int = 0
    digits: int = 50_000

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.digits // self.batch)

    def is_reported(self, step: int) -> bool:
        """Whether the curve has a point after this step, counted from 1."""
        every = max(1, self.steps_per_epoch // REPORTS)
        return step in EARLY or step % every == 0


def begin(settings: Settings, lr: float) -> Training:
    """A Training of these settings before its first step. Raises: ValueError in words, as Training does."""
    sizes = (784, settings.hidden, 10) if settings.hidden else (784, 10)
    x, y = (rows[: settings.digits] for rows in mnist.compact("train"))
    return Training(new_net(sizes, seed=settings.seed), x, y, lr, settings.batch, settings.seed)


def take(training: Training, rates: Rates, steps: int, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Train on to so many steps, each with the learning rate that held then. rates: (first step, lr), from step 0 on.

    Raises: timing.Stopped if should_stop() says so.
    """
    for _ in taking(training, rates, steps):
        if should_stop():
            raise Stopped


def taking(training: Training, rates: Rates, steps: int) -> Iterator[None]:
    """The same, a step at a time."""
    while training.steps < steps:
        yield
        training.lr = rate_at(rates, training.steps)
        training.step()


def rate_at(rates: Rates, step: int) -> float:
    """The learning rate of a step, counted from 0."""
    return [lr for first, lr in rates if first <= step][-1]


# ---- pictures ----


def weight_sheet(net: Net) -> np.ndarray:
    """The first layer's weights as pictures, ten to a row: grey 128 is 0, white speaks for, black against; uint8.

    (28 · rows, 280): of a linear net one picture for each class, else for the first 20 hidden units. Each picture has its
    own scale.
    """
    weights = net.layers[0][0].T[:MAX_UNITS].reshape(-1, SIDE, SIDE)
    largest = np.abs(weights).max((1, 2), keepdims=True)
    scaled = weights / np.where(largest, largest, 1)
    return sheet((128 + 127 * scaled).round().astype(np.uint8))


def sheet(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, 28, 28) side by side, ten to a row, what is left of the last row 0: (28 · rows, 280)."""
    rows = -(-len(pictures) // COLUMNS)
    whole = np.zeros((rows * COLUMNS, SIDE, SIDE), pictures.dtype)
    whole[: len(pictures)] = pictures
    turned: np.ndarray = whole.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)
    return turned


@dataclass(frozen=True, eq=False)
class Misread:
    """The first misread test digits, and how many of all are right."""

    accuracy: float
    pixels: np.ndarray
    """(n, 28, 28) uint8, n up to ten."""
    labels: tuple[int, ...]
    answers: tuple[int, ...]


def misread(net: Net, most: int = COLUMNS) -> Misread:
    """What a net makes of the 10,000 test digits."""
    *_, found = misreading(net, most)
    assert found is not None
    return found


def misreading(net: Net, most: int = COLUMNS) -> Iterator[Misread | None]:
    """The same after several parts of the work, which give None."""
    x, labels = mnist.compact("test")
    parts = []
    for part in predicting(net, x):
        parts.append(part)
        yield None
    answers = np.concatenate(parts)
    wrong = np.flatnonzero(answers != labels)
    rows = wrong[:most]
    pixels = (mnist.as_rows(x[rows]).reshape(-1, SIDE, SIDE) * 256).astype(np.uint8)
    yield Misread(1 - len(wrong) / len(answers), pixels, tuple(labels[rows].tolist()), tuple(answers[rows].tolist()))
