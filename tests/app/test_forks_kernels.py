"""Kernels that are forks: what no two of them share, what ends them, what each of them can do. Linux only."""

import json
import logging
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from jupyter_client.manager import KernelManager

from tests.support import forks
from tests.support.servers import is_running, wait_until
from tests.support.using import own_mb
from widgets_lib.app.forks import client, fresh, protocol, provisioner
from widgets_lib.app.forks.client import CannotFork
from widgets_lib.app.provisioner import with_threads

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

MEMORY_MB, BEGINS_MB = 3000, 16
STREAMS = """
import json, multiprocessing, os, random, secrets, tempfile, uuid
import comm, ipykernel.compiler, widgets_lib
import numpy as np, torch
print(json.dumps([
    random.random(), np.random.rand(), np.random.default_rng().random(), torch.rand(1).item(), secrets.token_hex(),
    uuid.uuid4().hex, uuid.uuid1().hex, next(tempfile._get_candidate_names()),
    multiprocessing.current_process().authkey.hex(), os.path.basename(tempfile.mktemp()), comm.create_comm().comm_id,
    ipykernel.compiler.get_file_name("1"), np.random.SeedSequence().entropy, widgets_lib.LoopStepper().model_id,
]))
"""
PARALLEL = """
import numba, numpy as np

@numba.njit(parallel=True)
def total(x):
    s = 0.0
    for i in numba.prange(len(x)): s += x[i]
    return s

print(total(np.ones(1000)), numba.get_num_threads())
"""


@pytest.fixture(scope="module", autouse=True)
def _forks():
    with forks.every_kernel(MEMORY_MB):
        yield


class Kernel:
    """A kernel and a client of it."""

    def __init__(self, **options):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(**{"env": forks.environment(), **options})
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def provisioner(self):
        return self.manager.provisioner

    def run(self, code, timeout=120):
        """What it prints. Raises: RuntimeError with the error's name and text."""
        printed = []
        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=printed.append)["content"]
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
        return "".join(message["content"].get("text", "") for message in printed)

    def freeze(self):
        self.client.stop_channels()
        try:
            return self.provisioner.freeze()
        finally:
            self.manager.shutdown_kernel(now=True)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def started(**options):
    kernel = Kernel(**options)
    try:
        yield kernel
    finally:
        kernel.end()


@contextmanager
def frozen(*cells, **options):
    """A process that has run these cells, whose forks go on from there."""
    kernel = Kernel(**options)
    for cell in cells:
        kernel.run(cell)
    source = kernel.freeze()
    try:
        yield source
    finally:
        source.close()


@pytest.fixture(scope="module")
def kernel(fork_server):
    with started() as kernel:
        assert kernel.provisioner.source is fork_server
        yield kernel


def tasks(pid):
    return os.listdir(f"/proc/{pid}/task")


def connections(pid):
    """The sockets and pipes that a process has open, without those that it began with (its standard streams)."""
    folder = Path(f"/proc/{pid}/fd")
    links = {os.readlink(fd) for fd in folder.iterdir() if fd.exists() or fd.is_symlink()}
    return {link for link in links if link.startswith(("socket:", "pipe:"))}


def test_what_forks_has_one_thread_and_the_libraries_that_lessons_need(fork_server, kernel):
    assert tasks(fork_server.pid) == [str(fork_server.pid)]
    loaded = kernel.run(
        "import sys; print([m in sys.modules for m in ('torch', 'numba', 'pandas', 'widgets_lib.widgets')])"
    )
    assert loaded.strip() == str([True] * 4)


def test_a_process_with_a_second_thread_refuses_to_fork():
    ours, theirs = protocol.pair()
    program = (
        "import socket, sys, threading\nfrom widgets_lib.app.forks import process\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "process._serve(socket.socket(fileno=int(sys.argv[1])), False)"
    )
    command = [sys.executable, "-c", program, str(theirs.fileno())]
    with theirs, subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        source = client.Source(ours)
        with pytest.raises(CannotFork, match="2 threads"):
            source.fork([], "/", {})
        source.close()
        assert process.wait(20) == 0  # the end of its socket is the order to end


def draw_in(count, code, **options):
    """What so many kernels print as lists in JSON, as a list of so many for each entry."""
    drawn = []
    for _ in range(count):
        with started(**options) as kernel:
            drawn.append([number for line in kernel.run(code).splitlines() for number in json.loads(line)])
    return list(zip(*drawn, strict=True))


def test_kernels_draw_nothing_alike(fork_server):
    assert {len(set(numbers)) for numbers in draw_in(3, STREAMS)} == {3}


