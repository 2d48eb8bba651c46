"""Draws the pictures on the course home's cards: `make pictures`, or one of them with `LESSON=09_convolution`.

Each lesson's metadata names its hero widget. It is opened in Voila and Chromium, its drawing alone is photographed in
the light and in the dark theme, and what the drawing says to a screen reader becomes the picture's alternative text.
Writes NAME-light.png, NAME-dark.png and pictures.json into lessons/assets/.
"""

import base64
import json
import sys
import tempfile
from dataclasses import dataclass

from scripts import facts
from tests.support import catalog, servers
from tests.support.chromium import chromium
from tests.support.pages import open_lesson

ASSETS = facts.ROOT / "lessons/assets"
SIZE = 704, 440  # pixels: a card's picture at twice its size
MARGIN = 0.06

ALONE = """
.bar, .contents, .jp-Cell-inputWrapper, .onward, #progress, .wl-controls, .wl-caption, .wl-error {
  display: none !important
}
#lesson { width: %dpx; max-width: none !important; margin: 400px !important; padding: 0 !important }
"""


@dataclass(frozen=True)
class Scene:
    """How a widget is shown in a picture the size of a card. The defaults show any widget as it opens."""

    expression: str = ""  # that makes it, where the widget's own example is not what the card shows
    press: str = ""  # a button
    until: str = ""  # what holds, in JavaScript, once that button's work is done
    width: int = 960  # of the widget, in CSS pixels: narrower means larger in the picture
    css: str = ""  # what is left out
    alt: str = ""  # the alternative text, where the drawing has none that stands alone


# What cannot be derived: one bold motif for each lesson, to be read at a card's size, without words. A widget that is
# not here is shown with the defaults.
SCENES = {
    "BroadcastExplorer": Scene(
        expression="wl.BroadcastExplorer(numpy.arange(1, 10).reshape(3, 3), numpy.array([10, 20, 30]))",
        width=360,
        css=".wl-top, figcaption, .wl-between, .wl-term:not(:nth-child(2)) { display: none !important }",
        alt="A row of three numbers, used again for two more rows: the copies are dashed",
    ),
    "DescentExplorer": Scene(
        expression="wl.DescentExplorer('plane', lr=1.2)",
        press="10 steps",
        until="document.querySelector('.wl-descent').textContent.includes('After 10 steps')",
        width=480,
        css=".wl-arithmetic, .wl-legend, .wl-quiet, .wl-chart text, figcaption, .wl-stage p { display: none !important }",
        alt="Lines of equal loss around a valley, and a ball that goes down into it step by step, from side to side",
    ),
    "DigitViewer": Scene(
        expression="wl.DigitViewer(row=7, column=10)",
        width=600,
        css=".wl-side, .wl-stage > :not(.wl-bench), .wl-stage svg text { display: none !important }",
        alt="A handwritten 5 of 28 × 28 pixels; one row, one column and the pixel where they meet are marked",
    ),
    "EinsumExplorer": Scene(
        expression="wl.EinsumExplorer('ik,kj->ij', (2, 3), (3, 2))",
        width=640,
        css=".wl-panes, .wl-more, .wl-problem, .wl-stage .wl-quiet, .wl-stage p { display: none !important }",
        alt="Two matrices and their product, with a letter on each axis: a row i and a column j make one cell",
    ),
    "IteratorTape": Scene(
        expression="wl.IteratorTape(list(range(1, 13)), take=4)",
        press="list(iter(lambda: list(islice(it, 4)), []))",
        until="document.querySelector('.wl-transcript').textContent.includes('11, 12')",
        width=520,
        css=".wl-transcript { display: none !important }",
        alt="Twelve values on a tape, taken four at a time into the rows of a matrix; the bookmark stands at the end",
    ),
    "KernelGrid": Scene(
        expression="wl.KernelGrid(20, 11, threads=(8, 8), cell=(17, 9))",
        width=400,
        css=".wl-overview, .wl-side, .wl-facts, figcaption, .wl-number { display: none !important }",
        alt="A block of threads over the corner of a matrix: one thread reads a row and a column, the hatched ones are idle",
    ),
    "LoopStepper": Scene(
        expression="wl.LoopStepper(strategy='dot', m=2, k=2, n=3)",
        press="one step",
        until="document.querySelector('.wl-cell.wl-on-i, .wl-cell.wl-on')",
        width=760,
        css=".wl-side, .wl-equations, .wl-stage > :not(.wl-bench) { display: none !important }",
        alt="A row of one matrix meets a column of another, and their products add up to one element of the result",
    ),
    "MeanDigit": Scene(
        expression="wl.MeanDigit()",
        width=560,
        css=".wl-newest, .wl-arrow, figcaption, .wl-stage svg text, .wl-halo, .wl-pixel { display: none !important }",
        alt="The mean of 6,131 handwritten threes: dark where all agree, grey where they differ",
    ),
    "RandomStream": Scene(
        expression="wl.RandomStream(show='pairs')",
        width=700,
        css=".wl-portrait > :not(.wl-squares), .wl-stage p, .wl-stage text { display: none !important }",
        alt="Pairs of draws in two squares: one generator lays them on a few lines, the other fills its square",
    ),
}

