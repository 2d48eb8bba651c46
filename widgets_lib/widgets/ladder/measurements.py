"""A queue of measurements, off the kernel's main thread: progress comes in, cancelling works, nothing blocks."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from widgets_lib.compute.matmul.function_pickle import pack
from widgets_lib.compute.matmul.worker import Worker
from widgets_lib.compute.turns import TURN

FUNCTION_LIMIT_S = 30.0  # a learner's function that has not been measured by then is stopped
LOADING_LIMIT_S = 60.0  # before that, for a process to start and to load its libraries
STOPPED = (
    "it was stopped after {:.0f} seconds: either it never ends, or it is too slow for this size; try fewer rows, and "
    "look for a loop without an end"
)

# One process measures for all widgets of this kernel, one job at a time: two would spoil each other's times.
_WORKER = Worker()
MEASURE_LOCK = TURN

Job: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]


class Measurements:
    """Jobs for the worker, measured in order; a job's `function` is one that `pack` packed, or the function itself.

    `on_message(job, message)` gets a job's messages, first {"event": "start"}, last a result or a failure;
    `on_idle()` is called when the queue is empty again or was cancelled. Both run on a thread of their own.
    """

    def __init__(self, on_message: Callable[[Job, Message], object], on_idle: Callable[[], object]):
        self._on_message, self._on_idle = on_message, on_idle
        self._queue: deque[Job] = deque()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None  # that takes jobs
        self._latest: threading.Thread | None = None  # that one, or the last, which may still say that it is idle
        self._measuring: Job | None = None  # our job in the worker: only then may a cancel reach it
        self._limit: threading.Timer | None = None

    def submit(self, jobs: Iterable[Job]) -> None:
        """Append jobs (see compute/matmul/worker_process.py) that don't wait yet, and start measuring if nothing runs."""
        with self._lock:
            self._queue.extend(job for job in jobs if job not in self._queue)
            if self._thread is None:
                self._thread = self._latest = threading.Thread(target=self._work, daemon=True, name="measurements")
                self._thread.start()

    def cancel(self, backend: str | None = None) -> None:
        """End the job that runs, within a second, and drop those that wait; or only those of one backend."""
        with self._lock:
            kept = [job for job in self._queue if backend not in (None, job["backend"])]
            self._queue.clear()
            self._queue.extend(kept)
            if self._measuring and backend in (None, self._measuring["backend"]):
                _WORKER.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        thread = self._latest
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while True:
            with MEASURE_LOCK:
                with self._lock:
                    if not self._queue:
                        self._thread = None
                        break
                    job = self._queue.popleft()
                    ended = self._start(job)
                ended.wait()
                with self._lock:
                    self._measuring = None
        self._on_idle()

    def _start(self, job: Job) -> threading.Event:
        ended = threading.Event()

        def receive(message: Message) -> None:
            try:
                if message["event"] != "progress":
                    self._set_limit(None)
                elif "function" in job and "estimate_s" not in message:  # loaded: from now on it is the function's time
                    self._set_limit(FUNCTION_LIMIT_S)
                self._on_message(job, message)
            finally:
                if message["event"] != "progress":
                    ended.set()

        self._measuring = job
        self._on_message(job, {"event": "start"})
        try:
            function = job.get("function", b"")
            packed = function if isinstance(function, bytes) else pack(function)
            if packed:
                self._set_limit(LOADING_LIMIT_S)
            _WORKER.start({name: value for name, value in job.items() if name != "function"}, receive, packed)
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
