"""BroadcastExplorer in a real page: examples, hover, keyboard, repairs, bad input; light, dark and at phone size."""

import re

import pytest
from playwright.sync_api import expect

CELL = "import widgets_lib as wl\nwl.BroadcastExplorer((3, 3), (3,))"
IMAGE = "import widgets_lib as wl\nwl.BroadcastExplorer((256, 256, 3), (256,), operator='*', names=('image', 'factor'))"
EXAMPLES = ["scalar", "vector", "column", "outer", "comparison", "image", "digit", "clash", "digit-clash"]


@pytest.fixture
def explorer(voila_page):
    explorer = voila_page([CELL]).locator(".wl-broadcasting")
    expect(result(explorer)).to_have_text("a + b(3, 3)")
    return explorer


def result(explorer):
    return explorer.locator(".wl-result th")


def cell(explorer, figure, p):
    return explorer.locator("figure").nth(figure).locator(f'.wl-cell[data-p="{p}"]')


def test_a_shape_is_typed_and_what_can_not_be_read_is_explained(explorer):
    keyboard = explorer.page.keyboard
    field = explorer.get_by_label("shape of b")
    field.fill("3, 1")
    keyboard.press("Enter")
    expect(explorer.locator(".wl-verdicts")).to_contain_text("↔ stretched")
    expect(cell(explorer, 2, 5)).to_have_text("26")
    expect(field).to_be_focused()
    for typed, words in [
        ("3,,x", "a size is missing beside a comma"),
        ("-3", "is negative"),
        ("4000000000, 4000000000", "more elements than a computer can number"),
        ("1," * 9, "the table has room for 8"),
    ]:
        field.fill(typed)
        keyboard.press("Enter")
        expect(explorer.get_by_role("alert")).to_contain_text(words)
        expect(field).to_have_value(typed)
        expect(cell(explorer, 2, 5)).to_have_text("26")
    field.fill("1000, 1000, 3")
    keyboard.press("Enter")
    expect(explorer.get_by_role("alert")).to_be_hidden()
    expect(result(explorer)).to_have_text("a + bno result")
    field.fill("")
    keyboard.press("Enter")
    expect(result(explorer)).to_have_text("a + b(3, 3)")
    field.fill("1000000, 1, 3")
    keyboard.press("Tab")
    expect(result(explorer)).to_have_text("a + b(1000000, 3, 3)")
    expect(explorer.locator(".wl-caption")).to_contain_text("2 of 1,000,000 facets")


def test_a_result_cell_is_looked_at_by_pointer_and_by_keyboard(explorer):
    caption = explorer.locator(".wl-caption")
    cell(explorer, 2, 5).hover()
    expect(caption).to_have_text("(a + b)[1, 2] = a[1, 2] + b[2] = 6 + 30 = 36")
    expect(explorer.locator("figure .wl-on")).to_have_count(4)  # a, b's ghost and the real cell behind it, the result
    explorer.locator(".wl-result").hover()
    expect(caption).to_contain_text("b is stretched: 9 + 3 numbers make 9 results.")
    cell(explorer, 2, 0).focus()
    for key in ("ArrowDown", "ArrowRight"):
        explorer.page.keyboard.press(key)
    expect(cell(explorer, 2, 4)).to_be_focused()
    expect(caption).to_have_text("(a + b)[1, 1] = a[1, 1] + b[1] = 5 + 20 = 25")
    explorer.page.keyboard.press("Shift+Tab")
    expect(cell(explorer, 1, 0)).to_be_focused()
    expect(caption).to_have_text("b[0] is 10, one number in memory; it takes part in 3 results.")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_clash_is_repaired_and_the_repair_taken_back(explorer, by):
    def press(button):
        if by == "mouse":
            return button.click()
        button.focus()
        explorer.page.keyboard.press("Enter")

    explorer.get_by_label("example").select_option("clash")
    expect(explorer.locator(".wl-verdicts .wl-clash")).to_have_text("✗ clash")
    expect(explorer.locator(".wl-rules")).to_contain_text("axis −1 2 and 3 clash.")
    repair = explorer.get_by_role("button", name="c[:, None]", exact=True)
    press(repair)
    expect(result(explorer)).to_have_text("p + c[:, None](3, 2)")
    expect(explorer.get_by_label("shape of c[:, None]")).to_have_value("3, 1")
    expect(explorer.locator(".wl-why")).to_contain_text("c.unsqueeze(1)")
    expect(cell(explorer, 2, 5)).to_have_text("36")
    if by == "keyboard":
        expect(repair).to_be_focused()
    press(explorer.get_by_role("button", name="p.t()", exact=True))
    expect(result(explorer)).to_have_text("p.t() + c(2, 3)")
    press(explorer.get_by_role("button", name="p.t()", exact=True))
    expect(result(explorer)).to_have_text("p + cno result")


