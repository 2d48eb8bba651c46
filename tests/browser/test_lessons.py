"""What holds for every lesson in the app, found in lessons/: no answer before its question, the keyboard alone, axe.

A lesson is opened once, and these tests and its own follow one another on that page.
"""

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import violations
from tests.support import keyboard, servers
from tests.support.lesson_page import SEEN_TOO_EARLY, one_process
from widgets_lib.app.veils import find_veils

LESSONS = sorted(path.name for path in (servers.ROOT / "lessons").glob("*.ipynb"))
every_lesson = pytest.mark.parametrize("name", [pytest.param(name, marks=one_process(name)) for name in LESSONS])

STATES = """all => all.map((root) =>
  [root.closest(".jp-Cell").id.replace("cell-id=", ""), root.matches("[data-answered]")])"""
TEXT = "index => document.querySelectorAll('.wl')[index].innerText"
TO_USE = """() => [...document.querySelectorAll(".wl")].flatMap((root, index) =>
  root.matches(".wl-predict") ? [] : [[index, root.getAttribute("aria-label")]])"""


@every_lesson
def test_by_keyboard_alone_every_question_is_answered_before_its_answer_shows_and_every_widget_is_used(
    lesson_page, name
):
    page = lesson_page(name, veiled=True)
    cells = nbformat.read(servers.ROOT / "lessons" / name, 4).cells
    sections = page.locator(".answer")
    assert sections.count() == len(find_veils(cells)[1]) > 0
    assert page.evaluate(SEEN_TOO_EARLY) == []
    # Of every fourth the answer is asked for.
    waived = {cell for section in sections.all()[3::4] for cell in section.get_attribute("data-for").split()}
    to_use = dict(page.evaluate(TO_USE))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skips to the lesson
    for stop in keyboard.stops(page):
        assert not stop["is_hidden"], stop
        if stop["waits_for"]:
            assert set(stop["waits_for"]) <= waived, f"{stop['waits_for']} could not be answered"
            page.keyboard.press("Enter")
        elif stop["is_question"] and not stop["is_answered"] and stop["cell"] not in waived:
            keyboard.answer(page, stop)
        elif stop["widget"] in to_use:
            before = page.evaluate(TEXT, stop["widget"])
            keyboard.use(page, stop)
            if page.evaluate(TEXT, stop["widget"]) != before:
                del to_use[stop["widget"]]
            continue
        else:
            continue
        assert page.evaluate(SEEN_TOO_EARLY) == []
    questions = page.locator(".wl-predict").evaluate_all(STATES)
    assert {cell for cell, is_answered in questions if not is_answered} == waived
    expect(page.locator(".answer:not(.open)")).to_have_count(0)
    assert not to_use, "no key did anything in these widgets"
    expect(page.locator(".failed")).to_have_count(0)


@every_lesson
def test_axe_finds_nothing_in_either_theme(lesson_page, name):
    page = lesson_page(name, again=False)  # with the verdicts and what else the tests before it have left
    expect(page.locator(".answer .behind[inert]")).to_have_count(0)
    assert violations(page) == ""
