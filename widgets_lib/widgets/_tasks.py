"""Work off the kernel's main thread, one task at a time: a newer one takes the older one's place.

Where Python has no threads, in a browser, the same work goes on in turns: between two of them the page is heard, so that
it can pause, stop, or set a learning rate.
"""

import math
import threading
from collections.abc import Callable, Generator
from contextvars import Context
from functools import partial
from time import monotonic
from typing import Any

from widgets_lib.compute.timing import ShouldStop, Stopped
from widgets_lib.widgets._base import describe_error

TURN_S = 0.1  # of work; then the page is heard
MAX_RUNNING = 2  # threads of one widget: one that was replaced and has not noticed yet, and the newest
LOCK_S = 0.1  # that a thread waits for a lock before it asks again whether it should stop

call_later: Callable[[Callable[[], None]], object] | None = None
"""How to be called back once the page has been heard; set where there are no threads."""

Job = Callable[[ShouldStop], Any]
"""It returns its result; or it is a generator, which yields where it can be interrupted, and returns its result."""


End = Callable[["_Task", Callable[[], object]], object]


class _Task(threading.Thread):
    """The work on a job, to be done by a thread or in turns, with the event that asks it to stop."""

    def __init__(
        self,
        job: Job,
        publish: Callable[[Any], object],
        fail: Callable[[str], object],
        end: End,
        running: threading.Semaphore,
    ) -> None:
        super().__init__(daemon=True, name="task")
        self.stop = threading.Event()
        self._work = _steps(job, self.stop.is_set)
        self._publish, self._fail, self._end, self._running = publish, fail, end, running
        self.in_turns, self._is_at_work = call_later is not None, False
        self._context = Context()  # one for all turns, as a thread has: what is entered in one may be left in another

    def run(self) -> None:
        """On the thread: all of it, once few enough others run."""
        while not self._running.acquire(timeout=LOCK_S):
            if self.stop.is_set():
                return
        try:
            self.take_turn(math.inf)
        finally:
            self._running.release()

    def take_turn(self, limit_s: float) -> bool:
        """Work for so long; whether there is more to do."""
        return self._context.run(self._take_turn, limit_s)

    def _take_turn(self, limit_s: float) -> bool:
        until, self._is_at_work = monotonic() + limit_s, True
        try:
            while not self.stop.is_set():
                next(self._work)
                if monotonic() >= until:
                    return True
            self._work.close()
        except StopIteration as end:
            self._end(self, partial(self._publish, end.value))
        except Stopped:
            self._end(self, lambda: None)
        except Exception as error:
            self._end(self, partial(self._fail, describe_error(error)))
        finally:
            self._is_at_work = False
        return False

    def drop(self) -> None:
        """Stop as soon as can be: where nobody is at work, at once."""
        self.stop.set()
        if self.in_turns and not self._is_at_work:
            self._context.run(self._work.close)


def _steps(job: Job, should_stop: ShouldStop) -> Generator[None, None, Any]:
    result = job(should_stop)
    return (yield from result) if isinstance(result, Generator) else result


def wait_for(lock: threading.Lock, should_stop: ShouldStop) -> Generator[None, None, None]:
    """Take a lock, as a part of a job. Raises: Stopped."""
    while not (lock.acquire(timeout=LOCK_S) if call_later is None else lock.acquire(blocking=False)):
        if should_stop():
            raise Stopped
        yield


class BackgroundTasks:
    """The tasks of one widget.

    on_progress(progress): called with what `start` was given, and with {} when nothing runs any more.
    on_error(message): called if a job raised something other than timing.Stopped, or its result could not be published.
    """

    def __init__(self, on_progress: Callable[[dict[str, Any]], object], on_error: Callable[[str], object]) -> None:
        self._on_progress, self._on_error = on_progress, on_error
        self._current: _Task | None = None  # the one whose result is wanted
        self._lock = threading.RLock()
        self._running = threading.Semaphore(MAX_RUNNING)

    def start(self, progress: dict[str, Any], job: Job, publish: Callable[[Any], object]) -> threading.Thread:
        """Do a job on a thread, then `publish(result)`, unless it was cancelled or replaced meanwhile.

        Without threads it goes on in turns, by `call_later`; where there is nothing to call later either, it is done when
        this returns.
        """
        task = _Task(job, publish, self._on_error, self._end, self._running)
        with self._lock:
            self.cancel()
            self._current = task
            self._on_progress(progress)
        if task.in_turns:
            self._go_on_later(task)
            return task
        try:
            task.start()
        except RuntimeError:  # this Python has no threads
            task.take_turn(math.inf)
        return task

    def _go_on_later(self, task: _Task) -> None:
        def turn() -> None:
            if task.take_turn(TURN_S):
                self._go_on_later(task)

        assert call_later is not None
        call_later(turn)

    def cancel(self) -> None:
        """Ask the task that runs to stop, and drop its result."""
        with self._lock:
            task, self._current = self._current, None
            if task:
                task.drop()
            self._on_progress({})

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        task = self._current
        if task and task.in_turns:
            task.take_turn(math.inf)
        elif task:
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
