"""What a page that is not ours can do to its kernel and to the server, tried on a served lesson."""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support import servers
from tests.support.visitors import Visitor, packed
from widgets_lib.app.inbox import MAX_SAME, UNDER_WAY
from widgets_lib.app.websockets import MAX_FRAME_BYTES

GATED = """from pathlib import Path
import time, ipywidgets
slider, said = ipywidgets.IntSlider(max=10_000), ipywidgets.Text()
slider.computed, said.heard = [], []

def wait():
    while not Path("{gate}").exists():
        time.sleep(0.01)

def compute(change):
    wait()
    slider.computed.append(change.new)
    said.value = f"{{len(slider.computed)}} computed, the last for {{change.new}}"

def hear(widget, content, buffers):
    wait()
    said.heard.append(content)
    said.value = f"{{len(said.heard)}} heard, {{content}}"

slider.observe(compute, "value")
said.on_msg(hear)
ipywidgets.VBox([slider, said])
"""


@pytest.fixture
def gated(pooled_voila, tmp_path):
    """(visitor, open): a lesson whose callbacks wait until the gate is open."""
    gate = tmp_path / "gate"
    servers.write_notebook([GATED.format(gate=gate)], pooled_voila.root / "gated.ipynb")
    with Visitor(pooled_voila, "gated.ipynb") as visitor:
        visitor.connect(max_queue=None)  # answers are read when they are wanted, and the server's pong at once

        def open_gate():
            assert visitor.socket.ping().wait(60)  # the server has read whatever was sent before
            gate.touch()

        yield visitor, open_gate


def ask(visitor, model, content):
    return visitor.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}})


def wait_until_under_way(visitor, message_id):
    """Returns once the kernel has begun with a message: an idle kernel that says nothing of it may have lost it."""

    def begins(message):
        busy = message["content"].get("execution_state") == "busy"
        return busy and message["parent_header"].get("msg_id") == message_id

    visitor.receive(begins)


def said(visitor, words):
    """What the lesson said when it said these words."""
    message = visitor.receive(lambda message: words in str(message["content"].get("data", {}).get("state", "")))
    return message["content"]["data"]["state"]["value"]


def test_of_two_thousand_settings_at_once_a_few_are_computed_and_the_last_stands(gated):
    visitor, open_gate = gated
    slider = visitor.model("IntSliderModel")
    ids = [visitor.move(slider, value=1)]
    wait_until_under_way(visitor, ids[0])
    ids += [visitor.move(slider, value=n) for n in range(2, 2001)]
    open_gate()
    assert said(visitor, "for 2000") == f"{UNDER_WAY + 1} computed, the last for 2000"
    assert any(state.get("value") == 2000 for state in visitor.states().values())
    # Each is answered, so that a page's widget goes on, also the one that was dropped.
    assert visitor.until_idle(visitor.move(slider, value=5))
    assert len(set(ids)) == 2000


def test_what_is_dropped_is_answered_so_that_its_widget_goes_on(gated):
    visitor, open_gate = gated
    slider = visitor.model("IntSliderModel")
    ids = {visitor.move(slider, value=n) for n in range(1, 11)}
    open_gate()
    while ids:
        idle = visitor.receive(lambda message: message["content"].get("execution_state") == "idle")
        ids.discard(idle["parent_header"].get("msg_id"))


def test_of_four_hundred_requests_some_are_done_and_the_widget_is_told_of_the_others(gated):
    visitor, open_gate = gated
    text = visitor.model("TextModel")
    wait_until_under_way(visitor, ask(visitor, text, {"step": 0}))
    for n in range(1, 400):
        ask(visitor, text, {"step": n})
    ask(visitor, text, {"restart": True})
    open_gate()
    done = UNDER_WAY + MAX_SAME
    assert said(visitor, "restart").startswith(f"{done + 1} heard")
    assert said(visitor, "too_many") == f"{done + 2} heard, {{'too_many': {400 - done}}}"
    assert visitor.server.log.count("a page sends more than its kernel can answer") == 1


