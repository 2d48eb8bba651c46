"""Every page of the site: its widgets, its width, its words for those who do not see it, a slow line and a slow machine."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import AXE, EVERYTHING
from tests.site.browser.conftest import show_all

NEAREST = "document.querySelectorAll('.tf-widget:not([data-alive])')"
MBIT = 1_000_000 / 8


def pages(site):
    return sorted(file.name for file in site.glob("0*.html"))


@pytest.fixture
def lessons(site):
    found = pages(site)
    assert found
    return found


def draw_all(page):
    """Every widget comes near once and is drawn; what could not be drawn says so."""
    show_all(page)
    for place in page.locator(".tf-widget").all():
        place.scroll_into_view_if_needed()
        expect(page.locator(f"[data-model={place.get_attribute('data-model')}][data-alive]")).to_have_count(1)


def test_every_widget_is_drawn_and_python_sleeps(visit, lessons):
    for name in lessons:
        page = visit(name)
        draw_all(page)
        count = page.locator(".tf-widget").count()
        expect(page.locator(".tf-widget[data-alive=''] .wl")).to_have_count(count)
        expect(page.locator(".tf-widget .wl-error:visible")).to_have_count(0)
        assert not page.evaluate("tf.python.marks.woken"), name
        page.close()


def test_nothing_is_wider_than_a_phone(visit, lessons):
    for name in lessons:
        page = visit(name)
        page.set_viewport_size({"width": 360, "height": 740})
        draw_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        page.close()


def test_axe_finds_nothing_in_either_theme(visit, lessons):
    for name in lessons:
        page = visit(name)
        draw_all(page)
        page.evaluate(AXE.read_text("utf-8"))
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            expect(page.locator(f"html[data-theme={theme}]")).to_have_count(1)
            assert page.evaluate(EVERYTHING) == [], (name, theme)
        page.close()


def test_nothing_moves_as_widgets_are_drawn_while_reading(visit):
    page = visit("04_broadcasting.html")
    shifts = """() => new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
      }).observe({ type: "layout-shift" });
      let at = 0;
      const step = () => {
        scrollTo({ top: (at += 300), behavior: "instant" });
        if (at < 6000) requestAnimationFrame(() => setTimeout(step, 50));
        else setTimeout(() => resolve(sum), 300);
      };
      step();
    })"""
    assert page.evaluate(shifts) < 0.1  # what the web calls good


def test_a_link_to_a_section_leads_there_whatever_is_drawn_above(visit):
    page = visit("04_broadcasting.html")
    aim = page.locator(".contents a").nth(6).get_attribute("href")
    there = visit("04_broadcasting.html" + aim)
    heading = there.locator(f"[id='{aim[1:]}']")
    expect(heading).to_be_in_viewport()
    assert heading.bounding_box()["y"] < 300


def test_a_slow_line_and_a_slow_machine_have_a_live_widget_all_the_same(visit):
    """20 Mbit/s, 40 ms, a processor of a quarter of the speed; how long it takes is measured by the benchmarks."""
    page = visit.context.new_page()
    devtools = visit.context.new_cdp_session(page)
    devtools.send("Network.enable")
    line = {"offline": False, "latency": 40, "downloadThroughput": 20 * MBIT, "uploadThroughput": 20 * MBIT}
    devtools.send("Network.emulateNetworkConditions", line)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    visit("04_broadcasting.html", page=page)
    first = page.locator("[data-model=broadcasting-1]")
    expect(first.locator(".wl-caption")).not_to_be_empty()
    print("first live widget after", page.evaluate("Math.round(tf.python.marks.first)"), "ms")
