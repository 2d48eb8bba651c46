"""Lesson 04 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, in light and in dark."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "04_broadcasting.ipynb"
WIDGETS = {"broadcasting": 4, "strides": 1, "predict": 14, "ladder": 1, "variants": 2}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    if host == "app":
        expect_a_picture_first(lesson)

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="What is the shape of a[:, None] + b[None, :]?")
    question.get_by_role("textbox").fill("(4, 3)")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: shape (4, 3).")

    # Point at a result: what made it.
    vector = lesson.locator(".wl-broadcasting").first
    vector.locator("figure").last.locator(".wl-cell[data-p='5']").hover()
    expect(vector.locator(".wl-caption")).to_have_text("(m + c)[1, 2] = m[1, 2] + c[2] = 6 + 30 = 36")

    # Point at an element: its storage cell. Point at a storage cell: its elements.
    strides = lesson.locator(".wl-strides")
    cell = strides.locator("[data-p='2']:not([data-e])")
    strides.locator("[data-e='8']").hover()
    expect(cell).to_contain_class("wl-on")
    expect(strides.locator("[data-e].wl-on")).to_have_count(1)
    cell.hover()
    expect(strides.locator("[data-e].wl-on")).to_have_count(3)

    # Write through one cell: three elements change.
    cell.press("Enter")
    field = strides.get_by_label("new number for storage cell 2")
    field.fill("99")
    field.press("Enter")
    expect(strides.locator(".wl-caption")).to_contain_text("one write, 3 elements changed")
    for element in (2, 5, 8):
        expect(strides.locator(f"[data-e='{element}']")).to_contain_text("99")
    strides.get_by_label("stride of axis 0", exact=True).press("ArrowUp")
    expect(strides.locator(".wl-caption")).to_contain_text("Element (1, 2) reads position 3, 1 past the end")

    # Type a shape, meet the clash, repair it by keyboard.
    image = lesson.locator(".wl-broadcasting").last
    result = image.locator(".wl-result th")
    image.get_by_label("shape of factor").fill("3")
    image.get_by_label("shape of factor").press("Enter")  # JupyterLab would cancel it
    expect(result).to_have_text("image * factor(256, 256, 3)")
    image.get_by_label("shape of factor").fill("256")
    image.get_by_label("shape of factor").press("Enter")  # JupyterLab would cancel it
    expect(result).to_have_text("image * factorno result")
    image.get_by_role("button", name="factor[:, None]", exact=True).press("Enter")
    expect(result).to_have_text("image * factor[:, None](256, 256, 3)")

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect(lesson.get_by_text("wl.Predict(")).to_have_count(0)  # the code of a question holds its answer
        expect_it_fits(lesson)
