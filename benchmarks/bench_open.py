"""How long from opening a lesson in Voila to its first widget? Beside Voila as it comes, opened in turn.

The first widget counts as there once it is drawn and in sight. Every open is a first visit, with an empty cache.
"Forks" is this server as it comes: the lesson has been run once, and the visitor's kernel is a fork. "Cold" starts a
kernel and runs the lesson; "preheated" (one kernel waits) finds the lesson already run, and no other kernel at work.
"Forks off" is this server with kernels that are processes of their own, preheated. A page may hang (stock Voila's do at
times, see widgets_lib/app/fixes/lost_wakeup.py): it is given up after LIMIT_S, counted as that long, and the row says
how often. The last row counts hangs alone, without a browser, on a page of 20 `interact` cells: hung is a page that has
not come to its end and of which nothing more comes for STALL_S. Most of stock Voila's do, so there it is opened once
for five times here.

All of it takes about an hour and a half; --quick opens one lesson, in less than five minutes.
"""

import time
import urllib.request
from contextlib import ExitStack, suppress

from playwright.sync_api import TimeoutError as NothingCame

from benchmarks import _lessons
from benchmarks._lessons import BEFORE, CULLING, FORKS, PREHEATED, STOCK
from benchmarks._table import compared, row
from tests.support import servers
from tests.support.chromium import chromium

REFILL_S = 3  # after a kernel was taken: by then the other servers' pages are open, and all can refill at once
RAN = "with open('runs', 'a') as runs: runs.write('.')"  # in the lesson's last cell: how often it has run to its end
LIMIT_S, STALL_S = 45.0, 8
WIDGET = ".wl"
MANY = ["from ipywidgets import interact"] + 20 * ["interact(lambda n: print(n), n=(0, 10));"]
OURS = (PREHEATED, "--pool_size=1", f"--VoilaKernelManager.fill_delay={REFILL_S}")
STOCK_PREHEATED = CULLING | {
    "VoilaConfiguration": {"preheat_kernel": True},
    "VoilaKernelManager": {"kernel_pools_config": {"default": {"pool_size": 1}}},
}
SERVERS = {  # in the order in which they are opened: one that refills at once comes last
    FORKS: (FORKS, OURS, CULLING),
    f"{STOCK}, cold": (STOCK, (), CULLING),
    f"{BEFORE}, preheated": (BEFORE, OURS, CULLING),
    f"{STOCK}, preheated": (STOCK, (), STOCK_PREHEATED),
}


def figures(quick=False):
    """Yield a row for each lesson, then one for hangs."""
    lessons = _lessons.notebooks(_lessons.NAMES[-1:] if quick else _lessons.NAMES, RAN)
    with chromium() as browser:
        for name, lesson in lessons.items():
            yield opened(browser, name, lesson, 3 if quick else 10)
    yield _hangs(5 if quick else 300)


def opened(browser, name, lesson, rounds):
    """The row of a lesson that each server opens so many times, in turn."""
    with ExitStack() as stack:
        kinds = [kind for kind in SERVERS if SERVERS[kind][0] in (*_lessons.own(), STOCK)]
        started = {kind: stack.enter_context(serve(kind, name, lesson)) for kind in kinds}
        if FORKS in started:
            _lessons.wait_until_filled(started[FORKS], 1)
        return in_turn(browser, started, name, rounds)


def in_turn(browser, started, name, rounds):
    """The row of a lesson that each of these {kind: server} opens so many times."""
    seconds = {kind: [] for kind in started}
    awaited = {kind: 1 for kind in started if "preheated" in kind}
    for _ in range(rounds):
        wait_for_runs(started, awaited)
        for kind, server in started.items():
            if kind in awaited:
                awaited[kind] = _runs(server) + 1
            seconds[kind].append(_open(browser, server, name))
    return _compared(f"open {name}", seconds)


def serve(kind, name, lesson):
    """One of SERVERS with a lesson, as a context manager."""
    which, options, stock = SERVERS[kind]
    return _lessons.serve(which, {name: lesson}, *options, stock=stock)


def _compared(figure, seconds):
    """A row that also says how many of the opens hung."""
    (kind, own), *peers = seconds.items()
    found = compared(f"{figure}, {kind}", own, dict(peers))
    for name, each in seconds.items():
        if hung := each.count(LIMIT_S):
            found["beside"] += f"; {name}: {hung} of {len(each)} opens hung, counted as {LIMIT_S:.0f} s"
    return found


def wait_for_runs(started, awaited):
    """Until the lesson has come to its end so many times on each server; one that hangs shows when it is opened."""
    with suppress(TimeoutError):
        servers.wait_until(lambda: all(_runs(started[name]) >= awaited[name] for name in awaited), "", 2 * LIMIT_S)
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
    """The row that says how many pages did not come to their end; this server runs each for its visitor."""
    opens = {BEFORE: opens, STOCK: opens // 5}
    hung = dict.fromkeys(opens, 0)
    with ExitStack() as stack:
        started = {kind: stack.enter_context(_lessons.serve(kind, {"many.ipynb": MANY})) for kind in opens}
        for turn in range(opens[BEFORE]):
            for kind, server in started.items():
                if turn % (opens[BEFORE] // opens[kind]) == 0:
                    hung[kind] += _hangs_once(server)
    figure = f"hung, of {opens[BEFORE]} opens of 20 `interact` cells"
    return row(figure, str(hung[BEFORE]), beside=f"{STOCK}: {hung[STOCK]} of {opens[STOCK]}")


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
