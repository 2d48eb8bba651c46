"""Lesson 03 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, in light and in dark."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import one_process
from tests.support.pages import PAPER, expect_a_picture_first, run_all

LESSON = "03_matmul.ipynb"
RUN_MS = 60_000


@pytest.fixture
def ladder(voila_page):
    ladder = voila_page(["import widgets_lib as wl\nwl.MatmulLadder(m=5, k=784, n=10, budget_s=0.05)"]).locator(
        ".wl-ladder"
    )
    expect(ladder.locator(".wl-rung").first).to_be_visible()
    return ladder


def row(ladder, key):
    return ladder.locator(f"[data-key='{key}']")


@one_process(LESSON)
def test_the_lesson_runs_as_an_app(lesson_page):
    page = lesson_page(LESSON)
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 · Matrix multiplication")
    expect_a_picture_first(page)
    expect(page.locator(".failed")).to_have_count(0)
    expect(page.locator(".wl-ladder:not(.wl-compact)")).to_have_count(2)
    expect(page.locator(".wl-stepper")).to_have_count(4)
    expect(page.locator("math").first).to_be_visible()

    # The race of four begins at a press of a key, and every bar grows.
    race = page.locator(".wl-ladder").first
    race.get_by_role("button", name="Time it").press("Enter")
    for key in ("python", "python-lists", "broadcast", "matmul"):
        expect(row(race, key).locator(".wl-check")).to_have_text("✓ right", timeout=RUN_MS)
        page.wait_for_function("bar => bar.offsetWidth > 0", arg=row(race, key).locator(".wl-bar").element_handle())
    assert row(race, "python").locator(".wl-bar").evaluate("bar => getComputedStyle(bar).transitionDuration") != "0s"

    # A prediction made in one ladder stands in the last one.
    ladders = page.locator(".wl-ladder:not(.wl-compact)")
    first, last = ladders.first, ladders.last
    row(first, "dot").get_by_role("slider").press("End")
    expect(row(last, "dot").locator(".wl-time")).to_have_text("predicted 1.00 s")
    expect(row(last, "my matmul").locator(".wl-check")).to_have_text("✓ right", timeout=RUN_MS)

    # Predict, then see; the code with the answer in it is not shown.
    question = page.locator(".wl-predict").nth(1)
    expect(page.get_by_text("wl.Predict(")).to_have_count(0)
    question.get_by_role("textbox").fill("784")
    question.get_by_role("button", name="Predict").press("Enter")
    expect(question).to_contain_text("You said 784; it is 7,840: 10 times too low.")

    # A variant of the learner's rung, by keyboard: a mistake that the lesson's own test does not find.
    tried = page.locator(".wl-variants")
    tried.get_by_role("radio", name="as it stands").press("ArrowRight")
    expect(tried.locator(".wl-said")).to_contain_text("✗ wrong", timeout=RUN_MS)
    expect(tried.locator(".wl-chosen .wl-changed")).to_contain_text("a.shape[1] - 1")
    expect(row(last, "my matmul").locator(".wl-time")).to_have_text("✗ wrong", timeout=RUN_MS)


def test_the_lesson_runs_as_a_notebook(open_lab):
    page = open_lab(f"lessons/{LESSON}")
    assert run_all(page) == []
    ladder = page.locator(".wl-ladder:not(.wl-compact)").first
    ladder.scroll_into_view_if_needed()
    ladder.get_by_text("more", exact=True).click()
    slider = ladder.get_by_role("slider", name="n: columns of B")
    slider.focus()
    page.keyboard.press("ArrowRight")  # JupyterLab's command mode must not take it
    expect(ladder.locator(".wl-cost")).to_contain_text("86.2 thousand floating-point operations")
    row(ladder, "matmul").get_by_role("button").click()
    expect(row(ladder, "matmul").locator("pre")).to_contain_text("return a @ b")


def test_a_run_is_predicted_measured_and_judged(ladder):
    row(ladder, "numpy").get_by_role("slider").press("End")
    ladder.get_by_label("backend").select_option("numpy")
    ladder.get_by_role("button", name="Time it").click()
    expect(row(ladder, "numpy").locator(".wl-check")).to_have_text("✓ right", timeout=RUN_MS)
    expect(row(ladder, "numpy").locator(".wl-notes")).to_contain_text("predicted 1.00 s:")
    bar = row(ladder, "numpy").locator(".wl-bar").element_handle()
    ladder.page.wait_for_function("bar => bar.getBoundingClientRect().width > 0", arg=bar)  # it grows from nothing


def test_the_whole_ladder_runs_by_keyboard_and_lays_2022_beside(ladder):
    ladder.get_by_role("button", name="Run the ladder").press("Enter")
    expect(row(ladder, "numba").locator(".wl-check")).to_have_text("✓ right", timeout=RUN_MS)
    expect(row(ladder, "launch-kernel").locator(".wl-time")).not_to_have_text("waiting", timeout=RUN_MS)
    expect(ladder.locator(".wl-caption")).to_contain_text("Fastest so far: ")
    ladder.get_by_text("more", exact=True).click()
    ladder.get_by_label("2022 times").press(" ")
    expect(row(ladder, "python").locator(".wl-notes")).to_contain_text("2022: 416 ms")


def test_a_long_run_is_cancelled_and_other_widgets_answer_meanwhile(voila_page):
    page = voila_page(
        [
            "import widgets_lib as wl\nladder = wl.MatmulLadder(m=50_000, k=784, n=10, budget_s=5)\nladder",
            "wl.Predict('How many?', answer=3)",
        ]
    )
    ladder, question = page.locator(".wl-ladder"), page.locator(".wl-predict")
    ladder.get_by_label("backend").select_option("python")
    ladder.get_by_role("button", name="Time it").click()
    expect(ladder.locator(".wl-busy")).to_contain_text("all of them would take about", timeout=RUN_MS)
    question.get_by_role("textbox").fill("3")
    question.get_by_role("button", name="Predict").click()
    expect(question).to_contain_text("Right: 3.")
    ladder.get_by_role("button", name="Cancel").click()
    expect(row(ladder, "python").locator(".wl-time")).to_have_text("stopped")
    expect(ladder.get_by_role("button", name="Time it")).to_be_enabled()


def test_rungs_that_go_wrong_get_a_message_and_an_endless_one_can_be_cancelled(voila_page):
    page = voila_page(
        [
            "import widgets_lib as wl\nladder = wl.MatmulLadder(budget_s=0.05)\nladder",
            "@wl.rung('wrong')\ndef f(a, b):\n    c = a @ b\n    c[2, 3] = 0\n    return c",
            "@wl.rung('raises')\ndef f(a, b):\n    return a @ b.T",
            "@wl.rung('endless')\ndef f(a, b):\n    while True:\n        pass",
        ]
    )
    ladder = page.locator(".wl-ladder")
    expect(row(ladder, "wrong").locator(".wl-message")).to_contain_text("c[2, 3] is 0, expected", timeout=RUN_MS)
    expect(row(ladder, "wrong").locator(".wl-cross")).to_have_count(1)
    expect(row(ladder, "wrong").locator(".wl-time")).to_have_text("✗ wrong")
    expect(row(ladder, "raises").locator(".wl-message")).to_contain_text("line 3 of your code", timeout=RUN_MS)
    expect(row(ladder, "endless").locator(".wl-time")).to_have_text("running", timeout=RUN_MS)
    ladder.get_by_role("button", name="Cancel").click()
    expect(row(ladder, "endless").locator(".wl-time")).to_have_text("stopped")


def test_sizes_move_by_slider_and_preset(ladder):
    ladder.get_by_text("more", exact=True).click()
    ladder.get_by_role("slider", name="m: rows of A").press("ArrowRight")
    expect(row(ladder, "python").locator(".wl-steps")).to_contain_text("47,040 Python steps")
    ladder.get_by_role("button", name="all 50,000").click()
    expect(ladder.locator(".wl-cost")).to_contain_text("784 million floating-point operations")
    expect(row(ladder, "broadcast").locator(".wl-steps")).to_contain_text("50,000 Python steps")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_it_fits_the_page_in_both_themes(voila_page, clean_page, scheme, width):
    clean_page.emulate_media(color_scheme=scheme)
    clean_page.set_viewport_size({"width": width, "height": 800})
    page = voila_page(["import widgets_lib as wl\nwl.MatmulLadder()", "wl.LoopStepper()", "wl.Predict('?', answer=1)"])
    expect(page.locator(".wl")).to_have_count(3)
    for each in (scheme, *(PAPER.keys() - {scheme})):
        page.emulate_media(color_scheme=each)
        expect(page.locator(".wl-ladder")).to_have_css("background-color", PAPER[each])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
