"""Lesson 02 as a visitor meets it: as an app in Voila and as a notebook in JupyterLab, by pointer and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.lesson_page import in_both_hosts
from tests.support.pages import expect_a_picture_first, expect_it_fits, expect_widgets

LESSON = "02_random.ipynb"
WIDGETS = {"stream": 3, "forks": 2, "workers": 1, "predict": 17, "variants": 1}


@pytest.mark.parametrize("host", in_both_hosts(LESSON))
def test_the_lesson_answers_pointer_and_keyboard(open_in, host):
    lesson = open_in(host, LESSON)
    expect_widgets(lesson, WIDGETS)

    # Two squares, one with lines; it fills again from the first draw.
    pairs, stream, planes = (lesson.locator(".wl-stream").nth(index) for index in range(3))
    if host == "app":
        expect_a_picture_first(lesson)
    expect(pairs.locator(".wl-pattern").first).to_have_text("Its pairs lie on a few lines.")
    pairs.get_by_role("slider", name="draw").press("Home")
    expect(pairs).to_contain_text("Two draws in a row make the first dot.")

    # The published numbers, a step back, a seed by hand, and one that is none.
    draw = stream.get_by_text("0.9559050644103264")
    expect(draw).to_be_visible()
    stream.get_by_role("slider", name="draw").press("ArrowLeft")
    expect(stream.get_by_text("0.06912886811267205")).to_be_visible()
    seed = stream.get_by_label("seed", exact=True)
    seed.fill("nan")
    seed.press("Enter")
    expect(stream.get_by_role("alert")).to_contain_text("a seed is a whole number such as 42")
    seed.fill("457428938475")
    seed.press("Enter")
    expect(stream.get_by_role("alert")).to_be_hidden()

    # The cube turns; what is rarely used is behind "more".
    expect(planes.locator(".wl-pattern").first).to_have_text("")
    planes.get_by_role("slider", name="turn the cube").press("ArrowRight")
    expect(planes.locator(".wl-pattern").first).to_have_text("Its triples lie on 15 parallel planes.")
    expect(planes.get_by_text("1°", exact=True)).to_be_visible()
    expect(planes.get_by_role("combobox", name="generator")).to_be_hidden()
    planes.get_by_text("more", exact=True).click()
    planes.get_by_role("combobox", name="generator").select_option("tiny-lcg")
    expect(planes.locator(".wl-pattern").first).to_have_text("Pairs: they lie on a few lines.")

    # A fork for real says what the drawing said.
    fork = lesson.locator(".wl-forks").first
    expect(fork).to_contain_text("12 draws after the fork, only 4 different")
    fork.get_by_role("button", name="Do it for real").press("Enter")
    expect(fork.get_by_text("✓").first).to_be_visible(timeout=30_000)

    # The batches of four workers change alike; with reseeding, each in its own way.
    workers = lesson.locator(".wl-workers")
    expect(workers).to_contain_text("All 4 workers drew the same numbers")
    workers.get_by_label("reseeding").select_option("SeedSequence.spawn")
    expect(workers).to_contain_text("4 workers, 4")

    if host == "app":
        expect(lesson.locator(".failed")).to_have_count(0)
        expect_it_fits(lesson)
