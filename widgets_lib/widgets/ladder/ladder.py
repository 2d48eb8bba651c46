"""MatmulLadder: "what would make this faster?" as an instrument."""

import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import traitlets

from widgets_lib.compute import matmul, scales
from widgets_lib.compute._integers import check_positive
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, either, list_of, text
from widgets_lib.widgets.ladder import measurements, results
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS, OPEN_LADDERS, add_unlisted, list_unrunnable
from widgets_lib.widgets.ladder.listing import chosen_rungs, known_rungs, listed_rungs, order_of
from widgets_lib.widgets.ladder.measurements import Measurements
from widgets_lib.widgets.ladder.rows import (
    FIRST,
    Row,
    notice_of,
    progress_of,
    row_of,
    summary_of,
    title_of,
    waiting_of,
    with_comparison,
)
from widgets_lib.widgets.ladder.sizes import (
    LEARNER_STEPS,
    MAX_SIZES,
    PRESETS,
    Size,
    axis_of,
    check_size,
    cost_of,
    name_of,
    published_of,
    steps_of,
)
from widgets_lib.widgets.ladder.verdict import Verdict

TIME_IT = "Press Time it: every rung without a bar is checked and timed."
SORTED = "The slowest is on top."


class MatmulLadder(Widget):
    """Every way the course multiplies (m, k) by (k, n), predicted, run, checked and timed on a log axis.

    m: 1 to 50,000 rows; k, n: 1 to 2,048. show: keys of the rungs to show, in their order, a learner's own
    by its title; None for all. compact: bars, times and one button, for a place between paragraphs; without `show` it
    has the course's rungs. budget_s: seconds that each measurement may take, about. What one ladder has measured, all show.
    Raises: ValueError for a size outside or an unknown rung, naming it.
    """

    messages = {"run": either(text, list_of(text, least=1)), "cancel": anything}
    inputs = ("m", "k", "n", "backend", "predictions", "other_predictions", "show_published", "sort")
    thread_updated_traits = ("rungs", "order", "results", "progress", "summary", "notice", "axis")
    local_traits = ("rungs", "cost")

    m = traitlets.Int(help="Rows of A.").tag(sync=True)
    k = traitlets.Int(help="Columns of A and rows of B: the axis summed over.").tag(sync=True)
    n = traitlets.Int(help="Columns of B.").tag(sync=True)
    backend = traitlets.Unicode("matmul", help="The rung chosen in the dropdown: a key of `rungs`.").tag(sync=True)
    predictions = traitlets.Dict(
        traitlets.Float(min=1e-12, max=1e12), traitlets.Unicode(), help="Rung -> seconds expected, at this size."
    ).tag(sync=True)
    other_predictions = traitlets.Dict(
        traitlets.Dict(traitlets.Float(min=1e-12, max=1e12), traitlets.Unicode()),
        traitlets.Unicode(),
        help="Predictions at other sizes: 'm × k × n' -> predictions.",
    ).tag(sync=True)
    show_published = traitlets.Bool(False, help="Show the times of the 2022 course too.").tag(sync=True)
    sort = traitlets.Bool(False, help="Put the rows in order of time, the slowest on top.").tag(sync=True)

    compact = traitlets.Bool(False, help="Bars, times and one button.").tag(sync=True)
    stops = traitlets.Dict(help="Slider values of m, k and n.").tag(sync=True)
    presets = traitlets.List(PRESETS, help="Sizes by name.").tag(sync=True)
    cost = traitlets.Dict(help="What this size costs: message; and why it is not attempted: refusal.").tag(sync=True)
    axis = traitlets.Dict(help="The time axis: low, high, ticks and stops, in seconds with their texts.").tag(sync=True)
    rungs = traitlets.List(help="Every rung: key, title, code, and why it is unavailable.").tag(sync=True)
    order = traitlets.List(help="Their keys from top to bottom.").tag(sync=True)
    steps = traitlets.Dict(help="Rung -> how many steps Python itself takes, in words.").tag(sync=True)
    published = traitlets.Dict(help="Rung -> the 2022 course's time at this size.").tag(sync=True)
    results = traitlets.Dict(
        help="Rung -> its row: state, seconds, time, spread, speedup, rate, check, notes, message, picture."
    ).tag(sync=True)
    progress = traitlets.Dict(help="The running measurement: key, fraction (or None), message; empty when idle.").tag(
        sync=True
    )
    summary = traitlets.Unicode(help="One sentence on what is seen.").tag(sync=True)
    notice = traitlets.Unicode(help="One sentence on how sure the times are; empty when they are.").tag(sync=True)

    def __init__(
        self,
        m: int = 5,
        k: int = 784,
        n: int = 10,
        *,
        show: Sequence[str] | None = None,
        compact: bool = False,
        sort: bool | None = None,
        budget_s: float = 0.5,
    ):
        sort = show is None and not compact if sort is None else sort
        super().__init__(m=m, k=k, n=n, compact=compact, sort=sort)
        self._show_only = None if show is None else known_rungs(show)
        if self._show_only and "matmul" not in self._show_only:
            self.backend = self._show_only[0]
        self._predicted_size = (m, k, n)  # that `predictions` belong to
        self._verdicts: dict[str, Verdict] = {}
        self.stops = {size: scales.size_stops(most) for size, most in MAX_SIZES.items()}
        self._budget_s = check_positive(budget_s, "MatmulLadder: budget_s")
        self._results: dict[Size, dict[str, Row]] = {}  # of every size: one left and come back to keeps its times
        self._publishing = threading.RLock()  # the kernel's thread and the measurements' both do
        self._measurements = Measurements(self._on_message, self._on_idle)
        self._views: int | None = None  # None before the first
        self._list_rungs()
        self._adopt_results()
        self.recompute_on("m", "k", "n")
        self._adopt_predictions()
        self.observe(lambda _: self._run_guarded(self._show_predictions), names=["predictions"])
        self.observe(lambda _: self._run_guarded(self._show_results), names=["sort"])
        OPEN_LADDERS.add(self)
        add_unlisted(self)

    # ---- what a size means ----

    def _recompute(self) -> None:
        size = check_size(self.size)  # it comes from the view as well
        self.cancel()
        if measurements.stand_in is not None:
            self._list_rungs()
        self._change_predictions()
        self.cost = cost_of(size)
        self.steps = steps_of(size, LEARNER_RUNGS)
        self.published = published_of(size)
        self._show_results()

    def _change_predictions(self) -> None:
        """Put away the predictions of the size before, and bring back those of this one."""
        if self._predicted_size == self.size:
            return
        others = dict(self.other_predictions)
        others.pop(name := name_of(self._predicted_size), None)
        if self.predictions:
            others[name] = self.predictions
        predictions = others.pop(name_of(self.size), {})
        self._predicted_size = self.size
        self.other_predictions, self.predictions = others, predictions

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        self._predicted_size = tuple(values.get(name, getattr(self, name)) for name in ("m", "k", "n"))
        super()._restore_inputs(values)

    def _check_inputs(self) -> None:
        """Raises: ValueError for a rung that isn't there, or a prediction that isn't a time."""
        keys = {entry["key"] for entry in self.rungs}
        if self.backend not in keys:
            raise ValueError(f"there is no rung {self.backend!r}")
        for key, seconds in self.predictions.items():
            if key not in keys | set(matmul.BACKENDS) or not _is_time(seconds):
                raise ValueError(f"{seconds!r} is not a time that {key!r} may take")

    @property
    def size(self) -> Size:
        """(m, k, n)."""
        return self.m, self.k, self.n

    @property
    def _rows(self) -> dict[str, Row]:
        """The rows of this size."""
        return self._results.get(self.size, {})

    def takes(self, title: str) -> bool:
        """Whether a rung of this title that a learner writes is shown here."""
        return not self.compact if self._show_only is None else title in self._show_only

    def _list_rungs(self) -> None:
        self.rungs = listed_rungs(self._show_only, self.compact, self.size)
        self._order_rungs()

    def _order_rungs(self) -> None:
        """While something is measured no row moves, but a new one comes on top."""
        keys = order_of(self.rungs, self._rows, self.sort)
        if self.progress:
            stay = [key for key in self.order if key in keys]
            keys = [key for key in keys if key not in stay] + stay
        self.order = keys

    def _lists(self, key: str) -> bool:
        return any(entry["key"] == key for entry in self.rungs)

    # ---- made again elsewhere ----

    @classmethod
    def _prepare(cls, kept: dict[str, Any]) -> None:
        for rung in kept["learners"]:
            list_unrunnable(rung["key"], rung["code"])

    def keep(self) -> dict[str, Any]:
        """learners: the rungs of learners, to be read; found: size -> rows that were measured."""
        learners = [{"key": e["key"], "code": e["code"]} for e in self.rungs if e["key"] in LEARNER_RUNGS]
        done = ("queued", "running")
        found = [
            [*size, {key: row for key, row in rows.items() if row["state"] not in done}]
            for size, rows in self._results.items()
        ]
        return {"learners": learners, "found": [each for each in found if each[3]]}

    def _restore_kept(self, kept: dict[str, Any]) -> None:
        self._results = {(m, k, n): rows for m, k, n, rows in kept["found"]}
        self._recompute()

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
        if not self._views:  # rungs may have come and gone while it was out of sight
            self._list_rungs()
        self._views = (self._views or 0) + change
        (OPEN_LADDERS.add if self._views > 0 else OPEN_LADDERS.discard)(self)
        super()._on_view(change)

    def run(self, keys: str | Sequence[str] = "ladder") -> None:
        """Measure a rung or some, or with "ladder" all that can run here, off the kernel's main thread.

        A compact ladder's "ladder" leaves out what has a time already, if anything has none.
        Raises: ValueError for a rung that is not there or cannot run, or a size out of range, with the reason.
        """
        check_size(self.size)
        chosen = chosen_rungs(keys, self.rungs, self._rows, self.compact)
        if self.cost["refusal"]:
            raise ValueError(self.cost["refusal"])
        for key in chosen:
            self._note(self.size, key, {"state": "queued", "time": "waiting"})
        self.progress = self.progress or {"key": chosen[0], "fraction": None, "message": "starting"}
        self._measurements.submit([self._job(key) for key in chosen])

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
        self._predicted_size = tuple(self._first_inputs[name] for name in ("m", "k", "n"))
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

    # ---- rungs of learners ----

    @property
    def has_baseline(self) -> bool:
        """Whether three loops are timed at this size, so that another rung's time can be compared."""
        return bool(self._rows.get(FIRST, {}).get("seconds"))

    def add_learner_rung(self, title: str, verdict: Verdict | None = None) -> None:
        """A learner's rung was written or rewritten: list it, check and time it, and say so under its cell."""
        self.list_learner_rung(title)
        if verdict:
            self._verdicts[title] = verdict
        self._run_guarded(self.run, [title])
        if self.error and verdict:
            verdict.show(self.error)

    def list_learner_rung(self, title: str) -> None:
        """Show it; another ladder measures it."""
        self._list_rungs()
        self.steps = self.steps | {title: LEARNER_STEPS}

    def drop_learner_rung(self, title: str) -> None:
        """It was rewritten or forgotten: end it if it runs, and forget its times."""
        self._measurements.cancel(title)
        self._verdicts.pop(title, None)
        with self._publishing:
            for rows in self._results.values():
                rows.pop(title, None)
        self._list_rungs()
        self._show_results()

    def _job(self, key: str) -> dict[str, Any]:
        m, k, n = self.size
        job = {"backend": key, "m": m, "k": k, "n": n, "budget_s": self._budget_s}
        return job | ({"function": LEARNER_RUNGS[key].packed()} if key in LEARNER_RUNGS else {})

    # ---- the worker's messages; on a thread of its own ----

    def _on_message(self, job: dict[str, Any], message: dict[str, Any]) -> None:
        key, size = job["backend"], (job["m"], job["k"], job["n"])
        if message["event"] == "waiting":
            self.progress = waiting_of(key, message["before"])
        elif message["event"] == "start":
            self.progress = {"key": key, "fraction": None, "message": f"{title_of(key)}: starting"}
            self._note(size, key, {"state": "running", "time": "running"})
        elif message["event"] == "progress":
            self.progress = progress_of(key, message)
        else:
            self._note(size, key, row_of(message))
            results.record(job, message)

    def _on_idle(self) -> None:
        self.progress = {}
        self._show_results()

    def _note(self, size: Size, key: str, row: Row) -> None:
        self.receive(size, key, row)
        if "seconds" in row or key in LEARNER_RUNGS:
            for ladder in self._others():
                ladder.receive(size, key, row)
        if row["state"] not in ("queued", "running") and (verdict := self._verdicts.pop(key, None)):
            verdict.tell(row, self._results[size].get(FIRST, {}), size)

    def receive(self, size: Size, key: str, row: Row) -> None:
        """A rung's new row, measured by this ladder or another."""
        if not self._lists(key):
            return
        with self._publishing:
            self._results.setdefault(size, {})[key] = row
            if size == self.size:
                self._show_results()

    def _others(self) -> Iterator["MatmulLadder"]:
        """The other open ladders."""
        for ladder in list(OPEN_LADDERS):
            if isinstance(ladder, MatmulLadder) and ladder is not self:
                yield ladder

    def _adopt_results(self) -> None:
        """Take the times that other ladders have measured."""
        for ladder in self._others():
            for size, rows in list(ladder._results.items()):
                timed = {key: row for key, row in rows.items() if "seconds" in row and self._lists(key)}
                self._results.setdefault(size, {}).update(timed)

    def _adopt_predictions(self) -> None:
        """Take what the learner has predicted in another ladder of this size."""
        for ladder in self._others():
            if ladder.size == self.size and ladder.predictions:
                self.predictions = ladder.predictions
                self._show_results()

    def _show_predictions(self) -> None:
        """Show them in the rows, and in every other ladder of this size."""
        self._show_results()
        for ladder in self._others():
            if ladder.size == self.size:
                ladder.predictions = self.predictions

    def _show_results(self) -> None:
        """Publish the rows of this size, each compared with the first rung and the learner's prediction."""
        with self._publishing:
            rows = self._rows
            first = rows.get(FIRST, {})
            times = [row["seconds"] for row in rows.values() if row.get("seconds")]
            self.axis = axis_of(self.size, [*times, *self.predictions.values()])
            self.results = {key: with_comparison(row, first, self.predictions.get(key)) for key, row in rows.items()}
            self.summary = TIME_IT if self.compact and not times else summary_of(self.results)
            if self.sort and len(times) > 1 and not self.progress:
                self.summary += f" {SORTED}"
            self._order_rungs()
            self.notice = notice_of(self.results)


def _is_time(seconds: Any) -> bool:
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < math.inf
