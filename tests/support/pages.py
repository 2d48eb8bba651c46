"""Opening a notebook in a page, running it, and what a clean page must not do."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

READY = "document.documentElement?.dataset.lesson === 'ready'"
DRAWN_MS = 60_000
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}


def is_local(url):
    address = urlsplit(url)
    return address.scheme in ("data", "blob", "about") or address.hostname in ("localhost", "127.0.0.1")


def watch(page):
    """The list into which console errors, uncaught exceptions and requests off this machine are written."""
    problems = []

    def on_console(message):
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location})")

    def on_request(request):
        if not is_local(request.url):
            problems.append(f"outside request: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.on("request", on_request)
    page.on("websocket", on_request)
    return problems


def open_lesson(page, server, name):
    """Opens a lesson in Voila and waits until it has run to its end and its widgets are drawn."""
    # Voila streams the page while the cells run: "load" comes only after the last of them.
    page.goto(f"{server.url}voila/render/{name}", wait_until="commit")
    page.wait_for_function(READY, timeout=120_000)
    return page


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