LESSON = """
import copy, random
import numba, numpy as np, torch
generator, legacy, own = np.random.default_rng(), np.random.RandomState(), random.Random()
generator.random(), legacy.rand(), own.random(), random.random(), np.random.rand(), torch.rand(1)
derived, again = generator.spawn(1)[0], copy.deepcopy(generator)
seeded, own_seeded = np.random.default_rng(2**100), random.Random("a word")
legacy_seeded, later = np.random.RandomState(3), np.random.RandomState()
later.seed(5)
seeded.random(), own_seeded.random()

@numba.njit
def compiled():
    return np.random.random()

compiled()
"""
LATER = """
print(json.dumps([
    generator.random(), legacy.rand(), own.random(), derived.random(), again.random(), compiled(),
    seeded.random(), own_seeded.random(), legacy_seeded.rand(), later.rand(),
]))
"""


def test_twenty_forks_of_a_lesson_draw_nothing_alike_but_from_generators_that_it_seeded(fork_server):
    with frozen(LESSON, STREAMS) as source:
        *different, one, two, three, four = draw_in(20, STREAMS + LATER, fork_of=source)
    assert {len(set(numbers)) for numbers in different} == {20}
    assert {len(set(numbers)) for numbers in (one, two, three, four)} == {1}


@pytest.mark.parametrize("seed", ["random.seed(1)", "from random import seed; seed(1)"])
def test_what_the_lesson_seeds_of_pythons_own_generator_goes_on_alike_in_every_fork(fork_server, seed):
    cell = f"import random, numpy as np\nnp.random.seed(1)\n{seed}"
    with frozen(cell) as source, started(fork_of=source) as one, started(fork_of=source) as other:
        assert one.provisioner.source is other.provisioner.source is source
        drawn = [kernel.run("print([random.random() for _ in range(5)], np.random.rand())") for kernel in (one, other)]
    assert drawn[0] == drawn[1] and str(random.Random(1).random()) not in drawn[0]  # IPython has drawn a tip meanwhile


def test_a_generator_that_the_lesson_seeded_draws_the_same_in_every_fork_and_no_other(fork_server):
    seeded = ("import numpy as np, random, torch\nnp.random.rand(), torch.rand(1)", "torch.manual_seed(1)")
    draw = "print(torch.rand(1).item(), np.random.rand(), random.random())"
    with frozen(*seeded) as source, started(fork_of=source) as one, started(fork_of=source) as other:
        same, *drawn = zip(one.run(draw).split(), other.run(draw).split(), strict=True)
    assert len(set(same)) == 1 and all(len(set(pair)) == 2 for pair in drawn)


def test_a_fork_has_no_socket_and_no_pipe_of_another(fork_server, kernel):
    with frozen("1") as source, started(fork_of=source) as one, started(fork_of=source) as other:
        pids = [fork_server.pid, kernel.provisioner.pid, source.pid, one.provisioner.pid, other.provisioner.pid]
        streams = {os.readlink(f"/proc/{fork_server.pid}/fd/{number}") for number in range(3)}
        held = [connections(pid) - streams for pid in pids]
        assert all(held) and sum(map(len, held)) == len(set().union(*held))
        assert len(held[0]) == len(held[2]) == 1  # what forks has its socket to the server, and nothing else


LIST = """
import json, os
links = []
for name in os.listdir("/proc/self/fd"):
    try:
        links.append([os.readlink(f"/proc/self/fd/{name}"), os.fstat(int(name)).st_ino])
    except OSError:  # the folder that is being listed
        pass
print(json.dumps(links))
"""
NOT_FOR_ALL = ("socket:", "pipe:", "/memfd", "/dev/shm", tempfile.gettempdir())
OPEN = """
import os, select, socket, tempfile, multiprocessing.shared_memory
kept = [tempfile.TemporaryFile(), tempfile.NamedTemporaryFile(), socket.create_server(("127.0.0.1", 0)), os.pipe()]
kept += [select.epoll(), os.memfd_create("mine"), multiprocessing.shared_memory.SharedMemory(create=True, size=100)]
"""


def test_a_fork_lists_no_descriptor_of_another_visitor(fork_server):
    streams = {os.readlink(f"/proc/{fork_server.pid}/fd/{number}") for number in range(3)}  # where all may write
    with frozen("1") as source, started(fork_of=source) as one:
        before = json.loads(one.run(LIST))
        one.run(OPEN)
        held = json.loads(one.run(LIST))
        assert len(held) - len(before) >= 8
        own = [each for each in held if each[0].startswith(NOT_FOR_ALL) and each[0] not in streams]
        with started(fork_of=source) as other, started() as third:
            for kernel in (other, third):
                listed = json.loads(kernel.run(LIST))
                assert listed and not [each for each in listed if each in own]
        one.run("kept.pop().unlink()")


