"""Roofline: what is left between us and the machine?"""

import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import Any

import traitlets

from widgets_lib.compute import matmul, roofline, scales
from widgets_lib.compute._browser import in_browser
from widgets_lib.compute.matmul.trial import trial
from widgets_lib.compute.timing import ShouldStop
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, text
from widgets_lib.widgets._tasks import BackgroundTasks
from widgets_lib.widgets.ladder import results
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS
from widgets_lib.widgets.ladder.measurements import Measurements, wait_until_quiet
from widgets_lib.widgets.ladder.rows import before_you, progress_of, title_of, waiting_of
from widgets_lib.widgets.ladder.sizes import MAX_SIZES
from widgets_lib.widgets.roofline.picture import (
    Size,
    axes_of,
    label_of,
    notice_of,
    point_of,
    product_of,
    ridge_of,
    roofs_of,
    verdict_of,
)

PRESETS: list[dict[str, Any]] = [
    {"name": "50,000 × 784 × 10", "title": "all digits times the weights", "sizes": {"m": 50_000, "k": 784, "n": 10}},
    {"name": "1,024³", "title": "1,024 × 1,024 × 1,024", "sizes": {"m": 1024, "k": 1024, "n": 1024}},
]
USUAL_RUNGS = ("matmul", "numpy")  # what is timed unless the learner has chosen another rung
BUDGET_S = 0.5
UNMEASURED = "The roof of this machine is not measured yet: press Measure."

_open: weakref.WeakSet["Roofline"] = weakref.WeakSet()


def _show_results() -> None:
    """Show in every roofline what a ladder has just measured."""
    for widget in list(_open):
        widget.publish()


results.on_results(_show_results)


