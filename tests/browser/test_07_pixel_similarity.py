"""Lesson 07 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "07_pixel_similarity.ipynb"
WIDGETS = {"mean": 1, "similarity": 7, "predict": 18, "variants": 3}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    tables = lesson.locator(".wl.wl-pixels")  # SimilarityExplorer has pixels, too
    expect(tables).to_have_count(2)
    if host == "app":
        expect_a_picture_first(lesson)

    # A slice by its index, in the 3 at the top.
    hero = tables.first
    index = hero.get_by_label("index: what is marked")
    index.fill("im3[5:20, 8:12]")
    index.press("Enter")
    expect(hero.locator(".wl-caption")).to_contain_text("15 × 4 numbers, shape (15, 4)")

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="im3[4:15, 4:22]")
    question.get_by_role("textbox").fill("11, 18")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: shape (11, 18).")

    # The stack grows to all threes.
    mean = lesson.locator(".wl-mean")
    mean.get_by_role("slider").press("End")
    expect(mean.locator("figcaption").nth(1)).to_have_text("mean of 6,131 threes")

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect(lesson.get_by_text("wl.Predict(")).to_have_count(0)  # the code of a question holds its answer
        expect_it_fits(lesson)
