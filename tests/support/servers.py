"""Voila and JupyterLab as child processes on free loopback ports, for tests and benchmarks."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil

from widgets_lib.app.forks.client import unavailable_reason

ROOT = Path(__file__).parents[2]
# A lesson may ask for a file on another machine: under test it finds every way there closed, at once.
NO_NETWORK = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("no_proxy", "NO_PROXY"), "localhost,127.0.0.1"),
}
FORKS = "--LessonKernelManager.forks"
MAX_KERNELS = "--LessonKernelManager.max_kernels"
RUNNING = []  # for the log shown below a failed test


@dataclass
class Server:
    """One running server: `url` ends in a slash, `root` is the folder it serves, `log` what it has said."""

    name: str
    url: str
    root: Path
    log_file: Path
    process: subprocess.Popen

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    def get(self, path="", **headers):
        """(status, headers, body text) of a GET request, errors included."""
        return self._ask(urllib.request.Request(self.url + path, headers=headers))

    def _ask(self, request):
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.headers, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def health(self):
        """What the server says of its load (ours only)."""
        return json.loads(self.get("health")[2])

    def kernels(self):
        """Kernels of open lessons, as the server itself counts them (ours only)."""
        return self.health()["kernels"]

    def python(self):
        """The process ids of its kernels (Linux only)."""
        forking = self.fork_server()
        others = {forking, *(pid for pid in children(self.process.pid) if b"worker_process" in command(pid))}
        return children(self.process.pid) - others | {pid for pid in descendants(forking) if is_kernel(pid)}

    def fork_server(self):
        """The id of the process whose forks are kernels, None where there is none (Linux only)."""
        return next((pid for pid in children(self.process.pid) if b"forks.process" in command(pid)), None)

    def start_kernel(self):
        """Starts a kernel (JupyterLab only)."""
        return self._ask(urllib.request.Request(f"{self.url}api/kernels", b"{}", method="POST"))

    def end_kernels(self):
        """Ends every kernel (JupyterLab only)."""
        for kernel in json.loads(self.get("api/kernels")[2]):
            self._ask(urllib.request.Request(f"{self.url}api/kernels/{kernel['id']}", method="DELETE"))

    def close_tab(self, page, origin=None):
        """The status with which the beacon of a closing tab is answered; `page` is the lesson's HTML."""
        kernel = re.search(r'"kernelId": "([\w-]+)"', page)
        if not kernel:
            return None
        origin = origin or self.url.rstrip("/")
        url = f"voila/api/shutdown/{kernel[1]}"
        return self._ask(urllib.request.Request(self.url + url, b"", {"Origin": origin}))[0]


def children(pid):
    """The processes that `pid` has started and that are still there (Linux only)."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def descendants(pid):
    """All processes below `pid` (Linux only)."""
    return {process.pid for process in psutil.Process(pid).children(recursive=True)} if pid else set()


def command(pid):
    """What a process was started with, b"" once it is gone (Linux only)."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def is_kernel(pid):
    """Whether a fork is a kernel: no process that a kernel has started, and no lesson that is frozen (Linux only)."""
    with suppress(OSError):
        return os.getsid(pid) == pid and len(os.listdir(f"/proc/{pid}/task")) > 1
    return False


def is_running(pid):
    """False for what is gone and for what only waits to be buried (Linux only)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def memory_mb(pid):
    """What a process adds to the machine's use of memory: its PSS, shared pages by halves (Linux only)."""
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[1]) / 1024


