"""MatmulLadder: "what would make this faster?" as an instrument."""

import threading
from collections.abc import Sequence
from typing import Any

import traitlets

from widgets_lib.compute import matmul, scales
from widgets_lib.compute.formatting import count, human
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, either, list_of, text
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS, OPEN_LADDERS
from widgets_lib.widgets.ladder.measurements import Measurements
from widgets_lib.widgets.ladder.rows import (
    FIRST,
    Row,
    cost_message,
    progress_of,
    row_of,
    summary_of,
    title_of,
    with_comparison,
)

MAX_SIZES = {"m": 50_000, "k": 2_048, "n": 2_048}
LEARNER_STEPS = "your function"
LOOP_STEP_S = 1e-5  # about what one step of the first rung takes: enough to choose an axis by
PRESETS: list[dict[str, Any]] = [
    {"name": "5 digits", "title": "5 × 784 × 10", "sizes": {"m": 5, "k": 784, "n": 10}},
    {"name": "all 50,000", "title": "50,000 × 784 × 10", "sizes": {"m": 50_000, "k": 784, "n": 10}},
]

Size = tuple[int, int, int]  # (m, k, n)


class MatmulLadder(Widget):
    """Every way the course multiplies (m, k) by (k, n), predicted, run, checked and timed on a log axis.

    m: 1 to 50,000 rows; k, n: 1 to 2,048. budget_s: seconds that each measurement may take, about.
    Raises: ValueError for a size outside, naming it.
    """

    messages = {"run": either(text, list_of(text, least=1)), "cancel": anything}
    inputs = ("m", "k", "n", "backend", "predictions", "show_published")
    thread_updated_traits = ("rungs", "results", "progress", "summary")

    m = traitlets.Int(help="Rows of A.").tag(sync=True)
    k = traitlets.Int(help="Columns of A and rows of B: the axis summed over.").tag(sync=True)
    n = traitlets.Int(help="Columns of B.").tag(sync=True)
    backend = traitlets.Unicode("matmul", help="The rung chosen in the dropdown: a key of `rungs`.").tag(sync=True)
    predictions = traitlets.Dict(
        traitlets.Float(min=1e-12, max=1e12), traitlets.Unicode(), help="Rung -> seconds the learner expects."
    ).tag(sync=True)
    show_published = traitlets.Bool(False, help="Show the times of the 2022 course too.").tag(sync=True)

    stops = traitlets.Dict(help="Slider values of m, k and n.").tag(sync=True)
    presets = traitlets.List(PRESETS, help="Sizes by name.").tag(sync=True)
    cost = traitlets.Dict(help="What this size costs: message; and why it is not attempted: refusal.").tag(sync=True)
    axis = traitlets.Dict(help="The time axis: low, high, ticks and stops, in seconds with their texts.").tag(sync=True)
    rungs = traitlets.List(help="Every rung: key, title, code, and why it is unavailable.").tag(sync=True)
    steps = traitlets.Dict(help="Rung -> how many steps Python itself takes, in words.").tag(sync=True)
    published = traitlets.Dict(help="Rung -> the 2022 course's time at this size.").tag(sync=True)
    results = traitlets.Dict(
        help="Rung -> its row: state, seconds, time, spread, speedup, rate, check, notes, message, picture."
    ).tag(sync=True)
    progress = traitlets.Dict(help="The running measurement: key, fraction (or None), message; empty when idle.").tag(
        sync=True
    )
    summary = traitlets.Unicode(help="One sentence on what is seen.").tag(sync=True)

    def __init__(self, m: int = 5, k: int = 784, n: int = 10, *, budget_s: float = 0.5):
        super().__init__(m=m, k=k, n=n)
        self.stops = {size: scales.size_stops(most) for size, most in MAX_SIZES.items()}
        self._budget_s = budget_s
        self._results: dict[Size, dict[str, Row]] = {}  # of every size: one left and come back to keeps its times
        self._publishing = threading.RLock()  # the kernel's thread and the measurements' both do
        self._measurements = Measurements(self._on_message, self._on_idle)
        self._views: int | None = None  # None before the first
        self._list_rungs()
        self.recompute_on("m", "k", "n")
        self.observe(lambda _: self._run_guarded(self._show_results), names=["predictions"])
        OPEN_LADDERS.add(self)

    # ---- what a size means ----

    def _recompute(self) -> None:
        m, k, n = self._checked_size()
        self.cancel()
        cost = matmul.cost(m, k, n)
        refusal = cost.too_big()
        self.cost = {"message": cost_message(cost), "refusal": f"Not attempted: {refusal}." if refusal else ""}
        axis = scales.time_axis(m * k * n * LOOP_STEP_S)
        self.axis = {
            "low": axis.low,
            "high": axis.high,
            "ticks": [{"seconds": seconds, "text": text} for seconds, text in axis.ticks],
            "stops": [{"seconds": seconds, "text": text} for seconds, text in axis.stops],
        }
        self.steps = {
            key: count(backend.python_steps(m, k, n), "Python step") for key, backend in matmul.BACKENDS.items()
        } | dict.fromkeys(LEARNER_RUNGS, LEARNER_STEPS)
        self.published = {
            key: {"seconds": seconds, "text": human(seconds)}
            for (rows, key), seconds in matmul.PUBLISHED_2022.items()
            if (rows, 784, 10) == self._size
        }
        self._show_results()

    def _check_inputs(self) -> None:
        """Raises: ValueError for a rung that isn't there, or a prediction that isn't a time."""
        keys = {entry["key"] for entry in self.rungs}
        if self.backend not in keys:
            raise ValueError(f"there is no rung {self.backend!r}")
        for key, seconds in self.predictions.items():
            if key not in keys or isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
                raise ValueError(f"{seconds!r} is not a time that {key!r} may take")

    @property
    def _size(self) -> Size:
        return self.m, self.k, self.n

    def _checked_size(self) -> Size:
        """(m, k, n). Raises: ValueError for one out of range, naming it: sizes come from the view as well."""
        for size, most in MAX_SIZES.items():
            value = getattr(self, size)
            if not 1 <= value <= most:
                raise ValueError(f"{size} = {value:,}: give 1 to {most:,}")
        return self._size

    def _list_rungs(self) -> None:
        self.rungs = [
            {"key": key, "title": entry.title, "code": entry.code, "unavailable": entry.unavailable() or ""}
            for key, entry in (matmul.BACKENDS | LEARNER_RUNGS).items()
        ]

    # ---- running ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "run" in content:
            self.run(content["run"])
        elif "cancel" in content:
            # All of them: a rung that never ends is waiting in every open ladder.
            for ladder in list(OPEN_LADDERS):
                ladder.cancel()
        else:
            super()._on_custom_msg(content, buffers)

    def _on_view(self, change: int) -> None:
        self._views = (self._views or 0) + change
        (OPEN_LADDERS.add if self._views > 0 else OPEN_LADDERS.discard)(self)
        super()._on_view(change)

    def run(self, keys: str | Sequence[str] = "ladder") -> None:
        """Measure some rungs, or with "ladder" all that can run here, off the kernel's main thread.

        Raises: ValueError for a rung that is not there or cannot run, or a size out of range, with the reason.
        """
        self._checked_size()
        entries = {entry["key"]: entry for entry in self.rungs}
        if keys == "ladder":
            keys = [key for key, entry in entries.items() if not entry["unavailable"]]
        keys = [keys] if isinstance(keys, str) else list(keys)
        if not keys:
            raise ValueError(f"no rung was named; there is {', '.join(entries)}")
        for key in keys:
            if key not in entries:
                raise ValueError(f"there is no rung {key!r}; there is {', '.join(entries)}")
            if entries[key]["unavailable"]:
                raise ValueError(f"{key} can't run here: {entries[key]['unavailable']}")
        if self.cost["refusal"]:
            raise ValueError(self.cost["refusal"])
        for key in keys:
            self._note(self._size, key, {"state": "queued", "time": "waiting"})
        self.progress = self.progress or {"key": keys[0], "fraction": None, "message": "starting"}
        self._measurements.submit([self._job(key) for key in keys])

    def cancel(self) -> None:
        """End what runs within a second, and forget what waits."""
        self._measurements.cancel()
        for size, rows in list(self._results.items()):
            for key, row in list(rows.items()):
                if row["state"] in ("queued", "running"):
                    self._note(size, key, {"state": "stopped", "time": "stopped"})

    def restart(self) -> None:
        """Forget predictions and times, and go back to the size that the ladder was made with."""
        self.cancel()
        self._results.clear()
        super().restart()
        self._show_results()

    def close(self) -> None:
        """End what runs, and take no more rungs."""
        OPEN_LADDERS.discard(self)
        if hasattr(self, "_measurements"):  # a constructor that was refused has none
            self.cancel()
        super().close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._measurements.wait(timeout_s)

    def add_learner_rung(self, title: str) -> None:
        """A learner's rung was written or rewritten: list it, forget its old times, check and time it."""
        for rows in self._results.values():
            rows.pop(title, None)
        self._list_rungs()
        self.steps = self.steps | {title: LEARNER_STEPS}
        self._run_guarded(self.run, [title])

    def _job(self, key: str) -> dict[str, Any]:
        m, k, n = self._size
        job = {"backend": key, "m": m, "k": k, "n": n, "budget_s": self._budget_s}
        return job | ({"function": LEARNER_RUNGS[key].function} if key in LEARNER_RUNGS else {})

    # ---- the worker's messages; on a thread of its own ----

    def _on_message(self, job: dict[str, Any], message: dict[str, Any]) -> None:
        key, size = job["backend"], (job["m"], job["k"], job["n"])
        if message["event"] == "start":
            self.progress = {"key": key, "fraction": None, "message": f"{title_of(key)}: starting"}
            self._note(size, key, {"state": "running", "time": "running"})
        elif message["event"] == "progress":
            self.progress = progress_of(key, message)
        else:
            self._note(size, key, row_of(message))

    def _on_idle(self) -> None:
        self.progress = {}

    def _note(self, size: Size, key: str, row: Row) -> None:
        with self._publishing:
            self._results.setdefault(size, {})[key] = row
            if size == self._size:
                self._show_results()

    def _show_results(self) -> None:
        """Publish the rows of this size, each compared with the first rung and the learner's prediction."""
        with self._publishing:
            rows = self._results.get(self._size, {})
            first_s = rows.get(FIRST, {}).get("seconds")
            self.results = {key: with_comparison(row, first_s, self.predictions.get(key)) for key, row in rows.items()}
            self.summary = summary_of(self.results)
