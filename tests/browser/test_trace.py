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
    expect(widget.locator(".wl-outcome")).to_contain_text("Shared memory saves 3,136 of 3,840 global reads")


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


COVERED = """code => {
  const inside = code.getBoundingClientRect();
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return [...code.querySelectorAll(".wl-line")].filter((line) => {
    const text = line.querySelector(".wl-text");
    const words = document.createRange();
    words.selectNodeContents(text);
    const boxes = [...words.getClientRects()];
    const buttons = [...line.querySelectorAll(".wl-pin, .wl-place")].map((each) => each.getBoundingClientRect());
    const isCut = text.scrollWidth > text.clientWidth || boxes.some((box) => box.right > inside.right + 1);
    return isCut || boxes.some((box) => buttons.some((each) => !apart(box, each)));
  }).map((line) => line.textContent);
}"""


def test_no_line_is_cut_or_covered_and_the_marks_stand_at_theirs(voila_page):
    page = voila_page(
        [("md", "# Read it"), "import widgets_lib as wl", "wl.KernelTrace(challenge=['axes', 'barrier'])"]
    )
    widget = page.locator(".wl-trace")
    code = widget.locator(".wl-code")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for key in ("axes", "barrier"):
            widget.get_by_role("combobox", name="kernel").select_option(key)
            expect(code.locator(".wl-line").first).to_contain_text("matmul" if key == "axes" else "tiled")
            assert code.evaluate(COVERED) == [], (width, key)
        mark = "code => code.querySelector('.wl-warp.wl-on').getBoundingClientRect()"
        line = "code => code.querySelector('.wl-now').getBoundingClientRect()"
        page.wait_for_function(
            f"() => {{ const code = document.querySelector('.wl-code');"
            f" return Math.abs(({mark})(code).top - ({line})(code).top) < 6; }}"
        )
