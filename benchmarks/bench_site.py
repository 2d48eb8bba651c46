"""How fast is the static edition? `site/` as a web space serves it, beside the app, opened and moved in turn.

"First live widget" is the time from the navigation to the end of the frame that has the first widget drawn and in
sight; every open is a first visit, with an empty cache, and the app's kernel is a fork of the lesson, run before.
"Python ready" is the time from the first hand on a widget until the page's Python has remade its widgets; the app has
nothing to compare with it, nor with the slow line: 20 Mbit/s, 40 ms, a processor four times as slow. The dial and its
clock are those of bench_widgets.py.
"""

import os
from contextlib import contextmanager
from pathlib import Path

from benchmarks import _lessons, bench_open
from benchmarks._table import compared, human, median, p95, row
from benchmarks._web_space import web_space
from benchmarks.bench_widgets import ARM, PAUSE_MS, press
from tests.support import servers
from tests.support.chromium import chromium

SITE = Path(os.environ.get("TENSOR_FOUNDATIONS_SITE", servers.ROOT / "site"))
APP = "the app"
LIMIT_MS = 60_000
SLOW_LINE = {"offline": False, "latency": 40, "downloadThroughput": 20e6 / 8, "uploadThroughput": 20e6 / 8}
SLOW_PROCESSOR = 4
STRIDES = "04_broadcasting"
DIAL = press(".wl-strides [aria-label='stride of axis 0']", "ArrowDown", "ArrowUp")
DIALLED = (".wl-strides .wl-facts",)

# Milliseconds from the navigation to the end of the first frame with a widget in it, in window.firstWidget.
WATCH = """() => {
  const { port1, port2 } = new MessageChannel();
  window.firstWidget = new Promise((resolve) => {
    port1.onmessage = () => resolve(performance.now());
    const observer = new MutationObserver(() => {
      if (!document.querySelector(".wl")?.getClientRects().length) return;
      observer.disconnect();
      requestAnimationFrame(() => port2.postMessage(null)); // is delivered once this frame is painted
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });
}"""

# Milliseconds from the first hand to the page's Python; no function that the page's policy would refuse to compile.
READY = """new Promise((resolve) => {
  const look = () => {
    const { woken, ready } = tf.python.marks;
    if (ready) resolve(ready - woken);
    else setTimeout(look, 10);
  };
  look();
})"""


def figures(quick=False):
    """Yield rows of opens, of Python's start, of a dial and of a slow line."""
    lessons = sorted(path.stem for path in SITE.glob("0*.html"))
    if not lessons:
        yield row("the static edition", beside="nothing is built: make site")
        return
    rounds = 3 if quick else 20
    with web_space(SITE) as address, chromium() as browser:
        for lesson in [STRIDES] if quick else lessons:
            yield _opened(browser, address, lesson, rounds)
        yield _woken(browser, address, rounds)
        yield _dialled(browser, address, 4 if quick else 40)
        yield _on_a_slow_line(browser, address, rounds)


def _opened(browser, address, lesson, rounds):
    seconds = {"own": [], APP: []}
    name = f"{lesson}.ipynb"
    [notebook] = _lessons.notebooks([name]).values()
    with bench_open.serve(_lessons.FORKS, name, notebook) as app:
        _lessons.wait_until_filled(app, 1)
        for _ in range(rounds):
            seconds["own"].append(_first_widget(browser, f"{address}{lesson}.html"))
            seconds[APP].append(_first_widget(browser, f"{app.url}voila/render/{name}"))
    return compared(f"{lesson}: first live widget", seconds["own"], {APP: seconds[APP]})


def _first_widget(browser, url, prepare=None):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    if prepare:
        prepare(context.new_cdp_session(page))
    page.goto(url, wait_until="commit", timeout=LIMIT_MS)
    try:
        return page.evaluate("firstWidget") / 1000
    finally:
        page.goto("about:blank")  # the tab is closed: the app's kernel goes
        context.close()


def _slow(session):
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})


def _on_a_slow_line(browser, address, rounds):
    seconds = [_first_widget(browser, f"{address}{STRIDES}.html", _slow) for _ in range(rounds)]
    figure = f"{STRIDES}: first live widget at 20 Mbit/s, 40 ms, a processor {SLOW_PROCESSOR} times as slow"
    return row(figure, human(median(seconds)), f"p95 {human(p95(seconds))}")


def _woken(browser, address, rounds):
    seconds = []
    for _ in range(rounds):
        with _page(browser, f"{address}{STRIDES}.html") as page:
            seconds.append(_wake(page))
    return row(f"{STRIDES}: Python ready, after the first hand", human(median(seconds)), f"p95 {human(p95(seconds))}")


def _wake(page):
    page.locator(".wl-strides [aria-label='stride of axis 0']").first.focus()
    return page.evaluate(READY) / 1000


def _dialled(browser, address, turns, warm_up=4):
    changed, shown = {"own": [], APP: []}, {"own": [], APP: []}
    with (
        _lessons.serve(_lessons.FORKS, _lessons.notebooks([f"{STRIDES}.ipynb"])) as app,
        _page(browser, f"{address}{STRIDES}.html") as static,
        _page(browser, f"{app.url}voila/render/{STRIDES}.ipynb") as served,
    ):
        _wake(static)
        for turn in range(warm_up + turns):
            for name, page in {"own": static, APP: served}.items():
                act = DIAL(page, turn)
                page.wait_for_timeout(PAUSE_MS)
                page.evaluate(ARM, [DIALLED, "keydown"])
                act()
                found = [ms / 1000 for ms in page.evaluate("moved")]
                if turn >= warm_up:
                    changed[name].append(found[0])
                    shown[name].append(found[1])
    result = compared(f"{STRIDES}: a stride dial, to its frame", shown["own"], {APP: shown[APP]})
    for name, seconds in changed.items():
        result["beside"] += f"; document, {name}: {human(median(seconds))}, p95 {human(p95(seconds))}"
    return result


@contextmanager
def _page(browser, url):
    """A page of a new visitor, with nothing veiled and its StrideExplorer in sight."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    page.goto(url)
    page.get_by_role("button", name="Show all").click()
    page.locator("[data-model=strides-1], .wl-strides").first.scroll_into_view_if_needed()  # drawn when it is near
    page.locator(".wl-strides").first.scroll_into_view_if_needed()
    yield page
    page.goto("about:blank")
    context.close()
