"""Limits on what one kernel may use of the machine: threads, memory, and processes.

Registered as a kernel provisioner, so that Voila, JupyterLab and JupyterHub can use the same limits:
`c.KernelProvisionerFactory.default_provisioner_name = "limited-provisioner"` in a Jupyter configuration.
"""

from __future__ import annotations

import asyncio
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import Integer

from widgets_lib.app.kernel_trees import KernelTree

try:
    from resource import RLIMIT_DATA, prlimit
except ImportError:  # only Linux has prlimit
    prlimit = None

NAME = "limited-provisioner"  # as in pyproject.toml
THREAD_VARIABLES = [
    *(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")),
    "VECLIB_MAXIMUM_THREADS",
]
CHECK_S = 1.0  # between two counts of a kernel's processes and their memory


class LimitedProvisioner(LocalProvisioner):
    """Starts kernels as a process of this machine, with limits that their child processes inherit."""

    memory_limit_mb = Integer(
        2048,
        min=0,
        config=True,
        help="""MB of data that one kernel's process may hold, 0 for no limit. All processes that it has started may hold
        as much together with it: beyond that they are ended, and the kernel if that does not help. Linux only.""",
    )
    max_processes = Integer(
        20,
        min=0,
        config=True,
        help="""Processes that one kernel may be, with all that it has started, 0 for no limit. Beyond that they are
        ended. Linux only.""",
    )
    threads = Integer(
        1,
        min=0,
        config=True,
        help="""Threads that a numerical library may use in one kernel; 0 leaves it to the libraries.
        A variable such as OMP_NUM_THREADS that is set for the server is left as it is.""",
    )
    _warned = False  # once for all kernels
    _watching: asyncio.Task | None = None
    end_reason = ""  # why the kernel was ended here, in words

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """The arguments for `launch_kernel`, with the number of threads in the environment."""
        kwargs = await super().pre_launch(**kwargs)
        kwargs["env"] = with_threads(kwargs["env"], self.threads)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Starts the kernel and limits its memory; returns its connection information."""
        connection_info = await super().launch_kernel(cmd, **kwargs)
        if self.memory_limit_mb:
            self._limit_memory()
        self._stop_watching()
        if self.memory_limit_mb or self.max_processes:
            self._watching = asyncio.ensure_future(self._watch(KernelTree(self.pid)))
        return connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Called when the kernel has ended."""
        self._stop_watching()
        await super().cleanup(restart=restart)

    def _stop_watching(self) -> None:
        if self._watching:
            self._watching.cancel()
            self._watching = None

    async def _watch(self, tree: KernelTree) -> None:
        """Ends what a kernel has started when all is too much together, and the kernel itself if it is so again."""
        were_ended = False
        while await self.poll() is None:
            await asyncio.sleep(CHECK_S)
            problem = tree.problem(self.memory_limit_mb, self.max_processes)
            if not problem:
                continue
            ended = tree.end_descendants()
            name = getattr(self.parent, "lesson", f"kernel {self.kernel_id}")
            if ended and not were_ended:
                were_ended = True
                self.log.error("%s: %s; ended the %d that it had started", name, problem, ended)
                continue
            self.log.error("%s: %s; ending the kernel", name, problem)
            self.end_reason = f"This lesson’s Python was ended, because it used too much: {problem}."
            await self.kill()
            return

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


def with_threads(env: dict[str, str], threads: int) -> dict[str, str]:
    """An environment with a number of threads for each library whose variable is not set; 0 leaves it as it is."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads)) | env if threads else env


def make_default(parent: Any, name: str = NAME, provisioner: type[LocalProvisioner] = LimitedProvisioner) -> str:
    """Makes kernels of this process start with limits, unless the configuration names another provisioner.

    Returns the name of the one they start with. `parent` is a configurable whose configuration the factory reads if it
    is created here. The class is registered by hand as well: the metadata of a package that was installed before it
    existed do not name it.
    """
    value = f"{provisioner.__module__}:{provisioner.__qualname__}"
    entry_point = EntryPoint(name, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners.setdefault(name, entry_point)
    factory = KernelProvisionerFactory.instance(parent=parent)
    if factory.default_provisioner_name == "local-provisioner":
        factory.default_provisioner_name = name
    return factory.default_provisioner_name
