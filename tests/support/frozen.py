"""Servers whose lessons are run once and frozen, for tests in which processes die. Linux only."""

import re
from contextlib import contextmanager

from tests.support import servers
from tests.support.servers import wait_until

SMALL = "01_data.ipynb"
LESSON = ["import os\nfrom ipywidgets import interact\nprint('run in', os.getpid())"]
LESSON += ["@interact(n=(0, 9))\ndef square(n=2):\n    print('python', os.getpid(), 'says', n * n)"]
STAGED = """
import os, pathlib, time
from ipywidgets import interact
from widgets_lib import quiet

def wait_at(stage):
    folder = pathlib.Path({folder!r})
    (folder / f"{{stage}} {{os.getpid()}}").touch()
    (folder / "writing").write_text(str(os.getpid()))
    (folder / "writing").rename(folder / stage)
    while (folder / f"hold {{stage}}").exists():
        time.sleep(0.02)

wait_at("running")
quiet.before_freezing(lambda: wait_at("freezing"))

@interact(n=(0, 9))
def square(n=2):
    wait_at("computing")
    print("python", os.getpid(), "says", n * n)
"""


class Stages:
    """A lesson that can be held while its cells run, while it freezes, and while its slider's callback computes."""

    def __init__(self, folder):
        self.folder = folder

    def cells(self):
        """Its cells."""
        return [STAGED.format(folder=str(self.folder))]

    def hold(self, stage):
        """From now on it stays at this stage."""
        (self.folder / stage).unlink(missing_ok=True)
        (self.folder / f"hold {stage}").touch()

    def reached(self, stage):
        """The process that is at this stage, once there is one."""
        wait_until((self.folder / stage).exists, f"it is not {stage}", 60)
        return int((self.folder / stage).read_text())

    def was_reached_by(self, stage, pid):
        """Whether this process has been at this stage; several may have been at one time."""
        return (self.folder / f"{stage} {pid}").exists()

    def release(self, stage):
        """It goes on."""
        (self.folder / f"hold {stage}").unlink()


@contextmanager
def forking_voila(root, logs, *options):
    """A server that has run all lessons of `root`, and quickly notices what has died."""
    options = ["--preheat_kernel=True", "--VoilaKernelManager.fill_delay=0", *options]
    options.append("--KernelRestarter.time_to_dead=0.5")
    with servers.voila(root, logs, "--LessonKernelManager.max_kernels=5", *options, forks=True) as server:
        wait_for_templates(server)
        yield server


def wait_for_templates(server):
    """Returns once each lesson has been run."""
    count = len(list(server.root.glob("*.ipynb")))
    wait_until(lambda: server.health()["waiting"] == count, f"not all lessons are run: {server.log[-2000:]}", 120)


def said(server, text):
    """Calls for what is done when the server has said this once more than until now."""
    before = server.log.count(text)
    return lambda: wait_until(lambda: server.log.count(text) > before, f"it does not say {text!r}", 120)


def run_again(server, lesson=SMALL):
    """Calls for what is done when the lesson has been run once more and is frozen."""
    return said(server, f"{lesson} has been run; visitors get forks of it")


def processes(server):
    """What the server has started and is still there, zombies among them."""
    return servers.descendants(server.process.pid)


def run_in(visitor):
    """The process that ran the lesson: its template."""
    return int(re.search(r"run in (\d+)", visitor.page)[1])


def begin_to_slide(visitor, n):
    """Moves the visitor's slider; returns the message's id."""
    return visitor.move(visitor.model("IntSliderModel"), value=n)


def answer(visitor, message):
    """(process id, square) that the visitor's kernel answers to a move of the slider."""
    pid, square = re.search(r"python (\d+) says (\d+)", str(visitor.until_idle(message))).groups()
    return int(pid), int(square)


def slide(visitor, n):
    """The same for a move that is made now."""
    return answer(visitor, begin_to_slide(visitor, n))
