"""The limits of kernels, as visitors and programs see them."""

import asyncio
import json
import re
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets.config import Config

from tests.support import servers
from tests.support.visitors import Visitor
from widgets_lib.app import rendering
from widgets_lib.app.kernel_manager import LessonKernelManager

STUBBORN = """import signal
from ipywidgets import IntSlider

def compute(change):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("computing")
    while True:
        pass

slider = IntSlider()
slider.observe(compute, "value")
slider"""


def test_one_visitor_too_many_is_told_that_the_class_is_full(render, small_voila):
    for _ in range(2):
        assert render(["1"])[0] == 200
    status, headers, page = render(["1"])
    assert status == 503
    assert headers["Retry-After"] == "60"
    assert "The class is full" in page
    assert small_voila.kernels() == 2


def test_a_closed_tab_frees_its_slot(render, small_voila):
    pages = [render(["1"])[2] for _ in range(2)]
    assert render(["1"])[0] == 503
    small_voila.close_tab(pages[0])
    assert render(["1"])[0] == 200


def test_a_page_that_is_reloaded_while_its_kernel_computes_finds_a_slot(render, visit, small_voila):
    render(["1"])
    visitor = visit([STUBBORN])
    visitor.move(visitor.model("IntSliderModel"), value=1)
    visitor.receive(lambda message: "computing" in str(message["content"]))
    with ThreadPoolExecutor() as tab:
        beacon = tab.submit(small_voila.close_tab, visitor.page)
        begun = f"Kernel shutdown: {visitor.kernel}"
        servers.wait_until(lambda: begun in small_voila.log, "the beacon is ignored")
        assert render(["1"])[0] == 200
        assert beacon.result() == 204


