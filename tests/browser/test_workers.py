"""LoaderWorkers in a real page: rounds, reseedings, both themes, a phone, and a kernel that is gone."""

from playwright.sync_api import expect

CELLS = ["import widgets_lib as wl\nwl.LoaderWorkers()"]
INK = "path => getComputedStyle(path).fill"


def test_rounds_and_reseedings_by_mouse_and_by_keyboard(voila_page):
    page = voila_page(CELLS)
    workers = page.locator(".wl-workers")
    changes = workers.locator(".wl-change")
    expect(workers.locator(".wl-caption")).to_contain_text("All 4 workers drew the same numbers")
    expect(workers.get_by_role("listitem").filter(has_text="made by worker 2").locator("b").first).to_have_text(
        "batch 2"
    )
    expect(workers.locator(".wl-letter")).to_have_text(["A", "B"] * 4)
    first = changes.all_text_contents()
    assert len(set(first)) == 2

    workers.get_by_role("button", name="Next round").click()
    expect(workers.locator(".wl-rounds output")).to_have_text("round 2 of 4")
    expect(changes.first).not_to_have_text(first[0])
    page.keyboard.press("ArrowLeft")
    expect(changes.first).to_have_text(first[0])

    workers.get_by_label("reseeding").focus()
    page.keyboard.press("ArrowDown")
    expect(workers.get_by_label("reseeding")).to_have_value("pid")
    expect(workers.locator(".wl-caption")).to_contain_text("4 batches from 4 workers, 4 different changes")
    expect(workers.locator(".wl-recipe")).to_contain_text("rng = np.random.default_rng(os.getpid())")
    workers.get_by_text("more", exact=True).press("Enter")
    workers.get_by_role("slider", name="workers").press("End")
    expect(workers.locator(".wl-caption")).to_contain_text("8 batches from 8 workers, 8 different changes")
    workers.get_by_label("generator").select_option("torch")
    expect(workers.locator(".wl-recipe")).to_contain_text("torch.manual_seed", timeout=30_000)
    workers.get_by_role("button", name="Start again with the first settings").click()
    expect(changes).to_have_text(first)

    pixel = workers.locator(".wl-picture path").first
    light = pixel.evaluate(INK)
    page.emulate_media(color_scheme="dark")
    expect(pixel).not_to_have_css("fill", light)  # the page hears of its theme a moment later

    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for card in workers.locator(".wl-changed").all():
        box = card.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360

    page.evaluate("WebSocket.prototype.send = () => {}")
    workers.get_by_role("button", name="Next round").press("Enter")
    expect(workers.locator(".wl-rounds output")).to_have_text("round 2 of 4")
