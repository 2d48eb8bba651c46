"""Figures of matplotlib: SVG in the course's tokens, in a real kernel and by itself."""

import re
from xml.etree import ElementTree

import matplotlib
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

import widgets_lib as wl
from widgets_lib.widgets import _figures


@pytest.fixture
def axes():
    with matplotlib.rc_context():
        wl.figure_style()
        yield Figure(figsize=(3, 2)).subplots()


def html(axes):
    return _figures.figure_html(axes.figure)


def svg(axes):
    """The figure as an element tree: well-formed, and without the sheet in front of it."""
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", html(axes), re.DOTALL)[0])


def styles(axes):
    return " ".join(element.get("style", "") for element in svg(axes).iter())


def on_paper(axes):
    return [element for element in svg(axes).iter() if element.get("class") == "wl-on-paper"]


def test_every_colour_of_a_plot_is_a_token(axes):
    for heights in ([1, 2], [2, 1], [1, 1], [2, 2]):
        axes.plot(heights, label="one")
    axes.bar([0, 1], [1, 2])
    axes.set(title="Title", xlabel="x")
    axes.grid()
    axes.legend()
    found = styles(axes)
    assert "#" not in found.replace("url(#", "")
    assert {"--wl-ink", "--wl-quiet", "--wl-line"} <= set(re.findall(r"--wl-\w+", found))


def test_black_and_white_turn_with_the_theme_and_other_colours_stay(axes):
    axes.plot([1, 2], color="black")
    axes.plot([2, 1], color="white")
    axes.plot([2, 2], color="#123456")
    found = styles(axes)
    assert "stroke: var(--wl-ink)" in found and "stroke: var(--wl-paper)" in found and "#123456" in found


def test_text_stays_text_and_two_figures_share_no_id(axes):
    axes.set_xlabel("a word")
    axes.plot([1, 2])
    (words,) = (element for element in svg(axes).iter() if element.text == "a word")
    assert re.search(r"font.*: (\d+px )?var\(--jp-ui-font-family, var\(--wl-face\)\)", words.get("style"))
    assert "DejaVu Sans'" not in html(axes)
    first, second = (set(re.findall(r'\bid="([^"]+)"', html(axes))) for _ in range(2))
    assert first and not first & second
    references = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html(axes))
    assert references


@pytest.mark.parametrize(
    ("picture", "cmap", "turns"),
    [
        (np.eye(3), None, True),
        (np.eye(3), "gray_r", True),
        (np.eye(3), "gray", False),  # white is much, as light is
        (np.eye(3), "Blues", True),
        (np.eye(3), "viridis", False),
        (np.zeros((3, 3, 3)), None, False),
    ],
)
def test_numbers_on_paper_turn_with_the_theme_and_photographs_do_not(axes, picture, cmap, turns):
    axes.imshow(picture, cmap=cmap)
    assert len(on_paper(axes)) == turns


def test_of_two_kinds_of_pictures_only_that_on_paper_turns(axes):
    axes.imshow(np.eye(3), extent=(0, 1, 0, 1))
    weights = axes.imshow(np.eye(4), extent=(1, 2, 0, 1), cmap="gray")
    axes.set_xlim(0, 2)
    weights.set_gid("weights")
    (picture,) = on_paper(axes)
    assert picture.get("width") == "3"
    assert weights.get_gid() == "weights"


def test_a_picture_keeps_its_own_pixels(axes):
    axes.imshow(np.eye(28))
    (image,) = (element for element in svg(axes).iter() if element.tag.endswith("}image"))
    assert (image.get("width"), image.get("height")) == ("28", "28")


@pytest.mark.parametrize("style", ["font: 10px 'DejaVu Sans', 'Arial'", "font-size: 10px; font-family: 'DejaVu Sans'"])
def test_the_typeface_is_the_page_s_in_either_way_of_naming_it(style):
    text = f'<text style="{style}; text-anchor: middle">a</text>'
    assert "DejaVu" not in _figures._in_tokens(text) and "middle" in _figures._in_tokens(text)


def test_an_empty_figure_shows_nothing():
    assert _figures.figure_html(Figure()) is None


def test_the_width_is_matplotlib_s_in_css_pixels():
    with matplotlib.rc_context():
        wl.figure_style()
        figure = Figure(figsize=(3, 2))
        figure.add_axes((0, 0, 1, 1)).set_axis_off()
        figure.patches.append(matplotlib.patches.Rectangle((0, 0), 1, 1, transform=figure.transFigure))
        width = re.search(r"width: calc\((\d+)px", _figures.figure_html(figure))[1]
    assert int(width) == pytest.approx(3 * 96, rel=0.1)


KERNEL = """
import matplotlib.pyplot as plt
import widgets_lib as wl
wl.figure_style()
plt.plot([1, 2])
plt.show()
"""


def test_in_a_kernel_a_figure_is_html_and_no_picture_beside_it(tmp_path):
    cells = [nbformat.v4.new_code_cell(text) for text in (KERNEL, "plt.plot([2, 1]);", "plt.figure(); 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown, at_the_end, empty = ([o for o in cell.outputs if o.output_type == "display_data"] for cell in cells)
    for (output,) in (shown, at_the_end):
        assert "<svg" in output.data["text/html"] and "image/png" not in output.data
    assert all("text/html" not in output.data for output in empty)
