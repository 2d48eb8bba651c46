"""MatmulLadder: "what would make this faster?" as an instrument; and @rung, which puts a learner's function into it."""

import inspect
import textwrap
import threading
import weakref
from dataclasses import dataclass

import traitlets

from widgets_lib.compute import matmul, scales, timing
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets.ladder.measurements import Measurements

MOST = {"m": 50_000, "k": 2_048, "n": 2_048}
FIRST = "python"  # the rung that speed-ups are counted from
LEARNER_STEPS = "your function"
LOOP_STEP_S = 1e-5  # about what one step of the first rung takes: enough to choose an axis by
PRESETS = [
    {"name": "5 digits", "title": "5 × 784 × 10", "sizes": {"m": 5, "k": 784, "n": 10}},
    {"name": "all 50,000", "title": "50,000 × 784 × 10", "sizes": {"m": 50_000, "k": 784, "n": 10}},
]

_OPEN = weakref.WeakSet()
_LEARNER_RUNGS = {}


@dataclass(frozen=True)
class LearnerRung:
    """A function written in a cell, as the ladder lists it."""

    key: str
    function: object
    code: str

    @property
    def title(self):
        return self.key

    def unavailable(self):
        return None


def rung(title: str):
    """Add the function below, `f(a, b)` of two float32 tensors, to every open ladder: checked first, then timed.

        @wl.rung("my matmul")
        def matmul(a, b): ...

    Running the cell again replaces it. The function itself comes back unchanged.
    Raises: TypeError without a title; ValueError for the title of a bundled rung.
    """
    if not isinstance(title, str) or not title.strip():
        raise TypeError('@wl.rung needs a title in parentheses: @wl.rung("my matmul")')
    if title in matmul.BACKENDS:
        raise ValueError(f"the ladder has a rung {title!r} of its own: choose another title")

    def register(function):
        _LEARNER_RUNGS[title] = LearnerRung(title, function, _source(function))
        for ladder in list(_OPEN):
            ladder._add(title)
        return function

    return register


