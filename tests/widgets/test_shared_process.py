"""Ladders and rooflines of a server: one process measures for all, and who waits sees how many are before."""

import itertools
import socket
import threading

import pytest

import widgets_lib as wl
from tests.support.measuring import at_work, measuring
from widgets_lib.compute import roofline
from widgets_lib.widgets.contraction import clock
from widgets_lib.widgets.ladder import measurements, shared_process
from widgets_lib.widgets.ladder.rows import waiting_of
from widgets_lib.widgets.ladder.shared_process import ADDRESS, SharedProcess

WAIT_S = 60
ROWS = itertools.count(3)  # each test measures at a size of its own: the server knows those of the others
pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")


@pytest.fixture(scope="module")
def server():
    with measuring() as found:
        yield found


@pytest.fixture
def own_process(monkeypatch):
    """What this kernel's own process is asked for: it should be nothing."""
    asked = []

    class Refusing:
        def start(self, job, on_message, function=b""):
            asked.append((job["backend"], bool(function)))
            on_message({"event": "error", "message": "the kernel's own process was asked"})

        def cancel(self, reason=""):
            return False

    monkeypatch.setattr(measurements, "_WORKER", Refusing())
    return asked


@pytest.fixture
def served(server, own_process, monkeypatch):
    """The environment of a kernel of the server."""
    monkeypatch.setenv(ADDRESS, server.address("this kernel"))


@pytest.fixture
def ladder(served):
    widget = wl.MatmulLadder(m=next(ROWS), k=8, n=2, budget_s=0.02)
    yield widget
    widget.close()
    assert widget.wait(WAIT_S)


class Said:
    """The messages of a widget's progress, and a wait for one."""

    def __init__(self, widget):
        self.messages, self._heard = [], threading.Condition()
        widget.observe(self._hear, names=["progress"])

    def _hear(self, change):
        with self._heard:
            if message := change["new"].get("message"):
                self.messages.append(message)
            self._heard.notify_all()

    def wait_for(self, words):
        with self._heard:
            assert self._heard.wait_for(lambda: any(words in message for message in self.messages), WAIT_S)

    def forget(self):
        self.messages.clear()


def test_the_server_measures_the_ladder(ladder, own_process):
    ladder.run(["numpy", "python"])
    assert ladder.wait(WAIT_S)
    assert [ladder.results[key]["state"] for key in ("numpy", "python")] == ["measured"] * 2
    assert ladder.progress == {} and own_process == []


def test_who_waits_sees_how_many_are_before(ladder, server):
    said = Said(ladder)
    with at_work(server.address("another")):
        with at_work_behind(server, "a third"):
            ladder.run(["numpy"])
            said.wait_for("numpy @: two before you")
            assert ladder.results["numpy"]["state"] == "queued" and ladder.progress["fraction"] == 0
        said.wait_for("numpy @: one before you")
    assert ladder.wait(WAIT_S) and ladder.results["numpy"]["state"] == "measured"
    assert said.messages[1:4] == ["numpy @: two before you", "numpy @: one before you", "numpy @: starting"]


def at_work_behind(server, kernel):
    return at_work(server.address(kernel), until="waiting")


def test_cancel_leaves_the_queue_and_the_next_run_is_measured(ladder, server):
    said = Said(ladder)
    with at_work(server.address("another")):
        ladder.run(["numpy", "python"])
        said.wait_for("one before you")
        assert server.waiting() == 1, "one rung after the other"
        ladder.cancel()
        assert ladder.wait(WAIT_S)
        assert [row["state"] for row in ladder.results.values()] == ["stopped"] * 2
        while server.waiting():  # its connection has ended; the server reads that in a moment
            pass
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S) and ladder.results["numpy"]["state"] == "measured"


def test_cancel_ends_what_runs(ladder, server):
    ladder.m, ladder.k, ladder.n, ladder._budget_s = 50_000, 784, 10, 5
    said = Said(ladder)
    ladder.run(["python"])
    said.wait_for("of 50,000 rows")
    ladder.cancel()
    assert ladder.wait(WAIT_S) and ladder.results["python"]["state"] == "stopped"


def test_a_budget_that_is_too_much_for_a_server_is_said_in_words(ladder):
    ladder._budget_s = 600
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    assert "on a server a rung may take up to 5 s" in ladder.results["numpy"]["message"]


