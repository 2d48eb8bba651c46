"""TrainingRun: networks that are trained before your eyes, paused, stepped, steered and compared."""

import threading
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute._integers import check_count
from widgets_lib.compute.formatting import human, join_words
from widgets_lib.compute.learning import runs as compute
from widgets_lib.compute.learning.descent import check_lr
from widgets_lib.compute.learning.training import Diverged, Net, Training
from widgets_lib.compute.timing import ShouldStop
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, integer
from widgets_lib.widgets._tasks import BackgroundTasks, wait_for
from widgets_lib.widgets.training import picture
from widgets_lib.widgets.training.kept import MAX_EPOCHS, MAX_POINTS, MAX_RUNS, Run, check_runs, new_run, settings_of
from widgets_lib.widgets.training.pace import Pace

Work = Generator[None, None, None]  # yields where it can be paused


class TrainingRun(Widget):
    """Networks in training: loss and accuracy as curves, weights and misread digits as pictures, several runs side by side.

    wl.TrainingRun()
    wl.TrainingRun(hidden=0, lr=0.5, batch=64)

    hidden: units of the hidden layer, 0 for a linear net. lr: the learning rate, above 0; it can be changed while a run
    trains. batch: digits a step. epochs: how far a run goes at a time. digits: how many of the 50,000 training digits.
    seed: of the first weights and of the batches.
    Raises: ValueError in words for lr <= 0, a batch larger than the digits, and sizes that are not to choose.
    """

    example = "wl.TrainingRun(hidden=16, batch=64, epochs=1, digits=640)"
    messages = {
        **dict.fromkeys(("train", "pause", "go_on", "step", "stop"), anything),
        "choose": integer,
    }
    inputs = ("hidden", "batch", "lr", "runs", "chosen")
    thread_updated_traits = ("runs", "picture", "pictures", "progress")

    hidden = traitlets.Int(help="Units of the hidden layer of the next run; 0 for none.").tag(sync=True)
    batch = traitlets.Int(help="Digits a step of the next run.").tag(sync=True)
    lr = traitlets.Float(help="The learning rate, of the chosen run too from its next step on.").tag(sync=True)
    runs = traitlets.List(help="The runs: see kept.py.").tag(sync=True)
    chosen = traitlets.Int(0, help="The run that is looked at, from 0 on.").tag(sync=True)

    choices = traitlets.Dict(help="rates, batches, hidden: what there is to choose.").tag(sync=True)
    picture = traitlets.Dict(help="Rows, curves and words: see picture.py.").tag(sync=True)
    pictures = traitlets.Dict(help="Weights and misread digits of the chosen run; empty before its first step.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="message, fraction, left (a time in words); empty when nothing trains.").tag(
        sync=True
    )

    def __init__(
        self,
        *,
        hidden: int = 128,
        lr: float = 0.5,
        batch: int = 128,
        epochs: int = 5,
        digits: int = 50_000,
        seed: int = 0,
    ) -> None:
        self._epochs = check_count(epochs, "a number of epochs", 1, MAX_EPOCHS)
        self._digits = check_count(digits, "a number of digits", 1, 50_000)
        self._seed = check_count(seed, "a seed", 0)
        self._trained: tuple[Any, Training] | None = None  # what of the chosen run is here, and which run that is
        self._shown: Any = None  # of which run and step the pictures are
        self._lock, self._busy = threading.RLock(), threading.Lock()
        self._tasks = BackgroundTasks(self._show_progress, self._fail)
        super().__init__(hidden=hidden, lr=check_lr(lr), batch=batch, choices=picture.choices())
        self.recompute_on(*self.inputs)

    # ---- what follows from the inputs ----

    def _recompute(self) -> None:
        _check_choice("a hidden layer of {:,} units", self.hidden, compute.HIDDEN)
        _check_choice("a batch of {:,}", self.batch, compute.BATCHES)
        if self.batch > self._digits:
            raise ValueError(f"a batch of {self.batch} can’t be drawn from {self._digits} digits: take fewer")
        check_lr(self.lr)
        check_runs(self.runs)
        if not 0 <= self.chosen < max(1, len(self.runs)):
            raise ValueError(f"there is no run {self.chosen + 1}: there are {len(self.runs)}")
        self.picture = picture.picture_of(self.runs, self.chosen, self._epochs)
        self._look_into()

    def _look_into(self) -> None:
        """Make the pictures fit the chosen run; one that was kept is trained again first, off the main thread."""
        run = self._run
        if run is None or not run["steps"]:
            self.pictures, self._shown = {}, None
        elif self._shown != _identity(run) and not self.progress:
            self._start(f"Training run {self.chosen + 1} again", lambda _: self._draw(run))

    @property
    def _run(self) -> Run | None:
        return self.runs[self.chosen] if self.runs else None

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "choose" in content:
            self.choose(content["choose"])
        else:
            for name in ("train", "pause", "go_on", "step", "stop"):
                if name in content:
                    getattr(self, name)()
                    return
            super()._on_custom_msg(content, buffers)

    def train(self) -> None:
        """Begin a run with the settings as they are. Raises: ValueError in words if there are as many as fit."""
        if len(self.runs) >= MAX_RUNS:
            raise ValueError(f"{MAX_RUNS} runs are drawn at most: start again, and they are gone")
        self._settle()
        self._add()
        self._train_to_goal()

    def _add(self) -> None:
        settings = compute.Settings(self.hidden, self.batch, self._seed, self._digits)
        run = new_run(settings, check_lr(self.lr), self._epochs * settings.steps_per_epoch)
        self._set_traits({"runs": [*self.runs, run], "chosen": len(self.runs)})

    def pause(self) -> None:
        """Let the step that is under way come to its end, and take no other."""
        with self._lock:
            self._tasks.cancel()

    def go_on(self) -> None:
        """Go on with the chosen run, by as many epochs again where it has reached its goal."""
        self._settle()
        run = self._open_run()
        if run["steps"] >= run["goal"]:
            per_epoch = settings_of(run).steps_per_epoch
            goal = min(run["goal"] + self._epochs * per_epoch, MAX_EPOCHS * per_epoch)
            if goal <= run["steps"]:
                raise ValueError(f"{MAX_EPOCHS} epochs are enough: train another run")
            self._change(run, goal=goal)
        self._train_to_goal()

    def step(self) -> None:
        """Take one step of the chosen run, or the first of a new one."""
        self._settle()
        if not self.runs:
            self._add()
        run = self._open_run()
        if run["steps"] >= run["goal"]:
            raise ValueError("this run has reached its goal: go on, or train another")
        self._start("One step", lambda stop: self._advance(run["steps"] + 1, stop))

    def stop(self) -> None:
        """End the chosen run for good; its curve stays."""
        self._settle()
        run = self._run
        if run is not None:
            self._change(run, ended=True)

    def choose(self, number: int) -> None:
        """Look at a run, from 0 on; what trains is paused. Raises: ValueError if there is none of that number."""
        if not 0 <= number < len(self.runs):
            raise ValueError(f"there is no run {number + 1}: there are {len(self.runs)}")
        self._settle()
        self._set_traits({"chosen": number, "lr": self.runs[number]["rates"][-1][1]})

    def restart(self) -> None:
        """Take all runs away, and go back to the first settings."""
        self._settle()
        self._trained = None
        super().restart()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing trains; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s) and self._wait_until_idle()

    def close(self) -> None:
        """End what trains."""
        if hasattr(self, "_tasks"):  # a constructor that was refused may have none
            self.pause()
        super().close()

    def _open_run(self) -> Run:
        run = self._run
        if run is None:
            raise ValueError("there is no run yet: train one")
        if run["ended"]:
            raise ValueError(f"run {self.chosen + 1} was stopped: train another")
        return run

    # ---- training ----

    def _train_to_goal(self) -> None:
        run = self._open_run()
        self._start(f"Training run {self.chosen + 1}", lambda stop: self._advance(run["goal"], stop))

    def _start(self, message: str, job: Callable[[ShouldStop], Work]) -> None:
        """Do a job off the main thread, once the job before has come to its end."""

        def alone(should_stop: ShouldStop) -> Work:
            yield from wait_for(self._busy, should_stop)
            try:
                yield from job(should_stop)
            finally:
                self._busy.release()

        self._tasks.start({"message": message, "fraction": 0}, alone, lambda _: None)

    def _settle(self) -> None:
        """Pause, and wait for the end of the step that is under way."""
        self.pause()
        self._wait_until_idle()

    def _wait_until_idle(self) -> bool:
        if self._busy.acquire(timeout=60):
            self._busy.release()
            return True
        return False

    def _advance(self, goal: int, should_stop: ShouldStop) -> Work:
        """Train the chosen run up to a step, reporting on the way and where it is stopped."""
        run = self._run
        assert run is not None
        training, settings = (yield from self._training_of(run)), settings_of(run)
        losses: list[float] = []
        pace = Pace(training.steps, goal)
        try:
            while training.steps < goal:
                yield
                run = self._steer(run, training)
                losses.append(training.step())
                if settings.is_reported(training.steps) and training.steps < goal:
                    found = yield from _misread(training.net)
                    run = self._report(run, training, losses, found, pace, should_stop)
                    losses = []
            if losses:
                found = yield from _misread(training.net)
                self._report(run, training, losses, found)
                losses = []
        except Diverged:
            run = self._change(run, ended=True)
            raise
        finally:
            if losses:  # paused, or it leads out of all numbers: there is no other turn
                self._report(run, training, losses, compute.misread(training.net))

    def _steer(self, run: Run, training: Training) -> Run:
        """Let the learning rate that is set now hold from this step on."""
        lr = self.lr
        if run["rates"][-1][1] == lr or not lr > 0:
            return run
        training.lr = lr
        kept = [rate for rate in run["rates"] if rate[0] < training.steps]
        return self._change(run, rates=[*kept, [training.steps, lr]])

    def _report(
        self,
        run: Run,
        training: Training,
        losses: list[float],
        found: compute.Misread,
        pace: Pace | None = None,
        should_stop: ShouldStop = lambda: False,
    ) -> Run:
        """Add a point to the curve, and draw the weights and what is misread now."""
        point = [training.steps, round(float(np.mean(losses)), 4), round(found.accuracy, 4)]
        curve = [*run["curve"], point] if len(run["curve"]) < MAX_POINTS else run["curve"]
        with self._lock:
            if pace and not should_stop():
                fraction, left_s = pace.at(training.steps)
                self.progress = {**self.progress, "fraction": fraction, "left": f"{human(left_s)} left"}
            changed = self._change(run, steps=training.steps, curve=curve, trained=training)
            self.pictures = picture.pictures_of(training.net, found)
        return changed

    def _change(self, run: Run, trained: Training | None = None, **values: Any) -> Run:
        """The run with other values, put in its place; a run that is gone stays gone."""
        changed = {**run, **values}
        with self._lock:
            if run in self.runs:
                # two runs with the same settings may look alike: then it is the one that is looked at
                at = self.chosen if self._run == run else self.runs.index(run)
                if trained:
                    self._trained, self._shown = (_identity(changed), trained), _identity(changed)
                self.runs = [*self.runs[:at], changed, *self.runs[at + 1 :]]
        return changed

    def _training_of(self, run: Run) -> Generator[None, None, Training]:
        """The training of a run at its last step: at hand, or taken again from its start."""
        if self._trained is not None and self._trained[0] == _identity(run):
            return self._trained[1]
        training = compute.begin(settings_of(run), run["rates"][0][1])
        yield from compute.taking(training, run["rates"], run["steps"])
        self._trained = (_identity(run), training)
        return training

    def _draw(self, run: Run) -> Work:
        training = yield from self._training_of(run)
        found = yield from _misread(training.net)
        self._shown = _identity(run)
        self.pictures = picture.pictures_of(training.net, found)

    def _show_progress(self, progress: dict[str, Any]) -> None:
        self.progress = progress

    def _fail(self, message: str) -> None:
        self.error = message


def _misread(net: Net) -> Generator[None, None, compute.Misread]:
    """What a net misreads, in parts."""
    for found in compute.misreading(net):
        if found:
            return found
        yield
    raise AssertionError("the last part is the answer")


def _identity(run: Run) -> tuple[Any, ...]:
    """What the weights of a run follow from."""
    rates = tuple((step, lr) for step, lr in run["rates"] if step < max(1, run["steps"]))
    return (settings_of(run), rates, run["steps"])


def _check_choice(what: str, value: int, known: Sequence[int]) -> None:
    if value not in known:
        raise ValueError(f"{what.format(value)} is not among those to choose: {join_words([str(x) for x in known])}")
