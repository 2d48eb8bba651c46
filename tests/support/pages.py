"""Opening a notebook in a page, running it, restarting it, and what a clean page must not do."""

import re
from contextlib import contextmanager
from urllib.parse import urlsplit
from weakref import WeakSet

from playwright.sync_api import expect

from tests.support import servers

READY = "document.documentElement?.dataset.lesson === 'ready'"
DRAWN_MS = 60_000
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# JupyterLab's own word in the console, of a request that was on its way when the kernel was restarted or ended.
CANCELLED = re.compile(r"Canceled future for \w+ message before replies were done")
NOTEBOOKS_OWN = (  # Notebook 7.6 on JupyterLab 4.6 throws them as it starts, whatever the notebook
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)
VIEWPORT = {"width": 1280, "height": 720}
USUAL_MEDIA = {"media": "screen", "color_scheme": "light", "reduced_motion": "no-preference"}
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}


_lost_kernel = WeakSet()  # pages whose kernel a test has restarted or ended


def is_local(url):
    address = urlsplit(url)
    return address.scheme in ("data", "blob", "about") or address.hostname in ("localhost", "127.0.0.1")


@contextmanager
def watch(page):
    """The list into which console errors, uncaught exceptions and requests off this machine are written meanwhile."""
    problems = []
    _lost_kernel.discard(page)

    def is_expected(text):
        return page in _lost_kernel and CANCELLED.search(text)

    def on_console(message):
        if message.type == "error" and not is_expected(message.text):
            problems.append(f"console: {message.text} ({message.location})")

    def on_error(error):
        notebooks_own = "/notebooks/" in page.url and str(error) in NOTEBOOKS_OWN
        if not notebooks_own and not is_expected(str(error)):
            problems.append(f"uncaught: {error}")

    def on_request(request):
        if not is_local(request.url):
            problems.append(f"outside request: {request.url}")

    listeners = {"console": on_console, "pageerror": on_error, "request": on_request, "websocket": on_request}
    for event, listener in listeners.items():
        page.on(event, listener)
    yield problems
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def open_lesson(page, server, name):
    """Opens a lesson in Voila and waits until it has run to its end and its widgets are drawn."""
    # Voila streams the page while the cells run: "load" comes only after the last of them.
    page.goto(f"{server.url}voila/render/{name}", wait_until="commit")
    page.wait_for_function(READY, timeout=120_000)
    return page


def open_notebook(page, url):
    """Opens a notebook in JupyterLab or Notebook 7 and waits until its kernel is there."""
    page.goto(url)
    page.wait_for_function(IDLE, timeout=60_000)
    return page


def wait_for_answers(page):
    """Waits until the kernel of a lesson in Voila has answered all that the page has sent, and the page has heard it."""
    page.evaluate(
        """async () => {
             await globalThis.live?.kernel.answered();
             const { kernel } = globalThis.jupyterapp?.widgetManager ?? {};
             if (!kernel) return; // the page draws all by itself
             const answered = new Promise((resolve) => kernel.iopubMessage.connect(function look(_, message) {
               const idle = message.header.msg_type === "status" && message.content.execution_state === "idle";
               if (!idle || message.parent_header.msg_type !== "comm_info_request") return;
               kernel.iopubMessage.disconnect(look);
               resolve();
             }));
             await kernel.requestCommInfo({});
             await answered;
           }"""
    )


def hear_that_python_has_stopped(page, server):
    """Waits until the server has lost its only kernel, and lets the page ask at once and not at its next heartbeat."""
    servers.wait_until(lambda: server.kernels() == 0, "the server still has a kernel")
    page.evaluate("dispatchEvent(new Event('online'))")


def ask_of_kernel(page, request):
    """Restarts or ends the kernel of the notebook open in JupyterLab or Notebook 7, as in `restart()`.

    `watch` then passes over what JupyterLab says of requests that this cancels.
    """
    _lost_kernel.add(page)
    page.evaluate(f"window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.{request}")


def run_all(page):
    """Runs every cell of the notebook open in JupyterLab, waits for the last; returns the texts of its errors."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget.content.widgets.every(
             ({ model }) => model.type !== 'code' || !model.sharedModel.source.trim()
                            || (model.executionCount !== null && model.executionState !== 'running'))""",
        timeout=120_000,
    )
    return page.evaluate(
        """window.jupyterapp.shell.currentWidget.content.widgets
             .flatMap(({ model }) => model.outputs?.toJSON() ?? [])
             .filter(output => output.output_type === 'error')
             .map(({ ename, evalue }) => `${ename}: ${evalue}`)"""
    )


def expect_widgets(page, widgets):
    """Waits until the page holds so many widgets of each stem, {"stepper": 4, …}."""
    for stem, count in widgets.items():
        expect(page.locator(f".wl-{stem}")).to_have_count(count, timeout=DRAWN_MS)


def expect_a_picture_first(page):
    """A lesson opens with a widget in the upper half of its first screen, and the set-up cell is out of sight."""
    height = page.viewport_size["height"]
    page.wait_for_function(f"document.querySelector('.wl').getBoundingClientRect().top < {height / 2}")
    expect(page.get_by_text("importlib")).to_have_count(0)


def expect_it_fits(page):
    """A lesson on a phone, a laptop, a projector: no sideways scrolling, and its widgets on the theme's paper."""
    for width in (360, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 1080})
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
    for scheme, paper in PAPER.items():
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            """paper => [...document.querySelectorAll('.wl')]
                 .every(widget => getComputedStyle(widget).backgroundColor === paper)""",
            arg=paper,
        )
