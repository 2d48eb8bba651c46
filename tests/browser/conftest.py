"""A real Chromium against Voila and JupyterLab.

`clean_page` is the page to use: it fails the test on a console error, an uncaught exception or a request that
leaves the machine. `voila_page`, `open_lab` and `open_notebook7` open notebooks in it; `pages.run_all(page)` runs one in
JupyterLab.

Tests use one page after another, which saves half of what it costs to open a notebook: its scripts are compiled once.
What can't be undone, a script for every document or a clock, needs a page of its own: a test that asks for `context`
gets one in it. A lesson in the app is run once for all tests of `one_process(lesson)`: `lesson_page`.
"""

import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.support import chromium, servers
from tests.support.lesson_page import LessonPage
from tests.support.pages import USUAL_MEDIA, VIEWPORT, open_lesson, open_notebook, run_all, watch

expect.set_options(timeout=30_000)  # what is waited for comes late on a busy machine
FAILED = pytest.StashKey()


def pytest_collection_modifyitems(items):
    """The tests of one process, as of a lesson, follow one another: they share what is open."""
    places = {}

    def place(item):
        group = item.get_closest_marker("xdist_group")
        return places.setdefault(group.args if group else item.nodeid, len(places))

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


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
    asked = [request.getfixturevalue(name) for name in {"voila", "scratch_voila"} & set(request.fixturenames)]
    before = [server.kernels() for server in asked]  # a lesson may be open in its own page
    yield page
    page.goto("about:blank")
    servers.wait_until(lambda: [server.kernels() for server in asked] == before, "the server still has a kernel")


@pytest.fixture
def clean_page(page):
    with watch(page) as problems:
        yield page
        page.goto("about:blank")  # what a lesson says as it is left counts too
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def _lesson_page(browser, voila):
    page = LessonPage(browser, voila)
    yield page
    page.close()


@pytest.fixture
def lesson_page(_lesson_page, request):
    """lesson_page("03_matmul.ipynb") -> the lesson's page in the app, as after a first visit: nothing is answered.

    All answers are shown, as for a teacher; with veiled=True they wait for predictions. With again=False the page is as
    the last test has left it.
    """
    yield _lesson_page.open
    if request.node.stash[FAILED]:
        _lesson_page.close()
    _lesson_page.check()


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
    with servers.lab(tmp_path_factory.mktemp("lab"), logs, forks=True) as server:
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
def open_in(request, browser):
    """open_in("app" or "notebook", "03_matmul.ipynb") -> the page of the lesson in Voila or JupyterLab, run to its end.

    It asks for `browser` as all do: else there would be a second one, for tests without "chromium" in their name.
    """

    def open_in(host, name):
        if host == "app":
            return request.getfixturevalue("lesson_page")(name)
        page = request.getfixturevalue("open_lab")(servers.ROOT / "lessons" / name)
        assert run_all(page) == []
        return page

    return open_in