# The smallest rectangle around every mark of the drawing, and what the drawing is called.
MEASURE = """() => {
  const stage = document.querySelector('.wl-stage');
  const marks = [...stage.querySelectorAll('rect, text, path, circle, line, canvas, image, td, th, li, span, b')];
  const boxes = marks.map(mark => mark.getBoundingClientRect()).filter(box => box.width > 1 && box.height > 1);
  const left = Math.min(...boxes.map(box => box.left)), right = Math.max(...boxes.map(box => box.right));
  const top = Math.min(...boxes.map(box => box.top)), bottom = Math.max(...boxes.map(box => box.bottom));
  const named = stage.querySelector(':is(svg, canvas, [role=img], [role=group])[aria-label]');
  return { x: left + scrollX, y: top + scrollY, width: right - left, height: bottom - top,
           says: named?.getAttribute('aria-label') ?? stage.closest('.wl').getAttribute('aria-label') };
}"""


def expression(widget):
    """The Python that makes a widget for its card, given its class's name."""
    return SCENES.get(widget, Scene()).expression or catalog.widget_expressions()[widget]


def clip_around(box):
    """A rectangle of the card's shape with the drawing in its middle; a drawing taller than that is cut below."""
    width = box["width"] * (1 + 2 * MARGIN)
    height = width * SIZE[1] / SIZE[0]
    wanted = box["height"] * (1 + 2 * MARGIN)
    if height < wanted < 2 * height:
        width, height = wanted * SIZE[0] / SIZE[1], wanted
    x = box["x"] - (width - box["width"]) / 2
    y = box["y"] - max((height - box["height"]) / 2, MARGIN * box["width"])
    return {"x": x, "y": y, "width": width, "height": height, "scale": SIZE[0] / width}


def draw(browser, server, name, widget):
    """Writes both pictures of a lesson; returns what they say."""
    scene = SCENES.get(widget, Scene())
    cell = f"import numpy\nimport widgets_lib as wl\n{expression(widget)}"
    servers.write_notebook([cell], server.root / f"{name}.ipynb")
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    open_lesson(page, server, f"{name}.ipynb")
    page.locator(".wl-stage").wait_for()
    if scene.press:
        page.get_by_role("button", name=scene.press, exact=True).click()
        page.wait_for_function(scene.until, timeout=120_000)
    page.add_style_tag(content=ALONE % scene.width + scene.css)
    page.wait_for_timeout(500)  # the widget measures its new width
    page.evaluate("scrollTo(0, 0)")
    box = page.evaluate(MEASURE)
    devtools = page.context.new_cdp_session(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(500)  # and draws its canvases in the theme's colours
        shot = {"format": "png", "clip": clip_around(box), "captureBeyondViewport": True}
        png = base64.b64decode(devtools.send("Page.captureScreenshot", shot)["data"])
        (ASSETS / f"{name}-{theme}.png").write_bytes(png)
    page.goto("about:blank")  # the kernel is given back
    page.close()
    return scene.alt or box["says"]


def main(chosen):
    """Draws every lesson's picture, or those of the lessons named."""
    drawn = [lesson for lesson in facts.lessons() if not chosen or lesson["name"] in chosen]
    if not drawn:
        sys.exit(f"There is no lesson {' '.join(chosen)}.")
    file = ASSETS / "pictures.json"
    texts = json.loads(file.read_text("utf-8")) if file.exists() else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.voila(folder, folder) as server,
        chromium() as browser,
    ):
        for lesson in drawn:
            texts[lesson["name"]] = draw(browser, server, lesson["name"], lesson["hero"])
            print(lesson["name"], texts[lesson["name"]])
    file.write_text(json.dumps(dict(sorted(texts.items())), indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
