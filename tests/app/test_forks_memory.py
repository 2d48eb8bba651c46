"""What visitors' forked kernels hold of memory, how many memory allows, and what they leave behind. Linux only."""

import shutil
from contextlib import ExitStack

import pytest

from tests.support import servers
from tests.support.leftovers import holdings, started, wait_until_nothing_is_left
from tests.support.servers import is_running, wait_until
from tests.support.using import own_mb, use_every_widget
from tests.support.visitors import Visitor
from widgets_lib.app.forks import client
from widgets_lib.app.memory_cap import FORK_MB

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

LESSONS = ["04_broadcasting.ipynb", "07_pixel_similarity.ipynb"]
MEMORY_MB = 1_400
OPENED_MB, USED_MB = 40, 120


@pytest.fixture(scope="module")
def limited(logs, tmp_path_factory):
    """A server of two of the course's lessons, both frozen, whose kernels may hold `MEMORY_MB` together."""
    root, temporary = tmp_path_factory.mktemp("limited"), tmp_path_factory.mktemp("temporary")
    for lesson in LESSONS:
        shutil.copy(servers.ROOT / "lessons" / lesson, root)
    (root / "assets").symlink_to(servers.ROOT / "lessons/assets")
    options = ["--preheat_kernel=True", "--VoilaKernelManager.fill_delay=0", f"{servers.FORKS}=True"]
    options += [f"{servers.MAX_KERNELS}=0", f"--LessonKernelManager.memory_mb={MEMORY_MB}"]
    options += ["--LessonKernelManager.max_kernels_per_visitor=0"]
    with servers.voila(root, logs, *options, env={"TMPDIR": str(temporary)}) as server:
        not_ready = f"not all lessons are run: {server.log[-2000:]}"
        wait_until(lambda: server.log.count("visitors get forks of it") == len(LESSONS), not_ready, 240)
        yield server


def held_mb(server):
    """What all kernels hold, as the system tells a test."""
    return sum(servers.memory_mb(pid) for pid in started(server) if is_running(pid))


def wait_until_measured(server):
    """What the server says of its load, once that is what the system says."""
    wait_until(
        lambda: server.health()["used_mb"] == pytest.approx(held_mb(server), rel=0.07), "it is not measured", 120
    )
    return server.health()


def test_visitors_come_until_memory_is_full_and_whoever_is_in_stays(limited):
    """First of all: the server remembers what visitors held at most, and the others use every widget."""
    health = wait_until_measured(limited)
    cap, expected_mb = health["max_kernels"], health["per_visitor_mb"]
    assert cap == pytest.approx((MEMORY_MB - held_mb(limited)) / expected_mb, abs=2) and cap >= 3
    with ExitStack() as leaving:
        inside = []
        while (visitor := leaving.enter_context(Visitor(limited, LESSONS[len(inside) % 2]))).status == 200:
            inside.append(visitor.connect())
        assert visitor.status == 503 and "The class is full" in visitor.page
        assert limited.kernels() == len(inside) >= cap - 1  # while they came, it may have been measured
        health = wait_until_measured(limited)
        assert health["per_visitor_mb"] == pytest.approx(FORK_MB, rel=0.3)  # for most have just come
        assert len(inside) <= health["max_kernels"] <= len(inside) + 2 and health["kernels"] == len(inside)
        for visitor in inside:
            assert visitor.states()
    more_mb = health["per_visitor_mb"]
    wait_until(lambda: limited.health()["per_visitor_mb"] < more_mb, "those who left are not remembered", 120)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_visitors_kernel_has_little_memory_of_its_own_before_and_after_all_widgets_were_used(limited, lesson):
    before = started(limited)
    with Visitor(limited, lesson) as visitor:
        visitor.connect().states()
        [kernel] = started(limited) - before
        assert own_mb(kernel) <= OPENED_MB
        assert len(use_every_widget(visitor)) >= 20
        wait_until(lambda: own_mb(kernel) <= USED_MB, "it keeps more than that", 120)  # variants still run


def test_visitors_leave_nothing_behind(limited):
    """Nor do those who close the tab before the page has opened its connection."""

    def visit(number):
        with Visitor(limited, LESSONS[number % 2]) as visitor:
            if number % 5:
                slider = visitor.connect().model("digit" if number % 2 else "operator")
                visitor.until_idle(visitor.move(slider, **({"digit": 3} if number % 2 else {"operator": "*"})))

    there = started(limited)
    for number in range(4):  # what is opened once is open
        visit(number)
    wait_until(lambda: limited.kernels() == 0 and started(limited) <= there, "a kernel stays")
    before = holdings(limited)
    for number in range(20):
        visit(number)
    wait_until_nothing_is_left(limited, before)
