"""`wl.projector` in JupyterLab and Notebook 7: text, code, widgets and drawings grow, and come back."""

import pytest

from tests.support.pages import expect_widgets, run_all

CELLS = [
    ("md", "Some text"),
    "import widgets_lib as wl\nwl.LoopStepper()",
    "import ipywidgets\nipywidgets.IntSlider(description='n')",
    "print('printed')",
]
SIZES = """() => {
  const of = selector => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize);
  return {
    text: of('.jp-RenderedMarkdown p'),
    code: of('.jp-CodeCell .cm-line'),
    output: of('.jp-OutputArea-output pre'),
    slider: of('.widget-label'),
    widget: of('.wl'),
    button: of('.wl button'),
    drawing: document.querySelector('.wl-stage svg').getBoundingClientRect().height,
    menu: of('.lm-MenuBar-itemLabel'),
  };
}"""


def run(page, code):
    """Runs code in the notebook's last cell."""
    page.evaluate(
        """code => window.jupyterapp.shell.currentWidget.content.widgets.at(-1).model.sharedModel.setSource(code)""",
        code,
    )
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1})
    page.wait_for_timeout(500)


def sizes(page):
    return page.evaluate(SIZES)


def expect_it_grows_and_comes_back(page):
    assert run_all(page) == []
    expect_widgets(page, {"stepper": 1})
    usual = sizes(page)
    for scale in (1.5, 2):
        run(page, f"wl.projector({scale})\nprint('printed')")
        for name, size in sizes(page).items():
            expected = usual[name] * (1 if name == "menu" else scale)
            assert size == pytest.approx(expected, rel=0.1 if name == "drawing" else 0.01), name
    run(page, "wl.projector(None)\nprint('printed')")
    assert sizes(page) == usual


def test_in_jupyterlab(open_lab):
    expect_it_grows_and_comes_back(open_lab([*CELLS]))


def test_in_notebook_7(open_notebook7):
    expect_it_grows_and_comes_back(open_notebook7([*CELLS]))
