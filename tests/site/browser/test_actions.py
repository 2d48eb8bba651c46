"""Every widget, every action: what a learner may do in each (tests/widgets/test_restore.py) is done in a page without a
server, and its inputs are then what they are in a kernel. Without Python the same actions break nothing."""

import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import expect

from static_edition.execute import ROOT
from tests.site.browser.conftest import ALIVE, build_apart, served
from tests.site.small_course import write
from tests.support.catalog import widget_expressions
from tests.widgets import test_restore

DO = """async ([id, doing]) => {
  const model = tf.models.get(id);
  if (doing.message) model.send(doing.message);
  else {
    model.set(doing);
    model.save_changes();
  }
}"""
STATE = """id => {
  const model = tf.models.get(id);
  return [model.get("error"), Object.fromEntries(model.get("input_names").map((name) => [name, model.get(name)]))];
}"""
NO_PYTHON = "Python does not start in this browser"


@pytest.fixture(scope="module")
def every_widget(tmp_path_factory):
    """The address of a page with one of each widget, and {class: its name in the page}."""
    folder = tmp_path_factory.mktemp("every")
    cells = [new_markdown_cell("# Every widget"), new_code_cell("import numpy as np\n\nimport widgets_lib as wl")]
    cells += [new_code_cell(expression) for expression in widget_expressions().values()]
    (folder / "lessons").mkdir()
    write(folder / "lessons", "01_every", cells)
    (folder / "lessons/coming.json").write_text("[]", "utf-8")
    build_apart(folder / "site", [], folder / "lessons", ROOT / "build/small_site", strict=False)
    page = (folder / "site/01_every.html").read_text("utf-8")
    data = page.partition('id="widgets">')[2].partition("</script>")[0]
    names = {model["class"]: name for name, model in json.loads(data)["models"].items()}
    with served(folder) as address:
        yield f"{address}site/01_every.html", names


@pytest.fixture(scope="module")
def lively(every_widget, chrome):
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(every_widget[0])
    page.wait_for_selector(ALIVE)
    yield page
    context.close()


def wait_for_answer(page, model, inputs):
    """The state once its inputs are these; else as it is after a while."""
    for _ in range(300):
        error, now = page.evaluate(STATE, model)
        if error or now == inputs:
            return error, now
        page.wait_for_timeout(50)
    return error, now


@pytest.mark.parametrize("name", sorted(test_restore.DOINGS))
def test_every_action_does_in_the_page_what_it_does_in_a_kernel(lively, every_widget, name):
    model = every_widget[1][name]
    there = test_restore.make(widget_expressions()[name])
    for doing in test_restore.DOINGS[name]:
        test_restore.do(there, doing)
        lively.evaluate(DO, [model, doing])
        inputs = test_restore.kept(there)
        assert wait_for_answer(lively, model, inputs) == ("", inputs), doing
    there.close()


# Every control that a widget shows, found and not listed: each is pressed, set, typed into or moved by keys once.
WALK = """async (id) => {
  const place = document.querySelector(`[data-model=${id}]`);
  const all = "button, select, input, textarea, summary, [tabindex], [role=button], [role=slider]";
  const nameOf = (each) => [each.localName, each.type ?? each.getAttribute("role") ?? "",
    each.getAttribute("aria-label") ?? each.closest("label")?.textContent ?? each.textContent].join(" ").slice(0, 80);
  const say = (each, ...events) => events.forEach((type) => each.dispatchEvent(new Event(type, { bubbles: true })));
  const set = (each, value) => {
    each.value = value;
    say(each, "input", "change");
  };
  const press = (each, ...keys) =>
    keys.forEach((key) => each.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
  const use = {
    select: (each) => set(each, [...each.options].find((o) => !o.selected && !o.disabled)?.value ?? each.value),
    range: (each) => set(each, each.valueAsNumber < +each.max ? each.max : each.min),
    text: (each) => (set(each, "2"), press(each, "Enter")),
    click: (each) => each.click(),
    keys: (each) => press(each, "ArrowRight", "ArrowDown", "Home", "End", "Enter", " "),
  };
  const kindOf = ({ localName, type }) => {
    if (localName === "select") return "select";
    if (localName === "textarea" || (localName === "input" && ["text", "number", "search"].includes(type))) return "text";
    if (type === "range") return "range";
    return ["input", "button", "summary"].includes(localName) ? "click" : "keys";
  };
  const done = new Map();
  while (done.size < 60) {
    const next = [...place.querySelectorAll(all)].find(
      (each) => each.checkVisibility() && !each.disabled && each.tabIndex >= 0 && !done.has(nameOf(each)),
    );
    if (!next) break;
    done.set(nameOf(next), kindOf(next));
    next.focus();
    use[kindOf(next)](next);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Object.fromEntries(done);
}"""
RAW = re.compile(r"Error\b|NoneType|object at|Traceback")


@pytest.mark.parametrize("has_python", [True, False], ids=["with Python", "without"])
def test_every_control_that_a_widget_shows_is_used_and_breaks_nothing(every_widget, chrome, has_python):
    address, names = every_widget
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    if not has_python:
        context.route("**/pyodide.mjs", lambda route: route.abort())
    page, wrong, used = context.new_page(), [], {}
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Traceback" in line.text else None)
    page.goto(address)
    page.wait_for_selector(ALIVE)
    for name, model in names.items():
        page.locator(f"[data-model={model}]").scroll_into_view_if_needed()
        expect(page.locator(f"[data-model={model}][data-alive='']")).to_have_count(1)
        used[name] = page.evaluate(WALK, model)
        for _ in range(600 if has_python else 0):
            if page.evaluate("tf.python.marks.answered > tf.python.marks.asked"):
                break
            page.wait_for_timeout(50)
        error = page.evaluate("id => tf.models.get(id).get('error')", model)
        assert not RAW.search(error), (name, error)
        assert wrong == [], name
    assert all(used.values()), used
    assert {kind for each in used.values() for kind in each.values()} == {"select", "range", "text", "click", "keys"}
    assert page.evaluate("'ready' in tf.python.marks") == has_python
    context.close()


def test_without_python_the_same_actions_break_nothing(every_widget, chrome):
    address, names = every_widget
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.route("**/pyodide.mjs", lambda route: route.abort())
    page, uncaught = context.new_page(), []
    page.on("pageerror", lambda error: uncaught.append(str(error)))
    page.goto(address)
    page.wait_for_selector(ALIVE)
    for name, model in names.items():
        page.locator(f"[data-model={model}]").scroll_into_view_if_needed()
        expect(page.locator(f"[data-model={model}][data-alive='']")).to_have_count(1)
        for doing in test_restore.DOINGS[name]:
            page.evaluate(DO, [model, doing])
    expect(page.locator("#banner")).to_contain_text(NO_PYTHON)
    assert uncaught == []
    context.close()
