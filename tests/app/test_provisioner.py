"""The limits of a kernel, wherever it is started."""

import asyncio
import os
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from pkgutil import resolve_name

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets.config import Config

from tests.support import servers
from widgets_lib.app import kernel_trees, provisioner
from widgets_lib.app.kernel_trees import KernelTree
from widgets_lib.app.provisioner import LimitedProvisioner

CODE = "import os, resource; print(os.environ.get('OMP_NUM_THREADS'), resource.getrlimit(resource.RLIMIT_DATA)[0])"


@pytest.fixture
def factory(monkeypatch):
    """jupyter_client's factory as it is in a new process."""
    monkeypatch.setattr(KernelProvisionerFactory, "_instance", None)
    monkeypatch.setattr(KernelProvisionerFactory, "provisioners", {})
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return KernelProvisionerFactory


def created(config=None):
    """What the factory makes of a kernel spec that names no provisioner, for a manager with this configuration."""
    manager = AsyncKernelManager(config=config or Config())
    return KernelProvisionerFactory.instance(parent=manager).create_provisioner_instance("id", KernelSpec(), manager)


def test_a_kernel_gets_the_limits_of_the_configuration_with_stock_jupyter_client(factory, tmp_path):
    """As in JupyterLab and JupyterHub: nothing of ours runs in the server but the provisioner."""
    provisioner.make_default(None)
    config = Config({"LimitedProvisioner": {"threads": 3, "memory_limit_mb": 512}})

    async def output():
        manager = AsyncKernelManager(config=config)
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            printed = []
            await client.execute_interactive(CODE, output_hook=printed.append, timeout=60)
            return "".join(message["content"].get("text", "") for message in printed).split()
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    assert asyncio.run(output()) == ["3", str(512 * 1024**2)]


def test_it_is_the_default_unless_another_is_configured(factory):
    provisioner.make_default(None)
    assert type(created()) is LimitedProvisioner
    factory._instance = None
    elsewhere = AsyncKernelManager(config=Config({"KernelProvisionerFactory": {"default_provisioner_name": "other"}}))
    provisioner.make_default(elsewhere)
    assert factory.instance().default_provisioner_name == "other"


def test_without_it_jupyter_starts_kernels_without_limits(factory):
    assert type(created()) is LocalProvisioner


def test_the_packages_entry_point_names_it():
    tomllib = pytest.importorskip("tomllib")  # Python 3.11
    project = tomllib.loads((servers.ROOT / "pyproject.toml").read_text())["project"]
    value = project["entry-points"][KernelProvisionerFactory.GROUP_NAME][provisioner.NAME]
    assert resolve_name(value) is LimitedProvisioner


def test_a_variable_of_the_server_is_left_as_it_is(monkeypatch):
    limited = LimitedProvisioner(kernel_spec=KernelSpec(argv=["python"], language="python"), threads=2)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    env = asyncio.run(limited.pre_launch())["env"]
    assert env["OMP_NUM_THREADS"] == "7" and env["MKL_NUM_THREADS"] == "2"
    limited.threads = 0
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    assert asyncio.run(limited.pre_launch(env=dict(os.environ)))["env"].get("MKL_NUM_THREADS") is None


def test_a_system_that_cannot_limit_memory_is_warned_of_once(monkeypatch, caplog):
    monkeypatch.setattr(provisioner, "prlimit", None)
    monkeypatch.setattr(LimitedProvisioner, "_warned", False)
    for _ in range(2):
        LimitedProvisioner()._limit_memory()
    assert caplog.text.count("memory_limit_mb is not applied") == 1


# ---- a kernel with all that it has started ----

START = """import subprocess, sys
held = "import sys; held = bytearray({mb} * 2**20); print('ready', flush=True); sys.stdin.read()"
started = [
    subprocess.Popen([sys.executable, "-c", held], stdin=-1, stdout=-1, start_new_session=True) for _ in range({count})
]
for process in started:
    process.stdout.readline()
"""


