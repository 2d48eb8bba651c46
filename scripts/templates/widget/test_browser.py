"""WidgetName in a real page."""

from playwright.sync_api import expect


def test_the_keyboard_moves_the_picture(voila_page):
    widget = voila_page(["import widgets_lib as wl", "wl.WidgetName()"]).locator(".wl-widget_stem")
    expect(widget.locator("rect")).to_have_count(5)
    widget.get_by_role("slider").press("ArrowRight")
    expect(widget.locator("rect")).to_have_count(6)
    expect(widget.locator(".wl-caption")).to_have_text("The squares of 1 to 6; their sum is 91.")
