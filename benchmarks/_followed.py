"""Lesson 3 as its text says, in a browser: every ladder is pressed, top to bottom, and what it shows is read off the page.

In the app the server's one process measures, with one thread, for all its visitors; in JupyterLab the kernel's own
does, with as many threads as the machine has processors.
"""

import shutil
import tempfile
from contextlib import contextmanager

from benchmarks._lessons import FOLDER
from tests.support import servers
from tests.support.chromium import chromium
from tests.support.pages import open_lesson, open_notebook, run_all
from widgets_lib.compute.parsing import read_number

LESSON = FOLDER / "03_matmul.ipynb"
SMALL, LARGE = (5, 784, 10), (50_000, 784, 10)
LIMIT_MS = 600_000  # for a whole ladder on a busy machine
BUSY = "ladder => [...ladder.querySelectorAll('button')].some(b => b.textContent === 'Cancel' && !b.disabled)"
ROWS = """ladder => [...ladder.querySelectorAll(".wl-rung:not(.wl-unavailable)")].map((rung) => {
  const text = (name) => rung.querySelector(`.wl-${name}`)?.textContent ?? "";
  const notes = [...rung.querySelectorAll(".wl-notes span")].map((note) => note.textContent);
  const time = rung.querySelector(".wl-time").firstChild?.textContent ?? "";
  return { key: rung.dataset.key, time, spread: text("spread"), notes, message: text("message") };
})"""


def follow(host):
    """The rows of every ladder, in the "app" or in "lab": {"host", "where", "size", "key", "time", "seconds", …}.

    "seconds" is what the time says, None where there is none. Raises: RuntimeError if a cell failed.
    """
    with HOSTS[host]() as page:
        return [{"host": host, **row} for row in _press_all(page)]


@contextmanager
def _in_app():
    with (
        tempfile.TemporaryDirectory() as logs,
        servers.voila(FOLDER, logs, forks=True) as server,
        chromium() as browser,
    ):
        page = open_lesson(browser.new_page(), server, LESSON.name)
        if page.locator(".failed").count():
            raise RuntimeError(f"a cell of {LESSON.name} failed")
        page.get_by_role("button", name="Show all").click()
        yield page


@contextmanager
def _in_lab():
    with tempfile.TemporaryDirectory() as logs, tempfile.TemporaryDirectory() as root:
        shutil.copy(LESSON, root)
        with servers.lab(root, logs) as server, chromium() as browser:
            page = open_notebook(browser.new_page(), f"{server.url}doc/tree/{LESSON.name}?reset")
            if errors := run_all(page):
                raise RuntimeError(errors[0])
            yield page


HOSTS = {"app": _in_app, "lab": _in_lab}


def _press_all(page):
    ladders = page.locator(".wl-ladder").all()
    _wait_until_measured(page, ladders[-1])  # the learner's own rung is, as its cell has run
    for ladder in ladders:
        yield from _press(page, ladder, SMALL)
    ladders[-1].get_by_role("button", name="all 50,000").click()
    yield from _press(page, ladders[-1], LARGE)


def _press(page, ladder, size):
    """Runs a ladder: its rows."""
    compact = "wl-compact" in ladder.get_attribute("class")
    ladder.get_by_role("button", name="Time it" if compact else "Run the ladder").click()
    page.wait_for_function(BUSY, arg=ladder.element_handle())
    _wait_until_measured(page, ladder)
    rows = ladder.evaluate(ROWS)
    where = "all 50,000" if size == LARGE else f"{len(rows)} rungs"
    for row in rows:
        yield {"where": where, "size": str(size), "seconds": _seconds(row["time"]), **row}


def _wait_until_measured(page, ladder):
    page.wait_for_function(f"ladder => !({BUSY})(ladder)", arg=ladder.element_handle(), timeout=LIMIT_MS)


def _seconds(time):
    try:
        return float(read_number(time.lstrip("≤≥ "), "seconds"))
    except ValueError:  # "✗ wrong"
        return None
