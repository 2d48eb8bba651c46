"""What the widgets of a page say when their Python is restarted, crashes or stops."""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.support import servers
from tests.support.pages import (
    IDLE,
    ask_of_kernel,
    expect_widgets,
    hear_that_python_has_stopped,
    open_lesson,
    run_all,
)

CELLS = ["import widgets_lib as wl\nwl.LoopStepper()", "wl.Predict('How many?', answer=3)"]
RESTARTED = "Python was restarted: run this cell again."
GONE = "This widget’s Python is gone: run this cell again."
CRASH = "requestExecute({ code: 'import os; os._exit(1)' }).done.catch(() => {})"


@pytest.fixture(params=["open_lab", "open_notebook7"])
def notebook(request, browser):
    """The page of a notebook with two widgets, in JupyterLab and in Notebook 7."""
    page = request.getfixturevalue(request.param)(CELLS)
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1, "predict": 1})
    return page


def expect_notes_until_a_cell_is_run_again(page, note=RESTARTED):
    expect(page.locator(".wl-gone")).to_have_text([note, note])
    assert page.locator(".wl-controls").first.evaluate("part => part.inert")
    page.wait_for_function(IDLE, timeout=60_000)
    assert run_all(page) == []
    expect(page.locator(".wl-gone")).to_have_count(0)
    expect_widgets(page, {"stepper": 1, "predict": 1})


def test_after_a_restart_and_after_another_kernel_was_chosen(notebook):
    ask_of_kernel(notebook, "restart()")
    expect_notes_until_a_cell_is_run_again(notebook)
    notebook.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({ name: 'python3' })")
    expect_notes_until_a_cell_is_run_again(notebook, GONE)


def test_after_a_crash(notebook):
    ask_of_kernel(notebook, CRASH)
    notebook.get_by_role("button", name="Ok", exact=True).click(timeout=30_000)  # the host tells of the crash, too
    expect_notes_until_a_cell_is_run_again(notebook)


def test_in_the_app_the_widgets_grey_and_the_page_says_why(page, scratch_voila):
    servers.write_notebook(CELLS, scratch_voila.root / "ends.ipynb")
    before = scratch_voila.python()
    open_lesson(page, scratch_voila, "ends.ipynb")
    expect_widgets(page, {"stepper": 1, "predict": 1})
    (kernel,) = scratch_voila.python() - before
    os.kill(kernel, signal.SIGKILL)
    hear_that_python_has_stopped(page, scratch_voila)
    expect(page.locator("#banner")).to_contain_text("Python has stopped")
    expect(page.locator(".wl-is-gone")).to_have_count(2)
    expect(page.locator(".wl-gone")).to_have_count(0)
    assert page.locator(".wl-controls").first.evaluate("part => part.inert")
