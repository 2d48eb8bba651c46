"""The lesson page in a real browser."""

import json
import os
import signal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support import servers
from tests.support.pages import READY, open_lesson, run_all

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
    expect(page.locator("math[display=block] munder")).to_be_visible()
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


def test_a_formula_that_only_mathjax_knows_is_set_by_it(voila_page):
    page = voila_page([("md", "$$\\require{cancel}\\cancel{x}$$")])
    expect(page.locator("mjx-container")).to_be_visible()


# Modules that take their time, and how many widgets are drawn at the moment at which the page says that it is ready.
WAIT = "await new Promise((go) => setTimeout(go, 500));"
SLOW_MODULES = """{
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob) => blob.type !== "text/javascript" ? createObjectURL(blob)
    : createObjectURL(new Blob(["WAIT", blob], { type: blob.type }));
  new MutationObserver(() => {
    if (document.documentElement?.dataset.lesson === "ready")
      globalThis.drawnWhenReady ??= document.querySelectorAll(".wl-caption:not(:empty)").length;
  }).observe(document, { subtree: true, attributes: true });
}""".replace("WAIT", WAIT)


def test_a_lesson_is_ready_when_its_widgets_are_drawn(voila_page, clean_page, context):
    def come_late(route):
        reply = route.fetch()
        route.fulfill(response=reply, body=WAIT + reply.text())

    clean_page.add_init_script(SLOW_MODULES)
    clean_page.route("**/voila/views/*/stepper/stepper.js", come_late)
    page = voila_page(
        ["import ipywidgets, widgets_lib as wl\nwl.LoopStepper()", "ipywidgets.VBox([wl.IteratorTape()])"]
    )
    assert page.evaluate("drawnWhenReady") == 2
    page.unroute_all()  # the beacon of a page whose requests are held for a test is lost


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
    page.get_by_role("combobox", name="Theme").select_option("dark")
    expect(body).to_have_attribute("data-jp-theme-light", "false")
    assert background(page) < 64
    page.emulate_media(media="print")
    assert background(page) > 192  # paper is white
    page.emulate_media(media="screen")
    page.get_by_role("combobox", name="Theme").select_option("light")
    expect(body).to_have_attribute("data-jp-theme-light", "true")
    assert background(page) > 192


def test_a_failed_cell_says_so_where_it_failed(voila_page):
    page = voila_page(["print('before')", "1/0", ("md", "after"), WIDGET])
    expect(page.get_by_role("note")).to_have_text(
        "This cell did not finish. The rest of the lesson still works, except what builds on it."
    )
    expect(page.get_by_role("img", name="bar of 10")).to_be_visible()


def test_progress_names_the_section_and_hides_nothing(clean_page, scratch_voila):
    slider = "import ipywidgets\nipywidgets.IntSlider()"
    cells = [
        slider,
        ("md", "## Three loops"),
        "import time\nwhile not __import__('os').path.exists('go'): time.sleep(0.05)",
    ]
    servers.write_notebook(cells, scratch_voila.root / "slow.ipynb")
    (scratch_voila.root / "go").unlink(missing_ok=True)
    clean_page.goto(f"{scratch_voila.url}voila/render/slow.ipynb", wait_until="commit")
    expect(clean_page.get_by_role("status")).to_contain_text("Three loops")
    expect(clean_page.get_by_role("heading", name="Three loops")).to_be_visible()
    # Meanwhile Voila's scripts are fetched for the slider, and none that the page does not run in the end.
    early = "[...document.querySelectorAll('link[rel=preload][as=script]')].map(({ href }) => href)"
    clean_page.wait_for_function(
        f"{early}.every(href => performance.getEntriesByName(href)[0]?.responseStatus === 200)"
    )
    (scratch_voila.root / "go").touch()
    clean_page.wait_for_function(READY)
    expect(clean_page.get_by_role("status")).to_be_hidden()
    run = clean_page.evaluate("webpackChunk_JUPYTERLAB_CORE_OUTPUT.flatMap(([parts]) => parts)")
    fetched = {urlsplit(href).path.removeprefix("/voila/static/") for href in clean_page.evaluate(early)}
    assert (
        "voila.js" in fetched and len(fetched) > 20 and fetched <= {"voila.js", *(f"{part}.voila.js" for part in run)}
    )


