"""ForkSimulator in a real page: stepped by mouse and by keyboard, done for real, cancelled, and alive without a kernel."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.support.pages import run_all
from tests.support.servers import wait_until

CELLS = ["import widgets_lib as wl\nwl.ForkSimulator()"]


@pytest.fixture
def open_forks(voila_page):
    def open_forks(cells=CELLS, message="12 draws after the fork, only 4 different: every child repeats its parent."):
        forks = voila_page(cells).locator(".wl-forks")
        expect(said(forks)).to_have_text(message or re.compile("."))
        return forks

    return open_forks


def said(forks):
    return forks.locator(".wl-message")


def moment(forks):
    return forks.locator(".wl-player output")


def open_more(forks):
    forks.get_by_text("more", exact=True).click()


def for_real(forks):
    return forks.get_by_role("button", name="Do it for real")


def test_by_mouse_the_timeline_a_reseeding_and_the_real_fork(open_forks):
    forks = open_forks()
    forks.get_by_role("button", name="start again", exact=True).click()
    expect(forks.locator(".wl-lane .wl-card").nth(1)).to_be_hidden()
    open_more(forks)
    forks.get_by_label("speed").select_option("16")
    forks.get_by_role("button", name="play").click()
    expect(moment(forks)).to_have_text("7 / 7")
    expect(forks.locator(".wl-lane .wl-card")).to_have_text(["(7226, 25530, 29754)"] * 3)

    forks.locator(".wl-lane .wl-draw").nth(5).hover()
    expect(forks.locator(".wl-readout")).to_contain_text(
        "child 1, draw 2: 0.2889, equal numbers B. Exactly 0.28886109883281286"
    )
    expect(forks.locator(".wl-related")).to_have_count(3)

    forks.get_by_label("reseeding").select_option("by process id")
    expect(said(forks)).to_contain_text("12 draws after the fork, all different. But neighbouring process ids")
    for_real(forks).click()
    expect(forks.locator(".wl-conclusion")).to_contain_text("once it was known which process ids the children got")
    expect(forks.locator(".wl-verdict")).to_have_text(["✓ as predicted"] * 3)
    expect(forks.locator(".wl-process small")).to_contain_text(["process "] * 3)

    forks.get_by_label("generator").select_option("python")
    expect(forks.get_by_role("option", name="jump ahead")).to_be_disabled()
    expect(forks.locator(".wl-reason")).to_contain_text("jump ahead: Python’s random has had no jumpahead")
    expect(forks.locator(".wl-conclusion")).to_be_hidden()

    forks.get_by_label("generator").select_option("torch")
    expect(forks.locator(".wl-card").first).to_contain_text("fingerprint", timeout=30_000)
    forks.get_by_role("button", name="Start again with the first settings").click()
    expect(said(forks)).to_contain_text("only 4 different")
    expect(forks.get_by_label("generator")).to_have_value("wichmann-hill")


@pytest.mark.parametrize("width", [1280, 900, 360])
def test_a_lane_is_on_one_line_and_so_is_the_player(open_forks, width):
    forks = open_forks(
        ['import widgets_lib as wl\nwl.ForkSimulator(generator="numpy-generator", reseeding="spawn")'], None
    )
    forks.page.set_viewport_size({"width": width, "height": 900})
    middles = """(lane) => ["b", ".wl-card", ".wl-draw"].map((part) => {
        const box = lane.querySelector(part).getBoundingClientRect();
        return (box.top + box.bottom) / 2;
    })"""
    for lane in forks.locator(".wl-lane").all():
        name, card, draw = lane.evaluate(middles)
        assert abs(name - card) < 2
        if width == 1280:  # elsewhere the numbers stand below
            assert abs(draw - card) < 2
    tops = forks.locator(".wl-player > *").evaluate_all("parts => parts.map(it => it.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 30  # the slider and the number of the moment are lower than the buttons
    expect(forks.locator(".wl-state .wl-heading")).to_have_text("state now")


def test_a_long_timeline_scrolls_to_what_happens_and_any_generator_takes_the_seed(open_forks):
    cells = ["import widgets_lib as wl\nwl.ForkSimulator(seed=457428938475, draws_before=16, draws_after=16)"]
    forks = open_forks(cells, "48 draws after the fork, only 16 different: every child repeats its parent.")
    forks.page.set_viewport_size({"width": 1280, "height": 900})
    in_sight = """(node) => {
        const [it, outer] = [node, node.closest(".wl-stage")].map((one) => one.getBoundingClientRect());
        const names = node.closest(".wl-lane")?.querySelector(".wl-process").getBoundingClientRect();
        return it.left >= Math.max(outer.left, names?.right ?? 0) - 1 && it.right <= outer.right + 1;
    }"""
    origin, card = forks.locator(".wl-start .wl-card"), forks.locator(".wl-lane .wl-card").nth(1)
    late = forks.locator(".wl-lane .wl-draw").nth(16 + 15)  # the last of child 1
    forks.page.wait_for_function(in_sight, arg=late.element_handle())
    assert not origin.evaluate(in_sight)
    forks.get_by_role("button", name="start again", exact=True).click()
    expect(moment(forks)).to_have_text("0 / 33")
    assert origin.evaluate(in_sight) and not card.evaluate(in_sight)
    forks.get_by_role("slider", name="moment").focus()
    for _ in range(17):
        forks.page.keyboard.press("ArrowRight")
    expect(said(forks)).to_contain_text("os.fork() copies")
    assert card.evaluate(in_sight)
    forks.page.keyboard.press("ArrowRight")
    assert forks.locator(".wl-lane .wl-draw").nth(16).evaluate(in_sight)
    forks.page.keyboard.press("End")
    assert late.evaluate(in_sight)
    for _ in range(15):
        forks.page.keyboard.press("ArrowLeft")
    assert forks.locator(".wl-lane .wl-draw").nth(16).evaluate(in_sight)  # and not under the names
    forks.page.keyboard.press("ArrowLeft")
    assert card.evaluate(in_sight)

    forks.get_by_label("generator").select_option("numpy-legacy")
    open_more(forks)
    expect(forks.locator(".wl-seed-note")).to_contain_text("takes only seeds below 4,294,967,296")
    expect(forks.locator(".wl-card").first).to_contain_text("624 words")
    expect(forks.get_by_role("textbox", name="seed")).to_have_value("457428938475")
    expect(forks.get_by_role("alert")).to_be_hidden()


def test_by_keyboard_alone_on_a_phone_and_without_a_kernel(open_forks):
    forks = open_forks()
    page, keys = forks.page, forks.page.keyboard
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    forks.get_by_role("slider", name="moment").focus()
    for _ in range(4):  # reseeding, generator, the real fork
        keys.press("Tab")
    keys.press("Enter")  # more
    keys.press("Tab")
    keys.press("ArrowRight")  # one child more
    expect(said(forks)).to_contain_text("16 draws after the fork")
    for _ in range(3):  # past the draws before and after
        keys.press("Tab")
    for bad, message in [("nan", "not “nan”"), ("-1", "at least 0, not -1"), ("9" * 2000, "up to 1,000 digits")]:
        keys.press("Control+a")
        keys.insert_text(bad)
        keys.press("Enter")
        expect(forks.get_by_role("alert")).to_contain_text(message)
        expect(said(forks)).to_contain_text("only 4 different")  # nothing is lost
    keys.press("Control+a")
    keys.insert_text("7")
    keys.press("Enter")
    expect(forks.get_by_role("alert")).to_be_hidden()
    forks.get_by_label("reseeding").focus()
    keys.press("ArrowDown")
    expect(said(forks)).to_contain_text("16 draws after the fork, all different")
    keys.press("ArrowUp")
    expect(said(forks)).to_contain_text("16 draws after the fork, only 4 different")

    for_real(forks).focus()
    keys.press("Enter")
    expect(forks.locator(".wl-conclusion")).to_be_visible()
    expect(forks.locator(".wl-lane .wl-really")).to_have_text(["✓"] * 16)
    expect(for_real(forks)).to_be_focused()  # and was not lost to Cancel
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    page.evaluate("WebSocket.prototype.send = () => {}")
    keys.press("Home")
    expect(moment(forks)).to_have_text("0 / 7")
    keys.press("ArrowRight")
    expect(said(forks)).to_contain_text("The parent has drawn 1 number")
    forks.locator(".wl-draw").first.focus()
    keys.press("ArrowRight")
    expect(forks.locator(".wl-readout")).to_contain_text("parent, draw 2 before the fork: not drawn yet")


def test_a_real_fork_can_be_cancelled_and_the_page_stays_alive(open_forks, tmp_path):
    hanging, pid_file = tmp_path / "python", tmp_path / "pid"
    hanging.write_text(f"#!/bin/sh\necho $$ > {pid_file}\nexec sleep 600\n")
    hanging.chmod(0o755)
    forks = open_forks([f"import sys\nsys.executable = {str(hanging)!r}", *CELLS])
    for_real(forks).click()
    expect(forks.locator(".wl-for-real [role=status]")).to_contain_text("a fresh Python process starts")
    expect(for_real(forks)).to_be_disabled()
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "it did not start")
    open_more(forks)
    forks.get_by_role("slider", name="draws after the fork").press("ArrowLeft")  # the kernel answers meanwhile
    expect(said(forks)).to_contain_text("9 draws after the fork")
    expect(for_real(forks)).to_be_enabled()  # another setting has ended it, too
    wait_until(lambda: gone(pid_file), "another setting left the process")

    pid_file.unlink()
    for_real(forks).click()
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "it did not start again")
    forks.get_by_role("button", name="Cancel").click()
    expect(for_real(forks)).to_be_enabled()
    expect(forks.get_by_role("alert")).to_be_hidden()
    wait_until(lambda: gone(pid_file), "Cancel left the process")


def gone(pid_file):
    """Whether the process is gone, and not as a zombie either."""
    try:
        os.kill(int(pid_file.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def test_works_in_jupyterlab_by_its_own_keys(open_lab):
    page = open_lab(CELLS)
    assert run_all(page) == []
    forks = page.locator(".wl-forks")
    forks.get_by_role("slider", name="moment").press("Home")
    forks.get_by_role("slider", name="moment").press("ArrowRight")
    expect(moment(forks)).to_have_text("1 / 7")
    open_more(forks)
    forks.get_by_role("textbox", name="seed").fill("7")
    page.keyboard.press("Enter")
    expect(forks.locator(".wl-draw").first).to_have_text("0.0565")
    for_real(forks).press("Enter")
    expect(forks.locator(".wl-verdict")).to_have_text(["✓ as predicted"] * 3)