def test_a_learners_function_stays_in_the_kernel(ladder, own_process):
    wl.rung("my matmul")(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    assert own_process == [("my matmul", True)]


def test_a_roofline_waits_in_the_same_queue(served, server, own_process):
    roof = wl.Roofline(next(ROWS), 8, 2, rung="numpy")
    said = Said(roof)
    with at_work(server.address("another")):
        roof.time()
        said.wait_for("numpy @: one before you")
    assert roof.wait(WAIT_S)
    assert roof.progress == {} and roof.error == "" and own_process == []
    roof.close()


def test_what_is_measured_in_the_kernel_waits_for_its_turn(served, server, monkeypatch):
    begun = []
    monkeypatch.setattr(roofline, "machine", lambda **options: begun.append("roof"))
    monkeypatch.setattr(clock, "measure", lambda *arguments: begun.append("order"))
    roof, contraction = wl.Roofline(3, 8, 2), wl.ContractionPath("ij,jk,k->i", (20, 20), (20, 20), (20,))
    with at_work(server.address("another")):
        for widget, start, words in (
            (roof, roof.measure, "Measuring this machine: one before you"),
            (contraction, contraction.time, "Timing: one before you"),
        ):
            said = Said(widget)
            start()
            said.wait_for(words)
            widget._tasks.cancel()  # and gives back what it holds
        while server.waiting():
            pass
        assert begun == []
        said = Said(roof)
        roof.measure()
        said.wait_for("one before you")
    assert roof.wait(WAIT_S) and roof.error == "" and begun == ["roof"]
    contraction.time()
    assert contraction.wait(WAIT_S) and contraction.error == "" and set(begun[1:]) == {"order"}
    for widget in (roof, contraction):
        widget.close()


def test_a_learners_function_waits_for_its_turn_and_can_be_cancelled(ladder, server, own_process):
    said = Said(ladder)
    with at_work(server.address("another")):
        wl.rung("my matmul")(lambda a, b: a @ b)
        said.wait_for("my matmul: one before you")
        ladder.cancel()
        assert ladder.wait(WAIT_S) and ladder.results["my matmul"]["state"] == "stopped"
        said.forget()
        ladder.run(["my matmul", "numpy"])
        said.wait_for("my matmul: one before you")
    assert ladder.wait(WAIT_S)
    assert own_process == [("my matmul", True)] and ladder.results["numpy"]["state"] == "measured"


@pytest.mark.parametrize("address", [None, "", "/nowhere/measuring"])
def test_without_a_server_a_kernel_measures_for_itself(address, own_process, monkeypatch):
    monkeypatch.delenv(ADDRESS, raising=False)
    if address is not None:
        monkeypatch.setenv(ADDRESS, address)
    widget = wl.MatmulLadder(m=3, k=8, n=2, budget_s=0.02)
    widget.run(["numpy"])
    assert widget.wait(WAIT_S) and own_process == [("numpy", False)]
    widget.close()


@pytest.mark.parametrize("answer", [b"", b'{"event": "wai', b"hello\n"])
def test_a_server_that_goes_away_is_said_in_words(answer):
    here, there = socket.socketpair()
    heard, ended = [], threading.Event()

    def hear(message):
        heard.append(message)
        ended.set()

    SharedProcess(here).start({"backend": "numpy"}, hear)
    with there, there.makefile("rb") as lines:
        assert lines.readline() == b'{"backend": "numpy"}\n'
        there.sendall(answer)
        there.shutdown(socket.SHUT_RDWR)
    assert ended.wait(WAIT_S)
    assert heard == [{"backend": "numpy", "event": "error", "message": shared_process.GONE}]


def test_a_cancelled_job_says_so_once():
    here, there = socket.socketpair()
    heard = []
    shared = SharedProcess(here)
    shared.start({"backend": "numpy"}, heard.append)
    with there, there.makefile("rb") as lines:
        assert shared.cancel() and not shared.cancel()
        assert lines.read() in (b"", b'{"backend": "numpy"}\n'), "and nothing else, up to the end of the connection"
    assert heard == [{"backend": "numpy", "event": "cancelled"}]


def test_a_time_that_another_visitor_waited_for_says_when_it_was_measured(ladder, server, monkeypatch):
    def answer(job, on_message, function=b""):
        on_message(result | {"backend": job["backend"]})

    fields = ("extrapolated", "at_least", "at_most", "noisy")
    result = {"event": "result", "correct": True, "seconds": 1e-5, "spread": 0.01, "first_call_s": 1e-5, "gflops": 1.0}
    result |= {"threads": 1, "measured_at": "14:03", **dict.fromkeys(fields, False)}
    monkeypatch.setattr(SharedProcess, "start", lambda self, *arguments: answer(*arguments))
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    assert ladder.results["numpy"]["notes"] == ["measured on this server at 14:03"]


def test_numbers_are_words_as_far_as_people_say_them():
    assert waiting_of("numpy", 12)["message"] == "numpy @: twelve before you"
    assert waiting_of("numpy", 1_300)["message"] == "numpy @: 1,300 before you"
