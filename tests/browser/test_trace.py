"""KernelTrace in a real page: stepped and asked by keyboard, and a broken kernel mended on a phone."""

from playwright.sync_api import expect

from tests.browser.test_axe import violations


def test_a_kernel_is_stepped_and_asked_by_keyboard(voila_page):
    widget = voila_page(["import widgets_lib as wl", "wl.KernelTrace()"]).locator(".wl-trace")
    scrub = widget.get_by_role("slider", name="step")
    expect(scrub).to_have_value("7")
    scrub.press("ArrowRight")
    expect(widget.locator(".wl-caption")).to_contain_text("Warp 0, line 6: 32 lanes read a")
    line = widget.locator(".wl-touches").first
    line.press("Enter")
    expect(widget.locator(".wl-answer")).to_contain_text("sectors of 32 bytes a warp")
    line.press("Escape")
    expect(widget.locator(".wl-answer")).to_contain_text("Press a line, a thread or a cell")
    widget.get_by_role("combobox", name="kernel").select_option("tiled")
    expect(widget.locator(".wl-outcome")).to_contain_text("Shared memory saves 7,488 of 8,192 global reads")


def test_a_broken_kernel_is_mended_on_a_phone(voila_page):
    page = voila_page([("md", "# Mend it"), "import widgets_lib as wl", "wl.KernelTrace(challenge='guard')"])
    page.set_viewport_size({"width": 360, "height": 740})
    widget = page.locator(".wl-trace")
    widget.get_by_role("button", name="change line 2").click()
    widget.get_by_role("radio").nth(2).check()
    expect(widget.locator(".wl-verdict")).to_contain_text("The first index outside is the size itself")
    widget.get_by_role("radio").nth(1).check()
    expect(widget.locator(".wl-verdict")).to_contain_text("Solved")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    widget.locator(".wl-touches").first.click()
    assert violations(page) == ""
