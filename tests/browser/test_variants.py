"""Variants in a real page."""

from playwright.sync_api import expect

CELL = """import widgets_lib as wl
row = [0, 0, 1, 0, 0, 1, 0, 0, 1]
wl.Variants({
    "rows of 3": "[row[i : i + 3] for i in range(0, 9, 3)]",
    "rows of 2": "[row[i : i + 2] for i in range(0, 9, 2)]",
    "an error": "row[9]",
}, picture=True)"""


def test_the_arrow_keys_choose_and_the_picture_follows_in_its_place(voila_page):
    widget = voila_page([CELL]).locator(".wl-variants")
    picture = widget.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", "3 rows of 3")
    controls, height = widget.locator(".wl-controls"), widget.bounding_box()["height"]
    top = controls.bounding_box()["y"]
    assert picture.bounding_box()["y"] < top  # the drawing first
    widget.get_by_role("radio", name="rows of 3").press("ArrowRight")
    expect(picture).to_have_attribute("aria-label", "4 rows of 2, and a last one of 1")
    expect(widget.locator(".wl-listing.wl-chosen .wl-changed")).to_contain_text("i + 2")
    widget.get_by_role("radio", name="rows of 2").press("ArrowRight")
    expect(widget.locator(".wl-output")).to_have_text("IndexError: list index out of range")
    assert (controls.bounding_box()["y"], widget.bounding_box()["height"]) == (top, height)
    widget.get_by_role("button", name="Start again").press("Enter")
    expect(widget.get_by_role("radio", name="rows of 3")).to_be_checked()
    expect(picture).to_have_attribute("aria-label", "3 rows of 3")
