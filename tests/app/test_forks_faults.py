"""Processes of forked lessons are killed at every stage: what visitors see, and how all comes back. Linux only."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import InvalidStatus

from tests.support import servers
from tests.support.frozen import (
    LESSON,
    SMALL,
    Stages,
    answer,
    begin_to_slide,
    forking_voila,
    processes,
    run_again,
    run_in,
    said,
    slide,
    wait_for_templates,
)
from tests.support.servers import is_running, wait_until, write_notebook
from tests.support.visitors import Visitor
from widgets_lib.app.forks import client

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

HELD = "02_random.ipynb"
FORKS_AGAIN = "Kernels are forks from now on"


@pytest.fixture(scope="module")
def forking(logs, tmp_path_factory):
    """A server with a small lesson that has been run."""
    root = tmp_path_factory.mktemp("forking")
    write_notebook(LESSON, root / SMALL)
    with forking_voila(root, logs) as server:
        yield server


@pytest.fixture
def held(forking, tmp_path):
    """The stages of a second lesson; `held.add()` puts it into the server's folder."""
    stages, path = Stages(tmp_path), forking.root / HELD
    stages.add = lambda: write_notebook(stages.cells(), path)
    yield stages
    path.unlink(missing_ok=True)
    wait_for_templates(forking)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def rest(server):
    """Returns once the server has answered the last visitor and its fork server is there."""
    wait_until(lambda: server.kernels() == 0, "a kernel stays")
    assert is_running(server.fork_server())


# --- the fork server


@pytest.mark.parametrize("stage", ["running", "freezing"])
def test_the_fork_server_dies_while_a_lesson_is_run_and_visitors_do_not_notice(forking, held, stage):
    """The lesson ends, freezes, and has visitors; those of others stay and come."""
    again, frozen = said(forking, FORKS_AGAIN), run_again(forking, HELD)
    with Visitor(forking, SMALL) as before:
        kernel, _ = slide(before.connect(), 1)
        held.hold(stage)
        held.add()
        template = held.reached(stage)
        kill(forking.fork_server())
        with Visitor(forking, SMALL) as visitor:
            assert run_in(visitor) == run_in(before) and slide(visitor.connect(), 3)[1] == 9
        held.release(stage)
        frozen()
        with Visitor(forking, HELD) as visitor:
            pid, square = slide(visitor.connect(), 4)
            assert square == 16 and pid != template and is_running(template)
        assert slide(before, 5) == (kernel, 25)
    again()
    rest(forking)


def test_the_fork_server_dies_while_it_imports_and_until_it_forks_lessons_are_run_in_ordinary_kernels(forking, held):
    again, failed = said(forking, FORKS_AGAIN), said(forking, "Kernels are not forks for now")
    killed = forking.fork_server()
    kill(killed)
    wait_until(lambda: forking.fork_server() not in (None, killed), "no other is started")
    kill(forking.fork_server())
    failed()
    with Visitor(forking, SMALL) as visitor:  # its template has outlived both
        assert slide(visitor.connect(), 3)[1] == 9
    held.add()
    with Visitor(forking, HELD) as visitor:
        assert visitor.status == 200
        pid, square = slide(visitor.connect(), 4)
        assert square == 16 and held.was_reached_by("running", pid)  # its own cells, not those of a template
    frozen = run_again(forking, HELD)
    again()
    frozen()
    with Visitor(forking, HELD) as visitor:
        assert not held.was_reached_by("running", slide(visitor.connect(), 5)[0])
    rest(forking)