# Looks for what is the complement of each byte: what is looked for would else be found where it is asked for.
SEARCH = """
import re
turned = bytes(range(255, -1, -1))
def found(parts):
    parts, there = [bytes.fromhex(part) for part in parts], set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for start, end in re.findall(r"^(\\w+)-(\\w+) rw", maps.read(), re.MULTILINE):
            memory.seek(int(start, 16))
            for at in range(int(start, 16), int(end, 16), 2**24):
                try:
                    block = memory.read(min(2**24 + 100, int(end, 16) - at)).translate(turned)
                except OSError:
                    break
                memory.seek(at + 2**24)
                there |= {number for number, part in enumerate(parts) if part in block}
    return sorted(there)
"""


def test_a_fork_has_nothing_of_another_visitor_in_its_memory(fork_server):
    """Nor what their kernel was told when it was started: that is not read before the fork."""
    told = {f"WHOSE_{number}": "of visitor " + "one" * 99 for number in range(99)}
    with frozen("1") as source, started(fork_of=source, env={**forks.environment(), **told}) as one:
        secrets = [b"of visitor one", one.manager.session.key, os.path.basename(one.manager.connection_file).encode()]
        asked = f"{SEARCH}\nprint(found({[bytes(255 - byte for byte in secret).hex() for secret in secrets]}))"
        assert one.run(asked) == "[0, 1, 2]\n"
        with started(fork_of=source) as other:
            assert other.run(asked) == "[]\n"


@pytest.mark.parametrize("kind", ["cuda", "hip", "xpu", None])
def test_the_seed_of_a_gpu_is_new_too_where_torch_knows_one(kind):
    seeded = []
    version = SimpleNamespace(**({kind: "12.6"} if kind else {"cuda": None}))
    cpu = SimpleNamespace(seed=lambda: seeded.append("processor"))
    fresh.seed_torch(SimpleNamespace(version=version, default_generator=cpu, seed=lambda: seeded.append("all")))
    assert seeded == (["all"] if kind else ["processor"])


def test_a_kernel_begins_with_little_memory_of_its_own(fork_server):
    """For it goes on with a shell and an application that were made before the fork."""
    with frozen("1") as source, started(fork_of=source) as kernel:
        assert own_mb(kernel.provisioner.pid) < BEGINS_MB


def test_memory_that_a_fork_has_freed_goes_back_to_the_system(fork_server):
    with started() as kernel:
        pid = kernel.provisioner.pid
        kernel.run("blocks = [b'x' * 100_000 for _ in range(1000)]\nlast = b'y' * 100_000")
        full = own_mb(pid)
        assert full > 100
        kernel.run("del blocks")
        wait_until(lambda: own_mb(pid) < full - 80, "what was freed is kept", 60)


def test_so_does_what_threads_have_freed_though_the_c_library_has_learned_to_keep_as_much(fork_server):
    with started() as kernel:
        pid, opened = kernel.provisioner.pid, own_mb(kernel.provisioner.pid)
        kernel.run("import threading\nlarge = b'x' * 30_000_000\ndel large  # from now on, as much at once is kept")
        kernel.run("def fill(): blocks.append([b'x' * 100_000 for _ in range(300)])")
        kernel.run("def free(): blocks.pop().clear()")
        kernel.run("blocks = []\nthreads = [threading.Thread(target=fill) for _ in range(4)]")
        kernel.run("[thread.start() for thread in threads]\n[thread.join() for thread in threads]")
        assert own_mb(pid) > opened + 100
        kernel.run("[free() for _ in threads]")
        wait_until(lambda: own_mb(pid) < opened + 20, "what was freed is kept", 60)


def test_forks_of_a_lesson_begin_where_it_ended_and_share_no_place_in_its_files(fork_server, tmp_path):
    (tmp_path / "letters").write_text("abc")
    lesson = f"x = [1]\nfile = open({str(tmp_path / 'letters')!r}, 'rb', buffering=0)\nfile.read(1)"
    with frozen(lesson) as source, started(fork_of=source) as one, started(fork_of=source) as other:
        assert tasks(source.pid) == [str(source.pid)]
        assert one.run("x.append(2); print(x, file.read(1))") == "[1, 2] b'b'\n"
        assert other.run("print(x, file.read(1))") == "[1] b'b'\n"
        assert one.run("import os; print(os.getpid())").strip() == str(one.provisioner.pid)


