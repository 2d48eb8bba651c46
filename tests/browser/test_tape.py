"""IteratorTape in a real page: pressed, stepped back and gone on from there, by mouse and keyboard; digit; phone."""

import re

import pytest
from playwright.sync_api import expect

DIGIT = (
    "import widgets_lib as wl\nfrom widgets_lib.compute import mnist\nwl.IteratorTape(mnist.load().x_train[0], take=28)"
)


@pytest.fixture
def tape(voila_page):
    """tape(code) -> the widget."""

    def tape(code="import widgets_lib as wl\nwl.IteratorTape()"):
        tape = voila_page([code]).locator(".wl-tape")
        expect(tape.locator(".wl-now")).to_have_text(">>> it = iter(values)")
        return tape

    return tape


def code(tape, text):
    return tape.get_by_role("button", name=text, exact=True)


def test_pressed_by_mouse_stepped_back_and_gone_on_from_there(tape):
    tape = tape()
    now = tape.locator(".wl-now")
    code(tape, "list(islice(it, 5))").click()
    expect(now).to_contain_text("[0, 1, 2, 3, 4]")
    code(tape, "list(islice(it, 5))").click()
    expect(now).to_contain_text("[5, 6, 7, 8, 9]")
    code(tape, "list(islice(it, 5))").click()
    expect(now).to_have_text(re.compile(r"\[\]$"))
    tape.get_by_text("more", exact=True).click()
    tape.get_by_role("slider", name="press").press("Home")
    tape.get_by_role("button", name="one step", exact=True).click()
    tape.get_by_text("more", exact=True).click()
    code(tape, "same = it").click()
    tape.get_by_role("radio", name="same").check()
    code(tape, "list(islice(same, 5))").click()
    expect(now).to_contain_text("[5, 6, 7, 8, 9]")
    expect(tape.locator("g.wl-head")).to_have_text(["it, same"])
    expect(tape.locator(".wl-transcript li")).to_have_count(4)
    code(tape, "next(same)").click()
    expect(now).to_contain_text("StopIteration")
    tape.get_by_text("more", exact=True).click()
    code(tape, "other = iter(values)").click()
    expect(tape.locator("g.wl-head")).to_have_text(["it, same", "other"])
    tape.get_by_role("button", name="Start again").click()
    expect(tape.locator(".wl-transcript li")).to_have_count(1)


def test_the_keyboard_does_it_all_and_bad_numbers_get_a_message(tape):
    tape = tape()
    page, now, take = tape.page, tape.locator(".wl-now"), tape.get_by_label("how many to take")
    for text, message in (
        ("-1", "at least 0, not -1"),
        ("nan", "a whole number such as 42, not “nan”"),
        ("9999999", "at most 1,000,000"),
    ):
        take.fill(text)
        take.press("Enter")
        expect(tape.get_by_role("alert")).to_contain_text(message)
    take.fill("4")
    take.press("Enter")
    expect(tape.get_by_role("alert")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(now).to_contain_text("next(it)")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(now).to_contain_text("[[1, 2, 3, 4], [5, 6, 7, 8], [9]]")
    page.keyboard.press("ArrowLeft")
    expect(now).to_have_text(">>> next(it)0")
    page.keyboard.press("End")
    expect(tape.locator(".wl-caption")).to_contain_text("4 calls: 3 gave values, and the last gave the sentinel []")


def test_ten_decimals_are_all_seen_in_a_lesson_beside_its_contents_and_a_row_of_five_on_a_phone(tape):
    tape = tape("import widgets_lib as wl\nwl.IteratorTape([0.98828125] * 10)")
    page, board = tape.page, tape.locator(".wl-board")
    cells = board.locator("svg > .wl-cell")
    # What the page leaves a lesson that has its contents beside it, at 1280 px; and a phone.
    for width, count in ((1008, 10), (336, 5)):
        tape.evaluate("(it, width) => it.closest('.wl-host').style.width = `${width}px`", width)
        expect(cells).to_have_count(count)
        right = board.bounding_box()["x"] + board.bounding_box()["width"]
        assert all(box["x"] + box["width"] <= right for box in (cell.bounding_box() for cell in cells.all()))
        texts = cells.evaluate_all(
            "all => all.map((cell) => ['text', 'rect'].map("
            "  (part) => cell.querySelector(part).getBoundingClientRect().width))"
        )
        assert all(text < cell for text, cell in texts)
    code(tape, "list(islice(it, 5))").click()
    expect(tape.locator(".wl-taken .wl-cell")).to_have_count(5)
    expect(board.get_by_text("⋯")).to_have_count(1)  # after the tape, and not after the row
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_784_values_become_the_digit_also_on_a_phone(tape):
    tape = tape(DIGIT)
    page, rows = tape.page, tape.locator(".wl-taken")
    button = code(tape, "list(islice(it, 28))")
    for row in range(1, 6):
        button.click()
        expect(rows).to_have_count(row)
    sentinel = code(tape, "list(iter(lambda: list(islice(it, 28)), []))")
    sentinel.click()
    expect(tape.locator(".wl-caption")).to_contain_text("28 rows of 28, all values in order")
    tape.get_by_role("button", name="Start again").click()
    expect(rows).to_have_count(0)
    sentinel.click()
    expect(tape.locator(".wl-caption")).to_contain_text("29 calls: 28 gave values")
    page.set_viewport_size({"width": 360, "height": 900})
    expect(rows.locator(".wl-ink")).to_have_count(784)
    page.wait_for_function(
        "[...document.querySelectorAll('.wl-taken .wl-ink')].every((p) => p.getBoundingClientRect().right <= 348)"
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    # What is seen is the digit: columns stand above each other, rows follow without a gap.
    boxes = rows.locator(".wl-ink").evaluate_all(
        "all => all.map((p) => p.getBoundingClientRect()).map(({ x, y }) => [Math.round(x), Math.round(y)])"
    )
    assert len({x for x, _ in boxes}) == len({y for _, y in boxes}) == 28
