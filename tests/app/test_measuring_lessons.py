"""The served app measures in one process for all visitors, and none of it is theirs. Linux only."""

import os
import signal
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.app.conftest import DEATH
from tests.support import servers
from tests.support.servers import FORKS, is_running, wait_until
from tests.support.visitors import Visitor
from widgets_lib.app.forks import client
from widgets_lib.compute import matmul

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

LADDER = "import os\nimport widgets_lib as wl\nprint('kernel', os.getpid())\nwl.MatmulLadder({}, budget_s={})"
QUICK, SLOW = LADDER.format("3, 8, 2", 0.02), LADDER.format("50_000, 784, 10", 5)
WAIT_S = 60
MEASURES = b"widgets_lib.compute.matmul.worker_process"


@pytest.fixture(scope="module")
def measuring(logs, tmp_path_factory):
    """A server whose visitors get forks of two lessons."""
    if reason := client.unavailable_reason():
        pytest.skip(reason)
    root = tmp_path_factory.mktemp("measuring")
    servers.write_notebook([QUICK], root / "quick.ipynb")
    servers.write_notebook([SLOW], root / "slow.ipynb")
    servers.write_notebook([QUICK, "@wl.rung('mine')\ndef mine(a, b):\n    return a @ b"], root / "own.ipynb")
    options = [f"{FORKS}=True", "--preheat_kernel=True", "--VoilaKernelManager.fill_delay=0", DEATH]
    with servers.voila(root, logs, *options) as server:
        wait_until(lambda: server.health()["waiting"] == 3, "the lessons are not run ahead", 120)
        yield server


def opened(server, lesson):
    """A visitor with the lesson's ladder as `ladder`, and its kernel's process as `python`."""
    before = kernels(server)
    visitor = Visitor(server, lesson).connect()
    visitor.ladder = visitor.model("predictions")
    [visitor.python] = kernels(server) - before
    return visitor


def kernels(server):
    """What is below the server and does not measure for all."""
    return {process.pid for process in psutil.Process(server.process.pid).children(recursive=True)} - measuring_in(
        server
    )


def measuring_in(server):
    """The measuring processes below the server."""
    found = psutil.Process(server.process.pid).children(recursive=True)
    return {process.pid for process in found if MEASURES in command_of(process.pid)}


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ask(visitor, **content):
    visitor.send("comm_msg", {"comm_id": visitor.ladder, "data": {"method": "custom", "content": content}})


def until(visitor, trait, holds):
    """The first value of a trait of the ladder, of those that come, that is so."""

    def wanted(message):
        content = message["content"]
        state = content.get("data", {}).get("state", {}) if content.get("comm_id") == visitor.ladder else {}
        return trait in state and holds(state[trait])

    return visitor.receive(wanted)["content"]["data"]["state"][trait]


def measure(visitor, rung):
    """The rung's row once it was measured, or was not."""
    ask(visitor, run=[rung])
    over = ("measured", "estimated", "failed", "stopped")
    return until(visitor, "results", lambda rows: rows.get(rung, {}).get("state") in over)[rung]


def test_no_kernel_has_a_measuring_process(measuring):
    with opened(measuring, "quick.ipynb") as first, opened(measuring, "quick.ipynb") as second:
        for visitor in (first, second):
            assert measure(visitor, "numpy")["state"] == "measured"
            assert psutil.Process(visitor.python).children(recursive=True) == []
        [process] = measuring_in(measuring)
        assert psutil.Process(process).ppid() == measuring.process.pid


@pytest.mark.parametrize(("leaves", "rung"), [("closes the tab", "python"), ("is killed", "python-lists")])
def test_who_waits_is_next_when_the_one_before_has_gone(measuring, leaves, rung):
    with opened(measuring, "quick.ipynb") as second:
        first = opened(measuring, "slow.ipynb")
        ask(first, run=["python"])
        until(first, "progress", lambda progress: "rows" in progress.get("message", ""))
        ask(second, run=[rung])
        waits = f"{matmul.BACKENDS[rung].title}: one before you"
        until(second, "progress", lambda progress: progress.get("message") == waits)
        if leaves == "is killed":
            os.kill(first.python, signal.SIGKILL)
        else:
            first.leave()
        row = until(second, "results", lambda rows: "seconds" in rows.get(rung, {}))[rung]
        assert row["state"] == "measured"
        first.leave()


def test_a_function_of_the_lesson_is_measured_in_a_process_that_ends_with_it(measuring):
    with opened(measuring, "own.ipynb") as visitor:
        kernel = psutil.Process(visitor.python)
        ask(visitor, run=["mine"])
        wait_until(lambda: kernel.children(recursive=True), "the function was measured elsewhere", WAIT_S)
        until(visitor, "results", lambda rows: rows["mine"]["state"] == "measured")
        wait_until(lambda: not kernel.children(recursive=True), "its process stays")


def test_a_killed_measuring_process_is_said_and_is_there_again(measuring):
    with opened(measuring, "slow.ipynb") as visitor:
        ask(visitor, run=["python"])
        until(visitor, "progress", lambda progress: "rows" in progress.get("message", ""))
        [process] = measuring_in(measuring)
        os.kill(process, signal.SIGKILL)
        row = until(visitor, "results", lambda rows: rows.get("python", {}).get("state") == "failed")["python"]
        assert "the measuring process was killed from outside" in row["message"]
        assert measure(visitor, "numpy")["state"] == "measured"
        assert not is_running(process) and measuring_in(measuring) != {process}


def test_a_kernel_that_is_no_fork_has_none_and_a_killed_server_leaves_none(logs, tmp_path):
    servers.write_notebook([QUICK], tmp_path / "quick.ipynb")
    with servers.voila(tmp_path, logs) as server:
        visitor = opened(server, "quick.ipynb")
        assert measure(visitor, "numpy")["state"] == "measured"
        assert psutil.Process(visitor.python).children(recursive=True) == []
        [process] = measuring_in(server)
        server.process.kill()
        wait_until(lambda: not is_running(process), "the measuring process goes on")
        visitor._open.close()


@pytest.fixture
def temporary():
    """A folder with a short name: that of a socket in it has at most about a hundred letters."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_server_that_ends_leaves_nothing(logs, tmp_path, temporary):
    servers.write_notebook([QUICK], tmp_path / "quick.ipynb")
    with servers.voila(tmp_path, logs, env={"TMPDIR": str(temporary)}) as server:
        visitor = opened(server, "quick.ipynb")
        assert measure(visitor, "numpy")["state"] == "measured"
        [process] = measuring_in(server)
        assert len(list(temporary.glob("measuring-*/*"))) == 1
    assert not is_running(process) and not list(temporary.glob("measuring-*"))
    visitor._open.close()
