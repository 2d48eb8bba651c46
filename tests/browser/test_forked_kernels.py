"""The kernels of these tests' servers are forks, and yet what a learner's kernel is."""

import numpy as np
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import local_provisioner

from tests.support import forked_kernels
from tests.support.servers import children, is_running, wait_until

pytestmark = pytest.mark.skipif(not forked_kernels.POSSIBLE, reason="forks of kernels need Linux")


@pytest.fixture
def start(forks, monkeypatch, tmp_path):
    """start() -> the manager and the client of a forked kernel whose folder is `tmp_path`."""
    monkeypatch.setattr(local_provisioner, "launch_kernel", forked_kernels.fork_kernel)
    for name, value in {**forks.env(), "GREETING": "hello"}.items():
        monkeypatch.setenv(name, value)
    started = []

    def start():
        manager = KernelManager()
        manager.start_kernel(cwd=str(tmp_path))
        client = manager.blocking_client()
        started.append((manager, client))
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return manager, client

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, code):
    """What is printed by the code, and the data of what it shows."""
    told = []
    reply = client.execute_interactive(code, output_hook=told.append, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    contents = [message["content"] for message in told]
    return "".join(content.get("text", "") for content in contents), [c["data"] for c in contents if "data" in c]


def answer_to(request, receive, part):
    """That part of the first message which answers this request and has it: others may still be on their way."""
    while True:
        message = receive(timeout=60)
        if message["parent_header"].get("msg_id") == request and part in message["content"]:
            return message["content"][part]


def test_its_folder_environment_and_randomness_are_its_own(forks, start, tmp_path):
    told = "import os, sys\nprint(os.getcwd(), os.environ['GREETING'], 'widgets_lib' in sys.modules, '' in sys.path)"
    draw = "import numpy as np; print(np.random.rand())"
    (first, one), (second, other) = start(), start()
    assert run(one, told)[0].split() == [str(tmp_path), "hello", "False", "True"]
    assert {first.provisioner.pid, second.provisioner.pid} <= children(forks.pid)
    draws = [float(run(client, draw)[0]) for client in (one, other)]
    assert len({*draws, np.random.RandomState().rand()}) == 3


def test_pictures_and_widgets_are_shown(start):
    _, client = start()
    _, shown = run(client, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert "image/png" in shown[-1]
    _, shown = run(client, "import widgets_lib as wl\nwl.LoopStepper()")
    assert "application/vnd.jupyter.widget-view+json" in shown[-1]


def test_it_is_interrupted_restarted_and_ended(start):
    manager, client = start()
    request = client.execute("print('begun', flush=True)\nwhile True: pass")
    answer_to(request, client.get_iopub_msg, "text")
    manager.interrupt_kernel()
    assert answer_to(request, client.get_shell_msg, "ename") == "KeyboardInterrupt"
    before = manager.provisioner.pid
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert run(client, "print('again')")[0] == "again\n"
    assert manager.provisioner.pid != before and not is_running(before)


def test_it_ends_with_its_server(start):
    manager, _ = start()
    fork = manager.provisioner.process
    assert fork.poll() is None
    fork._link.close()  # as the system does when the server ends
    wait_until(lambda: not is_running(fork.pid), "it goes on")
    fork.returncode = -9
