"""PixelTable in a real page: a slice is dragged, typed and walked to."""

from playwright.sync_api import expect


def test_the_pixel_that_it_opens_with_is_in_sight_in_the_table_too(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.PixelTable(index='14, 13')"])
    here, pane = page.locator("td.wl-here"), page.locator(".wl-numbers-pane")
    expect(here).to_have_attribute("data-p", str(14 * 28 + 13))
    bottom, below = (box["y"] + box["height"] for box in (here.bounding_box(), pane.bounding_box()))
    assert bottom < below


def test_a_slice_is_dragged_typed_and_walked_to(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.PixelTable()"])
    widget = page.locator(".wl-pixels")
    field, caption = widget.get_by_label("index: what is marked"), widget.locator(".wl-caption")
    greys = widget.locator(".wl-bitmap [data-p]")
    first, last = greys.nth(4 * 28 + 4), greys.nth(14 * 28 + 21)
    first.drag_to(last)
    expect(field).to_have_value("im3[4:15, 4:22]")
    expect(caption).to_contain_text("shape (11, 18)")

    field.fill("im3[:, 30]")
    field.press("Enter")
    expect(widget.get_by_role("alert")).to_contain_text("there is no column 30")
    field.fill("im3[:, 10]")
    field.press("Enter")
    expect(widget.locator("td.wl-marked-column")).to_have_count(28)

    page.mouse.move(0, 0)
    table = widget.get_by_role("grid")
    table.focus()
    for key in ("PageDown", "End"):  # the last row and column, out of sight at first
        page.keyboard.press(key)
    here = widget.locator("td.wl-here")
    expect(here).to_have_attribute("data-p", "783")
    expect(here).to_be_in_viewport(ratio=0.9)
    expect(field).to_have_value("im3[:, 27]")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
    expect(here).to_be_attached()
