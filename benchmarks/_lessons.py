"""Servers that benchmarks compare, on lessons with one more cell: a slider whose picture matplotlib draws."""

import json
import shutil
import tempfile
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet  # before Python 3.11 it is another
from contextlib import contextmanager
from pathlib import Path

import nbformat
from websockets.exceptions import InvalidStatus

from tests.support import servers
from tests.support.visitors import SLIDER, come
from widgets_lib.app.forks.client import unavailable_reason

FOLDER = servers.ROOT / "lessons"
NAMES = sorted(path.name for path in FOLDER.glob("*.ipynb"))
FORKS, BEFORE, STOCK = "forks", "forks off", "stock Voila"
ROOM = ("--LessonKernelManager.max_kernels=300", "--LessonKernelManager.max_kernels_per_visitor=0")
PREHEATED = "--preheat_kernel=True"
CULLING = {"MappingKernelManager": {"cull_idle_timeout": 20, "cull_interval": 5}}
FILL_S = 400  # each lesson is run once, one after the other
HANG_S = 120


class Hung(Exception):
    """A page that did not come to its end, or a picture that did not come."""


def own():
    """The kinds of servers of this project that this system has."""
    return [BEFORE] if unavailable_reason() else [FORKS, BEFORE]


def notebooks(names=NAMES, cell=SLIDER):
    """{name: notebook} of lessons with a cell at their end."""
    found = {name: nbformat.read(FOLDER / name, as_version=4) for name in names}
    for lesson in found.values():
        lesson.cells.append(nbformat.v4.new_code_cell(cell))
    return found


@contextmanager
def serve(kind, lessons, *options, stock=CULLING):
    """A server of `kind` on {name: notebook or cells}; all that it writes is in the folder of its log.

    `options` are for ours, `stock` is the voila.json of stock Voila. It leaves the kernel of a closed tab behind: so
    that they do not fill the memory, what idles is ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        root, temporary, runtime = (Path(folder, name) for name in ("lessons", "tmp", "runtime"))
        for each in (root, temporary, runtime):
            each.mkdir()
        shutil.copytree(FOLDER / "assets", root / "assets")
        for name, lesson in lessons.items():
            servers.write_notebook(lesson, root / name)
        env = {"TMPDIR": str(temporary), "JUPYTER_RUNTIME_DIR": str(runtime)}
        if kind == STOCK:
            Path(root, "voila.json").write_text(json.dumps(stock))
            server = servers.stock_voila(root, folder, env=env)
        else:
            server = servers.voila(root, folder, f"{servers.FORKS}={kind == FORKS}", *options, env=env)
        with server as running:
            yield running


def wait_until_filled(server, count):
    """Returns once no visitor is there and `count` lessons wait for one (ours only)."""

    def filled():
        health = server.health()
        return health["kernels"] == 0 and health["waiting"] == count

    servers.wait_until(filled, f"the pool is not filled: {server.health()}", FILL_S)


def come_within(server, lesson, seconds=HANG_S):
    """A visitor as of `come`. Raises: Hung, also where the kernel is gone before its page can ask for it.

    A page of stock Voila that hangs says for ever that it is not dead, hence the time limit.
    """
    arrival = Future()

    def arrive():
        try:
            arrival.set_result(come(server, lesson))
        except BaseException as error:
            arrival.set_exception(error)

    threading.Thread(target=arrive, daemon=True).start()  # it ends with the server
    try:
        return arrival.result(seconds)
    except (NotYet, TimeoutError, InvalidStatus) as error:
        raise Hung(f"{lesson} of {server.name} hangs: {error}") from None
