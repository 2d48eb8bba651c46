"""MeanDigit in a real page: the stack grows by keys, and another digit is fetched."""

from playwright.sync_api import expect


def test_the_stack_grows_and_the_digit_changes(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.MeanDigit(count=1)"])
    widget = page.locator(".wl-mean")
    mean = widget.locator("figcaption").nth(1)
    expect(mean).to_have_text("mean of 1 image")
    widget.get_by_role("slider").press("ArrowRight")
    expect(mean).to_have_text("mean of 2 threes")
    widget.get_by_role("slider").press("End")
    expect(mean).to_have_text("mean of 6,131 threes")
    widget.get_by_role("combobox", name="digit").select_option("7")
    expect(mean).to_have_text("mean of 6,265 sevens")
    widget.get_by_role("button", name="start again").click()
    expect(mean).to_have_text("mean of 1 image")
    expect(widget.get_by_role("button", name="play", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
