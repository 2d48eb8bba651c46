"""How long from opening lesson 03 in Voila to its first usable widget? Beside Voila as it comes, opened in turn.

Usable: a slider of the first widget has been moved, and the kernel has answered. Every open is a first visit, with an
empty browser cache. "Cold" starts a kernel and runs the lesson; "preheated" (`--preheat_kernel=True --pool_size=1`)
finds the lesson already run, and no other kernel at work. A page may hang (stock Voila's do at times, see
widgets_lib/app/lost_wakeup.py): it is given up after LIMIT_S, counted as that long, and the row says how often.
"""

import json
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as NothingCame

from benchmarks._browser import chromium
from benchmarks._table import compared
from tests import servers

LESSON = "03_matmul.ipynb"
REFILL_S = 5  # after a kernel was taken: by then the other server's page is open, and both can refill at once
PREHEATED = ("--preheat_kernel=True", "--pool_size=1", f"--VoilaKernelManager.fill_delay={REFILL_S}")
RAN = "with open('runs', 'a') as runs: runs.write('.')"  # in the lesson's last cell: how often it has run to its end
LIMIT_S = 45
SLIDER, ANSWER = ".wl-ladder input[type=range]", ".wl-ladder .wl-cost"
STOCK = "stock Voila"


def figures(quick=False):
    """Yield a row for cold and one for preheated kernels."""
    for figure, preheated in ((f"open {LESSON}, cold", False), (f"open {LESSON}, preheated", True)):
        seconds = {"own": [], STOCK: []}
        with ExitStack() as stack:
            browser = stack.enter_context(chromium())
            started = {name: stack.enter_context(_server(name, preheated)) for name in seconds}
            awaited = dict.fromkeys(started, 1)
            for _ in range(2 if quick else 8):
                if preheated:
                    _wait_for_runs(started, awaited)
                for name, server in started.items():
                    awaited[name] = _runs(server) + 1
                    seconds[name].append(_open(browser, server))
        row = compared(figure, seconds["own"], {STOCK: seconds[STOCK]})
        for name, each in seconds.items():
            if hung := each.count(LIMIT_S):
                row["beside"] += f"; {name}: {hung} of {len(each)} opens hung, counted as {LIMIT_S} s"
        yield row


@contextmanager
def _server(name, preheated):
    with tempfile.TemporaryDirectory() as folder:
        root, logs = Path(folder, "lessons"), Path(folder)
        root.mkdir()
        shutil.copytree(servers.ROOT / "lessons" / "assets", root / "assets")
        lesson = nbformat.read(servers.ROOT / "lessons" / LESSON, as_version=4)
        lesson.cells.append(nbformat.v4.new_code_cell(RAN))
        nbformat.write(lesson, root / LESSON)
        if name == STOCK:
            (root / "voila.json").write_text(json.dumps(_stock_settings(preheated)))
            server = servers.stock_voila(root, logs)
        else:
            server = servers.voila(root, logs, *(PREHEATED if preheated else ()))
        with server as running:
            yield running


def _stock_settings(preheated):
    """Kernels that stock Voila leaves behind when a tab is closed are culled, so that they do not fill the memory."""
    cull = {"cull_idle_timeout": 20, "cull_interval": 5}
    pool = {"kernel_pools_config": {"default": {"pool_size": 1}}}
    settings = {"MappingKernelManager": cull}
    return (
        settings | {"VoilaConfiguration": {"preheat_kernel": True}, "VoilaKernelManager": pool}
        if preheated
        else settings
    )


def _wait_for_runs(started, awaited):
    """Until the lesson has come to its end so many times on each server; one that hangs shows when it is opened."""
    with suppress(TimeoutError):
        servers.wait_until(lambda: all(_runs(started[name]) >= awaited[name] for name in started), "", 2 * LIMIT_S)
    time.sleep(0.5)  # the server writes down what the last cell gave


def _runs(server):
    written = server.root / "runs"
    return len(written.read_text()) if written.exists() else 0


def _open(browser, server):
    """Seconds from asking for the page to the answer of its first widget, at most LIMIT_S."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})  # with a profile, and so a cache, of its own
    page.set_default_timeout(1000 * LIMIT_S)
    start = time.perf_counter()
    try:
        page.goto(f"{server.url}voila/render/{LESSON}", wait_until="commit")
        page.locator(SLIDER).first.wait_for()
        before = page.locator(ANSWER).first.text_content()
        page.locator(SLIDER).first.press("ArrowRight")
        page.wait_for_function(
            "([node, old]) => document.querySelector(node).textContent !== old", arg=[ANSWER, before]
        )
        return min(time.perf_counter() - start, LIMIT_S)
    except NothingCame:
        return LIMIT_S
    finally:
        page.goto("about:blank")  # the tab is closed: its kernel goes
        page.close()
