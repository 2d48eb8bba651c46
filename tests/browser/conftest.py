"""A real Chromium against Voila and JupyterLab.

`clean_page` is the page to use: it fails the test on a console error, an uncaught exception or a request that
leaves the machine. `open_voila`, `voila_page` and `open_lab` open notebooks in it;
`pages.run_all(page)` runs one in JupyterLab.
"""

import os
import shutil

import pytest

from tests.support import chromium, servers
from tests.support.pages import open_lesson, run_all, watch

# An empty page, which a test leaves for, has no storage.
SHOW_ALL = "if (location.protocol === 'http:') localStorage.setItem('tensor-foundations.answers', 'shown')"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The machine's own Chromium where there is one ($CHROMIUM names another), else Playwright's."""
    path = chromium.executable()
    return {**browser_type_launch_args, **({"executable_path": path} if path else {}), "args": chromium.ARGUMENTS}


@pytest.fixture
def page(page, request):
    """Playwright's page, left at the end, and every kernel given back: what asks for that dies with the browser."""
    yield page
    page.goto("about:blank")
    for name in {"voila", "scratch_voila"} & set(request.fixturenames):
        server = request.getfixturevalue(name)
        servers.wait_until(lambda server=server: server.kernels() == 0, "the server still has a kernel")


@pytest.fixture
def clean_page(page):
    problems = watch(page)
    yield page
    page.goto("about:blank")  # what a lesson says as it is left counts too
    assert not problems, "\n".join(problems)


@pytest.fixture
def open_voila(voila, clean_page):
    """open_voila("03_matmul.ipynb") -> the page, once the lesson has run and its widgets are drawn.

    All answers are shown, as for a teacher; with veiled=True they wait for predictions.
    """

    def open_voila(name, veiled=False):
        if not veiled:
            clean_page.add_init_script(SHOW_ALL)
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

    def open_lab(notebook, name="lesson.ipynb"):
        if isinstance(notebook, str | os.PathLike):
            name = os.path.basename(notebook)
            shutil.copy(notebook, lab.root / name)
        else:
            servers.write_notebook(notebook, lab.root / name)
        clean_page.goto(f"{lab.url}doc/tree/{name}?reset")
        clean_page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=60_000,
        )
        return clean_page

    yield open_lab
    clean_page.goto("about:blank")  # first: a page that sees its kernel go has errors to report
    lab.end_kernels()


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
