"""Lesson 08 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "08_sgd.ipynb"
WIDGETS = {"descent": 7, "backward": 2, "training": 1, "predict": 21, "variants": 5}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    if host == "app":
        expect_a_picture_first(lesson)

    # The ball at the top takes a step.
    hero = lesson.locator(".wl-descent").first
    hero.get_by_role("button", name="Step", exact=True).press("Enter")
    expect(hero).to_contain_text("After 1 step")

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="make an epoch")
    question.get_by_role("textbox").fill("782")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: 782")

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect(lesson.get_by_text("wl.Predict(")).to_have_count(0)  # the code of a question holds its answer
        expect_it_fits(lesson)
