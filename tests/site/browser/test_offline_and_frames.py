"""Without a network after a first visit; and one widget alone in somebody else's page."""

import re

from playwright.sync_api import expect

from tests.site.browser.conftest import ALIVE, show_all, widget

LESSON = "04_broadcasting.html"
KEPT = "html[data-offline=ready]"
CACHES = "caches.keys()"


def test_a_visited_page_and_python_once_used_work_without_a_network(visit):
    page = visit(LESSON)
    expect(page.locator(KEPT)).to_have_count(1)
    page.reload()  # now the worker sees what is fetched
    page.wait_for_selector(ALIVE)
    show_all(page)
    strides = widget(page, "strides-1")
    strides.get_by_role("button", name="shape of axis 0, one more").click()
    expect(strides.locator(".wl-facts")).to_contain_text("(4, 3)")
    kept = "caches.keys().then(async ([name]) => (await (await caches.open(name)).keys()).map(({ url }) => url))"
    expect(page.locator(KEPT)).to_have_count(1)
    for _ in range(100):
        if any("python." in url for url in page.evaluate(kept)):
            break
        page.wait_for_timeout(100)
    visit.context.set_offline(True)
    page.reload()
    page.wait_for_selector(ALIVE)
    show_all(page)
    strides = widget(page, "strides-1")
    strides.get_by_role("button", name="shape of axis 0, one more").click()
    expect(strides.locator(".wl-facts")).to_contain_text("torch.as_strided")
    assert page.evaluate(CACHES)[0].startswith("tensor-foundations ")


def test_a_page_that_is_not_kept_says_so_without_a_network(visit, address):
    page = visit(LESSON)
    expect(page.locator(KEPT)).to_have_count(1)
    page.reload()
    visit.context.set_offline(True)
    other = visit.context.new_page()
    other.goto(f"{address}nothing.html")
    expect(other.get_by_role("heading")).to_have_text("This page is not on this device yet")
    expect(other.get_by_role("link", name="All lessons")).to_be_visible()


def test_one_widget_stands_alone_in_a_frame_and_tells_its_height(visit, address):
    page = visit.context.new_page()
    page.route(
        "**/blog.html",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"""<h1>A blog</h1><iframe src="{address}{LESSON}?embed=broadcasting-2" width="600"></iframe>
            <script>addEventListener("message", ({{ data }}) => {{
              if (!data["tensor-foundations"]) return;
              document.querySelector("iframe").height = data.height;
              document.body.dataset.told = data["tensor-foundations"];
            }})</script>""",
        ),
    )
    page.goto(f"{address}blog.html")
    expect(page.locator("body")).to_have_attribute("data-told", "broadcasting-2")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".wl:visible")).to_have_count(1)
    expect(frame.locator(".bar")).to_be_hidden()
    expect(frame.get_by_role("link", name=re.compile("Broadcasting"))).to_be_visible()
    expect(page.locator("iframe")).to_have_attribute("height", re.compile(r"^[2-9]\d\d$|^1\d{3}$"))
    first = visit(f"{LESSON}?embed=broadcasting")
    expect(first.locator(".wl:visible")).to_have_count(1)


def test_a_frame_of_another_name_says_what_there_is(visit):
    page = visit(f"{LESSON}?embed=strids-2")
    expect(page.locator(".embed-source")).to_contain_text("There is no widget “strids-2” in this lesson.")
    expect(page.get_by_role("link", name="strides-1")).to_be_visible()
    expect(page.locator(".wl:visible")).to_have_count(0)
