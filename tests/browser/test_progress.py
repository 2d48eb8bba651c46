"""What a learner did is kept in the browser: it comes back after a reload, or with another kernel, until it is forgotten."""

import os
import signal

from playwright.sync_api import expect

from tests.browser.test_axe import violations
from tests.browser.test_veils import TWO, answer, lesson
from tests.support import keyboard, servers
from tests.support.catalog import widget_expressions, widgets
from tests.support.pages import READY, hear_that_python_has_stopped, open_lesson, run_all, wait_for_answers

KEPT = """(() => { try { return JSON.parse(localStorage.getItem("tensor-foundations.progress.1:" + lessonPath)) }
  catch { return undefined } })()"""
WIDGETS = lesson(
    "import ipywidgets, widgets_lib as wl",
    "wl.Predict('How many?', answer=3)",
    "print('it is three')\nipywidgets.VBox([wl.LoopStepper(), wl.LoopStepper(strategy='kij')])",
    ("md", "## Next"),
    "wl.IteratorTape()",
    "import numpy as np\nwl.StrideExplorer(np.arange(12).reshape(3, 4))",  # without torch, which takes its time
    "wl.MatmulLadder()",
)


def kept(page):
    """What the browser keeps of the page's lesson."""
    return page.evaluate(KEPT)


def wait_until_kept(page, part):
    """Waits until `part`, an expression of `kept`, holds."""
    page.wait_for_function(f"(() => {{ const kept = {KEPT}; return {part} }})()")


def again(page):
    page.reload()
    page.wait_for_function(READY, timeout=120_000)


def use_all(page):
    """Uses every widget of the page once."""
    answer(page.locator(".wl-predict"), "5")
    page.locator(".wl-stepper").nth(1).get_by_role("radio", name="outer").check()
    page.locator(".wl-tape").get_by_role("button", name="next(it)", exact=True).press("Enter")
    page.locator(".wl-strides .wl-moves button").filter(has_text="x.T").dispatch_event("click")  # behind "more"
    page.locator(".wl-ladder").get_by_role("slider").first.press("ArrowRight")
    wait_for_answers(page)


# What is read in the widgets, and what stands in their fields.
SEEN = """[...document.querySelectorAll(".wl")].map((root) =>
  root.innerText + [...root.querySelectorAll("input, select")].map(({ value, checked }) => `${value} ${checked}`).join())"""


def test_all_that_was_done_comes_back(page, scratch_voila):
    servers.write_notebook(WIDGETS, scratch_voila.root / "kept.ipynb")
    open_lesson(page, scratch_voila, "kept.ipynb")
    expect(page.locator(".wl")).to_have_count(6)
    expect(page.locator(".wl-ladder")).to_contain_text("torch @")
    untouched = page.evaluate(SEEN)
    use_all(page)
    wait_until_kept(page, "kept && Object.keys(kept.widgets).length === 5")
    expect(page.locator(".wl-predict")).to_contain_text("You said 5; it is 3.")
    expect(page.locator(".wl-strides")).to_contain_text("x.T")
    wait_until_kept(page, "JSON.stringify(kept).includes('transpose') && JSON.stringify(kept).includes('next')")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    before = page.evaluate(SEEN)
    assert [a == b for a, b in zip(untouched, before, strict=True)] == [False] * 6  # what waited is seen now
    again(page)
    expect(page.get_by_text("it is three", exact=True)).to_be_visible()
    page.wait_for_function(f"before => JSON.stringify({SEEN}) === before", arg=page.evaluate("JSON.stringify", before))


# What each widget last said that its inputs are.
LISTEN = """globalThis.told = new Map();
for (const event of ["wl-view", "wl-inputs"])
  document.addEventListener(event, ({ target, detail }) => told.set(target, JSON.stringify(detail.inputs)));"""
INPUTS = "[...document.querySelectorAll('.wl')].map((root) => told.get(root))"


