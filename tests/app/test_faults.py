"""What breaks on a real machine, and what a visitor sees of it."""

import os
import signal
import subprocess

import pytest

from tests.support import servers
from tests.support.servers import is_running, wait_until, write_notebook
from tests.support.visitors import Visitor, kernel_of
from widgets_lib.app import rendering


def test_a_kernel_killed_later_is_gone_for_the_page_that_asks_after_it(render, small_voila):
    _, _, page = render(["import os\nprint('python', os.getpid())"])
    [kernel] = small_voila.python()
    os.kill(kernel, signal.SIGKILL)
    alive = f"api/kernels/{kernel_of(page)}"
    wait_until(lambda: small_voila.get(alive)[0] == 404, "the page would never know")
    assert small_voila.kernels() == 0


def test_if_a_kernel_does_not_start_the_page_says_so_and_has_the_prose(logs, tmp_path):
    write_notebook([("md", "the prose"), "print(6 * 7)"], tmp_path / "a.ipynb")
    with servers.voila(tmp_path, logs, "--LessonKernelManager.memory_limit_mb=1") as server:
        status, _, page = server.get("voila/render/a.ipynb")
        assert status == 200
        assert rendering.NO_KERNEL in page and "the prose" in page
        assert "a.ipynb: Python did not start" in server.log


def test_a_killed_server_leaves_no_kernel_behind_and_starts_again_at_once_and_neither_does_a_stopped_one(
    logs, tmp_path
):
    write_notebook(["1"], tmp_path / "a.ipynb")
    with servers.voila(tmp_path, logs, "--preheat_kernel=True") as server:
        wait_until(lambda: server.health()["waiting"] == 1, "the pool stays empty")
        visitor = Visitor(server, "a.ipynb").connect()
        wait_until(lambda: server.health()["waiting"] == 1, "the pool stays empty")
        kernels = server.python()
        assert len(kernels) == 2
        server.process.kill()
        server.process.wait()
        with servers.voila(tmp_path, logs, port=int(server.url.split(":")[2].strip("/"))) as again:
            assert again.get()[0] == 200
            assert again.get(f"api/kernels/{visitor.kernel}")[0] == 404  # the page says so and offers to reload
            wait_until(lambda: not any(map(is_running, kernels)), "kernels outlive their killed server")
            assert Visitor(again, "a.ipynb").status == 200
            kernels = again.python()
    assert kernels and not any(map(is_running, kernels))


def test_a_file_that_is_no_notebook_gets_an_error_page_and_the_rest_works(small_voila, render):
    broken = small_voila.root / "broken.ipynb"
    for text in (b"", b"{ this is no notebook", b'{"cells": [], "nbformat": 99}', b"[]", b"\xff\xfe", b'{"cells": 1}'):
        broken.write_bytes(text)
        status, _, page = small_voila.get("voila/render/broken.ipynb")
        assert status == 400 and "This page did not work" in page, text
        assert not [word for word in ("Traceback", "Error(", str(small_voila.root)) if word in page]
        assert small_voila.get()[0] == 200
    assert render(["print(6 * 7)"])[0] == 200
    assert small_voila.log.count("Unreadable Notebook") >= 5 and "broken.ipynb" in small_voila.log
    broken.unlink()


def test_a_cell_with_a_syntax_error_fails_alone(render, small_voila):
    _, _, page = render(["def f(:", "print(6 * 7)"], name="dropped_in.ipynb")
    assert rendering.FAILED in page and "42" in page
    assert "SyntaxError" not in page
    assert "dropped_in.ipynb, cell 1 of 2" in small_voila.log and "SyntaxError" in small_voila.log


READ_ONLY = """
mount --make-rprivate / && mount -o bind,remount,ro / || exit
for place in /tmp /var/tmp "$HOME" "$1"; do
  mount -o bind "$place" "$place" && mount -o bind,remount,ro "$place" && ! touch "$place/x" || exit
done
shift && exec "$@"
"""


def can_mount():
    try:
        return (
            subprocess.run(["unshare", "--mount", "mount", "--make-rprivate", "/"], capture_output=True).returncode == 0
        )
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
def test_on_a_read_only_disk_lessons_open(logs, tmp_path):
    """Everything is read-only, the lessons and the home folder too, but /dev/shm, which is memory."""
    write_notebook(
        [
            "import matplotlib.pyplot as plt\nimport widgets_lib as wl\nplt.plot([1, 2]);",
            "wl.MatmulLadder()",
            "from widgets_lib.compute import matmul\nprint(matmul.matmul([[6.0]], [[7.0]], 'numba-dot'))",
            "from widgets_lib.compute import mnist\nprint(mnist.load().x_train.shape)",
        ],
        tmp_path / "a.ipynb",
    )
    sandbox = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", str(tmp_path)]
    with servers.voila(tmp_path, logs, prefix=sandbox) as server, Visitor(server, "a.ipynb") as visitor:
        assert visitor.status == 200 and rendering.FAILED not in visitor.page
        assert "(50000, 784)" in visitor.page
        assert "42" in visitor.page and "image/png" in visitor.page
        assert visitor.connect().model("m")
