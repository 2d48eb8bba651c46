"""PixelTable in a real page: a slice is dragged, typed and walked to."""

from playwright.sync_api import expect

# How far the first cells in sight are from the numbers beside them, and the pixel from what the pane shows brightly.
PLACES = """pixels => {
  const pane = document.querySelector(".wl-numbers-pane"), table = pane.querySelector("table");
  const box = (element) => element.getBoundingClientRect(), fade = parseFloat(getComputedStyle(pane).fontSize) * 2.4;
  return pixels.map((p) => {
    const event = new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" });
    document.querySelector(`.wl-bitmap [data-p="${p}"]`).dispatchEvent(event);
    const corner = box(table.querySelector(".wl-corner")), here = box(table.querySelector("td.wl-here"));
    const off = (edges, edge) => Math.min(...edges.map((each) => Math.abs(each - edge)));
    const right = box(pane).left + pane.clientWidth - (pane.matches(".wl-more-right") ? fade : 0);
    const below = box(pane).top + pane.clientHeight - (pane.matches(".wl-more-below") ? fade : 0);
    return {
      column: off([...table.rows[1].cells].slice(1).map((cell) => box(cell).left), corner.right),
      row: off([...table.rows].slice(1).map((row) => box(row.cells[1]).top), corner.bottom),
      hidden: Math.max(corner.right - here.left, here.right - right, corner.bottom - here.top, here.bottom - below),
    };
  });
}"""


def test_the_pixel_that_it_opens_with_is_in_sight_in_the_table_too(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.PixelTable(index='14, 13')"])
    here, pane = page.locator("td.wl-here"), page.locator(".wl-numbers-pane")
    expect(here).to_have_attribute("data-p", str(14 * 28 + 13))
    bottom, below = (box["y"] + box["height"] for box in (here.bounding_box(), pane.bounding_box()))
    assert bottom < below


def test_the_table_begins_with_whole_cells_and_what_is_pointed_at_is_not_in_the_fade(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.PixelTable(index='14, 13')"])
    corners_and_others = [0, 783, 14 * 28 + 13, 10 * 28 + 20, 27, 27 * 28, 20 * 28 + 9]
    for width, scale in [(1280, 1), (360, 1), (1280, 1.35), (1920, 1.7), (360, 1.7)]:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("scale => document.documentElement.style.setProperty('--wl-scale', scale)", scale)
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        for place in page.evaluate(PLACES, corners_and_others):
            assert max(place.values()) < 1.5, (width, scale, place)

    table = page.locator(".wl-numbers-pane table")
    table.hover()
    page.mouse.wheel(70, 35)  # by hand, and let go between two cells
    page.wait_for_function("document.querySelector('.wl-numbers-pane').scrollLeft > 0")
    whole = f"() => {{ const [{{ column, row }}] = ({PLACES})([0]); return Math.max(column, row) < 1.5 }}"
    page.wait_for_function(whole)


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
