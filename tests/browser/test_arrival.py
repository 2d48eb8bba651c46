"""Widgets whose answers are lost on a bad network: the page asks again, and in the end says that they did not arrive.

Those of ipywidgets, that is: what the page draws by itself came with the page.
"""

import pytest
from playwright.sync_api import expect

from tests.support import servers
from tests.support.pages import READY

CELLS = [
    "import ipywidgets",
    "number = ipywidgets.IntText(0)\nnumber",
    "label = ipywidgets.Label()\nnumber.observe(lambda change: setattr(label, 'value', f'heard {change.new}'), 'value')\nlabel",
]
FOREVER = 10**9


class BadNetwork:
    """Loses the kernel's first `lose` answers with the state of all widgets, and cuts the next connection, `cuts` times,
    when the page asks for a widget by itself."""

    def __init__(self, page, lose, cuts):
        self.lose, self.cuts = lose, cuts
        page.route_web_socket("**/channels*", self.connect)

    def connect(self, page_end):
        server_end = page_end.connect_to_server()

        def from_page(message):
            if self.cuts and b'"request_state"' in as_bytes(message):
                self.cuts -= 1
                server_end.close(code=1012)  # a cut line has no end that stays open
                page_end.close(code=1012)
            else:
                server_end.send(message)

        def from_server(message):
            if self.lose and b"update_states" in as_bytes(message):
                self.lose -= 1
            else:
                page_end.send(message)

        page_end.on_message(from_page)
        server_end.on_message(from_server)


def as_bytes(message):
    return message if isinstance(message, bytes) else message.encode()


@pytest.fixture
def open_badly(context, clean_page, scratch_voila):
    """open_badly(lose, cuts) -> (the page of a lesson with two widgets, its network)."""

    def open_badly(lose, cuts):
        servers.write_notebook(CELLS, scratch_voila.root / "lost.ipynb")
        network = BadNetwork(clean_page, lose, cuts)
        clean_page.goto(f"{scratch_voila.url}voila/render/lost.ipynb", wait_until="commit")
        clean_page.wait_for_function("document.querySelector('#lesson')?.textContent.includes('Loading widget...')")
        return clean_page, network

    return open_badly


def let_time_pass(page, until):
    """Lets the page's clock run, faster than the world's, until something is seen."""
    for _ in range(400):
        if page.evaluate(until):
            return
        page.clock.run_for(1000)
    raise AssertionError(f"never: {until}")


def test_an_answer_that_is_lost_and_a_connection_that_is_cut_are_asked_for_again(open_badly):
    page, network = open_badly(lose=1, cuts=1)
    page.wait_for_function(READY, timeout=60_000)
    expect(page.locator(".failed")).to_have_count(0)
    assert (network.lose, network.cuts) == (0, 0)
    page.get_by_role("spinbutton").fill("3")
    page.get_by_role("spinbutton").press("Enter")
    expect(page.get_by_text("heard 3")).to_be_visible()  # so its comm is one that answers


def test_where_no_answer_comes_the_page_says_so_in_words_and_offers_to_reload(clean_page, open_badly):
    clean_page.clock.install()
    page, network = open_badly(lose=FOREVER, cuts=FOREVER)
    let_time_pass(page, READY)
    expect(page.locator(".failed")).to_have_count(2)
    expect(page.locator(".failed").first).to_contain_text("This widget did not arrive. Reload to try again")
    network.lose = network.cuts = 0
    page.locator(".failed").first.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("spinbutton")).to_have_count(1, timeout=30_000)


def test_what_is_set_while_the_line_is_cut_is_answered_when_it_is_back(context, clean_page, scratch_voila):
    lines = []
    clean_page.route_web_socket("**/channels*", lambda line: (lines.append(line), line.connect_to_server()))
    servers.write_notebook(
        ["import widgets_lib as wl", "wl.Predict('How many?', answer=3)"], scratch_voila.root / "cut.ipynb"
    )
    clean_page.goto(f"{scratch_voila.url}voila/render/cut.ipynb", wait_until="commit")
    clean_page.wait_for_function(READY, timeout=60_000)
    clean_page.wait_for_function("live.kernel.marks.open")
    lines[0].close(code=1012)
    clean_page.locator(".wl-predict input").fill("3")
    clean_page.locator(".wl-predict input").press("Enter")
    expect(clean_page.locator(".wl-outcome")).to_contain_text("3")
    assert len(lines) == 2
