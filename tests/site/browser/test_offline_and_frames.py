"""Without a network after a first visit; and one widget alone in somebody else's page."""

import re
import shutil

from playwright.sync_api import expect

from static_edition import offline
from static_edition.files import Site
from tests.site.browser.conftest import ALIVE, served, show_all, widget

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


def test_another_build_is_taken_at_the_next_visit_and_the_old_one_removed(chrome, site, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(site, folder)
    with served(tmp_path) as address:
        context = chrome.new_context()
        page = context.new_page()
        page.goto(f"{address}course/{LESSON}")
        expect(page.locator(KEPT)).to_have_count(1)
        old = page.evaluate(CACHES)
        lesson = folder / LESSON
        lesson.write_text(lesson.read_text("utf-8").replace("<title>", "<title>New: "), "utf-8")
        (folder / offline.WORKER).unlink()
        offline.write_worker(Site(folder))
        page.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update())")
        page.evaluate("""() => new Promise(async (resolve) => {
          const { installing, waiting } = await navigator.serviceWorker.getRegistration();
          if (waiting) return resolve();
          installing.addEventListener("statechange", () => installing.state === "installed" && resolve());
        })""")
        assert not page.title().startswith("New: ")  # who reads is left alone
        context.set_offline(True)  # what the old version had, the new one has brought over
        page.goto(f"{address}course/{LESSON}")
        expect(page).to_have_title(re.compile("^New: "))
        page.wait_for_selector(ALIVE)
        new = page.evaluate(CACHES)
        assert len(new) == 1 and new != old
        context.close()


def test_the_whole_course_can_be_kept(visit):
    page = visit("index.html", wait=None)
    page.get_by_role("button", name="Keep the whole course on this device").click()
    expect(page.get_by_text("The whole course is on this device")).to_be_visible()
    visit.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("The whole course is on this device")).to_be_visible()
    visit(LESSON, page=page)


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
