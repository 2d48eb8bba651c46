"""ForkSimulator: what a fork does to random numbers, predicted, and done for real beside the prediction."""

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from widgets_lib.compute import rng
from widgets_lib.compute._renamed import renamed
from widgets_lib.compute.rng import Fork, ForkSpec, forks
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._fork_options import generator_choices, reseeding_choices
from widgets_lib.widgets._messages import anything, integer, record, text
from widgets_lib.widgets._tasks import BackgroundTasks

MAX_DRAWS = 16  # shown, before the fork and after it
RESEEDING_MESSAGES = {
    "pid": "Every child seeds its generator again, with its own process id.",
    "urandom": "Every child asks the operating system for a new seed.",
    "spawn": "Every child takes a seed of its own, spawned from the parent’s.",
    "jump": "Every child jumps ahead to a stretch of its own, without drawing the numbers in between.",
}
RESEEDS_ITSELF = "Since Python 3.7, `random` reseeds itself in every child from `os.urandom`, without being asked."
STAND_IN = "stand-ins: the real ones come from the operating system"
FORKING = "a fresh Python process starts, forks, and reports what was drawn"


class ForkSimulator(Widget):
    """A parent draws and forks, and every process draws on: equal numbers are marked and counted, reseeded or not.

    wl.ForkSimulator()
    wl.ForkSimulator("torch", children=4, reseeding="pid")

    generator: wichmann-hill, python, numpy-legacy, numpy-generator or torch; reseeding: none, pid, urandom, spawn or
    jump. children: 1 to 8; draws_before and draws_after the fork: 0 to 16; seed: a whole number from 0, as int or text;
    a generator that takes none so large gets its remainder, and the widget says so.
    Raises: ValueError naming the value for anything else.
    """

    messages = {
        "run": record(
            generator=text, children=integer, draws_before=integer, draws_after=integer, reseeding=text, seed=text
        ),
        "cancel": anything,
    }
    inputs = ("generator", "children", "draws_before", "draws_after", "reseeding", "seed")
    thread_updated_traits = ("timeline", "real", "progress")
    local_traits = ("cannot_fork",)

    generator = traitlets.Unicode(help="The generator whose state is copied: a key of `generators`.").tag(sync=True)
    children = traitlets.Int(help="How many processes are forked.").tag(sync=True)
    draws_before = traitlets.Int(help="How many numbers the parent draws before it forks.").tag(sync=True)
    draws_after = traitlets.Int(help="How many numbers each process draws after the fork.").tag(sync=True)
    reseeding = traitlets.Unicode(help="What a child does before it draws: a key of `reseedings`.").tag(sync=True)
    seed = traitlets.Unicode(help="The seed as typed: a whole number can be longer than JavaScript's.").tag(sync=True)

    limits = traitlets.Dict(
        {"children": rng.MAX_CHILDREN, "draws": MAX_DRAWS}, help="The most children and draws."
    ).tag(sync=True)
    generators = traitlets.List(help="Each generator: key, title, and the reason why it can't be used (or empty).").tag(
        sync=True
    )
    reseedings = traitlets.List(
        help="Each reseeding: key, title, and the reason why it can't be done to this generator (or empty)."
    ).tag(sync=True)
    timeline = traitlets.Dict(help="The prediction, see `_timeline`; empty until there is one.").tag(sync=True)
    real = traitlets.Dict(help="The real fork, laid over the timeline, see `_overlay`; empty until done.").tag(
        sync=True
    )
    cannot_fork = traitlets.Unicode(help="Why no real process can be forked here; empty if one can.").tag(sync=True)
    progress = traitlets.Dict(help="What goes on: message, and whether it can be cancelled; empty when idle.").tag(
        sync=True
    )

    @renamed(cure="reseeding")
    def __init__(
        self,
        generator: str = "wichmann-hill",
        children: int = 2,
        draws_before: int = 2,
        draws_after: int = 4,
        reseeding: str = "none",
        seed: int | str = 42,
    ) -> None:
        self._tasks = BackgroundTasks(lambda progress: setattr(self, "progress", progress), self._fail)
        self._shown: tuple[ForkSpec, str] | None = None  # the request that the timeline shows
        super().__init__(
            generator=generator,
            children=children,
            draws_before=draws_before,
            draws_after=draws_after,
            reseeding=reseeding,
            seed=seed if isinstance(seed, str) else str(seed),
        )
        self.recompute_on(*self.inputs)

    def _request(self) -> tuple[ForkSpec, str]:
        """What the traits ask for, and a note if the seed had to be made smaller for the generator.

        Raises: ValueError or TypeError naming a value that can't be used.
        """
        seed, note = forks.fold_seed(self.generator, rng.parse_seed(self.seed))
        for draws, when in ((self.draws_before, "before"), (self.draws_after, "after")):
            if not 0 <= draws <= MAX_DRAWS:
                raise ValueError(f"{draws:,} draws {when} the fork: this drawing has room for 0 to {MAX_DRAWS}")
        spec = ForkSpec(self.generator, self.children, self.draws_before, self.draws_after, self.reseeding, seed)
        return spec, note

    def _recompute(self) -> None:
        request = self._request()  # if it raises, what is shown stays as it was
        self.cancel()
        self.generators, self.reseedings = generator_choices(), reseeding_choices(self.generator)
        self.cannot_fork = forks.fork_unavailable_reason(self.generator) or ""
        self._show(request, forks.predict_fork(request[0]), {})

    def _show(self, request: tuple[ForkSpec, str], fork: Fork, real: dict[str, Any]) -> None:
        with self.hold_sync():  # one message: what was really drawn belongs to one timeline
            self.real, self.timeline = real, _timeline(fork) | {"seed_note": request[1]}
            self._shown = request

    # ---- for real ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "run" in content:
            # The view's own values: what it saved a moment ago may still be on its way, and would end the run.
            self._set_traits({name: content["run"][name] for name in self.inputs})
            self.run()
        elif "cancel" in content:
            self.cancel()
            if self._shown != (request := self._request()):  # the run had taken the place of its prediction
                self._show(request, forks.predict_fork(request[0]), {})
        else:
            super()._on_custom_msg(content, buffers)

    def run(self) -> None:
        """Really fork, off the kernel's main thread, and lay what was drawn over the prediction.

        Raises: ValueError if nothing can be forked here, or not with these settings.
        """
        request = self._request()
        spec, _ = request
        if reason := self.cannot_fork or forks.unavailable_reason(spec.generator, spec.reseeding):
            raise ValueError(reason)

        def job(should_stop: Callable[[], bool]) -> tuple[Fork, Fork]:
            real = forks.run_fork(spec, should_stop=should_stop)
            pids = [process.pid for process in real.processes] if spec.reseeding == "pid" else None
            return forks.predict_fork(spec, pids), real

        def publish(done: tuple[Fork, Fork]) -> None:
            fork, real = done
            self._show(request, fork, _overlay(fork, real))

        self._tasks.start({"message": FORKING, "cancel": True}, job, publish)

    def cancel(self) -> None:
        """Stop the run that goes on; its processes are killed within a tenth of a second."""
        self._tasks.cancel()

    def restart(self) -> None:
        """Back to the settings of the constructor, and to the prediction alone."""
        super().restart()
        self._recompute()

    def close(self) -> None:
        """Stop the run that goes on, and close the widget."""
        if hasattr(self, "_tasks"):  # a constructor that raised may have none
            self.cancel()
        super().close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing goes on; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def _fail(self, message: str) -> None:
        self.error = message