@asynccontextmanager
async def kernel(**limits):
    """run(code), and the provisioner of a kernel with these limits."""
    manager = AsyncKernelManager(config=Config({"LimitedProvisioner": limits}))
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield lambda code: client.execute_interactive(code, output_hook=lambda _: None, timeout=60), manager.provisioner
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    ("limits", "count", "mb", "words"),
    [
        ({"max_processes": 4}, 5, 1, r": [56] processes, and 4 are allowed"),
        ({"memory_limit_mb": 600}, 4, 200, r" \d+ MB of memory, and 600 are allowed"),
    ],
    ids=["processes", "memory"],
)
def test_what_a_kernel_starts_is_ended_beyond_its_limits_and_then_the_kernel(
    factory, monkeypatch, caplog, limits, count, mb, words
):
    """None of the processes exceeds the limits by itself."""
    provisioner.make_default(None)
    monkeypatch.setattr(provisioner, "CHECK_S", 0.05)
    monkeypatch.setattr(kernel_trees, "FRESH_S", 0)

    async def exceed():
        async with kernel(**limits) as (run, limited):
            first = psutil.Process(limited.pid)
            await run(START.format(count=count, mb=mb) + "[process.wait() for process in started]")
            assert not first.children() and await limited.poll() is None and not limited.end_reason
            task = asyncio.ensure_future(run(START.format(count=count, mb=mb)))
            while await limited.poll() is None:
                await asyncio.sleep(0.05)
            task.cancel()
            return limited.end_reason

    reason = asyncio.run(asyncio.wait_for(exceed(), 120))
    assert re.search(words, reason) and "used too much" in reason
    logged = [record.getMessage() for record in caplog.records if re.search(words, record.getMessage())]
    assert len(logged) == 2 and f"ended the {count} that it had started" in logged[0]
    assert "ending the kernel" in logged[1]


def test_a_kernel_within_its_limits_keeps_what_it_has_started(factory, monkeypatch):
    provisioner.make_default(None)
    monkeypatch.setattr(provisioner, "CHECK_S", 0.05)
    counted = []
    problem = KernelTree.problem
    monkeypatch.setattr(KernelTree, "problem", lambda *given: counted.append(problem(*given)) or counted[-1])

    async def stay_within():
        async with kernel(max_processes=4, memory_limit_mb=600) as (run, limited):
            await run(START.format(count=3, mb=50))
            counted.clear()
            while len(counted) < 3:
                await asyncio.sleep(0.05)
            assert len(psutil.Process(limited.pid).children()) == 3 and await limited.poll() is None
            await run("for process in started: process.kill()")

    asyncio.run(asyncio.wait_for(stay_within(), 120))
    assert set(counted) == {""}


def test_a_process_stays_one_of_the_tree_when_its_parent_has_ended(monkeypatch):
    table = {10: (1, 100), 11: (10, 110), 12: (11, 120), 20: (1, 50)}
    monkeypatch.setattr(kernel_trees, "processes", lambda: table)
    tree = KernelTree(10)
    assert tree.descendants() == [11, 12]
    table.pop(11)
    table[12] = (1, 120)
    assert tree.descendants() == [12]
    table[12] = (1, 999)  # another process, which got the same id
    assert tree.descendants() == []


def test_memory_that_processes_share_is_counted_once():
    code = "import os, sys\nheld = b'x' * (200 * 2**20)\n"
    code += "for _ in range(3):\n    if not os.fork():\n        sys.stdin.read()\n        os._exit(0)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", code + "print('ready', flush=True)\nsys.stdin.read()"], stdin=-1, stdout=-1
    )
    process.stdout.readline()
    tree = KernelTree(process.pid)
    kernel_trees._read_at = -1000
    assert len(tree.descendants()) == 3
    assert kernel_trees._held_mb([process.pid, *tree.descendants()], "status") > 800
    assert tree.problem(400, 4) == "" and "allowed" in tree.problem(150, 4) and "4 processes" in tree.problem(0, 3)
    assert tree.problem(0, 0) == ""
    tree.end_descendants()
    process.kill()
    process.wait()