class Roofline(Widget):
    """The measured roof of this machine, and under it every rung of the ladder that was timed.

    wl.Roofline(m=50_000, k=784, n=10)

    m: 1 to 50,000 rows; k, n: 1 to 2,048: the product whose place under the roof is shown. rung: the key of a rung, or
    the title of a learner's own, whose point is chosen; "" for none. The roof is measured when the widget comes into
    sight, once for all; it takes about a second, off the kernel's main thread where there are threads.
    Raises: ValueError for a size outside, naming it.
    """

    messages = {"measure": text, "time": anything, "cancel": anything}
    inputs = ("m", "k", "n", "rung")
    thread_updated_traits = ("picture", "timed", "progress")
    local_traits = ("timed",)

    m = traitlets.Int(help="Rows of A.").tag(sync=True)
    k = traitlets.Int(help="Columns of A and rows of B: the axis summed over.").tag(sync=True)
    n = traitlets.Int(help="Columns of B.").tag(sync=True)
    rung = traitlets.Unicode("", help="The rung whose point is chosen; empty for none.").tag(sync=True)

    stops = traitlets.Dict(help="Slider values of m, k and n.").tag(sync=True)
    presets = traitlets.List(PRESETS, help="Sizes by name.").tag(sync=True)
    picture = traitlets.Dict(
        help="All that is drawn and said: axes, roofs, product, points and words, see picture.py."
    ).tag(sync=True)
    timed = traitlets.Unicode(help="What a press on “Time” measures here.").tag(sync=True)
    progress = traitlets.Dict(help="What is being measured: message, fraction (or None); empty when idle.").tag(
        sync=True
    )

    def __init__(self, m: int = 50_000, k: int = 784, n: int = 10, *, rung: str = "") -> None:
        self._publishing = threading.RLock()
        self._tasks = BackgroundTasks(lambda progress: setattr(self, "progress", progress), self._fail)
        self._measurements = Measurements(self._on_message, lambda: setattr(self, "progress", {}))
        super().__init__(m=m, k=k, n=n, rung=rung)
        self.stops = {size: scales.size_stops(most) for size, most in MAX_SIZES.items()}
        self.recompute_on(*self.inputs)
        _open.add(self)

    def keep(self) -> dict[str, Any]:
        """The roof and the times that were measured here."""
        machine = roofline.known()
        return {"machine": machine and asdict(machine), "times": [asdict(each) for each in results.results()]}

    def _restore_kept(self, kept: dict[str, Any]) -> None:
        if machine := kept["machine"]:
            roofs = {name: roofline.Roof(**machine[name]) for name in ("one", "all")}
            roofline.recall(roofline.Machine(**{**machine, **roofs}))
        results.recall(results.Measured(**each) for each in kept["times"])
        self.publish()

    # ---- what is shown ----

    def _recompute(self) -> None:
        for size, most in MAX_SIZES.items():
            value = getattr(self, size)
            if not 1 <= value <= most:
                raise ValueError(f"{size} = {value:,}: give 1 to {most:,}")
        self.publish()

    @property
    def size(self) -> Size:
        """(m, k, n)."""
        return self.m, self.k, self.n

    def publish(self) -> None:
        """Show what is known now: the roof, the product of the sliders, and every rung that was timed."""
        with self._publishing:
            machine, cost = roofline.known(), matmul.cost(*self.size)
            measured, elsewhere = _of_one_machine(results.results(), machine)
            points = [point_of(entry, machine, self.size) for entry in measured if not entry.on_gpu]
            limit = roofline.limit(cost, machine) if machine else None
            product = product_of(self.size, limit, cost.flops_per_byte)
            roofs = roofs_of(machine)
            self.timed = title_of(self._rung_to_time())
            refusal = cost.too_big()
            title, verdict = verdict_of(points, self.rung)
            self.picture = {
                "axes": axes_of(machine, [point["y"] for point in points]),
                "roofs": roofs,
                "product": product,
                "points": points,
                "words": {
                    "product": limit.sentence if limit else UNMEASURED,
                    "verdict_title": title,
                    "verdict": verdict,
                    "ridge": ridge_of(machine),
                    "notice": notice_of(machine, [entry for entry in measured if entry.on_gpu], elsewhere),
                    "machine": machine.sentence if machine else "",
                    "label": label_of(product, roofs, points),
                    "refusal": f"Not attempted: {refusal}." if refusal else "",
                },
            }

    def _rung_to_time(self) -> str:
        """The chosen rung if it can run here, else the fastest of the usual ones that can."""
        if self.rung in LEARNER_RUNGS and _has_processes():
            return self.rung
        keys = [key for key in (self.rung, *USUAL_RUNGS) if key in matmul.BACKENDS]
        return next((key for key in keys if not matmul.BACKENDS[key].unavailable()), USUAL_RUNGS[-1])

    # ---- measuring ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "measure" in content:
            if content["measure"] == "again" or (roofline.known() is None and not self.progress):
                self.measure()
            else:  # something else has measured it since
                self.publish()
        elif "time" in content:
            self.time()
        elif "cancel" in content:
            self.cancel()
        else:
            super()._on_custom_msg(content, buffers)

    def measure(self) -> None:
        """Measure the roof, or once more: what is faster counts."""
        again = roofline.known() is not None

        def measure_when_quiet(should_stop: ShouldStop) -> Generator[None, None, None]:
            let_others = yield from wait_until_quiet(should_stop, self._show_waiting)
            try:
                roofline.machine(again=again, should_stop=should_stop, on_progress=self._show_progress)
            finally:
                let_others()

        self._start("Measuring this machine", measure_when_quiet, lambda _: _show_results())

    def time(self) -> None:
        """Time the chosen rung, or torch's @, on the product of the sliders.

        Raises: ValueError if its matrices do not fit into memory.
        """
        if self.picture["words"]["refusal"]:
            raise ValueError(self.picture["words"]["refusal"])
        key = self._rung_to_time()
        job = {"backend": key, "m": self.m, "k": self.k, "n": self.n, "budget_s": BUDGET_S}
        if _has_processes():
            self.progress = {"message": f"{title_of(key)}: starting", "fraction": None}
            self._measurements.submit(
                [job | ({"function": LEARNER_RUNGS[key].packed()} if key in LEARNER_RUNGS else {})]
            )
        else:

            def measure(should_stop: ShouldStop) -> Generator[None, None, dict[str, Any]]:
                machine = roofline.known()
                if machine is not None and not machine.in_browser:  # a time belongs under the roof of its own machine
                    roofline.machine(again=True, should_stop=should_stop, on_progress=self._show_progress)
                    yield
                return _timed_here(job)

            self._start(f"Timing {title_of(key)}", measure, lambda found: self._on_message(job, found))

    def _start(self, message: str, job: Callable[[ShouldStop], Any], publish: Callable[[Any], object]) -> None:
        """Run the job off the main thread, where there are threads."""
        self._tasks.start({"message": message, "fraction": None}, job, publish)

    def cancel(self) -> None:
        """End what is measured, within a second, and keep what was known before."""
        self._tasks.cancel()
        self._measurements.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s) and self._measurements.wait(timeout_s)

    def restart(self) -> None:
        """Go back to the product that the widget was made with; times and roof stay, as in the ladders."""
        self.cancel()
        super().restart()

    def close(self) -> None:
        """End what runs, and follow the ladders no more."""
        _open.discard(self)
        if hasattr(self, "_measurements"):  # a constructor that was refused has none
            self.cancel()
        super().close()

    def _show_waiting(self, before: int) -> None:
        self._show_progress(0.0, before_you(before))

    def _show_progress(self, fraction: float, message: str) -> None:
        if self.progress:
            self.progress = {"message": f"Measuring this machine: {message}", "fraction": fraction}

    def _on_message(self, job: dict[str, Any], message: dict[str, Any]) -> None:
        """What the measuring process says of a product; on a thread of its own."""
        key = job["backend"]
        if message["event"] == "waiting":
            self.progress = waiting_of(key, message["before"])
        elif message["event"] == "start":
            self.progress = {"message": f"{title_of(key)}: starting", "fraction": None}
        elif message["event"] == "progress":
            self.progress = progress_of(key, message)
        else:
            results.record(job, message)
            if message["event"] == "error":
                self._fail(f"{title_of(key)} did not run: {message['message']}")
            elif mismatch := message.get("mismatch"):
                self._fail(f"{title_of(key)} has no time, because its product is wrong: {mismatch['reason']}.")

    def _fail(self, message: str) -> None:
        self.error = message


def _of_one_machine(
    measured: Sequence[results.Measured], machine: roofline.Machine | None
) -> tuple[list[results.Measured], list[results.Measured]]:
    """The times of the machine whose roof is drawn, and those of another."""
    there = machine is not None and machine.in_browser
    return (
        [entry for entry in measured if entry.in_browser == there],
        [entry for entry in measured if entry.in_browser != there],
    )


def _has_processes() -> bool:
    """Whether another process can measure: not where Python itself runs in a browser."""
    return not in_browser()


def _timed_here(job: dict[str, Any]) -> dict[str, Any]:
    """The worker's last message about a job, measured in this very process."""
    key, (m, k, n) = job["backend"], (job["m"], job["k"], job["n"])
    if key in LEARNER_RUNGS:
        function, prepare = LEARNER_RUNGS[key].function, None
    else:
        function, prepare = matmul.BACKENDS[key].function, matmul.BACKENDS[key].prepare
    a, b = matmul.numpy_operands(m, k, n)
    found = trial(function, a, b, prepare=prepare, budget_s=job["budget_s"])
    return {"event": "result", "threads": 1, **found}