def test_the_first_use_of_every_widget_outlives_its_python(page, context, scratch_voila):
    """By keyboard, at the first stop of the Tab key that changes one of the widget's inputs."""
    with_inputs = [name for name, widget in widgets().items() if widget.inputs]
    names = sorted(with_inputs, key=lambda name: name == "Predict")  # last: what follows a question waits
    cells = [widget_expressions()[name] for name in names]
    servers.write_notebook(lesson("import widgets_lib as wl", *cells), scratch_voila.root / "every.ipynb")
    page.add_init_script(LISTEN)
    open_lesson(page, scratch_voila, "every.ipynb")
    expect(page.locator(".wl")).to_have_count(len(names))
    firsts = page.evaluate(INPUTS)
    for stop in keyboard.stops(page):
        at = stop["widget"]
        if at >= 0 and page.evaluate(INPUTS)[at] == firsts[at]:
            (keyboard.answer if stop["is_question"] else keyboard.use)(page, stop)
    wait_for_answers(page)  # what follows from an input may be an input, too, as a generator's state
    page.evaluate("saveInputs()")
    used = page.evaluate(INPUTS)
    assert not [name for name, first, now in zip(names, firsts, used, strict=True) if first == now], (
        "no key changed them"
    )
    for process in scratch_voila.python():
        os.kill(process, signal.SIGKILL)
    hear_that_python_has_stopped(page, scratch_voila)
    expect(page.get_by_role("alert").filter(has_text="Python has stopped")).to_be_visible()
    again(page)
    page.wait_for_function(f"used => JSON.stringify({INPUTS}) === used", arg=page.evaluate("JSON.stringify", used))


