"""Figures of matplotlib as the course draws: SVG, sharp at any size, in colours that the page's theme decides.

matplotlib draws in the light theme's colours. In its SVG each of them is replaced by the token it is the value of, so
that a figure that is already there changes with the theme, and text takes the page's typeface.
"""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

SHEETS = Path(__file__).parent / "shared"
PIXELS_PER_POINT = 96 / 72  # CSS pixels; matplotlib's SVG counts in points
NEARLY_WHITE = 0.95
ON_PAPER = "wl-on-paper"  # the class of a picture that turns with the theme
# matplotlib has written `font: 10px 'DejaVu Sans', …`, and since 3.10 `font-size: 10px; font-family: 'DejaVu Sans', …`.
TYPEFACE = r"""(<text style="(?:font: [^;"]*?[\d.]+px |[^"]*?font-family: ))[^;"]+"""


def figure_style() -> None:
    """Draw the notebook's matplotlib figures from now on as SVG in the course's colours and typeface.

    They follow the page's theme and its projector. A picture made of numbers is ink on paper unless it is given a
    colour map. Call it once, where matplotlib is imported; outside a notebook it only sets the style.

    Raises: ImportError if matplotlib is not installed.
    """
    import matplotlib  # not needed by who draws no figures, and slow

    matplotlib.rcParams.update(_style())
    _show_as_svg()


def _style() -> dict[str, Any]:
    """The settings of matplotlib, in the light theme's colours."""
    from cycler import cycler  # comes with matplotlib

    light = {name: value for value, name in _tokens().items()}
    # Series differ in tone and dashes: a hue means an axis, or what the reader has chosen.
    series = cycler(color=[light[name] for name in ("quiet", "ink") * 2], linestyle=["-", "-", "--", "--"])
    return {
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor"), "none"),
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "patch.edgecolor"), light["ink"]),
        **dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), light["quiet"]),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color", "grid.color"), light["line"]),
        "axes.prop_cycle": series,
        "font.size": 10,
        "lines.linewidth": 1.25,
        "legend.frameon": False,
        "image.cmap": "gray_r",
        "image.composite_image": False,  # each is marked for itself
        "image.interpolation": "none",  # the numbers as they are, one pixel each
        "svg.fonttype": "none",  # text stays text
    }


def _show_as_svg() -> None:
    from IPython import get_ipython  # absent where there is no notebook, which needs none

    shell = get_ipython()
    if shell is None:
        return
    from matplotlib.figure import Figure  # not needed by who draws no figures, and slow

    importlib.import_module("matplotlib_inline.backend_inline")  # sets its own formats when it is first imported
    for formatter in shell.display_formatter.formatters.values():
        formatter.pop(Figure, None)
    shell.display_formatter.formatters["text/html"].for_type(Figure, figure_html)


def figure_html(figure: Figure) -> str | None:
    """The figure as HTML that needs nothing else on the page; None for one with nothing drawn in it."""
    if not figure.axes and not figure.lines:
        return None
    file = io.StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with _marked_on_paper(figure):
        figure.savefig(file, format="svg", bbox_inches="tight", metadata=metadata)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = svg.replace(f'id="{ON_PAPER}"', f'class="{ON_PAPER}"')
    return f'<style>{_sheet()}</style><div class="wl-figure">{_in_tokens(_sized(_without_names(svg)))}</div>'


def _without_names(svg: str) -> str:
    """Two figures of one page would share their ids; only those that the figure itself refers to are unique."""
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg))
    keep = {name for pair in used for name in pair if name}
    return re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in keep else "", svg)


def _sized(svg: str) -> str:
    """As wide as matplotlib says, times the projector's scale; the height follows."""
    head, tail = svg.split(">", 1)
    width = float(dict(re.findall(r'(\w+)="([\d.]+)pt"', head))["width"]) * PIXELS_PER_POINT
    head = re.sub(r'\s(width|height|version)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="Figure" style="width: calc({width:.0f}px * var(--wl-scale, 1))">{tail}'


def _in_tokens(svg: str) -> str:
    """Colours that are a token's value in the light theme, black and white too, become the token; so do typefaces."""
    names = {**_tokens(), "#000000": "ink", "#ffffff": "paper"}

    def replace(style: re.Match[str]) -> str:
        return re.sub(r"#[0-9a-f]{6}\b", lambda c: f"var(--wl-{names[c[0]]})" if c[0] in names else c[0], style[0])

    svg = re.sub(TYPEFACE, r"\1var(--jp-ui-font-family, var(--wl-face))", svg)
    return re.sub(r'style="[^"]*"', replace, svg)


@contextmanager
def _marked_on_paper(figure: Figure) -> Iterator[None]:
    """Its pictures that are on paper have a name in the SVG meanwhile."""
    from matplotlib.image import AxesImage  # loaded by now

    images = [image for image in figure.findobj(AxesImage) if isinstance(image, AxesImage) and _is_on_paper(image)]
    names = [image.get_gid() for image in images]
    for image in images:
        image.set_gid(ON_PAPER)
    try:
        yield
    finally:
        for image, name in zip(images, names, strict=True):
            image.set_gid(name)


def _is_on_paper(image: AxesImage) -> bool:
    """Whether a picture is of numbers in a colour map that begins with white, which is paper and turns with the theme.

    A photograph, a map such as viridis, and one in which white means much, keep their colours.
    """
    return np.asarray(image.get_array()).ndim == 2 and min(image.get_cmap()(0.0)[:3]) > NEARLY_WHITE


@cache
def _tokens() -> dict[str, str]:
    """Colour in the light theme -> the token's name."""
    pairs = re.findall(r"--wl-([\w-]+): light-dark\((#\w{6}),", (SHEETS / "tokens.css").read_text("utf-8"))
    return {value: name for name, value in pairs}


@cache
def _sheet() -> str:
    sheets = ((SHEETS / name).read_text("utf-8") for name in ("tokens.css", "figure.css"))
    return re.sub(r"/\*.*?\*/|\n\s*", "", "".join(sheets), flags=re.DOTALL)