def test_a_kernel_that_dies_is_reported_and_a_reload_offered(page, context, scratch_voila):
    servers.write_notebook(["import os\nprint('pid', os.getpid())"], scratch_voila.root / "dies.ipynb")
    page.clock.install()  # the heartbeat's clock
    open_lesson(page, scratch_voila, "dies.ipynb")
    pid = int(page.get_by_text("pid").last.inner_text().split()[1])
    os.kill(pid, signal.SIGKILL)
    wait_for_kernels(scratch_voila, 0)
    page.clock.run_for(6_000)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Python has stopped")
    alert.get_by_role("button", name="Reload").click()
    page.wait_for_function(READY)
    expect(alert).to_be_hidden()


BUSY = """
import os
import ipywidgets as widgets
button = widgets.Button(description="go on for ever")
def loop(button):
    while not os.path.exists("stop"):
        pass
button.on_click(loop)
button
"""


def beat(page, times=1):
    """Lets the page's own clock run to its next heartbeats, and waits for what the server answers."""
    for _ in range(times):
        with page.expect_response("**/api/kernels/*"):
            page.clock.run_for(5_000)


def test_a_kernel_that_does_not_finish_is_reported_and_so_is_its_end(page, context, scratch_voila):
    servers.write_notebook([BUSY], scratch_voila.root / "busy.ipynb")
    stop = scratch_voila.root / "stop"
    stop.unlink(missing_ok=True)
    page.clock.install()
    open_lesson(page, scratch_voila, "busy.ipynb")
    kernel = page.evaluate("kernelAddress('api/kernels')").lstrip("/")

    def state():
        return json.loads(scratch_voila.get(kernel)[2])["execution_state"]

    page.get_by_role("button", name="go on for ever").click()
    servers.wait_until(lambda: state() == "busy", "the kernel is not busy")
    alert = page.get_by_role("alert")
    beat(page)
    expect(alert).to_be_hidden()
    beat(page, 3)
    expect(alert).to_contain_text("still computing")
    expect(alert.get_by_role("button", name="Reload")).to_be_visible()
    stop.touch()
    servers.wait_until(lambda: state() == "idle", "the kernel is still busy")
    beat(page)
    expect(alert).to_be_hidden()


def test_a_page_that_was_cut_off_on_its_way_says_so(page, context, scratch_voila):
    servers.write_notebook([("md", "## One"), "1", ("md", "## Two"), "2"], scratch_voila.root / "cut.ipynb")

    def cut(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.text().partition("voila_process(4")[0])

    page.route("**/render/cut.ipynb", cut)
    page.clock.install()
    page.goto(f"{scratch_voila.url}voila/render/cut.ipynb")
    alert = page.get_by_role("alert")
    beat(page)
    expect(alert).to_be_hidden()
    beat(page, 2)
    expect(alert).to_contain_text("does not come")
    page.unroute("**/render/cut.ipynb")
    alert.get_by_role("button", name="Reload").click()
    page.wait_for_function(READY)
    expect(alert).to_be_hidden()


def test_a_server_that_stops_and_comes_back_is_reported(page, context, logs, tmp_path):
    servers.write_notebook(["1"], tmp_path / "done.ipynb")
    servers.write_notebook([("md", "# Slow"), "import time\ntime.sleep(60)"], tmp_path / "slow.ipynb")
    page.clock.install()
    port = servers.free_port()
    with servers.voila(tmp_path, logs, port=port) as server:
        open_lesson(page, server, "done.ipynb")
        running = context.new_page()
        running.goto(f"{server.url}voila/render/slow.ipynb", wait_until="commit")
        expect(running.get_by_role("status")).to_contain_text("Slow")
        server.process.kill()
    for each in (page, running):
        each.clock.run_for(6_000)
        expect(each.get_by_role("alert")).to_contain_text("does not answer")
    with servers.voila(tmp_path, logs, port=port):
        for each in (page, running):
            each.clock.run_for(6_000)
            expect(each.get_by_role("alert")).to_contain_text("Python has stopped")
        expect(running.get_by_role("status")).to_be_hidden()
        page.get_by_role("alert").get_by_role("button", name="Reload").click()
        page.wait_for_function(READY)
        expect(page.get_by_role("alert")).to_be_hidden()
        page.goto("about:blank")


SECTIONS = [
    ("md", "# A lesson"),
    *(("md", f"## Part {n}\n\n" + "A line of text.\n\n" * 30) for n in range(1, 5)),
    ("md", "### A detail"),
]


