"""Work off the kernel's main thread, one task at a time: a newer one takes the older one's place."""

import threading

from widgets_lib.compute.timing import Stopped
from widgets_lib.widgets._base import describe_error


class BackgroundTasks:
    """The tasks of one widget.

    on_progress(progress): called with what `start` was given, and with {} when nothing goes on any more.
    on_error(words): called if a job raised something other than timing.Stopped, or its answer could not be published.
    """

    def __init__(self, on_progress, on_error):
        self._on_progress, self._on_error = on_progress, on_error
        self._current = None  # the thread whose answer is wanted
        self._lock = threading.RLock()

    def start(self, progress, job, publish):
        """Call `job(should_stop)` on a thread, then `publish(answer)`, unless it was cancelled or replaced meanwhile."""

        def work():
            try:
                answer = job(stop.is_set)
            except Stopped:
                return
            except Exception as error:
                words = describe_error(error)
                self._end(task, lambda: self._on_error(words))
            else:
                self._end(task, lambda: publish(answer))

        stop = threading.Event()
        task = threading.Thread(target=work, daemon=True, name="task")
        task.stop = stop
        with self._lock:
            self.cancel()
            self._current = task
            self._on_progress(progress)
        task.start()
        return task

    def cancel(self):
        """Ask what goes on to stop, and want no answer of it."""
        with self._lock:
            if self._current:
                self._current.stop.set()
            self._current = None
            self._on_progress({})

    def wait(self, timeout_s=None):
        """Block until nothing goes on; True if that came about in time. For scripts and tests, not for callbacks."""
        task = self._current
        if task:
            task.join(timeout_s)
        return task is None or not task.is_alive()

    def _end(self, task, publish):
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
