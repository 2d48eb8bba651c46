"""A queue of measurements, off the kernel's main thread: progress comes in, cancelling works, nothing blocks."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from widgets_lib.compute.matmul.function_pickle import pack
from widgets_lib.compute.matmul.worker import Worker

# One process measures for all widgets of this kernel, one job at a time: two would spoil each other's times.
_WORKER = Worker()
_MEASURE_LOCK = threading.Lock()

Job: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]


class Measurements:
    """Jobs for the worker, measured in order; a job's `function` may be the function itself.

    `on_message(job, message)` gets a job's messages, first {"event": "start"}, last a result or a failure;
    `on_idle()` is called when the queue is empty again or was cancelled. Both run on a thread of their own.
    """

    def __init__(self, on_message: Callable[[Job, Message], object], on_idle: Callable[[], object]):
        self._on_message, self._on_idle = on_message, on_idle
        self._queue: deque[Job] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._measuring = False  # our job is in the worker: only then may a cancel reach it

    def submit(self, jobs: Iterable[Job]) -> None:
        """Append jobs (see compute/matmul/worker_process.py) and start measuring if nothing runs."""
        with self._lock:
            self._queue.extend(jobs)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="measurements")
                self._thread.start()

    def cancel(self) -> None:
        """End the job that runs, within a second, and drop those that wait."""
        with self._lock:
            self._queue.clear()
            if self._measuring:
                _WORKER.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while True:
            with _MEASURE_LOCK:
                with self._lock:
                    if not self._queue:
                        self._thread = None
                        break
                    job = self._queue.popleft()
                    ended = self._start(job)
                ended.wait()
                with self._lock:
                    self._measuring = False
        self._on_idle()

    def _start(self, job: Job) -> threading.Event:
        ended = threading.Event()

        def receive(message: Message) -> None:
            try:
                self._on_message(job, message)
            finally:
                if message["event"] != "progress":
                    ended.set()

        self._measuring = True
        self._on_message(job, {"event": "start"})
        try:
            function = {"function": pack(job["function"])} if "function" in job else {}
            _WORKER.start(job | function, receive)
        except Exception as error:
            receive({"event": "error", "message": str(error)})
        return ended