def test_a_dead_lesson_is_no_end_of_its_forks_and_the_next_kernel_comes_from_the_fork_server(fork_server):
    with frozen("x = 5") as source, started(fork_of=source) as one:
        os.kill(source.pid, signal.SIGKILL)
        wait_until(lambda: source.dead, "its death is not noticed")
        with started(fork_of=source) as other:
            assert other.provisioner.source is fork_server
        assert one.run("print(x)") == "5\n"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import os\nends = os.pipe()", "open: pipe"),
        ("import subprocess\nchild = subprocess.Popen(['sleep', '60'])", "processes go on: sleep"),
        (PARALLEL, "threads can’t be ended: numba"),
    ],
)
def test_what_forks_would_have_to_share_keeps_a_lesson_from_being_frozen(fork_server, cell, reason):
    kernel = Kernel()
    kernel.run(cell)
    pid, children = kernel.provisioner.pid, psutil.Process(kernel.provisioner.pid).children()
    with pytest.raises(CannotFork, match=reason):
        kernel.freeze()
    wait_until(lambda: not is_running(pid), "its process stays")
    for child in children:
        wait_until(lambda child=child: not child.is_running(), "a process that it started stays")


def test_threads_that_libraries_keep_for_later_are_ended(fork_server):
    cells = (
        "import torch\ntorch.set_num_threads(2)\na = torch.rand(600, 600) @ torch.rand(600, 600)",
        "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass",
    )
    with frozen(*cells) as source, started(fork_of=source) as fork:
        code = "import os, torch\nb = torch.rand(600, 600).mm(a).sum().item()\nprint(torch.get_num_threads())"
        assert fork.run(code) == "2\n"


def test_libraries_and_processes_work_in_a_fork(kernel):
    code = """
import multiprocessing, os, subprocess
import matplotlib.pyplot as plt, numba, numpy as np, torch
from torch.utils.data import DataLoader

@numba.njit
def total(x):
    s = 0.0
    for v in x: s += v
    return s

with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
print(sum(batch.sum().item() for batch in DataLoader(torch.arange(8.0), batch_size=2, num_workers=2, timeout=30)))
print(total(np.ones(5)), subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout.strip())
x = torch.ones(2, requires_grad=True)
(x * x).sum().backward()
print(x.grad.tolist())
plt.plot([1]);
"""
    assert kernel.run(code).split("\n")[:4] == ["[1, 2]", "28.0", "5.0 hi", "[2.0, 2.0]"]


def test_threads_of_libraries_work_in_a_fork_with_more_than_one(fork_server):
    """Also where the lesson has used them; numba's, which do not survive a fork, keep a lesson from being frozen."""
    env = with_threads(forks.environment(), 2)
    server = client.ForkServer(env, logging.getLogger("voila"))
    try:
        assert server.settled.wait(120) and server.ready and tasks(server.pid) == [str(server.pid)]
        use = "import numpy as np, torch\na = np.ones((600, 600)); b = torch.ones(600, 600)\n"
        use += "print(int((a @ a).sum()), int((b @ b).sum()), torch.get_num_threads())"
        with started(fork_of=server, env=env) as kernel:
            pid = kernel.provisioner.pid
            before, own = tasks(pid), kernel.run(use)
            assert own.split() == ["216000000", "216000000", "2"] and len(tasks(pid)) > len(before)
            assert kernel.run(PARALLEL) == "1000.0 2\n"
            with pytest.raises(CannotFork, match="numba"):
                kernel.freeze()
        with frozen(use, fork_of=server, env=env) as source, started(fork_of=source, env=env) as kernel:
            assert tasks(source.pid) == [str(source.pid)]
            before = tasks(kernel.provisioner.pid)
            assert kernel.run(use) == own and len(tasks(kernel.provisioner.pid)) > len(before)
    finally:
        server.close()


WIDGETS = """
import torch
import widgets_lib as wl
fork = wl.ForkSimulator("torch", children=2)
ladder = wl.MatmulLadder(m=3, k=8, n=2, budget_s=0.02)
training = wl.TrainingRun(hidden=16, batch=64, epochs=1, digits=640)

def use():
    fork.run()
    assert fork.wait(60) and not fork.error, fork.error
    ladder.run(["numpy", "numba"])
    assert ladder.wait(60)
    training.train()
    assert training.wait(60) and not training.error, training.error
    loader = torch.utils.data.DataLoader(torch.arange(8.0), batch_size=2, num_workers=2, timeout=60)
    print({lane["verdict"] for lane in fork.real["lanes"]}, sum(batch.sum().item() for batch in loader), end=" ")
    print(*(ladder.results[key]["state"] for key in ("numpy", "numba")), training.runs[0]["steps"])

use()
"""