def write_notebook(cells, path):
    """Writes a notebook: a string is a code cell, ("md", text) a Markdown cell, a NotebookNode the notebook."""
    if isinstance(cells, nbformat.NotebookNode):
        nb = cells
    else:
        new = {"md": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
        pairs = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
        nb = nbformat.v4.new_notebook(cells=[new[kind](text) for kind, text in pairs])
        nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    half = Path(f"{path}.writing")  # a server that looks meanwhile finds the old notebook or the new one
    nbformat.write(nb, half)
    half.replace(path)


def free_port():
    """A port below those that systems give out by themselves, as to a kernel: it stays free until its server starts."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


@contextmanager
def serve(name, command, root, url, logs, env=None, cwd=ROOT):
    """Runs `command` in `cwd` until the block ends; yields it once `url` answers.

    Raises: RuntimeError with the server's log if it ends or stays silent for a minute, or does not end when it is told to.
    """
    log_file = Path(logs) / f"{name}-{url.rsplit(':')[-1].strip('/')}.log"
    env = {**os.environ, **NO_NETWORK, **(env or {})}
    with log_file.open("w") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=subprocess.STDOUT, env=env)
    server = Server(name, url, Path(root), log_file, process)
    RUNNING.append(server)
    try:
        wait_until_it_answers(server)
        yield server
    finally:
        RUNNING.remove(server)
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            if name != "stock-voila":  # which misses the signal while it logs, see app/fixes/ending.py
                raise RuntimeError(f"{name} does not end:\n{server.log[-4000:]}") from None


def wait_until(condition, otherwise, seconds=20):
    """Returns once `condition()` holds. Raises: TimeoutError saying `otherwise`, or what `otherwise()` returns."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise() if callable(otherwise) else otherwise)
        time.sleep(0.05)


def wait_until_it_answers(server):
    def answers():
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended:\n{server.log}")
        try:
            server.get("api" if server.name == "lab" else "health")  # stock Voila: a quick 404
        except OSError:
            return False
        return True

    wait_until(answers, f"{server.name} does not answer", seconds=60)


def wait_for_forks(server):
    """Returns once kernels are forks, where the system has them."""
    if not unavailable_reason():
        wait_until(lambda: "Kernels are forks from now on" in server.log, f"no forks: {server.log[-2000:]}", 120)


@contextmanager
def voila(root, logs, *options, env=None, cwd=ROOT, port=None, prefix=(), forks=False):
    """`voila ROOT` with the voila.json of `cwd`, as a context manager that yields a Server.

    Nothing is preheated unless an option asks for it: most tests count kernels, and write notebooks by the dozen. Ten
    kernels may there be, however busy the machine.
    Kernels are forks, as a visitor's are, if `forks`: a server for one test need not wait for the imports.
    `prefix` goes in front of the command.
    """
    port = port or free_port()
    if not any(option.startswith("--preheat_kernel") for option in options):
        options = ("--preheat_kernel=False", *options)
    if not any(option.startswith(FORKS) for option in options):
        options = (f"{FORKS}={forks}", *options)
    if not any(option.startswith(f"{MAX_KERNELS}=") for option in options):
        options = (f"{MAX_KERNELS}=10", *options)
    command = [*prefix, sys.executable, "-m", "voila", str(root), "--no-browser", f"--port={port}", *options]
    with serve("voila", command, root, f"http://localhost:{port}/", logs, env, cwd) as server:
        if forks:
            wait_for_forks(server)
        yield server


def stock_voila(root, logs, env=None):
    """Voila as it comes, on `root`, without this project's configuration."""
    port = free_port()
    command = [sys.executable, "-m", "voila", str(root), "--no-browser", f"--port={port}"]
    return serve("stock-voila", command, root, f"http://localhost:{port}/", logs, env, cwd=root)


@contextmanager
def lab(root, logs, forks=False):
    """JupyterLab and Notebook 7 on `root`: no token, their application exposed to the page, their settings their own.

    Kernels are forks if `forks`, as docs/hosting.md has it.
    """
    port = free_port()
    settings = Path(logs) / "jupyter"
    page_config = settings / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True, exist_ok=True)
    news = "@jupyterlab/apputils-extension:announcements"  # would ask the reader for permission to look outside
    page_config.write_text(json.dumps({"disabledExtensions": {news: True}}))
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"),
        *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
    ]
    env = {
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
    }
    if forks:
        command.append("--KernelProvisionerFactory.default_provisioner_name=forking-provisioner")
    with serve("lab", command, root, f"http://localhost:{port}/", logs, env) as server:
        if forks:
            server.start_kernel()  # the first one is no fork: it has the process started that forks
            wait_for_forks(server)
            server.end_kernels()
        yield server
