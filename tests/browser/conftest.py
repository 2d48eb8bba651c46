"""A real Chromium against Voila and JupyterLab.

`clean_page` is the page to use: it fails the test on a console error, an uncaught exception or a request that
leaves the machine. `open_voila`, `voila_page`, `open_lab` and `open_notebook7` open notebooks in it;
`pages.run_all(page)` runs one in JupyterLab.

Tests use one page after another, which saves half of what it costs to open a lesson: its scripts are compiled once.
What can't be undone, a script for every document or a clock, needs a page of its own: a test that asks for `context`
gets one in it.
"""

import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.support import chromium, servers
from tests.support.pages import open_lesson, open_notebook, run_all, watch

expect.set_options(timeout=30_000)  # what is waited for comes late on a busy machine
VIEWPORT = {"width": 1280, "height": 720}
USUAL_MEDIA = {"media": "screen", "color_scheme": "light", "reduced_motion": "no-preference"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The machine's own Chromium where there is one ($CHROMIUM names another), else Playwright's."""
    path = chromium.executable()
    return {**browser_type_launch_args, **({"executable_path": path} if path else {}), "args": chromium.ARGUMENTS}


@pytest.fixture(scope="session")
def shared_page(browser):
    """The page that tests use one after the other."""

    def refuse(*_, **__):
        raise AssertionError("this stays for the tests that follow: ask for `context`, too, to have a page of your own")

    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.add_init_script = page.clock.install = refuse
    yield page
    context.close()


def make_as_new(page):
    """Undoes what a test may have done to a page, as far as that can be undone."""
    page.set_viewport_size(VIEWPORT)
    page.emulate_media(**USUAL_MEDIA)
    page.unroute_all()
    page.mouse.move(0, 0)
    page.context.clear_cookies()
    devtools = page.context.new_cdp_session(page)
    for server in servers.RUNNING:
        devtools.send("Storage.clearDataForOrigin", {"origin": server.url.rstrip("/"), "storageTypes": "all"})
    devtools.detach()


@pytest.fixture
def page(request):
    """An empty page; it is left at the end, and every kernel given back: what asks for that dies with the browser."""
    if "context" in request.fixturenames:
        page = request.getfixturevalue("context").new_page()
    else:
        page = request.getfixturevalue("shared_page")
        make_as_new(page)
    yield page
    page.goto("about:blank")
    for name in {"voila", "scratch_voila"} & set(request.fixturenames):
        server = request.getfixturevalue(name)
        servers.wait_until(lambda server=server: server.kernels() == 0, "the server still has a kernel")


@pytest.fixture
def clean_page(page):
    with watch(page) as problems:
        yield page
        page.goto("about:blank")  # what a lesson says as it is left counts too
    assert not problems, "\n".join(problems)


def show_all(page, server):
    """Chooses "Show all" for the lessons of a server: from a page of its address that asks it for nothing."""
    address = f"{server.url}nothing"
    page.route(address, lambda route: route.fulfill(body="<link rel=icon href='data:,'>", content_type="text/html"))
    page.goto(address)
    page.evaluate("localStorage.setItem('tensor-foundations.answers', 'shown')")
    page.unroute(address)


@pytest.fixture
def open_voila(voila, clean_page):
    """open_voila("03_matmul.ipynb") -> the page, once the lesson has run and its widgets are drawn.

    All answers are shown, as for a teacher; with veiled=True they wait for predictions.
    """

    def open_voila(name, veiled=False):
        if not veiled:
            show_all(clean_page, voila)
        return open_lesson(clean_page, voila, name)

    return open_voila


@pytest.fixture
def voila_page(scratch_voila, clean_page, request):
    """voila_page(["code", ("md", "# text"), …]) -> the page of a notebook made of these cells."""

    def voila_page(cells):
        name = f"{request.node.name.replace('/', '_')}.ipynb"
        servers.write_notebook(cells, scratch_voila.root / name)
        return open_lesson(clean_page, scratch_voila, name)

    return voila_page


@pytest.fixture(scope="session")
def lab(logs, tmp_path_factory):
    """JupyterLab on an empty folder."""
    with servers.lab(tmp_path_factory.mktemp("lab"), logs) as server:
        yield server


@pytest.fixture
def open_lab(lab, clean_page):
    """open_lab(cells_or_path) -> the page with the notebook open in JupyterLab; a path is copied there."""
    yield _opener(lab, clean_page, "doc/tree/{name}?reset")
    clean_page.goto("about:blank")  # first: a page that sees its kernel go has errors to report
    lab.end_kernels()


@pytest.fixture
def open_notebook7(lab, clean_page):
    """The same in Notebook 7, which shares JupyterLab's parts and server, but not its page."""
    yield _opener(lab, clean_page, "notebooks/{name}")
    clean_page.goto("about:blank")
    lab.end_kernels()


def _opener(lab, page, address):
    def open_it(notebook, name="lesson.ipynb"):
        if isinstance(notebook, str | os.PathLike):
            name = os.path.basename(notebook)
            shutil.copy(notebook, lab.root / name)
        else:
            servers.write_notebook(notebook, lab.root / name)
        return open_notebook(page, lab.url + address.format(name=name))

    return open_it


@pytest.fixture
def open_in(request):
    """open_in("app" or "notebook", "03_matmul.ipynb") -> the page of the lesson in Voila or JupyterLab, run to its end."""

    def open_in(host, name):
        if host == "app":
            return request.getfixturevalue("open_voila")(name)
        page = request.getfixturevalue("open_lab")(servers.ROOT / "lessons" / name)
        assert run_all(page) == []
        return page

    return open_in
