"""How long from a hand's move to the picture it makes? In Chromium, through Voila, beside `interact` with matplotlib.

Each widget shares a page with its peer, and they are moved in turn. The clock starts at the time that the browser gives
the key or pointer event and stops once a frame with all that the move changes has been laid out and painted; beside
stands when the change was made to the document. The peers draw what a notebook would: the ladder's bars on a log axis,
or 12×12 numbers with one of them lit. A widget that has no move in PAGES is moved by its first slider.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error

from benchmarks._table import compared, human, median, p95, row
from tests.support import servers
from tests.support.catalog import widget_expressions, widgets
from tests.support.chromium import chromium
from tests.support.pages import READY

OPEN_MS = 60_000
ACTION_MS = 20_000
PAUSE_MS = 250  # what a move sets going, in the kernel and as motion on the screen, is over before the next one
PEER = "`interact` + matplotlib"
OPENING = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact

import widgets_lib as wl
from widgets_lib.compute import matmul
"""
BARS = """
def draw(n=10):
    fig, ax = plt.subplots(figsize=(8, 5))
    seconds = [backend.python_steps(5, 784, n) * 1e-6 for backend in matmul.BACKENDS.values()]
    ax.barh([backend.title for backend in matmul.BACKENDS.values()], seconds)
    ax.set_xscale("log")
    plt.show()

interact(draw, n=(1, 200)).widget.add_class("peer");
"""
MATRIX = """
numbers = np.arange(144).reshape(12, 12)

def draw(p=0):
    fig, ax = plt.subplots(figsize=(6, 6))
    lit = np.zeros((12, 12))
    lit.flat[p] = 1
    ax.imshow(lit, cmap="Blues")
    for (i, j), number in np.ndenumerate(numbers):
        ax.text(j, i, str(number), ha="center", va="center")
    plt.show()

interact(draw, p=(0, 143)).widget.add_class("peer");
"""

# Resolves with the milliseconds from `event` to the change of the text or image behind the last of the selectors, and
# to the end of the frame that shows it.
ARM = """([selectors, event]) => {
  const read = (selector) => {
    const node = document.querySelector(selector);
    return node && (node.src || node.textContent);
  };
  const before = selectors.map(read);
  let start = null;
  window.addEventListener(event, ({ timeStamp }) => (start = timeStamp), { capture: true, once: true });
  window.moved = new Promise((resolve, reject) => {
    setTimeout(() => reject(`nothing happened to ${selectors}`), 20_000);
    const { port1, port2 } = new MessageChannel();
    let changed;
    port1.onmessage = () => resolve([changed - start, performance.now() - start]);
    const observer = new MutationObserver(() => {
      const drawn = ([selector, old]) => ![null, old].includes(read(selector));
      if (start === null || !selectors.map((selector, at) => [selector, before[at]]).every(drawn)) return;
      changed = performance.now();
      observer.disconnect();
      requestAnimationFrame(() => port2.postMessage(null)); // is delivered once this frame is painted
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}"""


@dataclass(frozen=True)
class Move:
    """What a hand does: `ready(page, turn)` prepares it and returns what does it; `watch` selects what it changes."""

    figure: str
    ready: Callable
    watch: tuple
    event: str = "keydown"


def press(selector, *keys, opens=None):
    """One of the keys, by turns, where `opens` is a disclosure that holds what is pressed."""

    def ready(page, turn):
        if opens:
            page.locator(opens).evaluate("details => { details.open = true }")
        page.locator(selector).focus()
        return lambda: page.keyboard.press(keys[turn % len(keys)])

    return ready


def enter(selector, *texts):
    """Enter, after one of the texts has been typed."""

    def ready(page, turn):
        page.locator(selector).fill(texts[turn % len(texts)])
        return lambda: page.keyboard.press("Enter")

    return ready


def type_last(selector, *texts):
    """The last letter of one of the texts, the others stand there already."""

    def ready(page, turn):
        text = texts[turn % len(texts)]
        page.locator(selector).fill(text[:-1])
        return lambda: page.keyboard.type(text[-1])

    return ready


def point(selector):
    """The pointer jumps to another of the 144 cells that `selector` has at {}."""

    def ready(page, turn):
        cell = page.locator(selector.format(31 * turn % 144))
        cell.scroll_into_view_if_needed()
        box = cell.bounding_box()
        return lambda: page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    return ready


