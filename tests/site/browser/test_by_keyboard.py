"""By keyboard alone: progress, one widget in a frame, the course without a network; and each hand that wakes Python."""

import re

import pytest
from playwright.sync_api import expect

from tests.site.browser.conftest import ALIVE, until, widget

LESSON = "04_broadcasting.html"
DIAL = "[aria-label='shape of axis 0']"
AT = "(element) => element === element.ownerDocument.activeElement && element.ownerDocument.hasFocus()"
WOKEN = "'woken' in tf.python.marks"


def tab_to(page, target, key="Tab", most=400):
    """Press a key until the target has the focus, however many stops there are before it."""
    for _ in range(most):
        if target.count() and target.evaluate(AT):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the focus never comes to {target}")


# ---- progress ----


def test_a_prediction_is_made_kept_continued_and_forgotten(visit):
    page = visit(LESSON)
    question = page.locator("[data-model=predict-1]")
    tab_to(page, question.get_by_role("radio").first)
    page.keyboard.press("Space")
    tab_to(page, question.get_by_role("button", name="Predict"))
    page.keyboard.press("Enter")
    expect(question.locator(".wl-outcome")).not_to_be_empty()
    tab_to(page, page.locator(".answer:not(.open)").get_by_role("button").first)
    page.keyboard.press("Enter")  # the next answer is shown without a prediction
    expect(page.locator(".answer.open")).to_have_count(2)
    page.wait_for_timeout(300)  # what is kept is written a moment later: keep.js
    page.reload()
    page.wait_for_selector(ALIVE)
    expect(page.locator(".answer.open")).to_have_count(2)
    expect(question.locator(".wl-outcome")).not_to_be_empty()

    visit("index.html", wait=None, page=page)
    onward = page.get_by_role("link", name="Continue Broadcasting")
    tab_to(page, onward)
    page.keyboard.press("Enter")
    page.wait_for_selector(ALIVE)
    expect(page).to_have_url(re.compile(r"04_broadcasting\.html#cell-id="))

    visit("index.html", wait=None, page=page)
    forget = page.get_by_role("button", name="Forget my progress")
    tab_to(page, forget)
    page.keyboard.press("Enter")
    expect(onward).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(onward).to_have_count(1)
    expect(forget).to_be_focused()
    page.keyboard.press("Enter")
    visit(LESSON, page=page)
    expect(page.locator(".answer.open")).to_have_count(0)
    expect(widget(page, "predict-1").get_by_role("radio").first).to_be_visible()
    expect(question.locator(".wl-outcome:visible")).to_have_count(0)


# ---- one widget in a frame ----


def test_a_frame_is_entered_used_and_left_and_tells_its_height(visit, address):
    page = visit.context.new_page()
    page.route(
        "**/blog.html",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"""<a href="#a">before</a><iframe src="{address}{LESSON}?embed=strides-1" width="700" height="300"></iframe>
            <a href="#b">after</a><script>
            const told = [];
            addEventListener("message", ({{ data }}) => data["tensor-foundations"] && told.push(data.height));
            </script>""",
        ),
    )
    page.goto(f"{address}blog.html")
    frame = page.frame_locator("iframe")
    expect(frame.locator("[data-alive]")).to_have_count(1)
    tab_to(page, page.get_by_role("link", name="before"))
    dial = frame.locator(DIAL)
    tab_to(page, dial)
    page.keyboard.press("ArrowUp")
    expect(frame.locator(".wl-facts")).to_contain_text("(4, 3)")
    assert dial.evaluate(AT)
    height = frame.locator("body").evaluate("(body) => Math.ceil(body.getBoundingClientRect().height)")
    until(page, f"told.at(-1) === {height}")
    tab_to(page, page.get_by_role("link", name="after"))
    tab_to(page, frame.get_by_role("link"), "Shift+Tab")  # and back, to its last stop


# ---- without a network ----


def test_the_whole_course_is_kept_and_a_lesson_works_without_a_network(visit):
    page = visit("index.html", wait=None)
    tab_to(page, page.get_by_role("button", name="Keep the whole course on this device"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The whole course is on this device")).to_be_visible(timeout=60_000)
    visit.context.set_offline(True)
    tab_to(page, page.get_by_role("link", name="Broadcasting", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(ALIVE)
    example = page.locator("[data-model=broadcasting-1]").get_by_label("example")
    before = page.locator("[data-model=broadcasting-1] .wl-caption").inner_text()
    tab_to(page, example)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-model=broadcasting-1] .wl-caption")).not_to_have_text(before)
    assert page.evaluate("tf.python.marks.ready")


# ---- what wakes Python, each alone ----


@pytest.fixture
def first(visit):
    """The lesson's first widget, while Python sleeps."""
    page = visit(LESSON)
    place = page.locator("[data-model=broadcasting-1]")
    place.scroll_into_view_if_needed()
    assert not page.evaluate(WOKEN)
    page.evaluate(
        """() => {
          window.hands = [];
          for (const hand of ["pointerdown", "focusin"])
            addEventListener(hand, () => window.hands.push(hand), { capture: true });
        }"""
    )
    return place


def test_a_pointer_that_stays_wakes_python(first):
    page = first.page
    first.hover(position={"x": 4, "y": 4})
    until(page, WOKEN)
    assert page.evaluate("hands") == []


def test_a_pointer_that_is_pressed_wakes_python_at_once(first):
    page = first.page
    first.evaluate(
        """(place) => place.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, pointerType: "touch" }))"""
    )
    assert page.evaluate(WOKEN) and page.evaluate("hands") == ["pointerdown"]


def test_the_focus_wakes_python_at_once(first):
    page = first.page
    tab_to(page, first.locator("select, button, input").locator("visible=true").first)
    assert page.evaluate(WOKEN) and set(page.evaluate("hands")) == {"focusin"}


def test_who_saves_data_is_not_given_python_for_looking(visit):
    page = visit.context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    visit(LESSON, page=page)
    place = page.locator("[data-model=broadcasting-1]")
    place.hover(position={"x": 4, "y": 4})
    page.wait_for_timeout(600)
    assert not page.evaluate(WOKEN)
    tab_to(page, place.locator("select, button, input").locator("visible=true").first)
    assert page.evaluate(WOKEN)
