"""RandomStream in a real page: stepped, seeded and pointed at by mouse and by keyboard, with ten thousand draws too."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import run_all

CELLS = ["import widgets_lib as wl\nwl.RandomStream()"]

# the reds of the dots painted on a canvas
REDS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((value, at, data) => at % 4 === 0 && data[at + 3] === 255)"""


@pytest.fixture
def stream(voila_page):
    stream = voila_page(CELLS).locator(".wl-stream")
    expect(readout(stream)).to_contain_text("Draw 4 of 50 is 0.9559050644103264.")
    return stream


def readout(stream):
    return stream.locator(".wl-readout")


def choice(stream, name):
    return stream.get_by_role("combobox", name=name)


def reds(stream, name):
    """The reds of the dots of a canvas of pairs, once all that was asked for is painted."""
    stream.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return stream.locator(f".wl-square canvas.wl-{name}").first.evaluate(REDS)


def test_by_mouse(stream):
    step = stream.get_by_role("button", name="one step", exact=True)
    stream.get_by_role("button", name="start again", exact=True).click()
    expect(readout(stream)).to_contain_text("Draw 1 of 50 comes next")
    for value in ("0.7645251082582081", "0.7920889799553945", "0.06912886811267205"):
        step.click()
        expect(readout(stream)).to_contain_text(value)
    dot = stream.locator(".wl-dot").nth(19)
    dot.hover(force=True)
    expect(readout(stream)).to_contain_text("Draw 20 of 50")
    stream.locator(".wl-caption").hover()
    expect(readout(stream)).to_contain_text("Draw 3 of 50")
    stream.locator(".wl-bin").nth(8).hover(position={"x": 60, "y": 8})
    expect(readout(stream)).to_contain_text("So far the bar from 0.8 to 0.9 holds 0;")
    stream.get_by_text("more", exact=True).click()
    stream.get_by_label("divide by the periods").check()
    expect(stream.locator(".wl-work").first).to_contain_text("/ 30,268 =")
    expect(stream.locator(".wl-caption")).to_contain_text("Dividing by the moduli 30,269, 30,307 and 30,323 instead")
    # and on a phone
    page = stream.page
    page.set_viewport_size({"width": 360, "height": 800})
    expect(stream.locator(".wl-abreast")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for part in (".wl-cards", ".wl-player", ".wl-field >> nth=0", ".wl-field >> nth=4", ".wl-caption"):
        box = stream.locator(part).bounding_box()
        assert box["x"] >= 0 and 200 < box["width"] <= 360 - box["x"], part


def test_by_keyboard_with_bad_input_on_the_way(stream):
    page = stream.page
    stream.get_by_text("more", exact=True).click()
    seed = stream.get_by_label("seed")
    seed.fill("soup")
    seed.press("Enter")
    expect(stream.get_by_role("alert")).to_contain_text("a seed is a whole number such as 42")
    expect(seed).to_have_value("soup")
    expect(seed).to_have_attribute("aria-invalid", "true")
    seed.fill("42")
    seed.press("Enter")
    expect(stream.get_by_role("alert")).to_be_hidden()
    third = stream.locator(".wl-fields input").nth(2)
    expect(stream.locator(".wl-fields input").first).to_have_value("43")
    third.fill("0")
    third.press("Enter")
    expect(stream.get_by_role("alert")).to_contain_text("component 3 must be from 1 to 30,322, not 0")
    shown = readout(stream).text_content()
    third.fill("499")
    third.press("Enter")
    expect(stream.get_by_role("alert")).to_be_hidden()
    expect(readout(stream)).not_to_have_text(shown)  # the new stream has come, and moves the draw no more
    draw = stream.get_by_role("slider", name="draw")
    draw.press("Home")
    draw.press("ArrowRight")
    expect(readout(stream)).to_contain_text("Draw 1 of 50")
    draw.press(" ")
    expect(readout(stream)).to_contain_text("Draw 2 of 50")
    draw.press(" ")
    stream.locator(".wl-bin[tabindex='0']").focus()
    page.keyboard.press("ArrowUp")
    expect(readout(stream)).to_contain_text("bar from 0.1 to 0.2")
    choice(stream, "compare with").focus()
    page.keyboard.press("ArrowDown")
    expect(stream.locator(".wl-pattern").last).to_contain_text("15 planes")
    reset = stream.get_by_role("button", name="Start again with the first settings")
    reset.focus()
    page.keyboard.press("Enter")
    expect(seed).to_have_value("457428938475")
    expect(readout(stream)).to_contain_text("Draw 4 of 50 is 0.9559050644103264.")


def test_ten_thousand_draws_are_painted_and_stepped_through_without_the_kernel(stream):
    page = stream.page
    few = len(reds(stream, "so-far"))
    assert 0 < few < 100 and min(reds(stream, "ahead")) > 130
    stream.get_by_text("more", exact=True).click()
    choice(stream, "draws").select_option("10,000")
    expect(readout(stream)).to_contain_text("Draw 10,000 of 10,000")
    expect(stream.locator(".wl-dot")).to_have_count(0)
    page.evaluate("WebSocket.prototype.send = () => {}")
    assert len(reds(stream, "so-far")) > 5_000
    draw = stream.get_by_role("slider", name="draw")
    draw.press("Home")
    assert reds(stream, "so-far") == []
    draw.press("ArrowRight")
    draw.press("ArrowRight")
    assert 0 < len(reds(stream, "so-far")) < 10
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"Math.max(...({REDS})(document.querySelector('.wl-square canvas.wl-ahead'))) < 130")


def test_works_in_jupyterlab_by_its_own_keys(open_lab):
    page = open_lab(CELLS)
    assert run_all(page) == []
    stream = page.locator(".wl-stream")
    stream.get_by_role("slider", name="draw").press("ArrowRight")
    expect(readout(stream)).to_contain_text("Draw 5 of 50")
    stream.get_by_text("more", exact=True).click()
    stream.get_by_label("seed").fill("0")
    page.keyboard.press("Enter")
    expect(stream.locator(".wl-fields input").first).to_have_value("1")
