"""A data loader's forked workers and their "random" changes to the pictures: a fork that has spoiled real trainings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute._renamed import renamed
from widgets_lib.compute.arrays import as_numpy

from .fork_records import MAX_DRAWS
from .forks import Draw, describe_fork, equal_groups

GLOBALS = ("python", "numpy-legacy", "torch")  # the generators that PyTorch's DataLoader seeds in every worker


@dataclass(frozen=True)
class Augmentation:
    """One random change to one picture."""

    worker: int
    turn_deg: float  # −20 … 20, clockwise
    shift_rows: int  # −3 … 3, down
    shift_columns: int  # −3 … 3, right
    group: int | None  # equal changes by different workers have one group; None: no other worker makes this change


@renamed(cure="reseeding")
def augmentations(
    reseeding: str = "none",
    workers: int = 4,
    rounds: int = 1,
    generator: str = "numpy-generator",
    seed: int = 0,
    batch_size: int = 1,
) -> tuple[tuple[tuple[Augmentation, ...], ...], ...]:
    """What the forked workers of a data loader do to their pictures: `rounds` tuples of one batch a worker.

    A batch is a tuple of batch_size Augmentations, all by one worker, as in PyTorch's DataLoader: batch 0 comes whole
    from worker 0, batch 1 from worker 1, and so on: in round r worker w makes batch r·workers + w. For each picture
    a worker draws three numbers from the generator it was forked with; the parent draws none.
    Raises: ValueError if the generator can't be reseeded like that, and as describe_fork.

    The bug was common until PyTorch 1.9: its DataLoader seeded random and torch in the workers, but not numpy's
    global. It now seeds all three (GLOBALS), but no Generator that you made.
    Source: torch/utils/data/_utils/worker.py, `_worker_loop`; torch/utils/data/dataloader.py, `_try_put_index`.
    """
    batch_size = check_integer(batch_size, "a batch size", 1, MAX_DRAWS // 3)
    rounds = check_integer(rounds, "a number of rounds", 1, MAX_DRAWS // (3 * batch_size))
    draws = 3 * rounds * batch_size
    fork = describe_fork(generator, children=workers, draws_after=draws, reseeding=reseeding, seed=seed)
    if fork.unavailable:
        raise ValueError(fork.unavailable)
    changes = [_changes(worker, process.draws) for worker, process in enumerate(fork.processes[1:])]
    return tuple(
        _grouped([of_worker[start : start + batch_size] for of_worker in changes])
        for start in range(0, rounds * batch_size, batch_size)
    )


def augment(image: ArrayLike, change: Augmentation) -> np.ndarray:
    """The (rows, columns) image, turned about its middle and shifted as an Augmentation says; 0 outside the original.

    Each pixel takes the value of the nearest pixel of the original.
    """
    image = as_numpy(image)
    middle = (np.array(image.shape) - 1) / 2
    row, column = np.indices(image.shape)
    down, right = row - change.shift_rows - middle[0], column - change.shift_columns - middle[1]
    cos, sin = math.cos(math.radians(change.turn_deg)), math.sin(math.radians(change.turn_deg))
    from_row = np.rint(middle[0] + cos * down - sin * right).astype(int)
    from_column = np.rint(middle[1] + sin * down + cos * right).astype(int)
    rows, columns = image.shape
    inside = (from_row >= 0) & (from_row < rows) & (from_column >= 0) & (from_column < columns)
    return np.where(inside, image[from_row.clip(0, rows - 1), from_column.clip(0, columns - 1)], 0)


def _changes(worker: int, draws: Sequence[Draw]) -> list[Augmentation]:
    """The changes a worker makes, one for every three numbers it draws."""
    return [
        Augmentation(
            worker,
            turn_deg=40 * turn.value - 20,
            shift_rows=math.floor(7 * down.value) - 3,
            shift_columns=math.floor(7 * right.value) - 3,
            group=None,
        )
        for turn, down, right in zip(draws[::3], draws[1::3], draws[2::3], strict=True)
    ]


def _grouped(batches: Sequence[Sequence[Augmentation]]) -> tuple[tuple[Augmentation, ...], ...]:
    """The batches of one round as tuples, their equal changes in groups."""
    groups = equal_groups([[replace(change, worker=0) for change in batch] for batch in batches])
    return tuple(
        tuple(replace(change, group=group) for change, group in zip(batch, of_batch, strict=True))
        for batch, of_batch in zip(batches, groups, strict=True)
    )
