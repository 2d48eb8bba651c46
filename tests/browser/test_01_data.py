"""Lesson 01 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "01_data.ipynb"
WIDGETS = {"tape": 2, "digit": 3, "predict": 14, "variants": 3}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    if host == "app":
        expect_a_picture_first(lesson)

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="third list(islice(it, 5))")
    question.get_by_role("radio", name="[]").check()
    question.get_by_role("button", name="Predict").press("Enter")
    expect(question).to_contain_text("✓ Right: [].")

    # Ten values in three takes, and the third is empty.
    tape = lesson.locator(".wl-tape").first
    take = tape.get_by_role("button", name="list(islice(it, 5))", exact=True)
    take.click()
    take.click()
    take.press("Enter")
    expect(tape.locator(".wl-now")).to_contain_text("[]")

    # The sentinel ends 28 rows: the digit.
    digit = lesson.locator(".wl-tape").last
    digit.get_by_role("button", name="list(iter(lambda: list(islice(it, 28)), []))", exact=True).press(" ")
    expect(digit.locator(".wl-caption")).to_contain_text("28 rows of 28")

    # One pixel by every name it has; the next one by the arrow keys.
    pixel = lesson.locator(".wl-digit").nth(1)
    expect(pixel.locator(".wl-caption")).to_have_text(
        "Row 20, column 15: image[20][15] and flat[575] are the same number, 0.98828125."
    )
    lesson.mouse.move(0, 0)  # else the page scrolls a pixel under it
    pixel.get_by_role("application").focus()
    lesson.keyboard.press("ArrowDown")
    expect(pixel.locator(".wl-caption")).to_contain_text("flat[603]")

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        fetched, refused = "mnist.pkl.gz is here:", "The course carries the same digits"
        expect(lesson.get_by_text(fetched).or_(lesson.get_by_text(refused))).to_be_visible()
        expect_it_fits(lesson)
