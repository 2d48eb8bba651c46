"""A queue of measurements, off the kernel's main thread: progress comes in, cancelling works, nothing blocks.

They are done by a process of this kernel's own, or by that of the server if it has one for all its kernels. A learner's
function only ever goes to the kernel's own; meanwhile the server's has a rest.

Where there is no other process and no thread, as in a browser, `measure_with` names what answers in their place; then
jobs are done one by one, and the page is heard in between.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

from widgets_lib.compute.matmul.function_pickle import pack
from widgets_lib.compute.matmul.worker import Worker
from widgets_lib.compute.timing import ShouldStop, Stopped
from widgets_lib.compute.turns import TURN
from widgets_lib.quiet import before_freezing
from widgets_lib.widgets import _tasks
from widgets_lib.widgets.ladder.shared_process import SharedProcess, is_served, wait_for_machine

FUNCTION_LIMIT_S = 30.0  # of which nothing was heard for so long, a learner's function is stopped
LOADING_LIMIT_S = 60.0  # before that, for a process to start and to load its libraries
GOES_ON = ("waiting", "start", "progress")  # the events after which others come
STOPPED = (
    "it was stopped after {:.0f} seconds without a word: either it never ends, or it is too slow for this size; try "
    "fewer rows, and look for a loop without an end"
)

Job: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]


class Measurer(Protocol):
    """What does a job; see `worker.Worker`."""

    def start(self, job: Job, on_message: Callable[[Message], object], function: bytes = b"") -> None: ...

    def cancel(self, reason: str = "") -> bool: ...


class StandIn(Measurer, Protocol):
    """What answers where no process can measure: `start` has called back with the last message when it returns."""

    def unavailable(self, key: str, size: tuple[int, int, int]) -> str:
        """Why a rung has no time at this size here, in a sentence; "" if it has."""


# One process of the kernel's own measures for all its widgets, one job at a time: two would spoil each other's times.
_WORKER: Measurer = Worker()
MEASURE_LOCK = TURN
stand_in: StandIn | None = None
place = ""
"""Where the times of the worker are from, for a page that is read elsewhere: "measured on …"."""


@before_freezing
def _end_worker() -> None:
    """Let what is being measured end, then the process; a widget's next measurement starts another."""
    if isinstance(_WORKER, Worker) and MEASURE_LOCK.acquire(blocking=False):
        try:
            _WORKER.close()
        finally:
            MEASURE_LOCK.release()


def _let_go() -> None:
    """Where many kernels share a machine, none keeps a process for its next function."""
    if is_served() and isinstance(_WORKER, Worker):
        _WORKER.close()


def measure_with(other: StandIn) -> None:
    """From now on there is no process, and no thread: the other answers."""
    global _WORKER, stand_in
    _WORKER = stand_in = other


def wait_until_quiet(
    should_stop: ShouldStop, on_waiting: Callable[[int], object]
) -> Generator[None, None, Callable[[], object]]:
    """Wait, as a part of a job, until nothing else is measured in this kernel or on its server, for what times here.

    What comes back lets others measure again; see `wait_for_machine`. Raises: Stopped.
    """
    yield from _tasks.wait_for(MEASURE_LOCK, should_stop)
    try:
        leave = yield from wait_for_machine(should_stop, on_waiting)
    except BaseException:
        MEASURE_LOCK.release()
        raise

    def let_others() -> None:
        leave()
        MEASURE_LOCK.release()

    return let_others