def _timeline(fork: Fork) -> dict[str, Any]:
    """A fork as it is drawn, all numbers as texts; the widget adds `seed_note`, what was done to the seed, if anything.

    before: the parent's draws and states (as seeded, and after each draw). lanes: one a process, with its state at
    the fork, `states` (at its start, and after each draw), draws, and notes. moments: kind and message of each.
    """
    return {
        "title": forks.TITLES[fork.generator],
        "unavailable": fork.unavailable or "",
        "code": fork.code,
        "before": {"draws": [_number(value) for value in fork.before], "states": list(fork.states_before)},
        "lanes": [
            {
                "name": process.name,
                "pid": f"say, process {process.pid}" if fork.reseeding == "pid" else "",
                "note": "" if process.predicted else STAND_IN,
                "reseeded": process.reseeded,
                "at_fork": process.state_at_fork,
                "states": [process.state_at_start, *process.states],
                "draws": [_number(draw.value) | {"group": draw.group} for draw in process.draws],
            }
            for process in fork.processes
        ],
        "moments": _moments(fork),
    }


def _moments(fork: Fork) -> list[dict[str, str]]:
    """Every moment of the timeline: its kind (seed, before, fork, reseed or after), and the message on it."""
    if fork.unavailable:
        return []
    moments = [("seed", "The parent has seeded its generator. All its numbers will come from this state.")]
    for count in range(1, len(fork.before) + 1):
        moments.append(
            ("before", f"The parent has drawn {count} number{'s'[: count != 1]}. Every draw changes its state.")
        )
    processes = f"{len(fork.processes)} processes, all in the same state"
    moments.append(("fork", f"`os.fork()` copies the parent’s whole memory: {processes}."))
    if any(process.reseeded for process in fork.processes):
        moments.append(("reseed", RESEEDING_MESSAGES.get(fork.reseeding, RESEEDS_ITSELF)))
    for count in range(1, len(fork.processes[0].draws) + 1):
        moments.append(("after", fork.sentence_after(count)))
    return [{"kind": kind, "message": message} for kind, message in moments]