def test_the_fork_server_dies_while_it_is_asked_for_a_kernel_and_the_visitor_gets_an_ordinary_one(forking, held):
    again, killed = said(forking, FORKS_AGAIN), forking.fork_server()
    held.hold("running")
    held.add()
    held.reached("running")  # for those ahead of visitors: there is no template yet
    (forking.root / "my_notes.ipynb").write_bytes((forking.root / SMALL).read_bytes())
    os.kill(killed, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(Visitor, forking, "my_notes.ipynb")
        wait_until(lambda: forking.kernels() == 1, "no kernel is asked for")
        kill(killed)
        with coming.result() as visitor:
            assert visitor.status == 200 and slide(visitor.connect(), 6) == (run_in(visitor), 36)
    (forking.root / "my_notes.ipynb").unlink()
    held.release("running")
    again()
    rest(forking)


def test_fork_server_and_template_die_while_a_visitors_kernel_computes_and_it_answers(forking, held):
    again, frozen, both = said(forking, FORKS_AGAIN), run_again(forking, HELD), run_again(forking, SMALL)
    held.add()
    frozen()
    template, frozen, killed = held.reached("running"), run_again(forking, HELD), forking.fork_server()
    with Visitor(forking, HELD) as visitor, Visitor(forking, SMALL) as other:
        slide(other.connect(), 1)
        visitor.connect()
        held.hold("computing")
        message = begin_to_slide(visitor, 7)
        kernel = held.reached("computing")
        for pid in (killed, template, run_in(other)):
            kill(pid)
        held.release("computing")
        assert answer(visitor, message) == (kernel, 49)
        assert slide(other, 3)[1] == 9
    again()
    frozen()
    both()
    assert forking.fork_server() != killed
    rest(forking)


# --- a lesson's template


def test_a_lesson_dies_while_it_is_run_and_is_run_again(forking, held):
    """Who comes meanwhile has it run in a kernel of theirs."""
    held.hold("running")
    held.add()
    frozen, failed = run_again(forking, HELD), said(forking, f"{HELD} could not be preheated")
    kill(held.reached("running"))
    held.release("running")
    failed()
    with Visitor(forking, HELD) as visitor:
        pid, square = slide(visitor.connect(), 4)
        assert square == 16 and pid == held.reached("running")
    frozen()
    with Visitor(forking, HELD) as visitor:
        assert slide(visitor.connect(), 5)[0] != held.reached("running")


def test_a_lesson_dies_while_it_freezes_and_is_run_again_and_if_it_dies_once_more_it_is_not_frozen(forking, held):
    again = said(forking, f"{HELD} is run once more, for its process ended while it froze")
    held.hold("freezing")
    held.add()
    first = held.reached("freezing")
    held.hold("freezing")
    kill(first)
    again()
    given_up = said(forking, f"{HELD} is run anew for each visitor")
    second = held.reached("freezing")
    assert second != first
    kill(second)
    held.release("freezing")
    given_up()
    wait_for_templates(forking)
    with Visitor(forking, HELD) as visitor:
        assert slide(visitor.connect(), 4) == (held.reached("running"), 16)


def test_a_template_dies_while_it_waits_and_the_next_visitor_has_the_lesson_run(forking):
    with Visitor(forking, SMALL) as before:
        slide(before.connect(), 1)
        done = run_again(forking)
        kill(run_in(before))
        with Visitor(forking, SMALL) as visitor:
            assert visitor.status == 200 and slide(visitor.connect(), 3)[1] == 9
        done()
        assert slide(before, 5)[1] == 25
        with Visitor(forking, SMALL) as visitor:
            assert slide(visitor.connect(), 6)[0] != run_in(visitor)


def test_a_template_dies_while_it_is_asked_for_a_fork_and_the_visitor_has_the_lesson_run(forking):
    done = run_again(forking)
    with Visitor(forking, SMALL) as before, ThreadPoolExecutor(1) as thread:
        os.kill(run_in(before), signal.SIGSTOP)
        coming = thread.submit(Visitor, forking, SMALL)
        wait_until(lambda: forking.kernels() == 2, "no kernel is asked for")
        kill(run_in(before))
        with coming.result() as visitor:
            assert visitor.status == 200 and slide(visitor.connect(), 3) == (run_in(visitor), 9)
    done()


# --- a visitor's kernel


def test_a_kernel_dies_before_its_page_has_connected_or_while_it_computes_and_that_page_alone_hears_it(forking, held):
    frozen = run_again(forking, HELD)
    held.add()
    frozen()
    with Visitor(forking, HELD) as other, Visitor(forking, HELD) as early, Visitor(forking, HELD) as computing:
        kernel, _ = slide(other.connect(), 1)
        held.hold("computing")
        begin_to_slide(computing.connect(), 5)
        busy = held.reached("computing")
        [unconnected] = forking.python() - {kernel, busy}
        for visitor, pid in ((early, unconnected), (computing, busy)):
            kill(pid)
            # what the page asks; it then says that Python has stopped, and offers to reload
            gone = f"api/kernels/{visitor.kernel}"
            wait_until(lambda gone=gone: forking.get(gone)[0] == 404, "the page would never know")
        with pytest.raises(InvalidStatus, match="404"):
            early.connect()
        held.release("computing")
        assert slide(other, 3) == (kernel, 9)
        assert forking.kernels() == 1


# --- the server


def test_the_server_dies_while_its_fork_server_imports(logs, tmp_path):
    with servers.voila(tmp_path, logs, f"{servers.FORKS}=True") as server:
        wait_until(server.fork_server, "nothing forks")
        importing = server.fork_server()
        server.process.kill()
        wait_until(lambda: not is_running(importing), "the fork server outlives its killed server")
    assert FORKS_AGAIN not in server.log


def test_the_server_dies_and_leaves_no_process_whatever_it_does(forking, tmp_path):
    """The last test of this server: a lesson freezes, another runs for a visitor; kernels are idle and compute."""
    computing, freezing, running = (Stages(tmp_path / name) for name in ("computing", "freezing", "running"))
    for stages, lesson in ((computing, HELD), (freezing, "03_matmul.ipynb"), (running, "my_notes.ipynb")):
        stages.folder.mkdir()
        if stages is not computing:
            stages.hold(stages.folder.name)
        write_notebook(stages.cells(), forking.root / lesson)
        if stages is computing:
            wait_for_templates(forking)
            stages.hold("computing")
    with ThreadPoolExecutor(1) as thread:
        started = {freezing.reached("freezing")}
        coming = thread.submit(Visitor, forking, "my_notes.ipynb")
        started.add(running.reached("running"))
        idle, busy = Visitor(forking, SMALL), Visitor(forking, HELD)
        started |= {slide(idle.connect(), 8)[0], run_in(idle)}
        begin_to_slide(busy.connect(), 3)
        started |= {computing.reached("computing"), computing.reached("running")} | processes(forking)
        assert forking.fork_server() in started and all(map(is_running, started))
        forking.process.kill()
        forking.process.wait()
        assert coming.exception()
    wait_until(lambda: not any(map(is_running, started)), "processes outlive their killed server")
