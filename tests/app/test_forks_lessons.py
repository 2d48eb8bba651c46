"""Lessons that are run once: visitors get forks of them, whatever dies. Linux only."""

import logging
import os
import re
import shutil
import signal
from operator import le

import psutil
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory

from tests.app.conftest import DEATH
from tests.support import servers
from tests.support.servers import is_running, wait_until, write_notebook
from tests.support.visitors import Visitor, kernel_of
from widgets_lib.app.forks import client
from widgets_lib.app.forks.templates import NotOnePlace, Page
from widgets_lib.app.kernel_manager import LessonKernelManager

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

OWN_MB = 40  # of a visitor's kernel
LESSON = ["import os\nfrom ipywidgets import interact\nprint('run in', os.getpid())"]
LESSON += ["@interact(n=(0, 9))\ndef square(n=2):\n    print('python', os.getpid(), 'says', n * n)"]
FROZEN = "01_data.ipynb has been run; visitors get forks of it"


@pytest.fixture(scope="module")
def forking(logs, tmp_path_factory):
    """A server with two lessons that have been run: a small one and the course's fourth."""
    root = tmp_path_factory.mktemp("forking")
    write_notebook(LESSON, root / "01_data.ipynb")
    shutil.copy(servers.ROOT / "lessons/04_broadcasting.ipynb", root)
    (root / "assets").symlink_to(servers.ROOT / "lessons/assets")
    options = ["--preheat_kernel=True", "--VoilaKernelManager.fill_delay=0", DEATH]
    with servers.voila(root, logs, "--LessonKernelManager.max_kernels=5", *options, forks=True) as server:
        wait_for_templates(server)
        yield server


def wait_for_templates(server):
    count = len(list(server.root.glob("*.ipynb")))
    wait_until(lambda: server.health()["waiting"] == count, f"not all lessons are run: {server.log[-2000:]}", 120)


def run_again(server):
    """Calls for what is done when the small lesson has been run once more."""
    said = server.log.count(FROZEN)
    return lambda: wait_until(lambda: server.log.count(FROZEN) > said, "the lesson is not run again", 120)


def processes(server):
    """What the server has started and is still there."""
    return servers.descendants(server.process.pid)


def run_in(visitor):
    """The process that ran the lesson: its template."""
    return int(re.search(r"run in (\d+)", visitor.page)[1])


def slide(visitor, n):
    """(process id, square) that the visitor's kernel answers to a move of the slider."""
    answers = visitor.until_idle(visitor.move(visitor.model("IntSliderModel"), value=n))
    pid, square = re.search(r"python (\d+) says (\d+)", str(answers)).groups()
    return int(pid), int(square)


def test_visitors_get_forks_of_a_lesson_that_was_run_once(forking):
    with Visitor(forking, "01_data.ipynb") as first, Visitor(forking, "01_data.ipynb") as second:
        template = run_in(first)
        assert run_in(second) == template and first.kernel != second.kernel
        assert first.page.count(first.kernel) == 1 and second.page.count(second.kernel) == 1
        (one, square), (other, _) = slide(first.connect(), 7), slide(second.connect(), 3)
        assert square == 49 and len({one, other, template}) == 3
        assert os.listdir(f"/proc/{template}/task") == [str(template)]
        assert forking.health()["kernels"] == 2
    assert forking.health()["kernels"] == 0
    wait_until(lambda: not is_running(one) and not is_running(other), "closed tabs keep their kernels")


def test_a_fork_of_lesson_4_has_little_memory_of_its_own(forking):
    before = processes(forking)
    with Visitor(forking, "04_broadcasting.ipynb") as visitor:
        assert len(visitor.connect().states()) > 20
        [kernel] = processes(forking) - before
        assert psutil.Process(kernel).memory_full_info().uss / 2**20 <= OWN_MB


def test_twelve_visits_leave_nothing_behind(forking):
    [folder] = re.findall(r"Storing connection files in (\S+?)\.?\n", forking.log)

    def held():
        opened = os.listdir(f"/proc/{forking.process.pid}/fd")
        return len(processes(forking)), len(os.listdir(folder)), len(opened)

    for visit in range(12):
        with Visitor(forking, "01_data.ipynb") as visitor:
            if visit % 3:
                slide(visitor.connect(), 4)
        if visit == 3:  # by then what is opened once is open
            wait_until(lambda: forking.kernels() == 0 and held()[0] == 3, "a kernel stays")
            before = held()
    wait_until(lambda: all(map(le, held(), before)), f"left behind: {held()}, before {before}")


