"""Work off the kernel's main thread, one task at a time: a newer one takes the older one's place.

In a browser no thread can be started; there the work is done at once, before `start` returns.
"""

import threading
from collections.abc import Callable
from typing import Any

from widgets_lib.compute.timing import Stopped
from widgets_lib.widgets._base import describe_error

call_later: Callable[[Callable[[], object]], object] | None = None
"""Where there are no threads: calls back after the page has been heard again. None where there is no such place."""


def in_turns(turn: Callable[[], bool]) -> None:
    """Call `turn()` until it says that nothing is left; without threads, with the page heard in between where it can be."""
    while turn():
        if call_later is not None:
            call_later(lambda: in_turns(turn))
            return


class _Task(threading.Thread):
    """A thread with the event that asks it to stop."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(target=work, daemon=True, name="task")
        self.stop = threading.Event()


class BackgroundTasks:
    """The tasks of one widget.

    on_progress(progress): called with what `start` was given, and with {} when nothing runs any more.
    on_error(message): called if a job raised something other than timing.Stopped, or its result could not be published.
    at_once: whether a job is done at once where no thread can be started; else `start` raises RuntimeError there.
    """

    def __init__(
        self,
        on_progress: Callable[[dict[str, Any]], object],
        on_error: Callable[[str], object],
        *,
        at_once: bool = True,
    ) -> None:
        self._on_progress, self._on_error, self._at_once = on_progress, on_error, at_once
        self._current: _Task | None = None  # the one whose result is wanted
        self._lock = threading.RLock()

    def start(
        self, progress: dict[str, Any], job: Callable[[Callable[[], bool]], Any], publish: Callable[[Any], object]
    ) -> threading.Thread:
        """Call `job(should_stop)` on a thread, then `publish(result)`, unless it was cancelled or replaced meanwhile."""

        def work() -> None:
            try:
                result = job(task.stop.is_set)
            except Stopped:
                self._end(task, lambda: None)
            except Exception as error:
                message = describe_error(error)
                self._end(task, lambda: self._on_error(message))
            else:
                self._end(task, lambda: publish(result))

        task = _Task(work)
        with self._lock:
            self.cancel()
            self._current = task
            self._on_progress(progress)
        try:
            task.start()
        except RuntimeError:  # no thread can be started, as in a browser
            if not self._at_once:
                raise
            task.run()
        return task

    def cancel(self) -> None:
        """Ask the task that runs to stop, and drop its result."""
        with self._lock:
            if self._current:
                self._current.stop.set()
            self._current = None
            self._on_progress({})

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        task = self._current
        if task and task.is_alive():
            task.join(timeout_s)
        return task is None or not task.is_alive()

    def _end(self, task: _Task, publish: Callable[[], object]) -> None:
        with self._lock:
            if self._current is not task:
                return
            try:
                publish()
            except Exception as error:
                self._on_error(describe_error(error))
            finally:
                self._current = None
                self._on_progress({})