def draw(pad, clear):
    """The pen goes on from a short stroke, on a sheet that is empty before."""

    def ready(page, turn):
        page.mouse.up()
        page.locator(clear).click()
        box = page.locator(pad).bounding_box()
        at = [(box["x"] + share * box["width"], box["y"] + share * box["height"]) for share in (0.3, 0.5, 0.7)]
        page.mouse.move(*at[0])
        page.mouse.down()
        page.mouse.move(*at[1], steps=4)
        return lambda: page.mouse.move(*at[2])

    return ready


def drag(selector, by):
    """What is held at its middle goes along with the pointer, to the right and to the left by turns."""

    def ready(page, turn):
        page.mouse.up()
        page.locator(selector).scroll_into_view_if_needed()
        box = page.locator(selector).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        side = by if turn % 2 else -by
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + side / 4, y)
        return lambda: page.mouse.move(x + side, y)

    return ready


CAPTION = ".wl .wl-caption"
PEER_MOVE = Move(PEER, press(".peer .noUi-handle", "ArrowRight"), (".peer img",))
PAGES = {
    "MatmulLadder": (
        "wl.MatmulLadder()",
        BARS,
        Move(
            "MatmulLadder: a size slider, through the kernel",
            press(".wl-ladder [aria-label^='n:']", "ArrowRight", "ArrowLeft"),
            (".wl-cost", "[data-key=python] .wl-steps"),
        ),
    ),
    "DigitViewer": (
        "wl.DigitViewer()",
        MATRIX,
        Move("DigitViewer: one pixel on", press(".wl-digit [role=application]", "ArrowRight", "ArrowLeft"), (CAPTION,)),
    ),
    "IteratorTape": (
        "wl.IteratorTape(range(100))",
        MATRIX,
        Move(
            "IteratorTape: one value taken, through the kernel",
            press(".wl-tape button:has-text('next(it)') >> nth=0", "Enter"),
            (CAPTION,),
        ),
    ),
    "LoopStepper": (
        "wl.LoopStepper()",
        MATRIX,
        Move(
            "LoopStepper: one step",
            press(".wl-stepper [aria-label='Python step']", "ArrowRight", "ArrowLeft"),
            (".wl-counts", ".wl-equations"),
        ),
    ),
    "Predict": (
        "wl.Predict('How many?', answer=3)",
        MATRIX,
        Move("Predict: an answer, through the kernel", enter(".wl-predict input", "3", "4"), (".wl-outcome",)),
    ),
    "RandomStream": (
        "wl.RandomStream()",
        MATRIX,
        Move("RandomStream: one draw", press(".wl-player input", "ArrowRight", "ArrowLeft"), (".wl-player output",)),
    ),
    "Roofline": (
        "wl.Roofline()",
        BARS,
        Move(
            "Roofline: a size slider, through the kernel",
            press(".wl-roofline [aria-label^='n:']", "ArrowRight", "ArrowLeft"),
            (".wl-roofline .wl-said-product", ".wl-roofline .wl-product"),
        ),
    ),
    "StrideExplorer": (
        "wl.StrideExplorer(np.arange(144).reshape(12, 12))",
        MATRIX,
        Move(
            "StrideExplorer, 12×12: a dial, through the kernel",
            press("[aria-label='stride of axis 0']", "ArrowDown", "ArrowUp"),
            (".wl-facts", "[data-e='143'] text"),
        ),
        Move("StrideExplorer, 12×12: a hover", point("[data-e='{}']"), (".wl-equation",), "pointerover"),
    ),
    "EinsumExplorer": (
        "wl.EinsumExplorer('pik,pkj->pij', (12, 12, 12), (12, 12, 12))",
        MATRIX,
        Move(
            "EinsumExplorer, 12×12×12: a size slider, through the kernel",
            press("[aria-label='size of k']", "ArrowLeft", "ArrowRight", opens=".wl-einsum .wl-more"),
            (".wl-einsum .wl-costs", ".wl-einsum .wl-panels"),
        ),
        Move(
            "EinsumExplorer, 12×12×12: a letter moved, through the kernel",
            press(".wl-controls .wl-tile[data-letter='p']", "ArrowRight"),  # what is typed moves it back
            (".wl-einsum .wl-fates", ".wl-einsum .wl-panels"),
        ),
        Move(
            "EinsumExplorer, 12×12×12: a letter typed, through the kernel",
            type_last(".wl-pane-equation textarea", "pik,pkj->pij", "pik,pkj->pji"),
            (".wl-einsum .wl-fates", ".wl-einsum .wl-panels"),
        ),
    ),
    "SimilarityExplorer": (
        "wl.SimilarityExplorer('draw', index=-1, ask=False)",
        MATRIX,
        Move(
            "SimilarityExplorer: the pen moved while drawing, through the kernel",
            draw(".wl-similarity .wl-pad", ".wl-similarity button:text-is('Clear')"),
            (".wl-similarity .wl-rows",),
            "pointermove",
        ),
    ),
    "DescentExplorer": (
        "wl.DescentExplorer()",
        BARS,
        Move(
            "DescentExplorer: the learning rate, through the kernel",
            press(".wl-descent [aria-label^='learning rate']", "ArrowRight", "ArrowLeft"),
            (".wl-descent .wl-arithmetic",),
        ),
        Move(
            "DescentExplorer: the ball dragged, through the kernel",
            drag(".wl-descent .wl-ball", by=40),
            (".wl-descent .wl-caption", ".wl-descent .wl-arithmetic"),
            "pointermove",
        ),
    ),
    "KernelGrid": (
        "wl.KernelGrid(50_000, 10)",
        MATRIX,
        Move(
            "KernelGrid, 50,000×10: threads along x, through the kernel",
            press(".wl-grid [aria-label='threads of a block along x']", "ArrowRight", "ArrowLeft"),
            (".wl-grid .wl-facts pre", ".wl-grid .wl-facts dl"),
        ),
    ),
    "BroadcastExplorer": (
        "wl.BroadcastExplorer((12, 12), (12,))",
        MATRIX,
        Move(
            "BroadcastExplorer, 12×12: a shape, through the kernel",
            enter("[aria-label='shape of b']", "12, 1", "12"),
            (".wl-verdicts",),
        ),
        Move(
            "BroadcastExplorer, 12×12: a hover",
            point(".wl-term:nth-child(3) .wl-cell[data-p='{}']"),
            (".wl-broadcasting .wl-caption",),
            "pointerover",
        ),
    ),
}


