"""Roofline in a real page: it measures when it is seen, and the keyboard does all that the mouse does."""

import re

from playwright.sync_api import expect

MEASURED_MS = 60_000


def test_it_measures_the_machine_times_a_product_and_is_driven_by_keys(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.Roofline(m=50, k=784, n=10)"])
    widget = page.locator(".wl-roofline")
    expect(widget.locator(".wl-roof").last).to_be_visible(timeout=MEASURED_MS)
    expect(widget.locator(".wl-said-product")).to_contain_text(re.compile("(Memory|Arithmetic) bounds this product"))
    expect(widget.locator(".wl-mark")).to_have_count(0)

    widget.get_by_role("button", name="Time torch @").press("Enter")
    mark = widget.get_by_role("button", name=re.compile(r"^torch @, 50 × 784 × 10: .* of the roof"))
    expect(mark).to_have_count(1, timeout=MEASURED_MS)
    mark.focus()
    page.keyboard.press("Enter")
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(widget.locator(".wl-said-verdict")).to_contain_text("torch @. It takes ")

    before = widget.locator(".wl-product").text_content()
    widget.get_by_role("slider", name=re.compile("^n:")).press("ArrowRight")
    expect(widget.locator(".wl-product")).not_to_have_text(before)
    expect(mark).to_have_class(re.compile("wl-other"))
    widget.get_by_role("button", name="1,024³").press("Enter")
    expect(widget.locator(".wl-said-product")).to_contain_text("12.6 MB: 171 FLOP per byte")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
