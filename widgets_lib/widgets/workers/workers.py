"""LoaderWorkers: a data loader's workers, a batch from each, and the same "random" changes in all of them."""

import numpy as np
import traitlets

from widgets_lib.compute import mnist
from widgets_lib.compute.arrays import as_pictures
from widgets_lib.compute.rng import dataloader, forks
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._fork_options import answer_with, cure_choices, generator_choices
from widgets_lib.widgets._tasks import BackgroundTasks

ROUNDS = 4
BATCH_SIZE = 2  # small, but enough to see that the pictures of one batch are changed differently
MAX_ALONG = 64  # rows or columns of a picture
LOADER = (
    "PyTorch's `DataLoader(pictures, batch_size={size}, num_workers={workers})` gets each batch whole from one worker, "
    "in turn."
)
SEEDED = "It seeds this generator anew in every worker{since}; shown is a loader that does not."
OWN = "It leaves a generator of your own as the fork copied it."
STAND_IN = "The changes stand in for those of the operating system's seeds, which no one can predict."
PIDS = "The changes are reckoned with process ids that a system might give: {pids}."
NEAR = "Neighbouring process ids are neighbouring seeds of this generator: in round 1 the first turns hardly differ."


class LoaderWorkers(Widget):
    """Pictures before and after what the forked workers of a data loader do to them, round by round of a batch each.

    wl.LoaderWorkers()
    wl.LoaderWorkers(images, workers=4, cure="spawn", generator="torch")

    images: pictures in any form that `arrays.as_pictures` reads, of up to 64 × 64 pixels from 0 to 1 or from 0 to 255;
    put into batches of two in order, and again from the first when they run out; each batch goes to the next worker.
    Without them, MNIST digits. workers: 1 to 8; cure and generator: as in ForkSimulator.
    Raises: TypeError or ValueError in words for anything else.
    """

    thread_updated_traits = ("shape", "before", "after", "story", "progress")

    generator = traitlets.Unicode(help="Whose state the workers are forked with: a key of `generators`.").tag(sync=True)
    cure = traitlets.Unicode(help="What a worker does before it draws: a key of `cures`.").tag(sync=True)
    workers = traitlets.Int(help="How many workers the loader forks.").tag(sync=True)

    most_workers = traitlets.Int(forks.MAX_CHILDREN).tag(sync=True)
    generators = traitlets.List(help="Each generator: key, title, and why it can't be had (or empty).").tag(sync=True)
    cures = traitlets.List(help="Each cure: key, title, and why this generator can't take it.").tag(sync=True)
    shape = traitlets.Tuple(help="Rows and columns of a picture.").tag(sync=True)
    before = traitlets.Bytes(help="The pictures: uint8 of (rounds, workers, batch size, rows, columns).").tag(sync=True)
    after = traitlets.Bytes(help="The same, augmented.").tag(sync=True)
    story = traitlets.Dict(help="What is seen beside the pictures, see `_augmented`; empty until there is one.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="What goes on, in words; empty when idle.").tag(sync=True)

    def __init__(self, images=None, workers=4, cure="none", *, generator="numpy-generator"):
        self._images = None if images is None else _pictures(images)
        self._tasks = BackgroundTasks(lambda progress: setattr(self, "progress", progress), self._fail)
        self._first = {"generator": generator, "cure": cure, "workers": workers}
        super().__init__(**self._first)
        self.recompute_on(*self._first)

    def _recompute(self):
        generator, cure, workers = self.generator, self.cure, self.workers
        forks.check(generator, workers, 0, 0, cure, 0)  # if they are bad, what is seen stays as it was
        self._tasks.cancel()
        self.generators, self.cures = generator_choices(), cure_choices(generator)
        answer_with(self._tasks, generator, lambda: _augmented(self._images, generator, cure, workers), self._show)

    def _show(self, drawn):
        with self.hold_sync(), self.hold_trait_notifications():  # one message: pictures and story belong together
            for name, value in drawn.items():
                setattr(self, name, value)

    def _on_custom_msg(self, content, buffers):
        if "restart" in content:
            self.restart()

    def restart(self):
        """Back to the settings of the constructor."""
        with self.hold_trait_notifications():
            for name, value in self._first.items():
                setattr(self, name, value)

    def wait(self, timeout_s=None):
        """Block until nothing goes on; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def close(self):
        """Want no answer any more, and go."""
        if hasattr(self, "_tasks"):  # a constructor that was refused may have none
            self._tasks.cancel()
        super().close()

    def _fail(self, words):
        self.error = words


def _pictures(images):
    """The images as (n, rows, columns) uint8. Raises: TypeError or ValueError in words."""
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


def _augmented(images, generator, cure, workers):
    """The traits that say what the workers do to the images.

    story: code; unavailable; note: how a real loader does it; rounds, each of words and a batch of every worker.
    """
    fork = forks.describe_fork(generator, children=workers, draws_after=0, cure=cure)
    story = {"code": fork.code, "unavailable": fork.unavailable or "", "note": "", "rounds": []}
    if fork.unavailable:
        return {"story": story}
    count = ROUNDS * workers * BATCH_SIZE
    images = mnist.first_digits(count)[0] if images is None else images[np.arange(count) % len(images)]
    rounds = dataloader.augmentations(cure, workers, ROUNDS, generator, batch_size=BATCH_SIZE)
    changes = [change for batches in rounds for batch in batches for change in batch]
    after = [dataloader.augment(image, change) for image, change in zip(images, changes, strict=True)]
    story["note"] = _note(fork)
    story["rounds"] = [
        {
            "words": _words(batches),
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
        "story": story,
    }


def _change(change):
    return {
        "turn": _turn(change.turn_deg),
        "shift": _shift(change.shift_rows, change.shift_columns),
        "group": change.group,
        "turn_deg": change.turn_deg,
        "shift_rows": change.shift_rows,
        "shift_columns": change.shift_columns,
    }


def _turn(degrees):
    return f"{abs(degrees):.1f}° {'clockwise' if degrees > 0 else 'anticlockwise'}"


def _shift(rows, columns):
    steps = [(rows, "down", "up"), (columns, "right", "left")]
    words = [f"{abs(step)} {forwards if step > 0 else backwards}" for step, forwards, backwards in steps if step]
    return ", ".join(words) or "no shift"


def _words(batches):
    """What there is to say of a round: how many different changes its first pictures got, and its second ones."""
    workers = len(batches)
    if workers == 1:
        return "1 batch from 1 worker: there is no one to repeat its changes."
    first, second = (
        len({(change.turn_deg, change.shift_rows, change.shift_columns) for change in changes})
        for changes in zip(*batches, strict=True)
    )
    found = f"{workers} batches from {workers} workers, "
    if first == second == 1:
        found += "1 “random” change for their first pictures and 1 for their second: all drew the very same numbers."
    else:
        found += f"{first} different changes for their first pictures and {second} for their second"
        found += ": each drew numbers of its own." if first == second == workers else "."
    return found


def _note(fork):
    """How a real loader does it, and where the numbers seen come from."""
    pids = [process.pid for process in fork.processes[1:]]
    notes = [LOADER.format(size=BATCH_SIZE, workers=len(pids))]
    if fork.generator in dataloader.GLOBALS:
        notes.append(SEEDED.format(since=", since version 1.9" if fork.generator == "numpy-legacy" else ""))
    else:
        notes.append(OWN)
    if not fork.processes[-1].predicted:
        notes.append(STAND_IN)
    if fork.cure == "pid":
        notes.append(PIDS.format(pids=", ".join(map(str, pids))))
        if len(pids) > 1 and forks.GENERATORS[fork.generator].near:
            notes.append(NEAR)
    return " ".join(notes)
