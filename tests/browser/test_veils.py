"""In the app an answer waits for its question: to the eye, the keyboard and a screen reader, but not in print."""

import nbformat
from playwright.sync_api import expect

from tests.support import servers
from tests.support.pages import READY, open_lesson

ASK = "import widgets_lib as wl\nwl.Predict('How many?', answer={answer})"


def lesson(*cells):
    """A notebook of these cells, a question where "Predict" is asked."""
    new = {"md": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    nb = nbformat.v4.new_notebook()
    nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    for at, cell in enumerate(cells):
        kind, text = ("code", cell) if isinstance(cell, str) else cell
        tags = {"tags": ["hide-input", "question"]} if "Predict" in text else {}
        nb.cells.append(new[kind](text, id=f"cell-{at}", metadata=tags))
    return nb


TWO = lesson(
    ASK.format(answer=3),
    "print('it is three')",
    ("md", "As [a link](https://example.org) says.\n\n## Next"),
    ASK.format(answer=4),
    "print('it is four')",
    "wl.LoopStepper()",
    ("md", "## The end"),
)


def answer(question, typed="3"):
    question.get_by_role("textbox").fill(typed)
    question.get_by_role("textbox").press("Enter")


def test_an_answer_is_seen_once_its_question_is_answered_and_the_page_keeps_its_height(voila_page):
    page = voila_page(TWO)
    three, four = page.get_by_text("it is three", exact=True), page.get_by_text("it is four", exact=True)
    link, stepper = page.get_by_role("link", name="a link"), page.locator(".wl-stepper")
    for hidden in (three, four, link, stepper):
        expect(hidden).to_be_hidden()
    expect(page.get_by_role("heading", name="Next")).to_be_visible()
    expect(page.locator(".veil").first).to_contain_text("This part waits for your prediction.")
    height, width = page.evaluate("document.documentElement.scrollHeight"), stepper.bounding_box()["width"]
    assert width > 300  # as wide as it will be seen

    first, second = page.locator(".wl-predict").all()
    answer(first, "not a number")
    expect(first.get_by_role("alert")).to_contain_text("can’t be read")
    expect(three).to_be_hidden()
    answer(first, "5")  # wrong is an answer too
    expect(three).to_be_visible()
    expect(link).to_be_visible()
    expect(four).to_be_hidden()

    answer(second, "4")
    expect(four).to_be_visible()
    expect(stepper).to_be_visible()
    expect(page.locator(".veil").first).to_be_hidden()
    assert stepper.bounding_box()["width"] == width
    said = page.evaluate("[...document.querySelectorAll('.wl-predict')].reduce((sum, e) => sum + e.offsetHeight, 0)")
    assert abs(page.evaluate("document.documentElement.scrollHeight") - height) < said  # the verdicts came

    second.get_by_role("button", name="Start again").click()
    expect(four).to_be_hidden()
    expect(three).to_be_visible()


def test_by_keyboard_what_waits_is_passed_over_and_can_be_asked_for(voila_page):
    page = voila_page(TWO)
    stops = []
    page.locator("#lesson").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => { const at = document.activeElement;
                 return at.closest(".behind") ? "behind" : at.closest(".veil") ? "veil" : at.localName }"""
        )
        if stop == "body":
            break
        stops.append(stop)
    assert stops.count("veil") == 2 and "behind" not in stops and "input" in stops
    tree = page.locator("#lesson").aria_snapshot()
    assert "it is three" not in tree and "a link" not in tree and "Show without predicting" in tree

    show = page.get_by_role("button", name="Show without predicting").first
    show.press("Enter")
    expect(page.get_by_text("it is three", exact=True)).to_be_visible()
    expect(page.get_by_text("it is four", exact=True)).to_be_hidden()
    page.keyboard.press("Tab")  # on from where the button was
    expect(page.get_by_role("link", name="a link")).to_be_focused()


def test_a_teacher_shows_all_and_the_choice_is_kept(voila_page):
    page = voila_page(TWO)
    three, four = page.get_by_text("it is three", exact=True), page.get_by_text("it is four", exact=True)
    page.get_by_role("button", name="Show all").click()
    expect(three).to_be_visible()
    expect(four).to_be_visible()
    expect(page.get_by_role("button", name="Show without predicting")).to_have_count(0)
    page.reload()
    page.wait_for_function(READY)
    expect(four).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(four).to_be_hidden()


def test_all_is_there_in_print_and_without_javascript(voila_page, browser, scratch_voila):
    page = voila_page(TWO)
    page.emulate_media(media="print")
    expect(page.get_by_text("it is four", exact=True)).to_be_visible()
    expect(page.get_by_text("Show without predicting").first).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.get_by_text("it is four", exact=True)).to_be_hidden()
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(page.url)
    expect(plain.get_by_text("it is four", exact=True)).to_be_visible()
    expect(plain.get_by_text("Show without predicting").first).to_be_hidden()
    scratch_voila.close_tab(plain.content())
    plain.context.close()


def test_no_answer_is_seen_while_the_page_comes_in(clean_page, context, scratch_voila):
    """Nothing has to load for the veil: it holds before the widgets' own scripts are asked for."""
    servers.write_notebook(TWO, scratch_voila.root / "early.ipynb")
    page = clean_page
    page.add_init_script(
        """globalThis.seen = [];
           const look = () => {
             for (const cell of document.querySelectorAll(".behind *"))
               if (cell.checkVisibility({ visibilityProperty: true })) seen.push(cell.outerHTML);
             requestAnimationFrame(look);
           };
           requestAnimationFrame(look);
           new MutationObserver(() => {
             for (const cell of document.querySelectorAll(".behind *"))
               if (cell.checkVisibility({ visibilityProperty: true })) seen.push(cell.outerHTML);
           }).observe(document, { childList: true, subtree: true });"""
    )
    open_lesson(page, scratch_voila, "early.ipynb")
    assert page.locator(".behind").count() == 2
    assert page.evaluate("seen") == []


def test_a_question_whose_widget_fails_in_the_page_does_not_hide_its_answer_for_ever(page, scratch_voila):
    broken = "import anywidget\nclass Bad(anywidget.AnyWidget):\n    _esm = 'throw new Error()'\nBad()  # Predict"
    servers.write_notebook(lesson(broken, "print('it is three')"), scratch_voila.root / "broken.ipynb")
    open_lesson(page, scratch_voila, "broken.ipynb")
    expect(page.get_by_text("it is three", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Show without predicting").click()
    expect(page.get_by_text("it is three", exact=True)).to_be_visible()


def test_a_cell_with_two_questions_waits_for_both(voila_page):
    both = "import ipywidgets\nimport widgets_lib as wl\nipywidgets.VBox([wl.Predict('a?', 3), wl.Predict('b?', 3)])"
    page = voila_page(lesson(both, "print('it is three')"))
    first, second = page.locator(".wl-predict").all()
    answer(second)
    expect(second).to_contain_text("✓")
    expect(page.get_by_text("it is three", exact=True)).to_be_hidden()
    answer(first)
    expect(page.get_by_text("it is three", exact=True)).to_be_visible()


def test_the_veil_gives_way_in_200_ms_and_at_once_where_no_motion_is_wanted(voila_page):
    page = voila_page(TWO)
    behind = page.locator(".behind").first
    seconds = "behind => getComputedStyle(behind).transitionDuration"
    assert behind.evaluate(seconds) == "0.2s"
    page.emulate_media(reduced_motion="reduce")
    assert behind.evaluate(seconds) == "0s"
