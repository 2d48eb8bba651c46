"""Each test of a widget begins in a kernel where no learner has written anything, as after a restart."""

import threading
from collections import deque
from contextvars import copy_context

import pytest
from IPython.core.interactiveshell import InteractiveShell

from widgets_lib.widgets import _tasks
from widgets_lib.widgets.ladder import learner_rungs, verdict
from widgets_lib.widgets.trace import learner_kernels


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch):
    """No rung and no kernel of another test is listed, no ladder of one measures this one's, nothing came before."""
    learner_rungs.OPEN_LADDERS.clear()
    learner_rungs.LEARNER_RUNGS.clear()
    learner_kernels.LEARNER_KERNELS.clear()
    monkeypatch.setattr(learner_rungs, "_unlisted", [])
    monkeypatch.setattr(verdict, "_last", {})


class Turns:
    """A Python without threads: what would be called later waits here until a test takes a turn."""

    def __init__(self):
        self.waiting = deque()

    def take(self, count=1):
        for _ in range(count):
            copy_context().run(self.waiting.popleft())  # as an event loop calls back: each time in a context of its own

    def finish(self):
        while self.waiting:
            self.take()


@pytest.fixture
def turns(monkeypatch):
    """As in a browser: no thread can be started, and work goes on a part at a time, each as short as can be."""

    def refuse(self):
        raise RuntimeError("can't start new thread")

    found = Turns()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(_tasks, "call_later", found.waiting.append)
    monkeypatch.setattr(_tasks, "TURN_S", 0.0)
    return found


@pytest.fixture
def shell(monkeypatch):
    """A shell that runs cells like a notebook's: `shell.cell(*lines)`; its displays are kept in `shell.shown`."""
    shell = InteractiveShell()
    shell.shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", shell.shown.append)
    shell.cell = lambda *lines: shell.run_cell("\n".join(lines)).raise_error()
    return shell
