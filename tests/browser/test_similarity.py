"""SimilarityExplorer in a real page: drawn with the mouse, with a finger and with keys."""

import re
import sys

import pytest
from playwright.sync_api import expect

from tests.support import servers
from tests.support.frozen import forking_voila
from tests.support.pages import open_lesson


def draw(page, pad, points):
    """Draws with the mouse through points in units of the sheet, 28 by 28."""
    box = pad.bounding_box()
    places = [(box["x"] + x / 28 * box["width"], box["y"] + y / 28 * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def test_a_digit_is_drawn_predicted_read_and_explained(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.SimilarityExplorer()"])
    widget = page.locator(".wl-similarity")
    caption = widget.locator(".wl-caption")
    pad = widget.get_by_role("application", name=re.compile("^draw with a pointer"))
    draw(page, pad, [(3, 4), (12, 4), (7, 20)])
    expect(widget.locator(".wl-heading")).to_have_text("Which digit will it say?")
    widget.get_by_role("button", name="7: predict that it says 7").click()
    expect(caption).to_contain_text(re.compile(r"^L1 says \d: that mean is 0\.\d{4} away"))

    before = caption.text_content()
    pad.focus()
    for key in ["Space", *["ArrowRight"] * 6, "Space"]:
        page.keyboard.press(key)
    expect(caption).not_to_have_text(before)  # one more stroke, by keys
    widget.get_by_label("centred").uncheck()
    widget.get_by_label("pixel by pixel").check()
    expect(caption).to_contain_text(re.compile(r"By L1, the mean \d is 0\.\d{4} away: the mean of all charges"))
    widget.get_by_label("all 10,000").check()
    expect(caption).to_contain_text("L1 reads 66.85 % of 10,000 test digits right")
    widget.get_by_role("button", name="5 read as 1: 325 times").press("Enter")
    expect(widget.locator(".wl-digits button")).to_have_count(24)
    widget.get_by_label("moved", exact=True).check()
    widget.get_by_role("slider").press("ArrowRight")
    expect(caption).to_contain_text("56.20 % right")
    page.set_viewport_size({"width": 360, "height": 740})
    for stage in ("draw", "pixel by pixel", "all 10,000", "moved"):
        widget.get_by_label(stage, exact=True).check()
        page.wait_for_function("document.documentElement.scrollWidth <= 360")


@pytest.mark.skipif(sys.platform != "linux", reason="lessons are frozen on Linux only")
def test_a_frozen_lesson_brings_the_table_that_a_thread_computed_after_its_last_cell(logs, tmp_path, clean_page):
    servers.write_notebook(["import widgets_lib as wl", "wl.SimilarityExplorer('confusion')"], tmp_path / "t.ipynb")
    with forking_voila(tmp_path, logs) as server:
        page = open_lesson(clean_page, server, "t.ipynb")
        expect(page.get_by_role("button", name="0 read as 0: 799 times")).to_be_visible()
        expect(page.locator(".wl-progress")).to_be_hidden()
        page.goto("about:blank")
