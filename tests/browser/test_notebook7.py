"""A lesson in Notebook 7, which shares JupyterLab's parts but not its page."""

from playwright.sync_api import expect

from tests.browser.test_04_broadcasting import WIDGETS
from tests.support import servers
from tests.support.pages import expect_widgets, run_all


def test_a_lesson_runs_and_its_widgets_answer_by_keyboard(open_notebook7):
    lesson = open_notebook7(servers.ROOT / "lessons/04_broadcasting.ipynb")
    assert run_all(lesson) == []
    expect_widgets(lesson, WIDGETS)
    strides = lesson.locator(".wl-strides")
    strides.get_by_label("stride of axis 0", exact=True).press("ArrowUp")
    expect(strides.locator(".wl-caption")).to_contain_text("1 past the end")
    question = lesson.locator(".wl-predict").filter(has_text="What is the shape of a[:, None] + b[None, :]?")
    question.get_by_role("textbox").fill("(4, 3)")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: shape (4, 3).")
