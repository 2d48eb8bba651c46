"""Lesson 05 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "05_einsum.ipynb"
WIDGETS = {"einsum": 8, "predict": 16, "ladder": 2, "variants": 1, "contraction": 1, "roofline": 1}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)
    if host == "app":
        expect_a_picture_first(lesson)

    # Predict, then see.
    question = lesson.locator(".wl-predict").filter(has_text="ik,kj->ji")
    question.get_by_role("textbox").fill("10, 5")
    question.get_by_role("textbox").press("Enter")
    expect(question).to_contain_text("✓ Right: shape (10, 5).")

    # Mend the typo in the equation: the loops follow.
    apart = lesson.locator(".wl-einsum").nth(1)
    equation = apart.get_by_role("textbox", name="equation")
    expect(apart.get_by_role("textbox", name="loops")).to_have_value("""c = np.zeros((2, 4))
for i in range(2):
    for j in range(4):
        for k in range(3):
            for l in range(3):
                c[i, j] += a[i, k] * b[l, j]""")
    equation.fill("ik,kj->ij")
    expect(apart.get_by_role("textbox", name="loops")).to_have_value("""c = np.zeros((2, 4))
for i in range(2):
    for j in range(4):
        for k in range(3):
            c[i, j] += a[i, k] * b[k, j]""")

    # A task is judged by what it means: other letters are right, too.
    trace = lesson.locator(".wl-einsum").nth(3)
    trace.get_by_role("textbox", name="equation").fill("qq->")
    expect(trace.locator(".wl-verdict")).to_contain_text("✓")

    # Another order, by keys.
    tree = lesson.locator(".wl-contraction")
    tree.locator(".wl-tile").nth(1).press("Enter")
    tree.locator(".wl-tile").nth(2).press("Enter")
    expect(tree.locator(".wl-caption")).to_contain_text("no order of pairs takes fewer")

    # The roof that a cell of the lesson has measured is there.
    roof = lesson.locator(".wl-roofline")
    roof.scroll_into_view_if_needed()
    expect(roof.locator(".wl-roof").last).to_be_visible()

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect(lesson.get_by_text("wl.Predict(")).to_have_count(0)  # the code of a question holds its answer
        expect_it_fits(lesson)
