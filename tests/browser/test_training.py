"""TrainingRun in a real page: a run trains, is paused and goes on, and is there again after a reload."""

from playwright.sync_api import expect

from tests.support.pages import READY


def test_a_run_trains_and_survives_a_reload(voila_page):
    page = voila_page(
        ["import widgets_lib as wl", "wl.TrainingRun(hidden=16, batch=64, epochs=2, digits=3200)"],
    )
    widget = page.locator(".wl-training")
    widget.get_by_role("button", name="Train a new run").press("Enter")
    caption, row = widget.locator(".wl-caption"), widget.locator(".wl-runs tbody tr")
    expect(row).to_contain_text("2.00")
    expect(caption).to_contain_text("of 10,000 test digits right")
    right = caption.text_content()
    expect(widget.locator(".wl-pairs span")).to_have_count(10)
    misread = widget.locator(".wl-pairs").text_content()

    page.reload(wait_until="commit")
    page.wait_for_function(READY, timeout=120_000)
    expect(caption).to_have_text(right)
    expect(widget.locator(".wl-pairs")).to_have_text(misread)
    widget.get_by_role("button", name="Go on").press("Enter")
    expect(row).to_contain_text("4.00")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