def test_a_page_makes_no_widgets_and_ends_none(visit, small_voila):
    visitor = visit(["import ipywidgets\nslider = ipywidgets.IntSlider()\nslider"])
    before = visitor.states()
    slider = visitor.model("IntSliderModel")
    state = before[slider]
    for n in range(30):
        visitor.send(
            "comm_open",
            {"comm_id": f"new {n}", "target_name": "jupyter.widget", "data": {"state": state, "buffer_paths": []}},
            version="2.1.0",
        )
    visitor.send("comm_close", {"comm_id": slider, "data": {}})
    visitor.send("execute_request", {"code": "1", "silent": False})
    visitor.until_idle(visitor.move(slider, value=7))
    after = visitor.states()
    assert after.keys() == before.keys() and after[slider]["value"] == 7
    for problem in ("a widget that Python did not make", "the end of a widget", "a message that is not of a widget"):
        assert small_voila.log.count(f"ends_none.ipynb: left out what a page sent: {problem}") == 1


@pytest.mark.parametrize("text", ["[" * 50_000, '{"comm_id": 1}', "9" * 5_000], ids=["deep", "no-id", "long"])
def test_nonsense_closes_its_own_connection(visit, text):
    visitor = visit(["import ipywidgets\nipywidgets.IntSlider()"])
    header = {"msg_id": "1", "msg_type": "comm_msg", "username": "", "session": "", "version": "5.3"}
    visitor.socket.send(packed([b"shell", json.dumps(header).encode(), b"{}", b"{}", text.encode()]))
    with pytest.raises(ConnectionClosed):
        visitor.receive(lambda message: False, seconds=20)
    assert visitor.connect().model("IntSliderModel")


def test_a_message_of_more_than_a_megabyte_is_not_read(visit):
    visitor = visit(["import ipywidgets\nipywidgets.Text()"])
    visitor.move(visitor.model("TextModel"), value="x" * MAX_FRAME_BYTES)
    with pytest.raises(ConnectionClosed):
        visitor.receive(lambda message: False, seconds=20)
    text = visitor.connect().model("TextModel")
    assert visitor.states()[text]["value"] == ""


def test_an_error_that_a_page_repeats_is_logged_once(visit, small_voila):
    visitor = visit(["import ipywidgets\nipywidgets.IntSlider()"])
    slider = visitor.model("IntSliderModel")
    for _ in range(5):
        visitor.until_idle(visitor.move(slider, value="not a number for a slider"))
    assert small_voila.log.count("'not a number for a slider'") <= 2  # one traceback


def test_a_kernel_that_holds_too_much_with_its_children_is_ended_and_its_page_told_why(logs, tmp_path_factory):
    root = tmp_path_factory.mktemp("limited")
    start = "import subprocess, sys\nfrom ipywidgets import IntSlider\nslider = IntSlider()\nstarted = []\n"
    start += "def start(change):\n    started.extend(subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=-1)"
    start += " for _ in range(5))\nslider.observe(start, 'value')\nslider"
    servers.write_notebook([start], root / "a.ipynb")
    options = ["--LessonKernelManager.max_processes=4", "--KernelRestarter.time_to_dead=0.5"]
    with servers.voila(root, logs, *options) as server, Visitor(server, "a.ipynb") as visitor:
        slider = visitor.connect().model("IntSliderModel")
        visitor.until_idle(visitor.move(slider, value=1))
        servers.wait_until(lambda: "ended the 5 that it had started" in server.log, "they go on")
        assert server.kernels() == 1
        visitor.until_idle(visitor.move(slider, value=2))  # once more
        address = f"api/kernels/{visitor.kernel}"
        servers.wait_until(lambda: server.get(address)[0] == 404, "the kernel goes on")
        answer = json.loads(server.get(address)[2])
        assert answer["reason"] == "Kernel Ended" and "6 processes, and 4 are allowed" in answer["message"]
        servers.wait_until(lambda: server.python() == set(), "a process is left")
        assert server.log.count("and 4 are allowed; ") == 2
        other = server.get("api/kernels/00000000-0000-0000-0000-000000000000")
        assert other[0] == 404 and "does not exist" in other[2]
