"""The tokens: text in every colour can be read on what it stands on, in both themes (WCAG 2.2, 4.5:1)."""

import re
from pathlib import Path

import pytest

import widgets_lib

CSS_FILE = Path(widgets_lib.__file__).parent / "widgets/shared/tokens.css"
CSS = CSS_FILE.read_text("utf-8")
TOKENS = dict(re.findall(r"--wl-([\w-]+): light-dark\((#\w{6}, #\w{6})\)", CSS))
ON_PAPER = ["ink", "quiet", "accent", "good", "bad", "i", "j", "k"]
ON_PALE = ["accent", "good", "bad", "i", "j", "k"]


def luminance(colour):
    """Relative luminance of #rrggbb. Source: WCAG 2.2, definition of relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(text, ground):
    low, high = sorted([luminance(text), luminance(ground)])
    return (high + 0.05) / (low + 0.05)


PAIRS = [(name, "paper") for name in ON_PAPER] + [(name, "wash") for name in ON_PAPER]
PAIRS += [(name, f"{name}-pale") for name in ON_PALE] + [("ink", f"{name}-pale") for name in ON_PALE]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_legible(text, ground, theme):
    measured = contrast(TOKENS[text].split(", ")[theme], TOKENS[ground].split(", ")[theme])
    assert measured >= 4.5, f"--wl-{text} on --wl-{ground}: {measured:.2f}:1"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["bar", "edge"])
def test_a_bar_and_the_border_of_a_control_stand_out_from_the_paper(name, theme):
    """3:1, WCAG 2.2 for what is no text."""
    assert contrast(TOKENS[name].split(", ")[theme], TOKENS["paper"].split(", ")[theme]) >= 3


def test_a_page_axis_has_no_hue_and_green_is_the_summed_axis_alone():
    assert "--wl-p: var(--wl-ink);" in CSS
    widgets = CSS_FILE.parents[1]
    green = {path.parent.name for path in widgets.glob("*/*.css") if re.search(r"--wl-k\b", path.read_text("utf-8"))}
    assert green == {"shared", "stepper", "einsum", "contraction"}


def test_contrast_of_black_on_white_is_the_published_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