class MatmulLadder(Widget):
    """Every way the course multiplies (m, k) by (k, n), predicted, run, checked and timed on a log axis.

    m: 1 to 50,000 rows; k, n: 1 to 2,048. Raises: ValueError for a size outside, naming it.
    """

    thread_updated_traits = ("rungs", "results", "progress", "summary")

    m = traitlets.Int(help="Rows of A.").tag(sync=True)
    k = traitlets.Int(help="Columns of A and rows of B: the axis summed over.").tag(sync=True)
    n = traitlets.Int(help="Columns of B.").tag(sync=True)
    backend = traitlets.Unicode("matmul", help="The rung chosen in the dropdown: a key of `rungs`.").tag(sync=True)
    predictions = traitlets.Dict(help="Rung -> seconds the learner expects.").tag(sync=True)
    show_published = traitlets.Bool(False, help="Lay the times of the 2022 course beside.").tag(sync=True)

    stops = traitlets.Dict(help="Slider values of m, k and n.").tag(sync=True)
    presets = traitlets.List(PRESETS, help="Sizes by name.").tag(sync=True)
    cost = traitlets.Dict(help="What this size costs, in words; `refusal` says why it is not attempted.").tag(sync=True)
    axis = traitlets.Dict(help="The time axis: low, high, ticks and stops, in seconds with their texts.").tag(sync=True)
    rungs = traitlets.List(help="Every rung: key, title, code, and why it is unavailable.").tag(sync=True)
    steps = traitlets.Dict(help="Rung -> how many steps Python itself takes, in words.").tag(sync=True)
    published = traitlets.Dict(help="Rung -> the 2022 course's time at this size.").tag(sync=True)
    results = traitlets.Dict(
        help="Rung -> its row: state, seconds, time, spread, speedup, rate, check, notes, words, picture."
    ).tag(sync=True)
    progress = traitlets.Dict(help="The running measurement: key, fraction (or None), words; empty when idle.").tag(
        sync=True
    )
    summary = traitlets.Unicode(help="One sentence on what is seen.").tag(sync=True)

    def __init__(self, m=5, k=784, n=10, *, budget_s=0.5):
        super().__init__(m=m, k=k, n=n)
        self.stops = {size: scales.size_stops(most) for size, most in MOST.items()}
        self._budget_s = budget_s
        self._results = {}  # (m, k, n) -> rung -> what was found: a size left and come back to keeps its times
        self._publishing = threading.RLock()  # the kernel's thread and the measurements' both do
        self._measurements = Measurements(self._on_message, self._on_idle)
        self._views = None
        self._list_rungs()
        self.recompute_on("m", "k", "n")
        self.observe(lambda _: self._run_guarded(self._show_results), names=["predictions"])
        _OPEN.add(self)

    # ---- what a size means ----

    def _recompute(self):
        m, k, n = self._checked_size()
        self.cancel()
        cost = matmul.cost(m, k, n)
        words = f"{_scaled(cost.flops)} floating-point operations on {_bytes(cost.bytes)} of numbers: "
        words += f"{timing.three_digits(cost.flops_per_byte)} per byte; {_bytes(cost.memory_bytes)} of memory to run and check."
        refusal = cost.too_big()
        self.cost = {"words": words, "refusal": f"Not attempted: {refusal}." if refusal else ""}
        axis = scales.time_axis(m * k * n * LOOP_STEP_S)
        self.axis = {
            "low": axis.low,
            "high": axis.high,
            "ticks": [{"seconds": seconds, "text": text} for seconds, text in axis.ticks],
            "stops": [{"seconds": seconds, "text": text} for seconds, text in axis.stops],
        }
        self.steps = {
            key: f"{timing.count(backend.python_steps(m, k, n), 'Python step')}"
            for key, backend in matmul.BACKENDS.items()
        } | dict.fromkeys(_LEARNER_RUNGS, LEARNER_STEPS)
        self.published = {
            key: {"seconds": seconds, "text": timing.human(seconds)}
            for (rows, key), seconds in matmul.PUBLISHED_2022.items()
            if (rows, 784, 10) == self._size
        }
        self._show_results()

    @property
    def _size(self):
        return self.m, self.k, self.n

    def _checked_size(self):
        """(m, k, n). Raises: ValueError for one out of range, naming it: sizes come from the view as well."""
        for size, most in MOST.items():
            value = getattr(self, size)
            if not 1 <= value <= most:
                raise ValueError(f"{size} = {value:,}: give 1 to {most:,}")
        return self._size

    def _list_rungs(self):
        self.rungs = [
            {"key": key, "title": entry.title, "code": entry.code, "unavailable": entry.unavailable() or ""}
            for key, entry in (matmul.BACKENDS | _LEARNER_RUNGS).items()
        ]

    # ---- running ----

    def _on_custom_msg(self, content, buffers):
        if "run" in content:
            self.run(content["run"])
        elif "cancel" in content:
            # All of them: a rung that never ends is waiting in every open ladder.
            for ladder in list(_OPEN):
                ladder.cancel()
        elif "restart" in content:
            self.restart()

    def _on_view(self, change):
        self._views = (self._views or 0) + change
        (_OPEN.add if self._views > 0 else _OPEN.discard)(self)
        super()._on_view(change)

    def run(self, keys="ladder"):
        """Measure some rungs, or with "ladder" all that can run here, off the kernel's main thread.

        Raises: ValueError for a rung that is not there or cannot run, or a size out of range, with the reason.
        """
        self._checked_size()
        entries = {entry["key"]: entry for entry in self.rungs}
        if keys == "ladder":
            keys = [key for key, entry in entries.items() if not entry["unavailable"]]
        for key in keys:
            if key not in entries:
                raise ValueError(f"there is no rung {key!r}; there is {', '.join(entries)}")
            if entries[key]["unavailable"]:
                raise ValueError(f"{key} can't run here: {entries[key]['unavailable']}")
        if self.cost["refusal"]:
            raise ValueError(self.cost["refusal"])
        for key in keys:
            self._note(self._size, key, {"state": "queued", "time": "waiting"})
        self.progress = self.progress or {"key": keys[0], "fraction": None, "words": "starting"}
        self._measurements.submit([self._job(key) for key in keys])

    def cancel(self):
        """End what runs within a second, and forget what waits."""
        self._measurements.cancel()
        for size, found in list(self._results.items()):
            for key, result in list(found.items()):
                if result["state"] in ("queued", "running"):
                    self._note(size, key, {"state": "stopped", "time": "stopped"})

    def restart(self):
        """Forget predictions and times, and go back to the five digits."""
        self.cancel()
        self._results.clear()
        self.predictions, self.show_published = {}, False
        self.m, self.k, self.n = PRESETS[0]["sizes"].values()
        self._show_results()

    def close(self):
        """End what runs, and be left alone by rungs to come."""
        _OPEN.discard(self)
        if hasattr(self, "_measurements"):  # a constructor that was refused has none
            self.cancel()
        super().close()

    def wait(self, timeout_s=None):
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._measurements.wait(timeout_s)

    def _job(self, key):
        m, k, n = self._size
        job = {"backend": key, "m": m, "k": k, "n": n, "budget_s": self._budget_s}
        return job | ({"function": _LEARNER_RUNGS[key].function} if key in _LEARNER_RUNGS else {})

    def _add(self, title):
        """A learner's rung was written or rewritten: list it, forget its old times, check and time it."""
        for found in self._results.values():
            found.pop(title, None)
        self._list_rungs()
        self.steps = self.steps | {title: LEARNER_STEPS}
        self._run_guarded(self.run, [title])

    # ---- what the worker says; on a thread of its own ----

    def _on_message(self, job, message):
        key, size = job["backend"], (job["m"], job["k"], job["n"])
        if message["event"] == "start":
            self.progress = {"key": key, "fraction": None, "words": f"{_title(key)}: starting"}
            self._note(size, key, {"state": "running", "time": "running"})
        elif message["event"] == "progress":
            self.progress = {"key": key} | _progress(_title(key), message)
        else:
            self._note(size, key, _row(message))

    def _on_idle(self):
        self.progress = {}

    def _note(self, size, key, row):
        with self._publishing:
            self._results.setdefault(size, {})[key] = row
            if size == self._size:
                self._show_results()

    def _show_results(self):
        """Publish the rows of this size, each beside the first rung and the learner's prediction."""
        with self._publishing:
            found = self._results.get(self._size, {})
            first = found.get(FIRST, {}).get("seconds")
            self.results = {key: self._with_comparison(key, row, first) for key, row in found.items()}
            self.summary = _summary(self.results, bool(first))

    def _with_comparison(self, key, row, first):
        seconds, notes = row.get("seconds"), list(row.get("notes", []))
        if seconds and (predicted := self.predictions.get(key)):
            notes.insert(0, _prediction_note(predicted, seconds))
        speedup = f"{_rounded(first / seconds)}×" if seconds and first else ""
        return row | {"speedup": speedup, "notes": notes}


