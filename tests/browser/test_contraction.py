"""ContractionPath in a real page: an order is dragged by pointer and made by keys."""

from playwright.sync_api import expect


def test_an_order_is_dragged_and_made_by_keys(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.ContractionPath('ij,jk,k->i', (90, 90), (90, 90), (90,))"])
    widget = page.locator(".wl-contraction")
    tiles, caption = widget.locator(".wl-tile"), widget.locator(".wl-caption")
    expect(tiles).to_have_count(3)
    tiles.nth(0).drag_to(tiles.nth(1))
    expect(tiles).to_have_count(5)
    expect(caption).to_contain_text("45.5 times as many as the best")

    page.mouse.move(0, 0)
    tiles.nth(1).focus()  # by keys: b with c instead
    page.keyboard.press("Enter")
    tiles.nth(2).focus()
    expect(caption).to_contain_text("take apart what was made of them")
    page.keyboard.press("Enter")
    expect(caption).to_contain_text("no order of pairs takes fewer")

    widget.get_by_role("button", name="Time it").press("Enter")
    expect(widget.locator(".wl-timed").first).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
