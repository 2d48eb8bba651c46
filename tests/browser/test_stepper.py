"""LoopStepper in a real page: played by mouse and by keyboard, looked at, and working when its kernel is gone."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import run_all

CELLS = ["import widgets_lib as wl\nwl.LoopStepper()"]


@pytest.fixture
def stepper(voila_page):
    stepper = voila_page(CELLS).locator(".wl-stepper")
    expect(stepper.locator(".wl-counts")).to_be_visible()
    return stepper


def open_more(stepper):
    stepper.get_by_text("more", exact=True).click()


def count(stepper):
    return stepper.locator(".wl-counts")


def test_plays_steps_and_goes_back_by_mouse(stepper):
    expect(count(stepper)).to_have_text("7 of 24 steps by Python, 7 of 24 products")
    stepper.get_by_role("button", name="one step", exact=True).click()
    expect(stepper.locator(".wl-equations")).to_contain_text("c[0, 1] += a[0, 3] · b[3, 1]: 23 + 5·2 = 33")
    stepper.get_by_role("button", name="one step back").click()
    expect(count(stepper)).to_contain_text("7 of 24 steps")
    stepper.get_by_role("radio", name="outer").check()
    expect(count(stepper)).to_have_text("1 of 4 steps by Python, 6 of 24 products")
    open_more(stepper)
    stepper.get_by_label("speed").select_option("16")
    stepper.get_by_role("button", name="play").click()
    expect(count(stepper)).to_have_text("4 of 4 steps by Python, 24 of 24 products")
    stepper.get_by_role("button", name="start again", exact=True).click()
    expect(count(stepper)).to_contain_text("0 of 4 steps")
    stepper.get_by_role("button", name="Start again with the first settings").click()
    expect(count(stepper)).to_have_text("7 of 24 steps by Python, 7 of 24 products")


def test_plays_by_keyboard(stepper):
    page = stepper.page
    stepper.get_by_role("radio", name="ijk").focus()
    page.keyboard.press("ArrowRight")
    expect(stepper.get_by_role("radio", name="kij")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(count(stepper)).to_have_text("2 of 6 steps by Python, 8 of 24 products")
    stepper.get_by_role("slider", name="Python step").focus()
    page.keyboard.press("ArrowRight")
    expect(count(stepper)).to_contain_text("3 of 6 steps")
    page.keyboard.press("Home")
    expect(stepper.locator(".wl-equations")).to_contain_text("C is all zeros.")
    open_more(stepper)
    stepper.get_by_role("slider", name="n, columns of B").press("ArrowRight")
    expect(stepper.locator(".wl-option output").first).to_have_text("36")
    stepper.get_by_role("slider", name="Python step").press("End")
    expect(count(stepper)).to_have_text("9 of 9 steps by Python, 36 of 36 products")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(stepper.get_by_role("button", name="pause")).to_be_visible()
    expect(count(stepper)).to_contain_text("2 of 9 steps")
    page.keyboard.press(" ")
    expect(stepper.get_by_role("button", name="play")).to_be_visible()


def test_a_cell_of_c_is_looked_at_by_pointer_and_by_keyboard(stepper):
    caption = stepper.locator(".wl-caption")
    cells = stepper.locator(".wl-cell[tabindex]")
    cells.nth(3).hover()
    expect(caption).to_contain_text(
        "c[1, 1] is row 1 of A times column 1 of B: 4·4 + 7·0 + 6·5 + 8·2 = 16 + 0 + 30 + 16 = 62"
    )
    stepper.page.mouse.move(0, 0)
    stepper.get_by_role("button", name="start again").focus()
    stepper.page.keyboard.press("Shift+Tab")  # the group of cells listens to focus and must not be a stop itself
    expect(cells.nth(0)).to_be_focused()
    stepper.page.keyboard.press("ArrowDown")
    expect(cells.nth(2)).to_be_focused()
    expect(caption).to_contain_text("c[1, 0] is row 1 of A times column 0 of B")
    expect(count(stepper)).to_contain_text("7 of 24 steps")


def test_fits_a_phone(stepper):
    page = stepper.page
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for part in (".wl-choice", ".wl-player", ".wl-equations", ".wl-caption"):
        box = stepper.locator(part).bounding_box()
        assert box["x"] >= 0 and 200 < box["width"] <= 360 - box["x"]


def test_goes_on_when_no_message_reaches_the_kernel(stepper):
    stepper.page.evaluate("WebSocket.prototype.send = () => {}")
    stepper.get_by_role("radio", name="broadcast").check()
    open_more(stepper)
    stepper.get_by_role("slider", name="m, rows of A").press("End")
    stepper.get_by_role("slider", name="Python step").press("End")
    expect(count(stepper)).to_have_text("5 of 5 steps by Python, 40 of 40 products")


def test_works_in_jupyterlab_by_its_own_keys(open_lab):
    page = open_lab(CELLS)
    assert run_all(page) == []
    stepper = page.locator(".wl-stepper")
    expect(count(stepper)).to_contain_text("7 of 24 steps")
    stepper.get_by_role("slider", name="Python step").press("ArrowRight")
    expect(count(stepper)).to_contain_text("8 of 24 steps")
    cells = stepper.locator(".wl-cell[tabindex]")
    cells.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(cells.nth(2)).to_be_focused()
