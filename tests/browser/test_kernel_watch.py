"""What the widgets of a page say when their Python is restarted, crashes or stops."""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.support import servers
from tests.support.pages import expect_widgets, open_lesson, run_all

CELLS = ["import widgets_lib as wl\nwl.LoopStepper()", "wl.Predict('How many?', answer=3)"]
RESTARTED = "Python was restarted: run this cell again."
RESTART = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


def crash(page):
    page.evaluate(
        """void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
             .requestExecute({ code: 'import os; os._exit(1)' }).done.catch(() => {})"""
    )


def expect_notes_until_a_cell_is_run_again(page):
    expect(page.locator(".wl-gone")).to_have_text([RESTARTED, RESTARTED], timeout=30_000)
    assert page.locator(".wl-controls").first.evaluate("part => part.inert")
    page.wait_for_function(IDLE, timeout=60_000)
    assert run_all(page) == []
    expect(page.locator(".wl-gone")).to_have_count(0)
    expect_widgets(page, {"stepper": 1, "predict": 1})


@pytest.fixture
def notebook7(logs, tmp_path):
    with servers.lab(tmp_path, logs, app="notebook") as server:
        yield server


def test_after_a_restart_in_jupyterlab(open_lab):
    page = open_lab(CELLS)
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1, "predict": 1})
    page.evaluate(RESTART)
    expect_notes_until_a_cell_is_run_again(page)


def test_after_a_crash_in_jupyterlab(lab, page):
    """Lab restarts Python then by itself, and says that of messages in flight in the console."""
    servers.write_notebook(CELLS, lab.root / "crash.ipynb")
    page.goto(f"{lab.url}doc/tree/crash.ipynb?reset")
    page.wait_for_function(IDLE, timeout=60_000)
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1, "predict": 1})
    crash(page)
    page.get_by_role("button", name="Ok").click(timeout=30_000)  # Lab tells of the crash, too
    expect_notes_until_a_cell_is_run_again(page)
    page.goto("about:blank")
    lab.end_kernels()


def test_in_notebook_7(notebook7, page):
    servers.write_notebook(CELLS, notebook7.root / "cells.ipynb")
    page.goto(f"{notebook7.url}notebooks/cells.ipynb")
    page.wait_for_function(IDLE, timeout=60_000)
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1, "predict": 1})
    page.evaluate(RESTART)
    expect_notes_until_a_cell_is_run_again(page)


def test_in_the_app_the_widgets_grey_and_the_page_says_why(page, scratch_voila):
    servers.write_notebook(CELLS, scratch_voila.root / "ends.ipynb")
    before = scratch_voila.python()
    open_lesson(page, scratch_voila, "ends.ipynb")
    expect_widgets(page, {"stepper": 1, "predict": 1})
    (kernel,) = scratch_voila.python() - before
    os.kill(kernel, signal.SIGKILL)
    expect(page.locator("#banner")).to_contain_text("Python has stopped", timeout=60_000)
    expect(page.locator(".wl-is-gone")).to_have_count(2)
    expect(page.locator(".wl-gone")).to_have_count(0)
    assert page.locator(".wl-controls").first.evaluate("part => part.inert")
