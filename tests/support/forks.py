"""Kernels that this process starts and that are forks, as a visitor's are."""

import logging
import os
from contextlib import contextmanager

import pytest
from jupyter_client.provisioning import KernelProvisionerFactory

from widgets_lib.app.forks import client, provisioner
from widgets_lib.app.provisioner import with_threads

# Before any test, for some set variables, or import what does; without what makes ipykernel leave a test's streams alone.
BEGAN_WITH = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def environment():
    """The variables of a test's kernels, which must be those of the process that forks."""
    return dict(BEGAN_WITH)


@contextmanager
def fork_server():
    """The process that forks, once it does; None where the system has no forks."""
    if client.unavailable_reason():
        yield None
        return
    server = client.shared(with_threads(environment(), 1), logging.getLogger("voila"))
    try:
        assert server.settled.wait(120) and server.ready
        yield server
    finally:
        client.close_shared()


@contextmanager
def every_kernel(memory_limit_mb=None):
    """jupyter_client asks for forks within the block, where the system has them."""
    if client.unavailable_reason():
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KernelProvisionerFactory, "_instance", None)
        patch.setattr(KernelProvisionerFactory, "provisioners", {})
        if memory_limit_mb:
            patch.setattr(provisioner.ForkingProvisioner.memory_limit_mb, "default_value", memory_limit_mb)
        provisioner.make_default(None)
        yield
