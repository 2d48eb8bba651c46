"""Python in the page: asleep, woken, slow, ended, gone."""

import pytest
from playwright.sync_api import expect

from tests.site.browser.conftest import show_all, until, widget

LESSON = "04_broadcasting.html"
MORE = "shape of axis 0, one more"


@pytest.fixture
def strides(visit):
    page = visit(LESSON)
    show_all(page)
    return widget(page, "strides-1")


def shape(strides):
    return strides.locator(".wl-facts")


def marks(page):
    return page.evaluate("tf.python.marks")


def test_python_sleeps_until_a_hand_is_laid_on_a_widget(visit):
    page = visit(LESSON)
    page.mouse.wheel(0, 3000)
    expect(page.locator(".tf-widget[data-alive]")).not_to_have_count(0)
    assert "woken" not in marks(page)
    page.locator("[data-model=broadcasting-1]").scroll_into_view_if_needed()
    page.locator("[data-model=broadcasting-1] .wl").hover(position={"x": 5, "y": 5})
    assert "woken" not in marks(page)  # who only passes by
    page.locator("[data-model=broadcasting-1] button:visible").first.focus()
    assert "woken" in marks(page)


def test_a_dial_is_answered_in_torchs_own_words_and_python_says_that_it_starts(strides):
    strides.get_by_role("button", name=MORE).click()
    line = strides.page.locator("#progress")
    expect(line).to_have_text("Python is starting in your browser …")
    expect(shape(strides)).to_contain_text("torch.as_strided(t, (4, 3), (0, 1), 0)")
    expect(line).to_be_hidden()


def test_python_started_anew_goes_on_where_the_page_is(strides):
    strides.get_by_role("button", name=MORE).click()
    expect(shape(strides)).to_contain_text("(4, 3)")
    strides.page.evaluate("tf.python.restart()")
    strides.get_by_role("button", name=MORE).click()
    expect(shape(strides)).to_contain_text("(5, 3)")
    expect(strides.locator(".wl-error")).to_be_hidden()


def test_what_does_not_come_to_an_end_can_be_stopped(strides):
    page = strides.page
    strides.get_by_role("button", name=MORE).click()
    expect(shape(strides)).to_contain_text("(4, 3)")
    # the worker hears nothing any more, as if it computed for ever
    page.evaluate("""() => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message) {
        Worker.prototype.postMessage = post;
        if (message.start) post.call(this, message);
      };
    }""")
    strides.get_by_role("button", name=MORE).click()
    stop = page.locator("#progress").get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    stop.click()
    expect(page.locator("#progress")).to_contain_text("Stopped. The widget is as it was before.")
    expect(shape(strides)).to_contain_text("(4, 3)")
    strides.get_by_role("button", name=MORE).click()
    expect(shape(strides)).to_contain_text("(5, 3)")


def test_without_python_the_page_says_so_calmly_and_views_still_point_and_step(visit):
    visit.context.route("**/pyodide.mjs", lambda route: route.abort())
    page = visit(LESSON, loud=False)
    show_all(page)
    strides = widget(page, "strides-1")
    strides.get_by_role("button", name=MORE).click()
    expect(page.locator("#banner")).to_contain_text("Python does not start in this browser. You can still read")
    strides.locator("[data-e]").nth(4).hover()
    expect(strides.locator(".wl-equation")).to_contain_text("t[1, 1]")


def test_a_prediction_is_judged_and_kept_and_lifts_its_veil(visit):
    page = visit(LESSON)
    question = widget(page, "predict-1")
    choice = question.get_by_role("radio")
    if choice.count():
        choice.first.check()
    else:
        question.locator("input").first.fill("3")
    question.get_by_role("button", name="Predict").click()
    expect(question.locator(".wl-outcome")).not_to_be_empty()
    expect(page.locator(".answer.open")).not_to_have_count(0)
    page.wait_for_timeout(300)  # what is kept is written a moment later: keep.js
    visit(LESSON, page=page)
    expect(page.locator(".answer.open")).not_to_have_count(0)
    expect(widget(page, "predict-1").locator(".wl-outcome")).not_to_be_empty()


def test_a_link_to_a_state_arrives_and_a_bad_one_is_answered_in_words(visit):
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit(LESSON)
    first = widget(page, "broadcasting-1")
    first.get_by_label("example").select_option("clash")
    expect(first.locator(".wl-caption")).not_to_contain_text("9 + 3 numbers")
    first.hover()
    first.get_by_role("button", name="Copy a link to this state").click()
    expect(page.locator("#told")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    there = visit(LESSON + link[link.index("#") :])
    expect(there.locator("[data-model=broadcasting-1]").get_by_label("example")).to_have_value("clash")
    cell = link[link.index("=") + 1 : link.rindex(":")]
    for fragment, words in {
        f"#state.1={cell}:eyJnb25lIjoxfQ": "doesn’t fit the widget any more",
        "#state.1=gone:e30": "not in this lesson",
        "#state.1=%3Cscript%3E:e30": "can’t be read",
    }.items():
        bad = visit(LESSON + fragment)
        expect(bad.locator("#told")).to_contain_text(words)
        expect(bad.locator(".wl-error:visible")).to_have_count(0)
    visit(LESSON + "#%E0%A4%A")  # no name of anything, and nothing breaks


SET = """([id, values]) => {
  const model = tf.models.get(id);
  model.set(values);
  model.save_changes();
}"""


def test_a_reader_fetches_the_digits_that_it_needs_and_says_how_many_have_come(visit):
    asked, held = [], []

    def pass_on(route):
        asked.append(route.request.url)
        if is_slow:
            held.append(route)
        else:
            route.continue_()

    is_slow = False
    visit.context.route("**/digits/**", pass_on)
    page = visit("07_pixel_similarity.html")
    show_all(page)
    reader = widget(page, "similarity-1")
    page.evaluate(SET, ["similarity-1", {"metric": "l2"}])
    until(page, "tf.python.marks.answered > tf.python.marks.asked")
    assert len(asked) <= 4 and sum("digit_sums" in url for url in asked) == 1  # the first test digits, and ten sums
    is_slow = True
    page.evaluate(SET, ["similarity-1", {"stage": "shift"}])
    expect(page.locator("#progress")).to_contain_text("Fetching digits")
    expect(page.locator("#progress")).to_contain_text("of at most 12 MB")
    expect(page.locator("#progress").get_by_role("button", name="Stop")).to_be_visible()
    is_slow = False
    for route in held:
        route.continue_()
    until(page, "tf.models.get('similarity-1').get('curve').shares?.length === 1")
    expect(page.locator("#progress")).to_be_hidden()
    assert len(asked) < 10 and len(set(asked)) == len(asked)
    expect(reader.locator(".wl-error")).to_be_hidden()
