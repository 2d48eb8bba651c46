"""The limits of a kernel, wherever it is started."""

import asyncio
import os
from pkgutil import resolve_name

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets.config import Config

from tests.support import servers
from widgets_lib.app import provisioner
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