def test_a_changed_lesson_is_run_anew_and_its_visitors_stay(forking):
    with Visitor(forking, "01_data.ipynb") as before:
        slide(before.connect(), 1)
        done = run_again(forking)
        write_notebook([*LESSON, "print('as it is now')"], forking.root / "01_data.ipynb")
        with Visitor(forking, "01_data.ipynb") as visitor:
            assert "as it is now" in visitor.page and "as it is now" not in before.page
        done()
        with Visitor(forking, "01_data.ipynb") as visitor:
            assert "as it is now" in visitor.page and slide(visitor.connect(), 3)[0] != run_in(visitor)
        wait_until(lambda: not is_running(run_in(before)), "the old template stays")
        assert slide(before, 5)[1] == 25


def test_a_killed_template_is_no_loss_to_a_visitor(forking):
    with Visitor(forking, "01_data.ipynb") as before:
        slide(before.connect(), 1)
        done = run_again(forking)
        os.kill(run_in(before), signal.SIGKILL)
        with Visitor(forking, "01_data.ipynb") as visitor:
            assert visitor.status == 200 and slide(visitor.connect(), 3)[1] == 9
        done()
        assert slide(before, 5)[1] == 25
        with Visitor(forking, "01_data.ipynb") as visitor:
            assert slide(visitor.connect(), 6)[0] != run_in(visitor)


def test_a_killed_kernel_is_gone_for_its_visitor_alone(forking):
    with Visitor(forking, "01_data.ipynb") as first, Visitor(forking, "01_data.ipynb") as second:
        slide(second.connect(), 1)
        os.kill(slide(first.connect(), 1)[0], signal.SIGKILL)
        gone = f"api/kernels/{first.kernel}"  # what the page asks; it then says that Python has stopped
        wait_until(lambda: forking.get(gone)[0] == 404, "the page would never know")
        assert slide(second, 2)[1] == 4
    wait_until(lambda: forking.kernels() == 0, "a dead kernel keeps its slot")


def test_a_killed_fork_server_is_started_again_and_open_lessons_go_on(forking):
    with Visitor(forking, "01_data.ipynb") as before:
        kernel, _ = slide(before.connect(), 1)
        killed = forking.fork_server()
        os.kill(killed, signal.SIGKILL)
        with Visitor(forking, "01_data.ipynb") as visitor:  # its template has outlived the fork server
            assert slide(visitor.connect(), 3)[1] == 9
        again = "Kernels are forks from now on"
        wait_until(lambda: forking.log.count(again) == 2, "it is not started again", 120)
        assert slide(before, 5) == (kernel, 25)
    assert forking.log.count("The process that forks kernels has died; another is started") == 1
    assert forking.fork_server() != killed


def test_a_lesson_whose_page_names_its_kernel_elsewhere_is_preheated_for_one_visitor(forking):
    name = "02_random.ipynb"
    write_notebook(["import os\nprint('kernel', os.environ['VOILA_KERNEL_ID'])"], forking.root / name)
    try:
        for _ in range(2):
            wait_for_templates(forking)
            with Visitor(forking, name) as visitor:
                assert f"kernel {visitor.kernel}" in visitor.page
        assert f"{name} is run anew for each visitor" in forking.log and "names the kernel" in forking.log
    finally:
        (forking.root / name).unlink()


def test_a_killed_server_leaves_no_fork_and_no_template_behind(forking):
    """The last test of this server."""
    visitor = Visitor(forking, "01_data.ipynb")
    busy, _ = slide(visitor.connect(), 8)
    started = processes(forking) | {busy, run_in(visitor)}  # these two may be of a fork server that has died
    assert forking.fork_server() in started and all(map(is_running, started))
    forking.process.kill()
    forking.process.wait()
    wait_until(lambda: not any(map(is_running, started)), "processes outlive their killed server")


def test_a_page_changes_in_one_place_for_another_kernel():
    html = '<p>a</p><script>{"kernelId": "old", "b": 1}</script>'
    page = Page.of(html, "old")
    assert page.naming("new") == html.replace("old", "new") and kernel_of(page.naming("n-2")) == "n-2"
    for bad in (html + "old", html.replace("kernelId", "id"), "<p>a</p>"):
        with pytest.raises(NotOnePlace):
            Page.of(bad, "old")


@pytest.mark.parametrize("reason", ["", "plan9 cannot fork a process that has loaded its libraries"])
def test_where_nothing_forks_the_log_says_so_once_and_kernels_are_ordinary(monkeypatch, caplog, reason):
    monkeypatch.setattr(client, "unavailable_reason", lambda: reason)
    monkeypatch.setattr(KernelProvisionerFactory, "_instance", None)
    log = logging.getLogger("test")
    caplog.set_level("INFO", log.name)
    manager = LessonKernelManager(forks=bool(reason), log=log)
    assert not manager.forking
    assert (
        caplog.text.count(f"Each kernel is a process of its own: {reason or 'LessonKernelManager.forks is off'}") == 1
    )
    assert KernelProvisionerFactory.instance().default_provisioner_name == "limited-provisioner"