def test_operands_and_operators_by_keyboard_and_start_again(explorer):
    keyboard = explorer.page.keyboard
    explorer.get_by_role("button", name="add an operand").press("Enter")
    expect(result(explorer)).to_have_text("a + b + c(3, 3)")
    explorer.get_by_role("radio", name="plus").focus()
    keyboard.press("ArrowRight")
    expect(result(explorer)).to_have_text("a - b - c(3, 3)")
    explorer.get_by_title("greater than").click()
    expect(explorer.get_by_role("alert")).to_contain_text("compares two operands, and here are 3")
    explorer.get_by_title("times", exact=True).click()
    explorer.get_by_role("button", name="remove b").press("Enter")
    expect(result(explorer)).to_have_text("a * c(3, 3)")
    explorer.get_by_role("button", name="start again").click()
    expect(result(explorer)).to_have_text("a + b(3, 3)")
    expect(explorer.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_every_example_is_drawn_and_fits_a_phone(explorer, colour_scheme):
    page = explorer.page
    page.emulate_media(color_scheme=colour_scheme)
    page.set_viewport_size({"width": 360, "height": 800})
    for example in EXAMPLES:
        explorer.get_by_label("example").select_option(example)
        code = explorer.get_by_label("example").locator(":checked").text_content().split(" · ")[0]
        expect(result(explorer).locator("code")).to_have_text(code)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, example


def test_on_a_phone_the_axis_that_clashes_and_the_whole_of_a_shape_are_in_sight(voila_page):
    explorer = voila_page([IMAGE]).locator(".wl-broadcasting")
    page, field = explorer.page, explorer.get_by_label("shape of image")
    page.set_viewport_size({"width": 360, "height": 800})
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")
    clash = explorer.locator(".wl-verdicts .wl-clash")
    right_ends = "cell => [cell, cell.closest('.wl-lined-up')].map(each => each.getBoundingClientRect().right)"

    def expect_it_in_sight():
        cell, table = clash.evaluate(right_ends)
        assert cell <= table

    expect_it_in_sight()
    field.fill("2, 4, 256, 256, 3")  # more than fits: the right end is shown
    field.press("Enter")
    expect(explorer.locator(".wl-verdicts td")).to_have_count(2 + 5 + 1)
    expect_it_in_sight()


def test_ghosts_slide_out_unless_reduced_motion_is_preferred(explorer):
    moving = "document.getAnimations().filter(animation => !animation.transitionProperty).length"
    page = explorer.page
    again = explorer.get_by_role("button", name="stretch again")
    assert again.evaluate(f"button => {{ button.click(); return {moving}; }}") == 2  # rows of ghosts
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function(f"{moving} === 0")
    assert again.evaluate(f"button => {{ button.click(); return {moving}; }}") == 0


def test_a_picture_follows_its_sliders_and_a_repair_stands_beside_it(voila_page):
    heading = ("md", "## With contents at the side")  # as in a lesson: the widget has some 1,000 pixels
    explorer = voila_page([heading, IMAGE]).locator(".wl-broadcasting")
    page, made = explorer.page, explorer.get_by_role("application").locator("img")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(explorer.locator(".wl-none")).to_have_text("✗ no result")
    repair = explorer.get_by_role("button", name="factor[:, None, None]", exact=True)
    place, picture = repair.bounding_box(), explorer.locator("img").first.bounding_box()
    assert place["y"] < picture["y"] + picture["height"]  # beside it
    repair.click()
    expect(made).to_be_visible()
    for side in "xy":
        assert abs(repair.bounding_box()[side] - place[side]) < 1
    assert explorer.bounding_box()["height"] < 800  # as the page

    explorer.get_by_label("shape of factor").fill("3")
    explorer.get_by_label("shape of factor").press("Enter")
    expect(explorer.locator(".wl-caption")).to_contain_text("× (1, 0.5, 0.25)")
    before = made.get_attribute("src")
    explorer.get_by_role("slider", name="factor: green").press("Home")
    expect(explorer.locator(".wl-caption")).to_contain_text("× (1, 0, 0.25)")
    expect(made).not_to_have_attribute("src", before)
    explorer.get_by_role("application").click(position={"x": 49, "y": 49})
    expect(explorer.locator(".wl-caption")).to_have_text(re.compile(r"^Row 6\d, column 6\d: "))
    page.keyboard.press("ArrowDown")
    expect(explorer.locator(".wl-caption")).to_have_text(re.compile(r"^Row 7\d, column 6\d: "))