def page_of(name):
    """(the widget's expression, its peer, its moves) of a widget's class name."""
    if name in PAGES:
        return PAGES[name]
    stem = f".wl-{widgets()[name]._stem.name}"
    keys = press(f"{stem} .wl-controls input[type=range] >> nth=0", "ArrowRight", "ArrowLeft")
    return widget_expressions()[name], MATRIX, Move(f"{name}: its first slider", keys, (f"{stem} .wl-caption",))


def figures(quick=False):
    """Yield a row for each way to move a widget."""
    turns = 4 if quick else 40
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        root, logs = Path(folder, "lessons"), Path(folder)
        root.mkdir()
        with servers.voila(root, logs) as server:
            for name in widgets():
                widget, peer, *moves = page_of(name)
                servers.write_notebook([OPENING, widget, peer], root / f"{name}.ipynb")
                page = browser.new_page(viewport={"width": 1400, "height": 2400})
                page.set_default_timeout(ACTION_MS)
                page.goto(f"{server.url}voila/render/{name}.ipynb", timeout=OPEN_MS)
                page.wait_for_function(f"{READY} && document.querySelector('.peer img')", polling=50, timeout=OPEN_MS)
                try:
                    yield from _rows(_alternate(page, [*moves, PEER_MOVE], turns), moves)
                except Error as problem:
                    if name in PAGES:
                        raise
                    yield row(moves[0].figure, beside=f"not moved: {problem.message.splitlines()[0]}")
                page.goto("about:blank")
                page.close()


def _rows(seconds, moves):
    _, peer_shown = zip(*seconds[PEER], strict=True)
    for move in moves:
        changed, shown = zip(*seconds[move.figure], strict=True)
        result = compared(move.figure, shown, {PEER: peer_shown})
        result["beside"] = f"document: {human(median(changed))}, p95 {human(p95(changed))}; {result['beside']}"
        yield result


def _alternate(page, moves, turns, warm_up=2):
    """For each move, by figure, the seconds to the change and to the frame that shows it, turn by turn."""
    seconds = {move.figure: [] for move in moves}
    for turn in range(warm_up + turns):
        for move in moves:
            act = move.ready(page, turn)
            page.wait_for_timeout(PAUSE_MS)
            page.evaluate(ARM, [move.watch, move.event])
            act()
            found = [ms / 1000 for ms in page.evaluate("moved")]
            if turn >= warm_up:
                seconds[move.figure].append(found)
    return seconds
