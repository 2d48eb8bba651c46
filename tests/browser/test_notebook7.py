"""A lesson in Notebook 7, which shares JupyterLab's parts but not its page."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.test_04_broadcasting import WIDGETS
from tests.support import servers
from tests.support.pages import expect_widgets, run_all, watch

LESSON = "04_broadcasting.ipynb"


@pytest.fixture
def notebook7(logs, tmp_path):
    with servers.lab(tmp_path, logs, app="notebook") as server:
        yield server


def open_and_run(page, server, name):
    """The errors of the notebook's cells."""
    page.goto(f"{server.url}notebooks/{name}")
    page.wait_for_function(
        "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
    )
    return run_all(page)


def test_a_lesson_runs_and_its_widgets_answer_by_keyboard(notebook7, page):
    servers.write_notebook(["1 + 1"], notebook7.root / "plain.ipynb")
    shutil.copy(servers.ROOT / "lessons" / LESSON, notebook7.root)
    of_its_own = watch(page)  # Notebook 7.6 on JupyterLab 4.6 throws at every start, whatever the notebook
    assert open_and_run(page, notebook7, "plain.ipynb") == []

    lesson = page.context.new_page()
    problems = watch(lesson)
    assert open_and_run(lesson, notebook7, LESSON) == []
    expect_widgets(lesson, WIDGETS)
    strides = lesson.locator(".wl-strides")
    strides.get_by_label("stride of axis 0", exact=True).press("ArrowUp")
    expect(strides.locator(".wl-caption")).to_contain_text("1 past the end")
    question = lesson.locator(".wl-predict").filter(has_text="What is the shape of a[:, None] + b[None, :]?")
    question.get_by_role("textbox").fill("(4, 3)")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Yes: shape (4, 3).")
    assert [problem for problem in problems if problem not in of_its_own] == []