def _title(key):
    return matmul.BACKENDS[key].title if key in matmul.BACKENDS else key


def _progress(title, message):
    """What is running, how far, and about how long the whole would take, in words."""
    fraction = message["rows_done"] / message["of"] if message.get("of") else None
    words = f"{title}: {message['rows_done']:,} of {timing.count(message['of'], 'row')}"
    if message.get("estimate_s"):
        words += f"; all of them would take about {timing.human(message['estimate_s'])}"
    return {"fraction": fraction, "words": words}


def _row(message):
    """The worker's last message about a rung as a row of the ladder."""
    if message["event"] == "cancelled":
        return {"state": "stopped", "time": "stopped"}
    if message["event"] == "error":
        return {"state": "failed", "time": "✗ failed", "words": f"It did not run: {message['message']}"}
    if mismatch := message.get("mismatch"):
        row = {"state": "wrong", "time": "✗ wrong", "words": f"No time for a wrong answer: {mismatch['reason']}."}
        if (shares := mismatch.get("picture")) is not None:
            row["picture"] = {
                "rows": len(shares),
                "cols": len(shares[0]),
                "wrong": [[share > 0 for share in line] for line in shares],
                "label": f"Where C is wrong: {mismatch['reason']}",
            }
        return row
    notes = []
    estimated = message["extrapolated"]
    if estimated:
        notes.append(message["text"].partition("(")[2].rstrip(")"))
    if message["noisy"]:
        notes.append("noisy: something else ran meanwhile")
    if message["first_call_s"] > max(0.05, 10 * message["seconds"]):
        notes.append(f"first call {timing.human(message['first_call_s'])}")
    return {
        "state": "estimated" if estimated else "measured",
        "seconds": message["seconds"],
        "time": timing.human(message["seconds"]),
        "spread": "one call" if message["spread"] is None else f"±{100 * message['spread']:.0f} %",
        "rate": _rate(1e9 * message["gflops"]),
        "check": f"✓ {timing.count(message['measured_rows'], 'row')}" if estimated else "✓ right",
        "notes": notes,
    }


def _prediction_note(predicted, seconds):
    factor = max(predicted / seconds, seconds / predicted)
    if factor < 1.5:
        return f"predicted {timing.human(predicted)}: well judged"
    return f"predicted {timing.human(predicted)}: {_rounded(factor)}× too {'slow' if predicted > seconds else 'fast'}"


def _summary(results, has_first):
    timed = {key: row for key, row in results.items() if row.get("seconds")}
    if not timed:
        return (
            "How long will each take? Drag the circle of a rung to where you expect it, then run it: "
            "the measured bar lands below your prediction."
        )
    fastest = min(timed, key=lambda key: timed[key]["seconds"])
    words = f"Fastest so far: {_title(fastest)}, {timed[fastest]['time']}"
    if has_first and fastest != FIRST:
        ratio = _rounded(timed[FIRST]["seconds"] / timed[fastest]["seconds"])
        estimated = "estimated" in (timed[FIRST]["state"], timed[fastest]["state"])
        words += f", {'about ' if estimated else ''}{ratio} times the speed of {_title(FIRST)}"
    return words + "."


def _scaled(count):
    """A large count in words: "78.4 thousand", "784 million", "419 billion"."""
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if count >= size:
            return f"{timing.three_digits(count / size)} {name}"
    return str(count)


def _rounded(ratio):
    """A ratio in three digits at most: "2.84", "172", "55,700"."""
    return timing.three_digits(float(f"{ratio:.3g}"))


def _rate(flops):
    """Operations a second: "276 kFLOP/s", "27.0 GFLOP/s"."""
    size, unit = next(((size, unit) for size, unit in ((1e9, "G"), (1e6, "M")) if flops >= size), (1e3, "k"))
    return f"{timing.three_digits(flops / size)} {unit}FLOP/s"


def _bytes(count):
    """A size in bytes as a person says it: "47 kB", "159 MB"."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size:
            return f"{timing.three_digits(count / size)} {unit}"
    return f"{count} bytes"


def _source(function):
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return "# the source of this function can't be read"
