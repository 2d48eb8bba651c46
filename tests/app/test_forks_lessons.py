"""Lessons that are run once: visitors get forks of them, whatever dies. Linux only."""

import logging
import os
import re
import shutil
from operator import le

import psutil
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory

from tests.support import servers
from tests.support.frozen import (
    LESSON,
    SMALL,
    forking_voila,
    processes,
    run_again,
    run_in,
    slide,
    wait_for_templates,
)
from tests.support.servers import is_running, wait_until, write_notebook
from tests.support.visitors import Visitor, kernel_of
from widgets_lib.app.forks import client
from widgets_lib.app.forks.templates import NotOnePlace, Page
from widgets_lib.app.kernel_manager import LessonKernelManager

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

OWN_MB = 40  # of a visitor's kernel


@pytest.fixture(scope="module")
def forking(logs, tmp_path_factory):
    """A server with two lessons that have been run: a small one and the course's fourth."""
    root = tmp_path_factory.mktemp("forking")
    write_notebook(LESSON, root / SMALL)
    shutil.copy(servers.ROOT / "lessons/04_broadcasting.ipynb", root)
    (root / "assets").symlink_to(servers.ROOT / "lessons/assets")
    with forking_voila(root, logs) as server:
        yield server


def test_visitors_get_forks_of_a_lesson_that_was_run_once(forking):
    with Visitor(forking, SMALL) as first, Visitor(forking, SMALL) as second:
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
        with Visitor(forking, SMALL) as visitor:
            if visit % 3:
                slide(visitor.connect(), 4)
        if visit == 3:  # by then what is opened once is open
            wait_until(lambda: forking.kernels() == 0 and held()[0] == 3, "a kernel stays")
            before = held()
    wait_until(lambda: all(map(le, held(), before)), f"left behind: {held()}, before {before}")


def test_a_changed_lesson_is_run_anew_and_its_visitors_stay(forking):
    with Visitor(forking, SMALL) as before:
        slide(before.connect(), 1)
        done = run_again(forking)
        write_notebook([*LESSON, "print('as it is now')"], forking.root / SMALL)
        with Visitor(forking, SMALL) as visitor:
            assert "as it is now" in visitor.page and "as it is now" not in before.page
        done()
        with Visitor(forking, SMALL) as visitor:
            assert "as it is now" in visitor.page and slide(visitor.connect(), 3)[0] != run_in(visitor)
        wait_until(lambda: not is_running(run_in(before)), "the old template stays")
        assert slide(before, 5)[1] == 25


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
