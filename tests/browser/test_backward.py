"""BackwardStepper in a real page: steps by keys, an input that is edited, a phone."""

from playwright.sync_api import expect


def test_an_edited_input_is_followed_to_its_gradient(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.BackwardStepper('line')"])
    widget = page.locator(".wl-backward")
    nodes, caption = widget.locator(".wl-node"), widget.locator(".wl-caption")
    widget.get_by_role("slider", name="step").press("End")
    expect(nodes.first).to_contain_text("grad 4")
    field = widget.get_by_label("w, an input")
    field.fill("−1")
    field.press("Enter")
    expect(nodes.first).to_contain_text("grad −28")
    expect(caption).to_contain_text("the gradient of w is −28")
    field.fill("many")
    field.press("Enter")
    expect(widget.get_by_role("alert")).to_contain_text("“many” can’t be read as a number")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
