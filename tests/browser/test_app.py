"""The lesson page in a real browser."""

import os
import signal

import pytest
from playwright.sync_api import expect

import servers
from pages import READY, open_lesson, run_all

WIDGET = '''
import anywidget, traitlets
import ipywidgets as widgets
import numpy as np

class Bar(anywidget.AnyWidget):
    """A bar as long as `n`."""
    _esm = """
    export default { render({ model, el }) {
      const draw = () => { el.innerHTML = `<svg role="img" aria-label="bar of ${model.get("n")}"></svg>`; };
      model.on("change:n", draw);
      draw();
    } };
    """
    n = traitlets.Int(int(np.sum([3, 7]))).tag(sync=True)

bar = Bar()
slider = widgets.IntSlider(value=10, max=60, description="n")
slider.observe(lambda change: setattr(bar, "n", change["new"]), "value")
widgets.VBox([slider, bar])
'''

INTERACT = """
from ipywidgets import interact
@interact(n=(0, 10))
def show(n={n}):
    print(n * n)
"""

FORMULA = ("md", "# Bars\n\n$$c_{ij} = \\sum_k a_{ik} b_{kj}$$")


def test_a_slider_moves_a_widget_through_the_kernel(voila_page):
    page = voila_page([FORMULA, WIDGET])
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_role("img", name="bar of 11")).to_be_visible()
    expect(page).to_have_title("Bars")


def test_formulas_are_set_without_a_network(voila_page):
    page = voila_page([FORMULA])
    expect(page.locator("mjx-container")).to_be_visible()
    expect(page.locator("#lesson")).not_to_contain_text("$$")


def test_a_widget_works_in_jupyterlab(open_lab):
    page = open_lab([FORMULA, WIDGET])
    assert run_all(page) == []
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()


def test_closing_the_tab_frees_the_kernel(voila_page, scratch_voila):
    page = voila_page(["1"])
    assert scratch_voila.kernels() == 1
    page.goto("about:blank")
    wait_for_kernels(scratch_voila, 0)


def test_leaving_while_cells_still_run_frees_the_kernel(clean_page, scratch_voila):
    servers.write_notebook(["import time\ntime.sleep(60)"], scratch_voila.root / "slow.ipynb")
    clean_page.goto(f"{scratch_voila.url}voila/render/slow.ipynb", wait_until="commit")
    clean_page.locator("#jupyter-config-data").wait_for(state="attached")
    clean_page.goto("about:blank")
    wait_for_kernels(scratch_voila, 0)


def test_a_page_with_many_widgets_draws_them_all(voila_page):
    page = voila_page([INTERACT.format(n=n % 10) for n in range(20)])
    expect(page.get_by_role("slider")).to_have_count(20)


def test_code_can_be_hidden_and_the_choice_is_kept(voila_page):
    page = voila_page(["answer = 42\nprint(answer)"])
    code = page.locator(".highlight", has_text="answer")
    expect(code.locator(".o").first).to_be_visible()  # highlighted: an operator is marked as one
    page.get_by_role("button", name="Code").click()
    expect(code).to_be_hidden()
    expect(page.locator(".jp-OutputArea-output", has_text="42")).to_be_visible()
    page.reload()
    page.wait_for_function(READY)
    expect(code).to_be_hidden()


def background(page):
    """How light the page is, 0 to 255."""
    rgb = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
    return sum(rgb[:3]) / 3


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_until_one_is_chosen(voila_page, system):
    page = voila_page(["1"])
    page.emulate_media(color_scheme=system)
    body = page.locator("body")
    expect(body).to_have_attribute("data-jp-theme-light", str(system == "light").lower())
    assert (background(page) > 128) == (system == "light")
    page.get_by_label("Theme").select_option("dark")
    expect(body).to_have_attribute("data-jp-theme-light", "false")
    assert background(page) < 64
    page.emulate_media(media="print")
    assert background(page) > 192  # paper is white
    page.emulate_media(media="screen")
    page.get_by_label("Theme").select_option("light")
    expect(body).to_have_attribute("data-jp-theme-light", "true")
    assert background(page) > 192


def test_a_failed_cell_says_so_where_it_failed(voila_page):
    page = voila_page(["print('before')", "1/0", ("md", "after"), WIDGET])
    expect(page.get_by_role("note")).to_have_text(
        "This cell did not finish. The rest of the lesson still works, except what builds on it."
    )
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()


def test_progress_names_the_section_and_hides_nothing(clean_page, scratch_voila):
    cells = [("md", "## Three loops"), "import time\nwhile not __import__('os').path.exists('go'): time.sleep(0.05)"]
    servers.write_notebook(cells, scratch_voila.root / "slow.ipynb")
    (scratch_voila.root / "go").unlink(missing_ok=True)
    clean_page.goto(f"{scratch_voila.url}voila/render/slow.ipynb", wait_until="commit")
    expect(clean_page.get_by_role("status")).to_contain_text("Three loops")
    expect(clean_page.get_by_role("heading", name="Three loops")).to_be_visible()
    (scratch_voila.root / "go").touch()
    clean_page.wait_for_function(READY)
    expect(clean_page.get_by_role("status")).to_be_hidden()


def test_a_kernel_that_dies_is_told_and_a_reload_offered(page, scratch_voila):
    servers.write_notebook(["import os\nprint('pid', os.getpid())"], scratch_voila.root / "dies.ipynb")
    page.clock.install()  # the heartbeat's clock
    open_lesson(page, scratch_voila, "dies.ipynb")
    pid = int(page.get_by_text("pid").last.inner_text().split()[1])
    os.kill(pid, signal.SIGKILL)
    wait_for_kernels(scratch_voila, 0)
    page.clock.run_for(11_000)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Python has stopped")
    alert.get_by_role("button", name="Reload").click()
    page.wait_for_function(READY)
    expect(alert).to_be_hidden()
    page.goto("about:blank")


def test_nothing_is_wider_than_a_phone(voila_page, clean_page):
    clean_page.set_viewport_size({"width": 360, "height": 740})
    long_line = "x = " + " + ".join("1" for _ in range(80))
    page = voila_page([FORMULA, long_line, WIDGET])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def wait_for_kernels(server, number):
    """Returns once the server counts `number` kernels; the page's beacon has no answer to wait for."""
    servers.wait_until(lambda: server.kernels() == number, f"the server still does not have {number} kernels")
