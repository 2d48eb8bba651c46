"""EinsumExplorer in a real page: every pane leads, by keyboard alone, dragged letters, a challenge; at phone size, in Lab."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import violations
from tests.support.pages import run_all

CELL = "import widgets_lib as wl\nwl.EinsumExplorer()"


def pane(explorer, name):
    return explorer.get_by_role("textbox", name=name)


def tiles(explorer):
    return explorer.locator(".wl-controls .wl-tile b")


@pytest.fixture
def explorer(voila_page):
    explorer = voila_page([("md", "# Einsum"), CELL]).locator(".wl-einsum")
    expect(explorer.locator(".wl-caption")).to_contain_text("= 57")
    return explorer


def test_every_text_leads_and_what_is_wrong_is_underlined(explorer):
    equation, loops = pane(explorer, "the equation"), pane(explorer, "the loops, in Python")
    expression = pane(explorer, "the expression")
    equation.fill("ik,jk->ij")
    expect(loops).to_have_value(
        "c = np.zeros((3, 2))\nfor i in range(3):\n    for j in range(2):\n        for k in range(4):\n"
        "            c[i, j] += a[i, k] * b[j, k]"
    )
    text = loops.input_value()
    loops.fill(text.replace("+=", "="))
    wrong = explorer.locator(".wl-pane-loops u")
    expect(wrong).to_have_text("=")
    expect(explorer.locator(".wl-problem")).to_contain_text("overwrites")
    expect(explorer.locator(".wl-stale")).to_have_count(3)
    expect(loops).to_be_focused()
    # The line is under the very characters.
    box, field = wrong.bounding_box(), loops.bounding_box()
    line = 4 * float(loops.evaluate("field => parseFloat(getComputedStyle(field).lineHeight)"))
    assert abs(box["y"] - field["y"] - line) < 14
    assert violations(explorer.page) == ""
    explorer.get_by_role("button", name="repair").click()
    expect(explorer.locator(".wl-stale, .wl-wrong")).to_have_count(0)
    expect(loops).to_have_value(text)
    expression.fill("a @ b.T")
    expect(explorer.locator(".wl-problem")).to_contain_text("All three say the same")
    expect(equation).to_have_value("ik,jk->ij")
    height = explorer.bounding_box()["height"]
    expression.fill("a @@ b.T")
    expect(explorer.locator(".wl-pane-broadcast-multiply-sum u")).not_to_have_count(0)
    assert explorer.bounding_box()["height"] == height  # nothing jumps


def test_it_is_used_by_keyboard_alone(explorer):
    keyboard = explorer.page.keyboard
    explorer.get_by_role("slider", name="step of the loops").focus()
    keyboard.press("Tab")
    expect(explorer.locator(".wl-tile:focus")).to_have_attribute("data-letter", "i")
    keyboard.press("ArrowRight")
    expect(tiles(explorer)).to_have_text(["j", "i", "k"])
    expect(explorer.locator(".wl-tile:focus")).to_have_attribute("data-letter", "i")
    keyboard.press("Enter")
    expect(tiles(explorer)).to_have_text(["j", "i", "k"])
    expect(pane(explorer, "the equation")).to_have_value("ik,kj->j")
    keyboard.press("Space")
    expect(pane(explorer, "the equation")).to_have_value("ik,kj->ji")
    explorer.locator("figure").nth(2).locator(".wl-cell[tabindex='0']").focus()
    keyboard.press("ArrowDown")
    expect(explorer.locator(".wl-caption")).to_contain_text("c[1, 0] = a[0, 0]·b[0, 1]")
    explorer.get_by_role("slider", name="step of the loops").focus()
    keyboard.press("ArrowRight")
    expect(explorer.locator(".wl-caption")).to_contain_text("c[0, 0] += a[0, 0]·b[0, 0] = 1·4 = 4, now 4")
    pane(explorer, "the loops").focus()
    keyboard.press("Control+End")
    keyboard.press("Enter")
    keyboard.type("x")
    expect(explorer.locator(".wl-problem")).to_contain_text("✗ loops")
    explorer.get_by_role("button", name="start again").press("Enter")
    expect(pane(explorer, "the equation")).to_have_value("ik,kj->ij")


def test_a_letter_is_dragged_and_a_challenge_is_solved_on_a_phone(voila_page):
    page = voila_page(["import widgets_lib as wl\nwl.EinsumExplorer(challenge='transpose')"])
    explorer = page.locator(".wl-einsum")
    expect(explorer.locator(".wl-task")).to_have_text("Transpose the matrix without writing .T.")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
    explorer.get_by_role("button", name="a hint").click()
    expect(explorer.locator(".wl-hints li")).to_have_count(1)
    first, second = (explorer.locator(f".wl-controls .wl-tile[data-letter={letter}]") for letter in "ij")
    first.scroll_into_view_if_needed()
    start, end = first.bounding_box(), second.bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"], start["y"] + 12, steps=4)
    page.mouse.up()
    expect(pane(explorer, "the equation")).to_have_value("ij->ji")
    expect(explorer.locator(".wl-verdict")).to_have_text("✓ Solved: ij->ji is the transpose.")


def test_the_texts_are_edited_in_lab(open_lab):
    page = open_lab([CELL])
    assert run_all(page) == []
    explorer = page.locator(".wl-einsum")
    loops = pane(explorer, "the loops")
    loops.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("y")
    expect(loops).to_have_value(
        "c = np.zeros((3, 2))\nfor i in range(3):\n    for j in range(2):\n        for k in range(4):\n            c[i, j] += a[i, k] * b[k, j]\n            y"
    )
    expect(explorer.locator(".wl-problem")).to_contain_text("✗ loops")
    equation = pane(explorer, "the equation")
    equation.fill("ii->")
    page.keyboard.press("Enter")
    expect(loops).to_have_value("b = 0.0\nfor i in range(3):\n    b += a[i, i]")
