"""The built site in a real Chromium, served as plain files below a folder; nothing else can be reached."""

import functools
import http.server
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from static_edition.build import build
from static_edition.execute import ROOT
from tests.support.chromium import chromium
from tests.support.pages import watch

ALIVE = "html[data-widgets=alive]"
expect.set_options(timeout=30_000)  # Python starts in seconds where nothing else runs


class _Files(http.server.SimpleHTTPRequestHandler):
    """As a plain web space has it: types by suffix, nothing about caching, and a page for what is not there."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        **{".mjs": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"},
    }

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site():
    """The folder of the built site: `make site` has made it, or $TENSOR_FOUNDATIONS_SITE names it."""
    folder = Path(os.environ.get("TENSOR_FOUNDATIONS_SITE", ROOT / "site"))
    if not (folder / "index.html").exists():
        build_apart(folder, [], ROOT / "lessons", ROOT / "build/static_edition")
    return folder


def build_apart(*arguments, **options):
    """Build a site in a thread of its own: in this one the browser's event loop runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(build, *arguments, **options).result()


@contextmanager
def served(root):
    """The address of a folder that is served."""
    server = http.server.ThreadingHTTPServer(("localhost", 0), functools.partial(_Files, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def address(site, tmp_path_factory):
    """The site's address, below a folder as GitHub Pages serves a project."""
    root = tmp_path_factory.mktemp("pages")
    (root / "course").symlink_to(site)
    with served(root) as address:
        yield f"{address}course/"


@pytest.fixture(scope="session")
def chrome():
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(chrome, address):
    """`visit(page_address, …)` opens a page of the site for a visitor of its own and waits until what is near is alive.

    Errors in the console, uncaught exceptions and requests to other machines fail the test.
    """
    with ExitStack() as ends:
        context = chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        ends.callback(context.close)
        problems = []

        def visit(name, wait=ALIVE, page=None, loud=True):
            if page is None:
                page = context.new_page()
                found = ends.enter_context(watch(page))
                if loud:
                    problems.append(found)
            page.goto(address + name)
            if wait:
                page.wait_for_selector(wait)
            return page

        visit.context = context
        yield visit
        said = [line for found in problems for line in found]
        assert not said, "\n".join(said)


def show_all(page):
    """What waits for a prediction is shown."""
    button = page.get_by_role("button", name="Show all")
    if button.count() and button.get_attribute("aria-pressed") == "false":  # a choice that is kept
        button.click()


def widget(page, model):
    """The widget of this name, on the screen and alive."""
    place = page.locator(f"[data-model={model}]")
    place.scroll_into_view_if_needed()
    expect(page.locator(f"[data-model={model}][data-alive]")).to_have_count(1)
    return place


def until(page, expression):
    """Wait until this is so; a page's policy forbids what Playwright's own wait does."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)