def test_widgets_use_processes_and_threads_in_a_fork_of_a_lesson_in_which_they_did(fork_server):
    """A real fork, workers of a DataLoader, the measuring process, and training on a thread."""
    with frozen(WIDGETS) as source, started(fork_of=source) as kernel:
        assert kernel.run("use()") == "{'✓ as predicted'} 28.0 measured measured 10\n"


def test_an_interrupt_reaches_a_fork(kernel):
    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    message = kernel.client.execute(code, stop_on_error=False)  # else what comes next may be aborted with it
    while kernel.client.get_iopub_msg(timeout=20)["content"].get("text") != "begun\n":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client._recv_reply(message, timeout=20)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.run("print(1)") == "1\n"


def test_limits_hold_in_a_fork(kernel):
    limit = MEMORY_MB * 2**20
    assert resource.prlimit(kernel.provisioner.pid, resource.RLIMIT_DATA) == (limit, limit)
    assert kernel.run("import os, torch\nprint(torch.get_num_threads(), os.environ['MKL_NUM_THREADS'])") == "1 1\n"
    with pytest.raises(RuntimeError, match=r"Memory|Unable to allocate"):
        kernel.run(f"import numpy as np\nlarge = np.ones({limit} // 8)")


def test_a_restarted_fork_knows_nothing_of_before_and_one_that_ends_is_gone(fork_server):
    with started() as kernel:
        kernel.run("x = 1")
        before = kernel.provisioner.pid
        kernel.client.stop_channels()
        kernel.manager.restart_kernel(now=True)
        kernel.connect()
        assert kernel.provisioner.pid != before and not is_running(before)
        assert kernel.provisioner.source is fork_server
        assert kernel.run("print('x' in globals())") == "False\n"
        kernel.client.execute("import os; os._exit(7)")
        wait_until(lambda: not kernel.manager.is_alive(), "its end is not noticed")
    assert not psutil.pid_exists(before)


def test_a_fork_that_is_told_to_end_waits_for_no_thread(fork_server, monkeypatch):
    """ipykernel's own end waits for the thread that was told, which may wait for one that has ended before."""
    signals = []
    monkeypatch.setattr(client.Forked, "send_signal", lambda process, number: signals.append(number))
    with started() as kernel:
        kernel.run("import time\nget_ipython().kernel.control_thread.join = lambda: time.sleep(1000)")
        process = kernel.provisioner.process
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel()
        assert (signals, process.poll()) == ([], -1)


def test_its_folder_environment_and_path_are_its_own(fork_server, tmp_path):
    (tmp_path / "beside.py").write_text("x = 6 * 7")
    with started(cwd=str(tmp_path), env={**forks.environment(), "GREETING": "hello"}) as kernel:
        code = "import beside, os, sys\nprint(os.getcwd(), os.environ['GREETING'], beside.x, sys.path.count(''))"
        assert kernel.run(code).split() == [str(tmp_path), "hello", "42", "1"]


def test_pictures_and_widgets_are_shown(kernel):
    for code, kind in [
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "image/png"),
        ("import widgets_lib as wl\nwl.LoopStepper()", "application/vnd.jupyter.widget-view+json"),
    ]:
        shown = []
        kernel.client.execute_interactive(code, timeout=60, output_hook=shown.append)
        assert any(kind in message["content"].get("data", {}) for message in shown)


def test_another_python_and_another_environment_get_an_ordinary_kernel(fork_server):
    with pytest.raises(CannotFork, match="its command is"):
        provisioner.launcher_arguments(["/usr/bin/other", "-m", "ipykernel_launcher", "-f", "x"])
    with started(env={**forks.environment(), "NUMBA_DISABLE_JIT": "1"}) as kernel:
        assert kernel.provisioner.source is None
        assert resource.prlimit(kernel.provisioner.pid, resource.RLIMIT_DATA)[0] == MEMORY_MB * 2**20


def test_a_message_that_is_too_long_is_refused_and_the_connection_goes_on():
    ours, theirs = protocol.pair()
    with ours, theirs:
        with pytest.raises(ValueError, match="too long"):
            protocol.send(ours, {"env": "x" * protocol.MAX_BYTES})
        protocol.send(ours, {"op": "fork"}, [theirs.fileno()])
        message, [copy] = protocol.receive(theirs)
        assert message == {"op": "fork"} and not os.get_inheritable(copy)
        socket.socket(fileno=copy).close()
        ours.close()
        assert protocol.receive(theirs) == (None, [])
