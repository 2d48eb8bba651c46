"""Kernels that are forks of one process which has imported what lessons import: tests need not import it each time.

`forking_kernels()` starts that process. A server whose tests are not about how kernels start runs there as
`python -m tests.support.forked_kernels voila …`. Linux only; elsewhere kernels start as ever.

Left to each kernel is what looks for IPython as it is imported (pyplot, widgets_lib), and what is random. No thread runs
when the process forks.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.provisioning import local_provisioner

ADDRESS = "KERNEL_FORKS"  # names the socket on which that process listens
POSSIBLE = sys.platform == "linux"
IMPORTED = [
    *("ipykernel.kernelapp", "ipywidgets", "anywidget", "numpy", "torch", "torch.utils.data", "sympy", "numba"),
    *("pandas", "matplotlib.figure", "matplotlib.image", "matplotlib.backends.backend_agg"),
]
NUMBER_BYTES = 8


# --- in the tests


@dataclass
class Forks:
    """The process whose forks are kernels, and where it listens."""

    pid: int
    address: str

    def env(self):
        """What a server needs in its environment."""
        return {ADDRESS: self.address}


@contextmanager
def forking_kernels():
    """Runs the process to be forked; yields its Forks, None where there are none."""
    from widgets_lib.app.provisioner import THREAD_VARIABLES  # here: the process to be forked must not import it

    if not POSSIBLE:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "forks")
        command = [sys.executable, "-m", __name__, "--listen", address]
        environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "1")
        # Its standard input ends with these tests, however they end, and then it ends, too.
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, env=environment, cwd=Path.cwd(), start_new_session=True, **pipes) as process:
            try:
                assert process.stdout.readline() == b"listening\n", "no kernel can be forked"
                yield Forks(process.pid, address)
            finally:
                process.stdin.close()


# --- in the server


class Fork:
    """A forked kernel, as a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, link):
        self._link = link
        self.pid = self._number()
        self.returncode = None

    def _number(self):
        return int.from_bytes(self._link.recv(NUMBER_BYTES), "big", signed=True)

    def poll(self):
        """The exit status once it has ended, else None."""
        if self.returncode is None and select.select([self._link], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout=None):
        """Waits for its end. Returns the exit status."""
        if self.returncode is None:
            self.returncode = self._number()
            self._link.close()
        return self.returncode

    def send_signal(self, number):
        """Sends a signal, if it is still there."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self):
        """Kills it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)


def fork_kernel(command, env=None, cwd=None, **_):
    """In place of jupyter_client's `launch_kernel`: a fork instead of a new process. Returns a Fork."""
    link = socket.socket(socket.AF_UNIX)
    link.connect(os.environ[ADDRESS])
    job = {"arguments": command[command.index("-f") :], "env": dict(env or os.environ), "cwd": str(cwd or Path.cwd())}
    socket.send_fds(link, [b"\n"], [1, 2])
    link.sendall(json.dumps(job).encode() + b"\n")
    return Fork(link)


# --- in the process that is forked


def listen(address):
    """Forks for each that asks, until standard input ends: then returns None. In a fork: what was asked for."""
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as events:
        door.bind(address)
        door.listen()
        for name in IMPORTED:
            importlib.import_module(name)
        assert len(os.listdir("/proc/self/task")) == 1, "a thread would be missing in every fork"
        gc.freeze()
        print("listening", flush=True)
        for source in (door, sys.stdin):
            events.register(source, selectors.EVENT_READ)
        while True:
            for event, _ in events.select():
                if event.fileobj is sys.stdin:
                    return None
                if event.fileobj is door:
                    job = _fork(door.accept()[0], events)
                    if job:
                        return job
                elif events.get_map().get(event.fileobj) is event:  # not in the same turn by its other source
                    _end(events, *event.data)


def _fork(link, events):
    """In the fork: the job, with its server's output and error streams as its own. In the parent: None."""
    _, streams, _, _ = socket.recv_fds(link, 1, 2)
    with link.makefile("rb") as lines:
        job = json.loads(lines.readline())
    pid = os.fork()
    if not pid:
        for source in {link, *(key.fileobj for key in events.get_map().values())} - {sys.stdin}:
            os.close(source) if isinstance(source, int) else source.close()
        for number, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
            os.dup2(stream, number)
        return job
    os.setpgid(pid, pid)  # before its server asks for it: signals go to the group
    for stream in streams:
        os.close(stream)
    link.sendall(pid.to_bytes(NUMBER_BYTES, "big", signed=True))
    ended = os.pidfd_open(pid)
    for source in (link, ended):
        events.register(source, selectors.EVENT_READ, (pid, ended, link))
    return None


def _end(events, pid, ended, link):
    """A kernel has ended, or its server has: then the kernel is killed."""
    if not select.select([ended], [], [], 0)[0]:
        os.killpg(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(OSError):
        link.sendall(status.to_bytes(NUMBER_BYTES, "big", signed=True))
    for source in (ended, link):
        events.unregister(source)
    os.close(ended)
    link.close()


def run_kernel(arguments, env, cwd):
    """What `python -m ipykernel_launcher` does, with what was imported before there was a kernel."""
    import ipywidgets
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    np.random.seed()
    sys.argv[1:] = arguments
    kernel = IPKernelApp.instance(parent_handle=os.getppid())  # without which it ends, too
    kernel.initialize(arguments)
    ipywidgets.register_comm_target()
    kernel.start()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)  # else every object of the parent is let go, one by one, in a copy of its page


if __name__ == "__main__":
    if sys.argv[1] == "--listen":
        sys.path.pop(0)  # the folder in which the tests were started: a kernel's is that of its notebook
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # read as it is imported
        if job := listen(sys.argv[2]):
            run_kernel(**job)
    else:
        local_provisioner.launch_kernel = fork_kernel
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
