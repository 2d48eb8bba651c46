"""Servers that the tests of this folder share, and what a test does with them."""

import pytest

from tests.support import servers
from tests.support.servers import wait_until
from tests.support.visitors import Visitor

DEATH = "--KernelRestarter.time_to_dead=0.5"  # how often the server looks whether a kernel has died


@pytest.fixture(scope="package")
def small_voila(logs, tmp_path_factory):
    """Room for two; two seconds for a cell, one for a callback."""
    root = tmp_path_factory.mktemp("small")
    limits = ["--LessonKernelManager.max_kernels=2", "--LessonKernelManager.callback_timeout=1"]
    with servers.voila(root, logs, *limits, "--VoilaExecutor.timeout=2", DEATH, forks=True) as server:
        yield server


@pytest.fixture
def render(small_voila, request):
    """render(cells) -> (status, headers, HTML) of the lesson made of these cells; its kernel is released after."""
    opened = []

    def render(cells, name=None):
        name = name or f"{request.node.name}.ipynb"
        servers.write_notebook(cells, small_voila.root / name)
        reply = small_voila.get(f"voila/render/{name}")
        opened.append(reply[2])
        return reply

    yield render
    for page in opened:
        small_voila.close_tab(page)


@pytest.fixture
def visit(small_voila, request):
    """visit(cells) -> a Visitor of the lesson made of these cells, connected to its kernel; leaves after."""
    visitors = []

    def visit(cells, **options):
        name = f"{request.node.name}.ipynb"
        servers.write_notebook(cells, small_voila.root / name)
        visitors.append(Visitor(small_voila, name))
        return visitors[-1].connect(**options)

    yield visit
    for visitor in visitors:
        visitor.leave()


@pytest.fixture(scope="package")
def pooled(logs, tmp_path_factory):
    """A preheating server with room for three, two of them for one visitor, and two threads each.

    A thread variable is set for the server itself.
    """
    root = tmp_path_factory.mktemp("pooled")
    limits = ["--LessonKernelManager.max_kernels=3", "--LessonKernelManager.threads=2", "--VoilaExecutor.timeout=5"]
    limits.append("--LessonKernelManager.max_kernels_per_visitor=2")
    pool = ["--preheat_kernel=True", "--VoilaKernelManager.fill_delay=0"]
    with servers.voila(root, logs, *limits, *pool, DEATH, env={"OMP_NUM_THREADS": "3"}) as server:
        yield server


@pytest.fixture
def pooled_voila(pooled):
    """The same without any lesson; lessons that a test writes are removed after it."""
    yield pooled
    for lesson in pooled.root.glob("*.ipynb"):
        lesson.unlink()
    wait_until(lambda: waiting(pooled) == 0, "kernels wait for lessons that are gone")


def waiting(server):
    return server.health()["waiting"]