def _overlay(fork: Fork, real: Fork) -> dict[str, Any]:
    """What was really drawn, lane by lane beside the prediction, and what that says about it."""
    verdicts = forks.compare(fork, real)
    lanes = []
    for predicted, process, verdict in zip(fork.processes, real.processes, verdicts, strict=True):
        draws = [
            _number(draw.value) | {"same": draw.value == expected.value if predicted.predicted else None}
            for draw, expected in zip(process.draws, predicted.draws, strict=True)
        ]
        verdicts_of = _VERDICTS if draws else _VERDICTS_ON_STATES
        lanes.append({"pid": f"process {process.pid}", "draws": draws, "verdict": verdicts_of[verdict]})
    before = [
        _number(value) | {"same": value == expected} for value, expected in zip(real.before, fork.before, strict=True)
    ]
    return {"before": before, "lanes": lanes, "message": _conclusion(fork, real, verdicts)}


# Of a lane, and of all lanes together: True, False, or None where no prediction is possible; without draws, of states.
_VERDICTS = {True: "✓ as predicted", False: "✗ different numbers", None: "can’t be predicted; what came is below each"}
_VERDICTS_ON_STATES = {True: "✓ the predicted state", False: "✗ a different state", None: "can’t be predicted"}
_FROM_SYSTEM = "can’t be predicted: their seeds come from the operating system."
_AGREEMENT = {
    True: "✓ Every process drew exactly the predicted numbers",
    False: "✗ Some processes drew different numbers from those predicted.",
    None: f"✓ The parent drew what was predicted. What the children drew {_FROM_SYSTEM}",
}
_AGREEMENT_ON_STATES = {
    True: "✓ Every process is in exactly the predicted state",
    False: "✗ Some processes are in a different state from the one predicted.",
    None: f"✓ The parent is in the state that was predicted. What the children would draw {_FROM_SYSTEM}",
}


def _conclusion(fork: Fork, real: Fork, verdicts: tuple[bool | None, ...]) -> str:
    found = real.sentence if real.drawn else "no process has drawn since."
    whole = next((verdict for verdict in (False, None) if verdict in verdicts), True)
    agreement = (_AGREEMENT if real.drawn else _AGREEMENT_ON_STATES)[whole]
    if whole:
        agreement += ", once it was known which process ids the children got." if fork.reseeding == "pid" else "."
    return f"Forked for real: {found} {agreement}"


def _number(value: float) -> dict[str, Any]:
    return {"text": f"{value:.4f}", "exact": repr(value)}
