"""How long from opening a lesson in Voila to its first widget? Beside Voila as it comes, opened in turn.

The first widget counts as there once it is drawn and in sight. Every open is a first visit, with an empty cache.
"Cold" starts a kernel and runs the lesson; "preheated" (one kernel waits) finds the lesson already run, and no other
kernel at work. A page may hang (stock Voila's do at times, see widgets_lib/app/fixes/lost_wakeup.py): it is given up
after LIMIT_S, counted as that long, and the row says how often. The last row counts hangs alone, without a browser, on
a page of 20 `interact` cells: hung is a page that has not come to its end and of which nothing more comes for STALL_S.
Most of stock Voila's do, so there it is opened once for five times here.

All of it takes about an hour and a quarter; --quick opens one lesson.
"""

import json
import shutil
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as NothingCame

from benchmarks._table import compared, row
from tests.support import servers
from tests.support.chromium import chromium

LESSONS = sorted(path.name for path in (servers.ROOT / "lessons").glob("*.ipynb"))
REFILL_S = 3  # after a kernel was taken: by then the other server's page is open, and both can refill at once
PREHEATED = ("--preheat_kernel=True", "--pool_size=1", f"--VoilaKernelManager.fill_delay={REFILL_S}")
RAN = "with open('runs', 'a') as runs: runs.write('.')"  # in the lesson's last cell: how often it has run to its end
LIMIT_S, STALL_S = 45.0, 8
WIDGET = ".wl"
MANY = ["from ipywidgets import interact"] + 20 * ["interact(lambda n: print(n), n=(0, 10));"]
STOCK = "stock Voila"


def figures(quick=False):
    """Yield a row for each lesson with cold and one with preheated kernels, then one for hangs."""
    lessons = LESSONS[-1:] if quick else LESSONS
    for lesson in lessons:
        cold = _opens(lesson, False, 2 if quick else 30)
        yield _compared(f"open {lesson}, cold", cold["own"], {STOCK: cold[STOCK]})
        warm = _opens(lesson, True, 2 if quick else 30)
        peers = {f"{STOCK}, cold": cold[STOCK], f"{STOCK}, preheated too": warm[STOCK]}
        yield _compared(f"open {lesson}, preheated", warm["own"], peers)
    yield _hangs(5 if quick else 300)


def _opens(lesson, preheated, rounds):
    """Seconds of each open, by server: as many rounds of one open each."""
    seconds = {"own": [], STOCK: []}
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        started = {name: stack.enter_context(server(name, lesson, preheated)) for name in seconds}
        awaited = dict.fromkeys(started, 1)
        for _ in range(rounds):
            if preheated:
                wait_for_runs(started, awaited)
            for name, server in started.items():
                awaited[name] = _runs(server) + 1
                seconds[name].append(_open(browser, server, lesson))
    return seconds


def _compared(figure, own, peers):
    """A row that also says how many of the opens hung."""
    opened = compared(figure, own, peers)
    for name, each in {"own": own, **peers}.items():
        if hung := each.count(LIMIT_S):
            opened["beside"] += f"; {name}: {hung} of {len(each)} opens hung, counted as {LIMIT_S:.0f} s"
    return opened


@contextmanager
def server(name, lesson, preheated):
    with tempfile.TemporaryDirectory() as folder:
        root, logs = Path(folder, "lessons"), Path(folder)
        root.mkdir()
        if lesson in LESSONS:
            shutil.copytree(servers.ROOT / "lessons" / "assets", root / "assets")
            notebook = nbformat.read(servers.ROOT / "lessons" / lesson, as_version=4)
            notebook.cells.append(nbformat.v4.new_code_cell(RAN))
        else:
            notebook = MANY
        servers.write_notebook(notebook, root / lesson)
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


def wait_for_runs(started, awaited):
    """Until the lesson has come to its end so many times on each server; one that hangs shows when it is opened."""
    with suppress(TimeoutError):
        servers.wait_until(lambda: all(_runs(started[name]) >= awaited[name] for name in started), "", 2 * LIMIT_S)
    time.sleep(0.5)  # the server writes down what the last cell gave


def _runs(server):
    written = server.root / "runs"
    return len(written.read_text()) if written.exists() else 0


def _open(browser, server, lesson):
    """Seconds from asking for the page to its first widget, at most LIMIT_S."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})  # with a profile, and so a cache, of its own
    page.set_default_timeout(1000 * LIMIT_S)
    start = time.perf_counter()
    try:
        page.goto(f"{server.url}voila/render/{lesson}", wait_until="commit")
        page.locator(WIDGET).first.wait_for(state="visible")
        return min(time.perf_counter() - start, LIMIT_S)
    except NothingCame:
        return LIMIT_S
    finally:
        page.goto("about:blank")  # the tab is closed: its kernel goes
        page.close()


def _hangs(opens):
    """A row that counts the pages that never came to their end."""
    opens = {"own": opens, STOCK: opens // 5}
    hung = dict.fromkeys(opens, 0)
    with ExitStack() as stack:
        started = {name: stack.enter_context(server(name, "many.ipynb", False)) for name in opens}
        for turn in range(opens["own"]):
            for name, server in started.items():
                if turn % (opens["own"] // opens[name]) == 0:
                    hung[name] += _hangs_once(server)
    figure = f"hung, of {opens['own']} opens of 20 `interact` cells"
    return row(figure, str(hung["own"]), beside=f"{STOCK}: {hung[STOCK]} of {opens[STOCK]}")


def _hangs_once(server):
    """Loads the page as it is streamed, and closes its tab."""
    page = b""
    try:
        with urllib.request.urlopen(f"{server.url}voila/render/many.ipynb", timeout=STALL_S) as reply:
            while more := reply.read1():
                page += more
        return False
    except TimeoutError:
        return True
    finally:
        server.close_tab(page.decode(errors="replace"))
