"""The ladder where there is no process and no torch: it plays back what the machine that built the page measured.

Lists and numpy are measured in this very Python. Every row says where its time is from, and times of two places are not
compared.
"""

from datetime import date

from widgets_lib.compute import matmul
from widgets_lib.compute.formatting import join_words
from widgets_lib.compute.matmul.trial import trial
from widgets_lib.widgets.ladder import measurements
from widgets_lib.widgets.ladder.rows import place_of

HERE = "in your browser"
OF_A_LEARNER = (
    "It was written in the lesson, and can’t be run in this page. A time of it is from when the page was made."
)
NO_TIME = "It does not run in a browser, and the machine that made this page has no time of it."
OTHER_SIZES = "It does not run in a browser. The machine that made this page has its times for {}."


def install(book):
    """From now on ladders play back the book: {"processor", "date": "2026-11-26", "records": [[rung, m, k, n, message], …]}.

    A message is the last that the ladder's worker said of the rung.
    """
    measurements.measure_with(Recorded(book or {}))


class Recorded:
    """What `measurements` asks in place of a process."""

    def __init__(self, book):
        self._place = place_of(book["processor"], date.fromisoformat(book["date"])) if book else ""
        self._times = {
            (rung, m, k, n): message
            for rung, m, k, n, message in book.get("records", [])
            if message["event"] == "result"
        }

    def unavailable(self, key, size):
        """Why the rung has no time at this size, in a sentence, or ""."""
        if key not in matmul.BACKENDS:
            return OF_A_LEARNER
        if runs_here(key) or (key, *size) in self._times:
            return ""
        sizes = [f"{m:,} × {k:,} × {n:,}" for rung, m, k, n in self._times if rung == key]
        return OTHER_SIZES.format(join_words(sizes)) if sizes else NO_TIME

    def start(self, job, on_message, function=b""):
        key, size = job["backend"], (job["m"], job["k"], job["n"])
        if reason := self.unavailable(key, size):
            on_message({"event": "error", "message": reason})
        elif runs_here(key):
            on_message({"place": HERE, **_measured(key, size, job.get("budget_s", 0.5))})
        else:
            on_message({"place": self._place, **self._times[(key, *size)]})

    def cancel(self, reason=""):
        return False  # nothing goes on between two jobs


def runs_here(key):
    """Whether a rung needs nothing but Python and numpy."""
    return not matmul.BACKENDS[key].needs


def _measured(key, size, budget_s):
    """The last message on a rung, as the worker gives it."""
    backend = matmul.BACKENDS[key]
    try:
        a, b = matmul.numpy_operands(*size)
        found = trial(backend.function, a, b, prepare=backend.prepare, budget_s=budget_s)
        return {"event": "result", **found, "threads": 1}  # a page has one, whatever is loaded
    except MemoryError:
        return {"event": "error", "message": "the memory of this page is not enough for these sizes"}
    except (ValueError, RuntimeError) as error:
        return {"event": "error", "message": str(error)}
