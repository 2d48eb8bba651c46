"""Servers that the application's and the browser's tests share, and their logs below a failed test."""

import re

import pytest
from hypothesis import settings

from tests.support import forks, servers

settings.register_profile("many", max_examples=10_000)  # --hypothesis-profile=many

SERVERS = {"voila", "scratch_voila", "small_voila", "lab"}


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def fork_server():
    """The process whose forks are the kernels that this one starts; None where the system has no forks."""
    with forks.fork_server() as server:
        yield server


@pytest.fixture(scope="session")
def voila(logs):
    """The server that `voila lessons/` starts in the project's root."""
    with servers.voila(servers.ROOT / "lessons", logs, forks=True) as server:
        yield server


@pytest.fixture(scope="session")
def scratch_voila(logs, tmp_path_factory):
    """The same server on an empty folder, for notebooks that a test writes itself."""
    with servers.voila(tmp_path_factory.mktemp("lessons"), logs, forks=True) as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and SERVERS & set(item.fixturenames):
        for server in servers.RUNNING:
            report.sections.append((f"log of {server.name} at {server.url}", server.log[-4_000:]))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With --dist=loadfile the tests of a lesson follow one another in one process: there it runs once for all."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # here: xdist itself is only needed to test in several processes

    class OneProcessForALesson(LoadFileScheduling):
        def _split_scope(self, nodeid):
            lesson = re.search(r"tests/lessons/.*?(\d\d_[a-z_]+)", nodeid)
            return lesson[1] if lesson else super()._split_scope(nodeid)

    return OneProcessForALesson(config, log)