# Notes, at the moment at which two answers are open, how far the page is.
NOTE_WHEN_OPEN = """new MutationObserver((_, observer) => {
  if (document.querySelectorAll(".answer.open").length < 2) return;
  globalThis.openWhile = document.documentElement.dataset.lesson ?? "cells still run";
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def test_what_was_answered_is_seen_while_the_page_comes_in_again(voila_page, context):
    page = voila_page(TWO)
    answer(page.locator(".wl-predict").first)
    page.locator(".answer").nth(1).locator(".veil button").click()
    wait_until_kept(page, "kept && kept.answered.length === 1 && kept.waived.length === 1")
    page.add_init_script(NOTE_WHEN_OPEN)
    page.reload(wait_until="commit")
    expect(page.locator(".answer.open")).to_have_count(2)
    assert page.evaluate("openWhile") == "cells still run"
    page.wait_for_function(READY)
    expect(page.locator(".wl-predict").first).to_contain_text("✓ Right: 3.")
    expect(page.locator(".answer.open")).to_have_count(2)


def test_start_again_forgets_that_widget_alone(voila_page):
    page = voila_page(WIDGETS)
    use_all(page)
    wait_until_kept(page, "kept && Object.keys(kept.widgets).length === 5")
    page.locator(".wl-predict").get_by_role("button", name="Start again").click()
    page.locator(".wl-strides").get_by_role("button", name="Start again").click()
    wait_until_kept(page, "Object.keys(kept.widgets).length === 3 && !kept.answered.length")
    again(page)
    expect(page.locator(".wl-tape")).to_contain_text("next(it)")
    expect(page.locator(".wl-predict .wl-outcome")).to_be_empty()


def test_what_does_not_fit_any_more_is_dropped_and_its_answer_waits_again(voila_page):
    page = voila_page(TWO)
    answer(page.locator(".wl-predict").first)
    wait_until_kept(page, "kept && Object.keys(kept.widgets).length === 1")
    page.evaluate(
        """() => { const kept = readProgress(lessonPath), place = Object.keys(kept.widgets)[0];
             changeProgress(lessonPath, (progress) => { progress.widgets[place] = { given: "umpteen" }; }) }"""
    )
    page.evaluate("removeEventListener('pagehide', saveInputs)")
    again(page)
    expect(page.locator(".answer.open")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    wait_until_kept(page, "kept === null")


ODD = ["nonsense", "[]", "5", "null", '{"widgets": 5, "answered": {"a": 1}, "waived": [7]}']


def test_whatever_stands_there_the_lesson_opens(clean_page, scratch_voila):
    servers.write_notebook(TWO, scratch_voila.root / "odd.ipynb")
    clean_page.goto(scratch_voila.url)
    for stored in ODD:
        clean_page.evaluate("text => localStorage.setItem('tensor-foundations.progress.1:odd.ipynb', text)", stored)
        read = clean_page.evaluate("readProgress('odd.ipynb')")  # the one place where it is read
        assert (list(read["widgets"]), read["answered"], read["waived"]) == ([], [], []), stored
    page = open_lesson(clean_page, scratch_voila, "odd.ipynb")
    expect(page.locator(".answer:not(.open)")).to_have_count(2)
    answer(page.locator(".wl-predict").first)
    wait_until_kept(page, "kept?.answered?.length === 1")


def test_full_or_forbidden_storage_is_no_error(clean_page, context, scratch_voila):
    clean_page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"])
             Storage.prototype[name] = new Proxy(Storage.prototype[name], { apply(call, store, [key, ...rest]) {
               if (key.startsWith("tensor-foundations")) throw new DOMException("no", "QuotaExceededError");
               return call.call(store, key, ...rest);
             } });"""
    )
    servers.write_notebook(TWO, scratch_voila.root / "full.ipynb")
    page = open_lesson(clean_page, scratch_voila, "full.ipynb")
    answer(page.locator(".wl-predict").first)
    expect(page.get_by_text("it is three", exact=True)).to_be_visible()
    page.get_by_role("button", name="Forget my progress").click()
    expect(page.get_by_text("it is three", exact=True)).to_be_hidden()
    page.goto(scratch_voila.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_home_says_how_far_one_is_and_leads_to_the_place(clean_page, scratch_voila):
    for file in scratch_voila.root.glob("*.ipynb"):
        file.unlink()
    servers.write_notebook(TWO, scratch_voila.root / "two.ipynb")
    page = clean_page
    page.goto(scratch_voila.url)
    card = page.locator(".card").filter(has_text="two")
    expect(card).to_contain_text("2 questions")
    expect(card.get_by_role("link", name="Continue")).to_be_hidden()
    expect(page.get_by_role("button", name="Forget my progress")).to_be_hidden()
    open_lesson(page, scratch_voila, "two.ipynb")
    answer(page.locator(".wl-predict").first)
    wait_until_kept(page, "kept && kept.answered.length === 1")

    page.goto(scratch_voila.url)
    expect(card).to_contain_text("1 of 2 answered")
    tops = [card.locator(part).bounding_box()["y"] for part in (".questions", ".continue")]
    assert abs(tops[0] - tops[1]) < 8  # in one line: the card is not higher for it
    assert violations(page) == ""
    page.set_viewport_size({"width": 1280, "height": 500})
    card.get_by_role("link", name="Continue").press("Enter")
    page.wait_for_url("**/two.ipynb#cell-id=cell-3", wait_until="commit")
    page.wait_for_function(READY, timeout=120_000)
    expect(page.locator(".wl-predict").nth(1)).to_be_in_viewport()
    answer(page.locator(".wl-predict").nth(1))
    wait_until_kept(page, "kept && kept.answered.length === 2")

    page.goto(scratch_voila.url)
    expect(card).to_contain_text("2 of 2 answered")
    expect(card.get_by_role("link", name="Continue")).to_be_hidden()


def test_forget_forgets_and_can_be_undone(clean_page, scratch_voila):
    servers.write_notebook(TWO, scratch_voila.root / "two.ipynb")
    page = open_lesson(clean_page, scratch_voila, "two.ipynb")
    answer(page.locator(".wl-predict").first)
    page.locator(".answer").nth(1).locator(".veil button").click()
    wait_until_kept(page, "kept && kept.answered.length === 1 && kept.waived.length === 1")
    page.get_by_role("button", name="Forget my progress").click()
    expect(page.locator(".answer:not(.open)")).to_have_count(2)
    expect(page.locator(".wl-predict .wl-outcome").first).to_be_empty()
    expect(page.get_by_role("status").filter(has_text="forgotten")).to_be_visible()
    wait_until_kept(page, "kept === null")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".answer.open")).to_have_count(2)
    page.wait_for_function(READY)
    expect(page.locator(".wl-predict").first).to_contain_text("✓ Right: 3.")

    page.goto(scratch_voila.url)
    page.get_by_role("button", name="Forget my progress").press("Enter")
    card = page.locator(".card").filter(has_text="two")
    expect(card).not_to_contain_text("answered")
    page.keyboard.press("Enter")  # Undo has the focus
    expect(card).to_contain_text("1 of 2 answered")
    page.get_by_role("button", name="Forget my progress").click()
    open_lesson(page, scratch_voila, "two.ipynb")
    expect(page.locator(".answer:not(.open)")).to_have_count(2)
    wait_until_kept(page, "kept === null")


def test_a_notebook_keeps_nothing(open_lab):
    page = open_lab(["import widgets_lib as wl\nwl.LoopStepper()"])
    assert run_all(page) == []
    before = page.evaluate("JSON.stringify(localStorage)")
    slider = page.locator(".wl-stepper").get_by_role("slider").first
    value = slider.input_value()
    slider.press("ArrowLeft")
    expect(slider).not_to_have_value(value)
    assert "progress" not in page.evaluate("JSON.stringify(localStorage)") and "stepper" not in before