def test_one_visitor_cannot_take_every_slot(pooled_voila):
    """Of three slots one visitor may have two; one lesson is preheated, for the other there is no slot."""
    for name in ("01_data.ipynb", "02_random.ipynb"):
        servers.write_notebook(["1"], pooled_voila.root / name)
    cookie = pooled_voila.get()[1]["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    get = partial(pooled_voila.get, Cookie=cookie.partition(";")[0])
    browser = SimpleNamespace(get=get, url=pooled_voila.url, close_tab=pooled_voila.close_tab)
    with Visitor(browser, "01_data.ipynb") as first, Visitor(browser, "01_data.ipynb"):
        first.connect()  # the second page has not connected yet: it counts as a lesson on its way
        servers.wait_until(lambda: pooled_voila.health()["waiting"] == 1, "the pool stays empty")
        for name in ("01_data.ipynb", "02_random.ipynb"):
            status, _, page = get(f"voila/render/{name}")
            assert status == 429
            assert "You have 2 lessons open" in page and "try again" in page
        assert pooled_voila.health()["waiting"] == 1  # none was evicted for it
        with Visitor(pooled_voila, "01_data.ipynb") as other:
            assert other.status == 200

        first.socket.close()  # the browser has crashed: its kernel stays for a while, and is not counted

        def may_come():
            with Visitor(browser, "02_random.ipynb") as third:
                return third.status == 200

        servers.wait_until(may_come, "the visitor is still refused")


@pytest.mark.parametrize("kernels", [0, 1], ids=["before its kernel is there", "while its cells run"])
def test_a_client_that_disconnects_before_its_page_is_complete_frees_the_kernel(small_voila, kernels):
    servers.write_notebook(["while True: pass"], small_voila.root / "left.ipynb")
    host, _, port = small_voila.url.removeprefix("http://").rstrip("/").partition(":")
    started = small_voila.log.count("Kernel started")
    with socket.create_connection((host, int(port))) as visitor:
        visitor.sendall(f"GET /voila/render/left.ipynb HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        servers.wait_until(lambda: small_voila.kernels() == 1, "no kernel is asked for")
        if kernels:
            servers.wait_until(lambda: small_voila.log.count("Kernel started") > started, "no kernel is started")
    servers.wait_until(lambda: small_voila.kernels() == 0, "it is not freed")
    servers.wait_until(lambda: small_voila.python() == set(), "its process goes on")


def test_visitors_who_come_at_once_cannot_pass_the_cap(small_voila):
    servers.write_notebook(["1"], small_voila.root / "rush.ipynb")
    with ThreadPoolExecutor(6) as rush:
        visitors = list(rush.map(lambda _: Visitor(small_voila, "rush.ipynb"), range(6)))
    assert sorted(visitor.status for visitor in visitors) == [200] * 2 + [503] * 4
    for visitor in visitors:
        visitor.leave()


def test_a_kernel_listens_on_files_that_go_with_it(visit, small_voila):
    """A port that was free when it was chosen may be another's when the kernel takes it."""
    folder = Path(re.findall(r"Storing connection files in (.+)\.$", small_voila.log, re.MULTILINE)[-1])
    assert not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    visitor = visit(["import ipywidgets\nipywidgets.IntSlider()"])
    assert json.loads(Path(folder, f"kernel-{visitor.kernel}.json").read_text())["transport"] == "ipc"
    assert {path.is_socket() for path in folder.glob(f"kernel-{visitor.kernel}-*")} == {True}
    assert "without encryption" not in small_voila.log, "ipykernel warns of a port, also of what forks"
    assert visitor.model("IntSliderModel")
    small_voila.close_tab(visitor.page)
    servers.wait_until(lambda: not list(folder.glob(f"*{visitor.kernel}*")), "files are left over")


@pytest.mark.parametrize(
    ("folder", "chosen", "transport"),
    [
        ("/tmp/voila_12345678", {}, "ipc"),
        ("/tmp/" + "deep/" * 9, {}, "ipc"),
        ("/tmp/" + "deep/" * 12, {}, None),
        ("/tmp/" + "ü/" * 17, {}, None),
        ("/tmp/voila_12345678", {"transport": "tcp"}, "tcp"),
    ],
    ids=["short", "longer", "too long for a socket", "too many bytes", "the host has chosen"],
)
def test_kernels_listen_on_files_where_these_can_be(folder, chosen, transport):
    config = Config({"KernelManager": chosen})
    manager = LessonKernelManager(config=config, connection_dir=folder)
    assert manager.config.KernelManager.get("transport") == transport


def test_a_kernel_has_one_thread_and_limited_memory_and_hands_both_limits_on(render):
    child = "print(os.environ['OMP_NUM_THREADS'], resource.getrlimit(resource.RLIMIT_DATA))"
    _, _, page = render(
        [
            f"import os, resource, sys\n{child}",
            f"import subprocess\nprint(subprocess.check_output([sys.executable, '-c', '''import os, resource\n{child}''']))",
        ]
    )
    assert page.count(f"1 ({2048 * 1024**2}, {2048 * 1024**2})") == 2


def test_a_cell_that_asks_for_too_much_memory_fails_alone(render):
    _, _, page = render(["import numpy as np\nnp.ones(2**29)", "print(6 * 7)"])  # 4 GiB
    assert rendering.FAILED in page and "42" in page
    assert "MemoryError" not in page


def test_a_variable_that_the_host_has_set_is_left_as_it_is(pooled_voila):
    cell = "import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['MKL_NUM_THREADS'])"
    servers.write_notebook([cell], pooled_voila.root / "a.ipynb")
    with Visitor(pooled_voila, "a.ipynb") as visitor:
        assert "3 2" in visitor.page


def test_an_endless_callback_is_interrupted_and_the_widget_lives_on(visit, small_voila):
    visitor = visit(
        [
            "from ipywidgets import IntSlider\nslider = IntSlider()\n"
            "def compute(change):\n    while change.new == 1: pass\n    slider.description = f'got {change.new}'\n"
            "slider.observe(compute, 'value')\nslider"
        ]
    )
    slider = visitor.model("IntSliderModel")
    visitor.until_idle(visitor.move(slider, value=1))
    assert "got 2" in str(visitor.until_idle(visitor.move(slider, value=2)))
    assert "a callback took more than 1 s and was interrupted" in small_voila.log


def test_a_callback_that_ignores_the_interrupt_loses_its_kernel(visit, small_voila):
    visitor = visit([STUBBORN])
    visitor.move(visitor.model("IntSliderModel"), value=1)
    gone = f"api/kernels/{visitor.kernel}"  # what the page asks; it then says that Python has stopped
    servers.wait_until(lambda: small_voila.get(gone)[0] == 404, "the kernel runs for ever")
    assert "ignores the interrupt; killing the kernel" in small_voila.log


def test_a_kernel_that_is_gone_by_then_does_not_keep_the_server_from_stopping_the_others(monkeypatch):
    stopped = []

    async def end():
        manager = LessonKernelManager(forks=False)  # else it would end the process that forks for other tests
        manager._kernels["there"] = SimpleNamespace(execution_state="idle")
        manager._pending_kernels["gone"] = asyncio.get_running_loop().create_future()
        stock = AsyncMappingKernelManager.shutdown_kernel

        async def shutdown(manager, kernel_id, **options):
            if kernel_id == "there":
                return stopped.append(kernel_id)
            await stock(manager, kernel_id, **options)

        monkeypatch.setattr(AsyncMappingKernelManager, "shutdown_kernel", shutdown)
        await manager.shutdown_all()

    asyncio.run(end())
    assert stopped == ["there"]
