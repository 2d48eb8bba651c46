"""The lesson page in a real browser."""

from playwright.sync_api import expect

from pages import run_all

WIDGET = '''
import anywidget, traitlets
import ipywidgets as widgets

class Bar(anywidget.AnyWidget):
    """A bar as long as `n`."""
    _esm = """
    export default { render({ model, el }) {
      const draw = () => { el.innerHTML = `<svg role="img" aria-label="bar of ${model.get("n")}"></svg>`; };
      model.on("change:n", draw);
      draw();
    } };
    """
    n = traitlets.Int(10).tag(sync=True)

bar = Bar()
slider = widgets.IntSlider(value=10, max=60, description="n")
slider.observe(lambda change: setattr(bar, "n", change["new"]), "value")
widgets.VBox([slider, bar])
'''


def test_a_slider_moves_a_widget_through_the_kernel(voila_page):
    page = voila_page([("md", "# Bars"), WIDGET])
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_role("img", name="bar of 11")).to_be_visible()
    expect(page).to_have_title("Bars")


def test_a_widget_works_in_jupyterlab(open_lab):
    page = open_lab([("md", "# Bars"), WIDGET])
    assert run_all(page) == []
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()
