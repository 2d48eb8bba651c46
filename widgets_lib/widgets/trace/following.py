"""Following a kernel without holding up the notebook: at once if that takes a moment, else on a thread."""

import time
from collections.abc import Callable
from typing import Any

from widgets_lib.compute.gpu.running import Progress
from widgets_lib.compute.timing import Stopped
from widgets_lib.widgets._tasks import BackgroundTasks

INLINE_S = 0.3  # of this thread's own time: on a busy machine a thread would only make it later
TELL_S = 0.1  # between two messages on progress

_clock = getattr(time, "thread_time", time.monotonic)  # a browser's Python may have no clock of a thread
Job = Callable[[Progress], Any]


class _Slow(Exception):
    """It takes longer than a notebook may stand still."""


class Follower:
    """Runs jobs that take a function to be told of progress; a newer one takes the older one's place.

    on_progress(progress): message and fraction; {} when nothing runs. on_error(message): of a job on a thread.
    """

    def __init__(self, on_progress: Callable[[dict[str, Any]], object], on_error: Callable[[str], object]) -> None:
        self._tell = on_progress
        self.tasks = BackgroundTasks(on_progress, on_error)

    def run(self, job: Job, publish: Callable[[Any], object], message: str) -> None:
        """Run the job, then `publish(result)`: here if it is quick, else on a thread, where there are threads.

        Raises: what the job raises here.
        """
        self.tasks.cancel()
        began = _clock()

        def within_the_time(done: int, total: int) -> None:
            if _clock() - began > INLINE_S:
                raise _Slow

        try:
            result = job(within_the_time)
        except _Slow:
            self._run_with_progress(job, publish, message)
        else:
            publish(result)

    def _run_with_progress(self, job: Job, publish: Callable[[Any], object], message: str) -> None:
        def with_progress(should_stop: Callable[[], bool]) -> Any:
            began = told = time.monotonic()

            def progress(done: int, total: int) -> None:
                nonlocal told
                if should_stop():
                    raise Stopped
                now = time.monotonic()
                if now - told > TELL_S:
                    told = now
                    self._tell(_progress(message, done / total, now - began))

            return job(progress)

        self._start(with_progress, publish, message)

    def run_on_thread(self, job: Callable[[], Any], publish: Callable[[Any], object], message: str) -> None:
        """Run a job that tells no progress on a thread, where there are threads, then `publish(result)`."""
        self._start(lambda should_stop: job(), publish, message)

    def _start(self, job: Callable[[Callable[[], bool]], Any], publish: Callable[[Any], object], message: str) -> None:
        self.tasks.start({"message": message, "fraction": None}, job, publish)

    def cancel(self) -> None:
        """Ask what runs to stop, and drop its result."""
        self.tasks.cancel()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time."""
        return self.tasks.wait(timeout_s)


def _progress(message: str, fraction: float, elapsed_s: float) -> dict[str, Any]:
    """message, with the seconds that are left once they can be guessed; fraction: 0 to 1, None while it is unknown."""
    if fraction < 0.02:
        return {"message": message, "fraction": None}
    left = elapsed_s / fraction * (1 - fraction)
    return {"message": f"{message}: about {max(1, round(left))} s left", "fraction": round(fraction, 3)}
