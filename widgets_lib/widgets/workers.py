"""LoaderWorkers: four workers of a data loader, four pictures, and one "random" change for all of them."""

import numpy as np
import traitlets

from widgets_lib.compute import augmentations, forks, mnist
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._cures import answer_with, cure_choices, generator_choices
from widgets_lib.widgets._errands import Errands

BATCHES = 8
LARGEST = 64  # rows or columns of a picture
STAND_IN = " The changes stand in for those of the operating system's seeds, which no one can predict."


class LoaderWorkers(Widget):
    """Pictures before and after what the forked workers of a data loader do to them, batch by batch.

    wl.LoaderWorkers()
    wl.LoaderWorkers(images, workers=4, cure="spawn", generator="torch")

    images: (n, rows, columns) or (n, 784), or one picture, of up to 64 × 64 pixels from 0 to 1 or from 0 to 255, as
    numpy array, torch tensor or nested lists; dealt out to the workers in order, and again from the first when they
    run out. Without them, MNIST digits. workers: 1 to 8; cure and generator: as in ForkSimulator.
    Raises: ValueError in words for anything else.
    """

    told_by_threads = ("shape", "before", "after", "story", "progress")

    generator = traitlets.Unicode(help="Whose state the workers are forked with: a key of `generators`.").tag(sync=True)
    cure = traitlets.Unicode(help="What a worker does before it draws: a key of `cures`.").tag(sync=True)
    workers = traitlets.Int(help="How many workers the loader forks.").tag(sync=True)

    most_workers = traitlets.Int(forks.MOST_CHILDREN).tag(sync=True)
    generators = traitlets.List(help="Each generator: key, title, and why it can't be had (or empty).").tag(sync=True)
    cures = traitlets.List(help="Each cure: key, title, and why this generator can't take it.").tag(sync=True)
    shape = traitlets.Tuple(help="Rows and columns of a picture.").tag(sync=True)
    before = traitlets.Bytes(help="The pictures: uint8 of (batches, workers, rows, columns).").tag(sync=True)
    after = traitlets.Bytes(help="The same, augmented.").tag(sync=True)
    story = traitlets.Dict(help="code, unavailable, and batches of words and changes; empty until there is one.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="What goes on, in words; empty when idle.").tag(sync=True)

    def __init__(self, images=None, workers=4, cure="none", *, generator="numpy-generator"):
        self._images = None if images is None else _pictures(images)
        self._errands = Errands(lambda progress: setattr(self, "progress", progress), self._fail)
        self._first = {"generator": generator, "cure": cure, "workers": workers}
        super().__init__(**self._first)
        self.recompute_on(*self._first)

    def _recompute(self):
        generator, cure, workers = self.generator, self.cure, self.workers
        forks.check(generator, workers, 0, 0, cure, 0)  # if they are bad, what is seen stays as it was
        self._errands.cancel()
        self.generators, self.cures = generator_choices(), cure_choices(generator)
        answer_with(self._errands, generator, lambda: _augmented(self._images, generator, cure, workers), self._show)

    def _show(self, drawn):
        with self.hold_sync(), self.hold_trait_notifications():  # one message: pictures and story belong together
            for name, value in drawn.items():
                setattr(self, name, value)

    def _receive(self, content, buffers):
        if "restart" in content:
            self.restart()

    def restart(self):
        """Back to the settings of the constructor."""
        with self.hold_trait_notifications():
            for name, value in self._first.items():
                setattr(self, name, value)

    def wait(self, timeout_s=None):
        """Block until nothing goes on; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._errands.wait(timeout_s)

    def close(self):
        """Want no answer any more, and go."""
        if hasattr(self, "_errands"):  # a constructor that was refused may have none
            self._errands.cancel()
        super().close()

    def _fail(self, words):
        self.error = words


def _pictures(images):
    """The images as (n, rows, columns) uint8. Raises: ValueError in words."""
    if hasattr(images, "detach"):
        images = images.detach().cpu().numpy()
    try:
        pixels = np.asarray(images)
    except ValueError as error:
        raise ValueError(f"images: these do not make an array: {error}") from None
    if pixels.dtype.kind not in "buif":
        raise ValueError(f"images are numbers, not {pixels.dtype}")
    if pixels.ndim == 2:
        pixels = pixels.reshape(-1, 28, 28) if pixels.shape[1] == 784 else pixels[np.newaxis]
    if pixels.ndim != 3 or 0 in pixels.shape:
        raise ValueError(f"images have the shape (n, rows, columns) or (n, 784), not {np.shape(images)}")
    if max(pixels.shape[1:]) > LARGEST:
        raise ValueError(
            f"images are at most {LARGEST} × {LARGEST} pixels here, not {pixels.shape[1]} × {pixels.shape[2]}"
        )
    if not np.isfinite(pixels).all():
        raise ValueError("images: some pixels are nan or infinite")
    low, high = pixels.min(), pixels.max()
    if low < 0 or high > 255:
        raise ValueError(f"pixels go from 0 to 1 or from 0 to 255, not from {low:g} to {high:g}")
    scale = 255 if high <= 1 else 1
    return np.rint(pixels * np.float32(scale)).astype(np.uint8)


def _augmented(images, generator, cure, workers):
    """The traits that say what the workers do to the images."""
    fork = forks.describe_fork(generator, children=workers, draws_after=0, cure=cure)
    story = {"code": fork.code, "unavailable": fork.unavailable or "", "batches": []}
    if fork.unavailable:
        return {"story": story}
    count = BATCHES * workers
    images = mnist.first_digits(count)[0] if images is None else images[np.arange(count) % len(images)]
    batches = augmentations.augmentations(cure, workers, BATCHES, generator)
    after = [augmentations.augment(image, change) for image, change in zip(images, sum(batches, ()), strict=True)]
    note = "" if fork.processes[-1].predicted else STAND_IN
    story["batches"] = [
        {"words": _words(changes) + note, "changes": [_change(change) for change in changes]} for changes in batches
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


def _words(changes):
    workers = len(changes)
    different = len({(change.turn_deg, change.shift_rows, change.shift_columns) for change in changes})
    if workers == 1:
        return "1 worker, 1 change: there is no one to repeat it."
    if different == 1:
        return f"{workers} workers, 1 “random” change: all of them drew the same three numbers."
    if different == workers:
        return f"{workers} workers, {workers} different changes: each drew numbers of its own."
    return f"{workers} workers, {different} different changes."
