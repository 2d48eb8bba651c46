"""LoaderWorkers: a data loader's workers, a batch from each, and the same "random" changes in all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from widgets_lib.compute import mnist, rng
from widgets_lib.compute._renamed import renamed
from widgets_lib.compute.arrays import as_pictures
from widgets_lib.compute.rng import Augmentation, Fork, ForkSpec, dataloader, forks, generators
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._fork_options import generator_choices, reseeding_choices

ROUNDS = 4
BATCH_SIZE = 2  # small, but enough to see that the pictures of one batch are changed differently
MAX_ALONG = 64  # rows or columns of a picture
LOADER = (
    "PyTorch’s `DataLoader(pictures, batch_size={size}, num_workers={workers})` takes each whole batch from one worker, "
    "and the workers take turns."
)
SEEDED = "It reseeds this generator in every worker{since}. The loader shown here doesn’t."
OWN = "It doesn’t reseed a generator of your own, which stays as the fork copied it."
STAND_IN = "The changes are stand-ins: the real seeds come from the operating system and can’t be predicted."
PIDS = "The changes are computed with process ids that a system might give: {pids}."
NEAR = "Neighbouring process ids are neighbouring seeds of this generator, so in round 1 the first turns hardly differ."


class LoaderWorkers(Widget):
    """Pictures before and after what the forked workers of a data loader do to them, round by round of a batch each.

    wl.LoaderWorkers()
    wl.LoaderWorkers(images, workers=4, reseeding="spawn", generator="torch")

    images: pictures in any form that `arrays.as_pictures` reads, of up to 64 × 64 pixels from 0 to 1 or from 0 to 255;
    put into batches of two in order, and again from the first when they run out; each batch goes to the next worker.
    Without them, MNIST digits. workers: 1 to 8; reseeding and generator: as in ForkSimulator.
    Raises: TypeError or ValueError naming the value for anything else.
    """

    inputs = ("generator", "reseeding", "workers")

    generator = traitlets.Unicode(
        help="The generator whose state the workers are forked with: a key of `generators`."
    ).tag(sync=True)
    reseeding = traitlets.Unicode(help="What a worker does before it draws: a key of `reseedings`.").tag(sync=True)
    workers = traitlets.Int(help="How many workers the loader forks.").tag(sync=True)

    max_workers = traitlets.Int(rng.MAX_CHILDREN, help="The most workers.").tag(sync=True)
    generators = traitlets.List(help="Each generator: key, title, and the reason why it can't be used (or empty).").tag(
        sync=True
    )
    reseedings = traitlets.List(
        help="Each reseeding: key, title, and the reason why it can't be done to this generator (or empty)."
    ).tag(sync=True)
    shape = traitlets.Tuple(help="Rows and columns of a picture.").tag(sync=True)
    before = traitlets.Bytes(help="The pictures: uint8 of (rounds, workers, batch size, rows, columns).").tag(sync=True)
    after = traitlets.Bytes(help="The same, augmented.").tag(sync=True)
    timeline = traitlets.Dict(help="The rounds and what is said of them, see `_augmented`; empty until computed.").tag(
        sync=True
    )

    @renamed(cure="reseeding")
    def __init__(
        self,
        images: ArrayLike | None = None,
        workers: int = 4,
        reseeding: str = "none",
        *,
        generator: str = "numpy-generator",
    ) -> None:
        self._images = None if images is None else _pictures(images)
        super().__init__(generator=generator, reseeding=reseeding, workers=workers)
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        # If this raises, what is shown stays as it was.
        spec = ForkSpec(self.generator, self.workers, draws_after=0, reseeding=self.reseeding)
        self.generators, self.reseedings = generator_choices(), reseeding_choices(spec.generator)
        self._set_traits(_augmented(self._images, spec))  # in one message: pictures and timeline belong together


def _pictures(images: Any) -> np.ndarray:
    """The images as (n, rows, columns) uint8. Raises: TypeError or ValueError naming what is wrong with them."""
    try:
        pixels = as_pictures(images, largest=MAX_ALONG)
    except (TypeError, ValueError) as error:
        raise type(error)(f"LoaderWorkers: images: {error}") from None
    if not np.isfinite(pixels).all():
        raise ValueError("images: some pixels are nan or infinite")
    low, high = pixels.min(), pixels.max()
    if low < 0 or high > 255:
        raise ValueError(f"pixels go from 0 to 1 or from 0 to 255, not from {low:g} to {high:g}")
    scale = 255 if high <= 1 else 1
    return np.rint(pixels * np.float32(scale)).astype(np.uint8)


def _augmented(images: np.ndarray | None, spec: ForkSpec) -> dict[str, Any]:
    """The traits that say what the workers, forked as the spec says, do to the images.

    timeline: code; unavailable; note: how a real loader does it; rounds, each of message and a batch of every worker.
    """
    fork = forks.predict_fork(spec)
    timeline: dict[str, Any] = {"code": fork.code, "unavailable": fork.unavailable or "", "note": "", "rounds": []}
    if fork.unavailable:
        return {"timeline": timeline}
    workers = spec.children
    count = ROUNDS * workers * BATCH_SIZE
    images = mnist.first_digits(count)[0] if images is None else images[np.arange(count) % len(images)]
    rounds = dataloader.augmentations(spec.reseeding, workers, ROUNDS, spec.generator, batch_size=BATCH_SIZE)
    changes = [change for batches in rounds for batch in batches for change in batch]
    after = [dataloader.augment(image, change) for image, change in zip(images, changes, strict=True)]
    timeline["note"] = _note(fork)
    timeline["rounds"] = [
        {
            "message": _round_message(batches),
            "batches": [
                {"name": f"batch {start + worker}", "worker": f"worker {worker}", "changes": [*map(_change, batch)]}
                for worker, batch in enumerate(batches)
            ],
        }
        for start, batches in zip(range(0, ROUNDS * workers, workers), rounds, strict=True)
    ]
    return {
        "shape": images.shape[1:],
        "before": images.tobytes(),
        "after": np.array(after, np.uint8).tobytes(),
        "timeline": timeline,
    }


def _change(change: Augmentation) -> dict[str, Any]:
    return {
        "turn": _turn(change.turn_deg),
        "shift": _shift(change.shift_rows, change.shift_columns),
        "group": change.group,
        "turn_deg": change.turn_deg,
        "shift_rows": change.shift_rows,
        "shift_columns": change.shift_columns,
    }


def _turn(degrees: float) -> str:
    return f"{abs(degrees):.1f}° {'clockwise' if degrees > 0 else 'anticlockwise'}"


def _shift(rows: int, columns: int) -> str:
    steps = [(rows, "down", "up"), (columns, "right", "left")]
    shifts = [f"{abs(step)} {forwards if step > 0 else backwards}" for step, forwards, backwards in steps if step]
    return ", ".join(shifts) or "no shift"


def _round_message(batches: Sequence[Sequence[Augmentation]]) -> str:
    """The message on a round: how many different changes its first pictures got, and its second ones."""
    workers = len(batches)
    if workers == 1:
        return "1 batch from 1 worker: there is no other to repeat its changes."
    first, second = (
        len({(change.turn_deg, change.shift_rows, change.shift_columns) for change in changes})
        for changes in zip(*batches, strict=True)
    )
    if first == second == 1:
        return f"All {workers} workers drew the same numbers: one change for every first picture, and one for every second."
    found = f"{workers} batches from {workers} workers, "
    found += f"{first} different changes for their first pictures and {second} for their second"
    return found + (": each drew numbers of its own." if first == second == workers else ".")


def _note(fork: Fork) -> str:
    """How a real loader does it, and where the numbers seen come from."""
    pids = [process.pid for process in fork.processes[1:]]
    notes = [LOADER.format(size=BATCH_SIZE, workers=len(pids))]
    if fork.generator in dataloader.GLOBALS:
        notes.append(SEEDED.format(since=", since version 1.9" if fork.generator == "numpy-legacy" else ""))
    else:
        notes.append(OWN)
    if not fork.processes[-1].predicted:
        notes.append(STAND_IN)
    if fork.reseeding == "pid":
        notes.append(PIDS.format(pids=", ".join(map(str, pids))))
        if len(pids) > 1 and generators.GENERATORS[fork.generator].neighbouring_seeds:
            notes.append(NEAR)
    return " ".join(notes)
