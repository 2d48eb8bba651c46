"""KernelGrid in a real page: a click finds the thread under the pointer, and the keyboard does the rest."""

from playwright.sync_api import expect


def test_threads_are_found_by_pointer_and_keys(voila_page):
    page = voila_page(["import widgets_lib as wl", "wl.KernelGrid()"])
    grid = page.locator(".wl-grid")
    threads = grid.get_by_role("application")
    box = threads.locator(".wl-thread").bounding_box()
    page.mouse.click(box["x"] + 7.5 * box["width"], box["y"] + 5.5 * box["height"])
    expect(grid.locator(".wl-caption")).to_contain_text("Thread (5, 7) of block (0, 0) reads row 5 of a and column 7")

    threads.press("End")  # the last block is not ragged here: 3,125 · 16 = 50,000
    expect(grid.locator(".wl-caption")).to_contain_text(
        "Thread (15, 15) of block (3124, 0) does nothing: j = 15 is past the last column (9)"
    )
    expect(grid.locator(".wl-memory")).to_contain_text("Warp 7 is wholly idle")
    grid.get_by_role("button", name="swap x and y").press("Enter")
    expect(grid.locator("pre")).to_contain_text("(1, 3125)")
    expect(grid.locator(".wl-warps")).to_contain_text("none wholly idle")

    rows = grid.get_by_role("textbox", name="rows of c")
    rows.fill("0")
    rows.press("Enter")
    expect(grid.get_by_role("alert")).to_have_text("the number of rows of c is at least 1, not 0")
    rows.fill("50,001")
    rows.press("Enter")
    grid.get_by_role("button", name="block (0, 3125)").press("Enter")
    expect(grid.locator(".wl-caption")).to_contain_text("In its block 10 of 256 threads are at work")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
