"""Lesson 06 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "06_gpu.ipynb"
WIDGETS = {"grid": 2, "predict": 16, "variants": 1, "trace": 3, "ladder": 1}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    if host == "app":
        expect_a_picture_first(lesson)

    # The picture on top: swapped, the warps turn.
    grid = lesson.locator(".wl-grid").first
    grid.get_by_role("button", name="swap x and y").press("Enter")
    expect(grid.locator("pre")).to_contain_text("j, i = cuda.grid(2)")

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="How many blocks")
    question.get_by_role("textbox").fill("3125")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: 3,125")

    # The reader's own kernel was followed, and its line stands below its cell.
    expect(lesson.get_by_text("✓ right · no faults")).to_be_visible()

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect(lesson.get_by_text("wl.Predict(")).to_have_count(0)  # the code of a question holds its answer
        expect_it_fits(lesson)