class Measurements:
    """Jobs for the worker, measured in order; a job's `function` is one that `pack` packed, or the function itself.

    `on_message(job, message)` gets a job's messages: {"event": "waiting", "before": 2} while others of the same server are
    first, {"event": "start"}, last a result or a failure; `on_idle()` is called when the queue is empty again or was
    cancelled. Both run on a thread of their own.
    """

    def __init__(self, on_message: Callable[[Job, Message], object], on_idle: Callable[[], object]):
        self._on_message, self._on_idle = on_message, on_idle
        self._queue: deque[Job] = deque()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None  # that takes jobs
        self._latest: threading.Thread | None = None  # that one, or the last, which may still say that it is idle
        self._measuring: Job | None = None  # our job in `_measurer`: only then may a cancel reach it
        self._measurer: Measurer = _WORKER
        self._limit: threading.Timer | None = None

    def submit(self, jobs: Iterable[Job]) -> None:
        """Append jobs (see compute/matmul/worker_process.py) that don't wait yet, and start measuring if nothing runs."""
        with self._lock:
            self._queue.extend(job for job in jobs if job not in self._queue)
            if stand_in is not None:
                self._take_turn()
            elif self._thread is None:
                self._thread = self._latest = threading.Thread(target=self._work, daemon=True, name="measurements")
                self._thread.start()

    def cancel(self, backend: str | None = None) -> None:
        """End the job that runs, within a second, and drop those that wait; or only those of one backend."""
        with self._lock:
            kept = [job for job in self._queue if backend not in (None, job["backend"])]
            self._queue.clear()
            self._queue.extend(kept)
            if self._measuring and backend in (None, self._measuring["backend"]):
                self._measurer.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        thread = self._latest
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _take_turn(self) -> None:
        """Without threads: do the next job, and leave the others for later where the page can be heard before them."""
        while self._queue:
            self._start(self._queue.popleft(), _WORKER)
            self._measuring = None
            if self._queue and _tasks.call_later is not None:
                _tasks.call_later(self._take_turn)
                return
        self._on_idle()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            if "function" not in job and (shared := SharedProcess.reach()):
                self._measure(job, shared)
            else:
                with suppress(Stopped):
                    let_others = _finish(self._wait_until_quiet(job))
                    try:
                        self._measure(job, _WORKER)
                    finally:
                        _let_go()
                        let_others()
        self._on_idle()

    def _wait_until_quiet(self, job: Job) -> Generator[None, None, Callable[[], object]]:
        def tell(before: int) -> None:
            self._on_message(job, {"event": "waiting", "before": before})

        return wait_until_quiet(lambda: not self._is_next(job), tell)

    def _next(self) -> Job | None:
        with self._lock:
            if self._queue:
                return self._queue[0]
            self._thread = None
            return None

    def _is_next(self, job: Job) -> bool:
        """Whether it was not cancelled meanwhile."""
        with self._lock:
            return bool(self._queue) and self._queue[0] is job

    def _measure(self, job: Job, measurer: Measurer) -> None:
        with self._lock:
            ended = self._start(self._queue.popleft(), measurer) if self._is_next(job) else None
        if ended:
            ended.wait()
        elif isinstance(measurer, SharedProcess):
            measurer.close()
        with self._lock:
            self._measuring = None

    def _start(self, job: Job, measurer: Measurer) -> threading.Event:
        ended = threading.Event()

        def receive(message: Message) -> None:
            if place:
                message = {"place": place, **message}
            try:
                if message["event"] not in GOES_ON:
                    self._set_limit(None)
                elif "function" in job:  # it is loaded, or was measured on one more part of the product
                    self._set_limit(FUNCTION_LIMIT_S)
                self._on_message(job, message)
            finally:
                if message["event"] not in GOES_ON:
                    ended.set()

        self._measuring, self._measurer = job, measurer
        if not isinstance(measurer, SharedProcess):  # it says itself when it begins
            self._on_message(job, {"event": "start"})
        try:
            function = job.get("function", b"")
            packed = function if isinstance(function, bytes) else pack(function)
            if packed:
                self._set_limit(LOADING_LIMIT_S)
            measurer.start({name: value for name, value in job.items() if name != "function"}, receive, packed)
        except Exception as error:
            receive({"event": "error", "message": str(error)})
        return ended

    def _set_limit(self, seconds: float | None) -> None:
        """Stop the job that runs after so many seconds from now; None: whenever it ends."""
        if self._limit:
            self._limit.cancel()
        self._limit = None
        if seconds is not None:
            self._limit = threading.Timer(seconds, _WORKER.cancel, [STOPPED.format(seconds)])
            self._limit.daemon = True
            self._limit.start()


def _finish(steps: Generator[None, None, Callable[[], object]]) -> Callable[[], object]:
    """What the generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
