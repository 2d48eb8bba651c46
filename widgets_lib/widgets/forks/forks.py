"""ForkSimulator: what a fork does to random numbers, predicted, and done for real beside the prediction."""

import traitlets

from widgets_lib.compute import rng
from widgets_lib.compute.rng import forks
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._fork_options import answer_with, cure_choices, generator_choices
from widgets_lib.widgets._tasks import BackgroundTasks

MAX_DRAWS = 16  # shown, before the fork and after it
CURE_WORDS = {
    "pid": "Every child seeds its generator again, with its own process id.",
    "urandom": "Every child asks the operating system for a new seed.",
    "spawn": "Every child takes a seed of its own, spawned from the parent's.",
    "jump": "Every child jumps ahead, to a stretch of the stream that is its own.",
}
RESEEDS_ITSELF = "Nobody asked for it: since Python 3.7 `random` reseeds itself in every child, from `os.urandom`."
STAND_IN = "stand-ins: the real ones come from the operating system"
FORKING = "a fresh Python process starts, forks, and reports what was drawn"


class ForkSimulator(Widget):
    """A parent draws, forks, and everyone draws on: equal numbers are marked and counted, with a cure or without.

    wl.ForkSimulator()
    wl.ForkSimulator("torch", children=4, cure="pid")

    generator: wichmann-hill, python, numpy-legacy, numpy-generator or torch; cure: none, pid, urandom, spawn or jump.
    children: 1 to 8; draws_before and draws_after the fork: 0 to 16; seed: a whole number from 0, as int or text;
    a generator that takes none so large gets a remainder of it, and the widget says so.
    Raises: ValueError in words for anything else.
    """

    thread_updated_traits = ("story", "real", "progress")

    generator = traitlets.Unicode(help="Whose state is copied: a key of `generators`.").tag(sync=True)
    children = traitlets.Int(help="How many processes are forked.").tag(sync=True)
    draws_before = traitlets.Int(help="How many numbers the parent draws before it forks.").tag(sync=True)
    draws_after = traitlets.Int(help="How many numbers everyone draws after the fork.").tag(sync=True)
    cure = traitlets.Unicode(help="What a child does before it draws: a key of `cures`.").tag(sync=True)
    seed = traitlets.Unicode(help="The seed as typed: a whole number can be longer than JavaScript's.").tag(sync=True)

    limits = traitlets.Dict(
        {"children": forks.MAX_CHILDREN, "draws": MAX_DRAWS}, help="The most children and draws."
    ).tag(sync=True)
    generators = traitlets.List(help="Each generator: key, title, and why it can't be had (or empty).").tag(sync=True)
    cures = traitlets.List(help="Each cure: key, title, and why this generator can't take it.").tag(sync=True)
    story = traitlets.Dict(help="The prediction, see `_story`; empty until there is one.").tag(sync=True)
    real = traitlets.Dict(help="The real fork, laid over the story, see `_overlay`; empty until done.").tag(sync=True)
    cannot_fork = traitlets.Unicode(help="Why no real process can be forked here; empty if one can.").tag(sync=True)
    progress = traitlets.Dict(help="What goes on: words, and whether it can be cancelled; empty when idle.").tag(
        sync=True
    )

    def __init__(self, generator="wichmann-hill", children=2, draws_before=2, draws_after=4, cure="none", seed=42):
        self._tasks = BackgroundTasks(lambda progress: setattr(self, "progress", progress), self._fail)
        self._told = None  # the settings that the story is about
        self._first = {
            "generator": generator,
            "children": children,
            "draws_before": draws_before,
            "draws_after": draws_after,
            "cure": cure,
            "seed": seed if isinstance(seed, str) else str(seed),
        }
        super().__init__(**self._first, cannot_fork=forks.fork_unavailable_reason() or "")
        self.recompute_on(*self._first)

    def _settings(self):
        """What is asked for, checked. Raises: ValueError or TypeError in words."""
        settings = {name: getattr(self, name) for name in self._first} | {"seed": rng.parse_seed(self.seed)}
        for name, when in (("draws_before", "before"), ("draws_after", "after")):
            if not 0 <= settings[name] <= MAX_DRAWS:
                raise ValueError(
                    f"{settings[name]:,} draws {when} the fork: this drawing has room for 0 to {MAX_DRAWS}"
                )
        forks.check(**_taken(settings))
        return settings

    def _recompute(self):
        settings = self._settings()  # if they are bad, what is seen stays as it was
        self.cancel()
        self.generators, self.cures = generator_choices(), cure_choices(self.generator)
        self._predict(settings)

    def _predict(self, settings):
        answer_with(
            self._tasks,
            settings["generator"],
            lambda: forks.describe_fork(**_taken(settings)),
            lambda fork: self._tell(settings, fork, {}),
        )

    def _tell(self, settings, fork, real):
        _, folded = forks.fold_seed(settings["generator"], settings["seed"])
        with self.hold_sync():  # one message: what really came belongs to one story
            self.real, self.story = real, _story(fork) | {"folded": folded}
            self._told = settings

    # ---- for real ----

    def _on_custom_msg(self, content, buffers):
        if "run" in content:
            # As the view has them: what it saved a moment ago may still be on its way, and would end the run.
            self._set(content["run"])
            self.run()
        elif "cancel" in content:
            self.cancel()
            if self._told != (settings := self._settings()):  # the run had taken the place of their prediction
                self._predict(settings)
        elif "restart" in content:
            self.restart()

    def run(self):
        """Really fork, off the kernel's main thread, and lay what was drawn over the prediction.

        Raises: ValueError if nothing can be forked here, or not with these settings.
        """
        settings = self._settings()
        if refusal := self.cannot_fork or forks.unavailable_reason(self.generator, self.cure):
            raise ValueError(refusal)

        def job(should_stop):
            taken = _taken(settings)
            asked = {"draws" if name == "draws_after" else name: value for name, value in taken.items()}
            real = forks.real_fork(**asked, should_stop=should_stop)
            pids = [process.pid for process in real.processes] if taken["cure"] == "pid" else None
            return forks.describe_fork(**taken, pids=pids), real

        def lay_over(done):
            fork, real = done
            self._tell(settings, fork, _overlay(fork, real))

        self._tasks.start({"words": FORKING, "cancel": True}, job, lay_over)

    def cancel(self):
        """Give up what goes on; its processes are killed within a tenth of a second."""
        self._tasks.cancel()

    def restart(self):
        """Back to the settings of the constructor, and to the prediction alone."""
        self._set(self._first)
        self._recompute()

    def _set(self, settings):
        with self.hold_trait_notifications():
            for name in self._first:
                setattr(self, name, settings[name])

    def close(self):
        """Give up what goes on, and go."""
        if hasattr(self, "_tasks"):  # a constructor that was refused may have none
            self.cancel()
        super().close()

    def wait(self, timeout_s=None):
        """Block until nothing goes on; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def _fail(self, words):
        self.error = words


def _taken(settings):
    """The settings with the seed that the generator takes: not every one takes what is typed for another."""
    seed, _ = forks.fold_seed(settings["generator"], settings["seed"])
    return settings | {"seed": seed}


def _story(fork):
    """A fork as it is drawn, all numbers as texts; `folded` beside it says what was done to the seed, if anything.

    before: the parent's draws and states (as seeded, and after each draw). lanes: one a process, with its state at
    the fork, `states` (at its start, and after each draw), draws, and notes. moments: kind and words of each.
    """
    return {
        "title": forks.TITLES[fork.generator],
        "unavailable": fork.unavailable or "",
        "code": fork.code,
        "before": {"draws": [_number(value) for value in fork.before], "states": list(fork.states_before)},
        "lanes": [
            {
                "name": process.name,
                "pid": f"say, process {process.pid}" if fork.cure == "pid" else "",
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


def _moments(fork):
    """Every moment of the story: its kind (seed, before, fork, cure or after), and what there is to say."""
    if fork.unavailable:
        return []
    moments = [("seed", "The parent has seeded its generator: from this state all its numbers will come.")]
    for count in range(1, len(fork.before) + 1):
        moments.append(
            ("before", f"The parent has drawn {count} number{'s'[: count != 1]}; every draw moves its state.")
        )
    moments.append(
        (
            "fork",
            f"`os.fork()` copies the parent's whole memory: {len(fork.processes)} processes, and one and the same state.",
        )
    )
    if any(process.reseeded for process in fork.processes):
        moments.append(("cure", CURE_WORDS.get(fork.cure, RESEEDS_ITSELF)))
    for count in range(1, len(fork.processes[0].draws) + 1):
        moments.append(("after", fork.sentence_after(count)))
    return [{"kind": kind, "words": words} for kind, words in moments]


def _overlay(fork, real):
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
    return {"before": before, "lanes": lanes, "words": _conclusion(fork, real, verdicts)}


# Of a lane, and of all lanes together: True, False, or None where no one could predict; without draws, of states.
_VERDICTS = {True: "✓ the very same", False: "✗ other numbers", None: "unpredictable; below each, what came"}
_VERDICTS_ON_STATES = {True: "✓ the very same state", False: "✗ another state", None: "unpredictable"}
_SYSTEM = "no one can predict: their seeds come from the operating system."
_AGREEMENT = {
    True: "✓ In every lane the very numbers came that were predicted",
    False: "✗ In some lanes other numbers came than predicted.",
    None: f"✓ The parent drew what was predicted. What the children drew {_SYSTEM}",
}
_AGREEMENT_ON_STATES = {
    True: "✓ Every process is in the very state that was predicted",
    False: "✗ Some processes are in another state than predicted.",
    None: f"✓ The parent is in the state that was predicted. What the children would draw {_SYSTEM}",
}


def _conclusion(fork, real, verdicts):
    found = real.sentence if real.drawn else "nobody has drawn since."
    whole = next((verdict for verdict in (False, None) if verdict in verdicts), True)
    agreement = (_AGREEMENT if real.drawn else _AGREEMENT_ON_STATES)[whole]
    if whole:
        agreement += ", once it was known which process ids the children got." if fork.cure == "pid" else "."
    return f"Really forked: {found} {agreement}"


def _number(value):
    return {"text": f"{value:.4f}", "exact": repr(value)}
