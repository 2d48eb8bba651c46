"""Four data-loader workers and the "random" change each makes to its picture: a fork that cost real trainings."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ._whole import whole_number
from .forks import MOST_DRAWS, describe_fork, equal_groups


@dataclass(frozen=True)
class Augmentation:
    """One random change to one picture."""

    worker: int
    turn_deg: float  # −20 … 20, clockwise
    shift_rows: int  # −3 … 3, down
    shift_columns: int  # −3 … 3, right
    group: int | None  # workers of one group make the very same change; None: nobody else makes it


def augmentations(cure="none", workers=4, batches=1, generator="numpy-generator", seed=0):
    """What the forked workers of a data loader do to their pictures: batches tuples of one Augmentation a worker.

    Each worker draws three numbers a picture from the generator it was forked with; the parent only hands out
    work. Raises: ValueError for a cure that the generator can't take, and as describe_fork.

    The bug was common while numpy's global state went unseeded in the workers of PyTorch's DataLoader; it now
    seeds random, torch and numpy's global itself, but no Generator that you made.
    Source: torch/utils/data/_utils/worker.py, `_worker_loop`.
    """
    batches = whole_number(batches, "a number of batches", 1, MOST_DRAWS // 3)
    fork = describe_fork(generator, children=workers, draws_after=3 * batches, cure=cure, seed=seed)
    if fork.unavailable:
        raise ValueError(fork.unavailable)
    return tuple(
        _one_batch([process.draws[3 * batch : 3 * batch + 3] for process in fork.processes[1:]])
        for batch in range(batches)
    )


def augment(image, change):
    """The (rows, columns) image, turned about its middle and shifted as an Augmentation says; 0 where nothing was.

    Each pixel takes the value of the nearest one it came from.
    """
    image = np.asarray(image)
    middle = (np.array(image.shape) - 1) / 2
    row, column = np.indices(image.shape)
    down, right = row - change.shift_rows - middle[0], column - change.shift_columns - middle[1]
    cos, sin = math.cos(math.radians(change.turn_deg)), math.sin(math.radians(change.turn_deg))
    from_row = np.rint(middle[0] + cos * down - sin * right).astype(int)
    from_column = np.rint(middle[1] + sin * down + cos * right).astype(int)
    rows, columns = image.shape
    inside = (from_row >= 0) & (from_row < rows) & (from_column >= 0) & (from_column < columns)
    return np.where(inside, image[from_row.clip(0, rows - 1), from_column.clip(0, columns - 1)], 0)


def _one_batch(draws_of_workers):
    changes = [
        Augmentation(
            worker,
            turn_deg=40 * turn.value - 20,
            shift_rows=math.floor(7 * down.value) - 3,
            shift_columns=math.floor(7 * right.value) - 3,
            group=None,
        )
        for worker, (turn, down, right) in enumerate(draws_of_workers)
    ]
    groups = equal_groups([[replace(change, worker=0)] for change in changes])
    return tuple(replace(change, group=group) for change, (group,) in zip(changes, groups, strict=True))
