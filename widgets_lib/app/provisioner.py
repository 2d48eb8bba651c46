"""Limits on what one kernel may use of the machine: threads and memory.

Registered as a kernel provisioner, so that Voila, JupyterLab and JupyterHub can use the same limits:
`c.KernelProvisionerFactory.default_provisioner_name = "limited-provisioner"` in a Jupyter configuration.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import Integer

try:
    from resource import RLIMIT_DATA, prlimit
except ImportError:  # only Linux has prlimit
    prlimit = None

NAME = "limited-provisioner"  # as in pyproject.toml
THREAD_VARIABLES = [
    *(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")),
    "VECLIB_MAXIMUM_THREADS",
]


class LimitedProvisioner(LocalProvisioner):
    """Starts kernels as a process of this machine, with limits that their child processes inherit."""

    memory_limit_mb = Integer(
        2048, min=0, config=True, help="MB of data that one kernel's process may hold, 0 for no limit. Linux only."
    )
    threads = Integer(
        1,
        min=0,
        config=True,
        help="""Threads that a numerical library may use in one kernel; 0 leaves it to the libraries.
        A variable such as OMP_NUM_THREADS that is set for the server is left as it is.""",
    )
    _warned = False  # once for all kernels

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """The arguments for `launch_kernel`, with the number of threads in the environment."""
        kwargs = await super().pre_launch(**kwargs)
        if self.threads:
            kwargs["env"] = dict.fromkeys(THREAD_VARIABLES, str(self.threads)) | kwargs["env"]
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Starts the kernel and limits its memory; returns its connection information."""
        connection_info = await super().launch_kernel(cmd, **kwargs)
        if self.memory_limit_mb:
            self._limit_memory()
        return connection_info

    def _limit_memory(self) -> None:
        """Limits the heap, not the address space: torch maps gigabytes that it never touches."""
        if prlimit is None:
            if not LimitedProvisioner._warned:
                LimitedProvisioner._warned = True
                self.log.warning("memory_limit_mb is not applied: this system cannot limit another process's memory")
            return
        size_bytes = self.memory_limit_mb * 1024**2
        try:
            prlimit(self.pid, RLIMIT_DATA, (size_bytes, size_bytes))
        except OSError as error:
            self.log.warning("The memory of kernel %s is not limited: %s", self.kernel_id, error)


def make_default(parent: Any) -> None:
    """Makes kernels of this process start with limits, unless the configuration names another provisioner.

    `parent` is a configurable whose configuration the factory reads if it is created here. The class is registered
    by hand as well: the metadata of a package that was installed before this class existed do not name it.
    """
    value = f"{LimitedProvisioner.__module__}:{LimitedProvisioner.__qualname__}"
    entry_point = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners.setdefault(NAME, entry_point)
    factory = KernelProvisionerFactory.instance(parent=parent)
    if factory.default_provisioner_name == "local-provisioner":
        factory.default_provisioner_name = NAME