def test_the_contents_follow_the_scroll_and_fold_on_a_phone(voila_page):
    page = voila_page(SECTIONS)
    contents = page.get_by_role("navigation", name="Contents")
    expect(contents.get_by_role("link")).to_have_text(["Part 1", "Part 2", "Part 3", "Part 4", "A detail"])
    current = contents.locator("[aria-current]")
    contents.get_by_role("link", name="Part 3").click()
    expect(current).to_have_text("Part 3")
    below_the_bar = page.locator(".bar").bounding_box()
    assert page.get_by_role("heading", name="Part 3").bounding_box()["y"] >= below_the_bar["height"]
    page.keyboard.press("End")
    expect(current).to_have_text("A detail")

    page.set_viewport_size({"width": 360, "height": 740})
    expect(contents.get_by_role("link")).to_have_count(0)
    contents.get_by_text("Contents").click()
    contents.get_by_role("link", name="Part 2").click()
    expect(contents.get_by_role("link")).to_have_count(0)
    expect(contents.locator(".now")).to_have_text("Part 2")
    folded = contents.bounding_box()
    assert page.get_by_role("heading", name="Part 2").bounding_box()["y"] >= folded["y"] + folded["height"]


TEXT = "import ipywidgets\nipywidgets.Text(description='name')"


def sizes(page):
    """Font sizes in pixels of prose, code, and a widget of each kind."""
    parts = ".jp-MarkdownOutput p", ".highlight pre", ".wl-caption", ".widget-label"
    return page.evaluate(
        "parts => parts.map(part => parseFloat(getComputedStyle(document.querySelector(part)).fontSize))", parts
    )


def test_projector_mode_enlarges_text_code_and_widgets_and_is_kept(voila_page):
    page = voila_page([("md", "Prose."), "import widgets_lib as wl\nwl.LoopStepper()", TEXT])
    page.locator(".wl-caption").wait_for()
    before = sizes(page)
    field = page.get_by_role("textbox", name="name")
    field.press_sequentially("p")
    expect(field).to_have_value("p")
    assert sizes(page) == before
    field.blur()
    for scale in (1.333, 1.7, 1.0, 1.333):
        page.keyboard.press("p")
        grown = [after / size for after, size in zip(sizes(page), before, strict=True)]
        assert grown == pytest.approx([scale] * 4, abs=0.01)
    expect(page.get_by_role("button", name="Projector")).to_have_count(0)  # folded into "View"
    page.reload()
    page.wait_for_function(READY)
    page.locator(".wl-caption").wait_for()
    assert sizes(page)[0] == pytest.approx(before[0] * 1.333, abs=0.01)
    page.get_by_text("View", exact=True).click()
    switch = page.get_by_role("button", name="Projector")
    expect(switch).to_contain_text("1.3×")
    switch.click()
    expect(switch).to_contain_text("1.7×")
    switch.click()
    assert sizes(page) == before


def test_what_is_read_stays_in_place_through_both_projector_steps(voila_page):
    parts = [("md", f"## Part {number}\n\n{'Words. ' * 150}") for number in range(8)]
    page = voila_page([*parts, "import widgets_lib as wl\nwl.LoopStepper()"])
    page.locator(".wl-caption").wait_for()
    settled = "() => new Promise(done => setTimeout(done, 200))"
    for _ in range(3):
        page.keyboard.press("p")
        page.evaluate(settled)
        assert page.evaluate("scrollY") == 0
    heading = page.get_by_role("heading", name="Part 5")
    heading.evaluate("heading => scrollTo(0, heading.offsetTop - document.querySelector('.bar').offsetHeight - 8)")
    for _ in range(3):
        page.keyboard.press("p")
        page.evaluate(settled)
        bar = page.locator(".bar").bounding_box()["height"]
        assert heading.bounding_box()["y"] - bar == pytest.approx(8, abs=4)


RADIOS = "import widgets_lib as wl\nwl.Predict('Which?', 'a', choices=['a', 'b'])"


def test_radio_buttons_and_drawings_grow_on_a_projector(voila_page, clean_page):
    clean_page.set_viewport_size({"width": 1920, "height": 1080})
    page = voila_page([RADIOS, "wl.LoopStepper()"])
    page.locator(".wl-cell rect").first.wait_for()
    size = "() => ['.wl input[type=radio]', '.wl-cell rect'].map(e => document.querySelector(e).getBoundingClientRect().width)"
    before = page.evaluate(size)
    for scale in (1.333, 1.7):
        page.keyboard.press("p")
        page.wait_for_timeout(300)
        assert [after / one for after, one in zip(page.evaluate(size), before, strict=True)] == pytest.approx(
            [scale] * 2, rel=0.05
        )


FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
"""


def test_a_figure_has_words_and_a_mat_of_paper_in_the_dark(voila_page):
    page = voila_page([("md", "## A line"), FIGURE])
    figure = page.get_by_role("img", name="Figure drawn by the code above it, in “A line”")
    page.emulate_media(color_scheme="dark")
    expect(figure).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(figure).to_have_css("filter", "none")


STYLED = """
import matplotlib.pyplot as plt
import widgets_lib as wl
wl.figure_style()
"""
DIGIT = "plt.figure(figsize=(2, 2)); plt.imshow([[0, 1], [1, 0]]); plt.xlabel('column'); plt.show()"
INK = {"light": "rgb(27, 30, 36)", "dark": "rgb(236, 238, 242)"}


def test_a_figure_in_the_course_s_style_follows_theme_and_projector(voila_page):
    page = voila_page([("md", "## A digit"), STYLED, DIGIT])
    figure = page.get_by_role("img", name="Figure drawn by the code above it, in “A digit”")
    for scheme, ink in INK.items():
        page.emulate_media(color_scheme=scheme)
        expect(figure.get_by_text("column")).to_have_css("fill", ink)
        expect(figure.locator("image")).to_have_css("image-rendering", "pixelated")
    expect(figure.locator("image")).to_have_css("filter", "invert(0.91) hue-rotate(180deg)")
    width = figure.bounding_box()["width"]
    page.keyboard.press("p")
    assert figure.bounding_box()["width"] == pytest.approx(width * 1.333, rel=0.01)


VALUES = ["40 + 2", "print('Four pictures.')", "import widgets_lib as wl\nwl.LoopStepper()", "x = 1"]


def test_without_code_no_bare_value_is_left_over(voila_page):
    page = voila_page([("md", "Prose."), *VALUES, STYLED, DIGIT])
    cells = page.locator("#lesson .jp-CodeCell")
    expect(cells.get_by_text("42", exact=True)).to_be_visible()
    page.get_by_role("button", name="Code").click()
    expect(cells.get_by_text("42", exact=True)).to_have_count(1)
    expect(cells.get_by_text("42", exact=True)).to_be_hidden()
    shown = [cells.nth(at).is_visible() for at in range(6)]
    assert shown == [False, True, True, False, False, True]  # a sentence, a widget and a figure stand alone
    expect(page.get_by_text("Four pictures.", exact=True)).to_be_visible()


def test_without_code_what_a_text_leads_up_to_is_still_there(voila_page):
    led_up_to = ["40 + 2", "x = 3", "print('Four pictures.')"]
    announced = [cell for code in led_up_to for cell in (("md", "Look at this:"), code)]
    page = voila_page([*announced, ("md", "And that is that."), "x"])
    page.get_by_role("button", name="Code").click()
    cells = page.locator("#lesson .jp-CodeCell")
    codes = [cells.nth(at).locator(".jp-Cell-inputWrapper").is_visible() for at in range(4)]
    assert codes == [True, True, False, False]
    assert [cells.nth(at).is_visible() for at in range(4)] == [True, True, True, False]
    expect(cells.nth(0)).to_contain_text("42")


def test_the_contents_mark_the_section_whose_heading_is_in_the_upper_third(voila_page):
    page = voila_page([("md", f"## Part {number}\n\n{'Words. ' * 400}") for number in range(4)])
    current = page.get_by_role("navigation", name="Contents").locator("[aria-current]")
    heading = page.get_by_role("heading", name="Part 2")
    place = "(heading, share) => scrollBy(0, heading.getBoundingClientRect().top - innerHeight * share)"
    for share, name in ((0.3, "Part 2"), (0.5, "Part 1"), (0.3, "Part 2")):
        heading.evaluate(place, share)
        expect(current).to_have_text(name)


def test_nothing_is_wider_than_a_phone(voila_page, clean_page):
    clean_page.set_viewport_size({"width": 360, "height": 740})
    long_line = "x = " + " + ".join("1" for _ in range(80))
    page = voila_page([FORMULA, long_line, WIDGET])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    edges = "#lesson :is(.jp-MarkdownOutput, .jp-InputArea-editor, .wl, .jp-OutputArea-output)"
    lefts = (
        "edges => [...new Set([...document.querySelectorAll(edges)].map(part => part.getBoundingClientRect().left))]"
    )
    assert len(page.evaluate(lefts, edges)) == 1, "the left edges are flush"
    page.evaluate("warn('This takes up a line of its own, below all else that is in the bar.', { reload: true })")
    alert, view = page.get_by_role("alert").bounding_box(), page.get_by_text("View", exact=True).bounding_box()
    assert alert["x"] + alert["width"] <= 360 and alert["y"] >= view["y"] + view["height"]


def wait_for_kernels(server, number):
    """Returns once the server counts `number` kernels; the page's beacon has no answer to wait for."""
    servers.wait_until(lambda: server.kernels() == number, f"the server still does not have {number} kernels")
