"""Where jupyter_client asks for a kernel: a fork if one can be had, else an ordinary process, both within limits.

`c.KernelProvisionerFactory.default_provisioner_name = "forking-provisioner"` has it in JupyterLab and JupyterHub, too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from widgets_lib.app import provisioner
from widgets_lib.app.forks import client
from widgets_lib.app.forks.client import CannotFork, Forked, Source
from widgets_lib.app.provisioner import LimitedProvisioner

NAME = "forking-provisioner"  # as in pyproject.toml


class ForkLauncher(LocalProvisioner):
    """Starts Python kernels as forks."""

    source: Source | None = None  # of which this kernel is a fork

    async def launch_kernel(self, cmd: list[str], fork_of: Source | None = None, **kwargs: Any) -> Any:
        """Starts the kernel; returns its connection information. `fork_of`: a lesson that was frozen, if there is."""
        self.source = None
        for source in filter(None, (fork_of, self._fork_server(kwargs["env"]))):
            try:
                await self._fork(source, cmd, **kwargs)
            except CannotFork as reason:
                self.log.debug("Kernel %s is no fork: %s", self.kernel_id, reason)
            else:
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    def freeze(self) -> Source:
        """Ends this kernel and leaves its process as a `Source`. Blocks. Raises: CannotFork."""
        if not isinstance(self.process, Forked):
            raise CannotFork("it is an ordinary process")
        process = self.process
        try:
            return process.freeze()
        finally:
            if process.returncode is not None:
                self.process = self.pgid = None  # nobody may kill it for the kernel's sake

    def _fork_server(self, env: dict[str, str]) -> Source | None:
        return None if client.unavailable_reason() else client.shared(env, self.log)

    async def _fork(self, source: Source, cmd: list[str], **kwargs: Any) -> None:
        argv, cwd = launcher_arguments(cmd), str(kwargs.get("cwd") or os.getcwd())
        loop = asyncio.get_running_loop()
        self.process = await loop.run_in_executor(None, source.fork, argv, cwd, kwargs["env"])
        self.source, self.cwd = source, cwd
        self.pid = self.pgid = self.process.pid  # the first thing that it did was setsid


class ForkingProvisioner(LimitedProvisioner, ForkLauncher):
    """Starts kernels as forks, with the limits of `LimitedProvisioner`."""


def launcher_arguments(cmd: list[str]) -> list[str]:
    """What follows in a command that runs this very Python's ipykernel. Raises: CannotFork if it is another."""
    if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
        raise CannotFork(f"its command is {' '.join(cmd)}")
    return cmd[3:]


def make_default(parent: Any) -> bool:
    """As `provisioner.make_default`, with kernels that are forks; false if the configuration names another."""
    return provisioner.make_default(parent, NAME, ForkingProvisioner) == NAME
