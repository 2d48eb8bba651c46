"""The program that forks: it starts as a kernel, imports what lessons need, closes all sockets, ends all threads.

`python -c "from widgets_lib.app.forks.process import main; main(FD)"`, where FD is a socket to the server. For each
request it forks a child, which becomes a kernel. A kernel that is told to freeze becomes such a process itself: its
children begin where the lesson's cells have ended. See protocol.py.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from typing import Any

import psutil

from widgets_lib import quiet
from widgets_lib.app import kernel_sockets
from widgets_lib.app.forks import fresh, protocol, streams, warm
from widgets_lib.app.forks.kernel import Kernel
from widgets_lib.app.forks.tidying import Tidying

FREEZE_S = 60  # for measurements and background tasks of a lesson that was run
PR_SET_CHILD_SUBREAPER = 36
KILL_FIRST = "300"  # of /proc/self/oom_score_adj: where memory runs out, a kernel ends before the server


def main(fd: int) -> None:
    """Serves until the server has gone. Never returns."""
    sys.path[:] = [path for path in sys.path if path]  # "", the server's folder: each kernel has its own
    sock = socket.socket(fileno=fd)
    os.set_inheritable(fd, False)
    _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a kernel leaves behind ends with this process
    with tempfile.TemporaryDirectory() as folder:  # nobody speaks with this kernel
        files = ["--transport=ipc"] if kernel_sockets.fit_in(folder) else []
        kernel = Kernel(["-f", os.path.join(folder, "kernel.json"), *files])
    watch = Watch(sock)
    warm.warm_up()
    fresh.note_seeds()
    _freeze(kernel, watch)
    protocol.send(sock, {})
    is_first = True
    while True:
        sock = _serve(sock, is_first)
        try:
            kernel = _become_kernel(sock, kernel)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        is_first = False


def threads() -> list[str]:
    """The names of this process's threads, as the system counts them."""
    found = []
    for task in os.listdir("/proc/self/task"):
        with suppress(OSError), open(f"/proc/self/task/{task}/comm") as name:
            found.append(name.read().strip())
    return found


def _libc() -> Any:
    return ctypes.CDLL(None)


# --- the process that forks


def _serve(sock: socket.socket, is_first: bool) -> socket.socket:
    """Forks on request. Returns only in a child: its socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are buried by the system; pidfds tell who ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        request, _ = protocol.receive(sock)
        if request is None:
            if is_first:
                _end_descendants()
            os._exit(0)
        here = threads()
        if len(here) != 1:  # a lock that another thread holds would never be released in the child
            protocol.send(sock, {"error": f"{len(here)} threads: {', '.join(here)}"})
            continue
        ours, theirs = protocol.pair()
        try:
            pid = os.fork()
        except OSError as error:
            protocol.send(sock, {"error": str(error)})
            continue
        if pid == 0:
            sock.close()
            theirs.close()
            return ours
        ours.close()
        protocol.send(sock, {}, [theirs.fileno()])
        theirs.close()


def _end_descendants() -> None:
    """Kills all below this process: also a kernel that computes and sees nothing, and the workers of kernels."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()


def _freeze(kernel: Kernel, watch: Watch) -> str:
    """Makes this process fit to fork; says why it is not, or "" if it is."""
    deadline = time.monotonic() + FREEZE_S
    _stop_tqdm_monitor()
    quiet.be_quiet()
    while _own_threads() and time.monotonic() < deadline:  # the kernel still sends what widgets have computed
        time.sleep(0.02)
        quiet.be_quiet()
    watch.stop()
    kernel.close()
    fresh.end_native_threads()
    while len(threads()) > 1 and time.monotonic() < deadline:  # the system takes a moment to forget them
        time.sleep(0.002)
        if not threading.active_count() > 1:
            deadline = min(deadline, time.monotonic() + 1)
    gc.collect()
    streams.find()
    with suppress(AttributeError):  # only glibc has it
        _libc().malloc_trim(0)
    gc.freeze()  # what is there now is not looked at, and so not copied, by a collection in a fork
    if len(threads()) > 1:
        names = [thread.name for thread in threading.enumerate()]
        return f"threads go on: {', '.join(threads())} ({', '.join(names)} of Python's)"
    if lasting := fresh.lasting_threads():
        return f"threads can’t be ended: {lasting}"
    if children := psutil.Process().children():
        return f"processes go on: {', '.join(child.name() for child in children)}"
    return ""


def _own_threads() -> list[threading.Thread]:
    """Threads of the lesson, not of the kernel that runs it."""
    return [thread for thread in threading.enumerate() if not _is_kernels(thread)]


def _is_kernels(thread: threading.Thread) -> bool:
    module = type(thread).__module__
    target = getattr(thread, "_target", None)
    return (
        thread is threading.main_thread()
        or module.startswith(("ipykernel.", "zmq.", __package__))
        or getattr(target, "__module__", "").startswith(("ipykernel.", __package__))
    )


def _stop_tqdm_monitor() -> None:
    """It looks after bars that have not moved for long; the next bar starts another."""
    for thread in threading.enumerate():
        if thread.name == "tqdm_monitor" or type(thread).__name__ == "TMonitor":
            thread.exit()
            thread.tqdm_cls.monitor = None


# --- a child


def _become_kernel(sock: socket.socket, closed: Kernel) -> Kernel:
    """Runs a kernel. Returns once it was frozen; where it was told to end instead, so does the process."""
    request, _ = protocol.receive(sock)
    if request is None:
        os._exit(0)
    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv[:] = ["ipykernel_launcher.py", *request["argv"]]
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write(KILL_FIRST)
    fresh.reopen_files(keep=(0, 1, 2))
    fresh.reseed()
    fresh.note_seeds()
    fresh.restore_threads(blas=_wanted_threads())
    watch = Watch(sock)
    kernel = Kernel(request["argv"], closed)
    freezing: list[bool] = []

    def on_message(*_: Any) -> None:
        message, _ = protocol.receive(sock)
        kernel.loop.remove_handler(sock.fileno())
        if message and message["op"] == "freeze":
            freezing.append(True)
            kernel.loop.stop()

    kernel.loop.add_handler(sock.fileno(), on_message, kernel.loop.READ)
    kernel.loop.add_callback(Tidying().start)
    kernel.run(ready=lambda: _say_hello(sock))
    if not freezing:
        _leave(kernel)
    reason = _freeze(kernel, watch) or _what_is_open(sock)
    protocol.send(sock, {"error": reason} if reason else {})
    if reason:
        os._exit(0)
    return kernel


def _say_hello(sock: socket.socket) -> None:
    pidfd = os.pidfd_open(os.getpid())
    protocol.send(sock, {"pid": os.getpid()}, [pidfd])
    os.close(pidfd)


def _wanted_threads() -> int:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        with suppress(KeyError, ValueError):
            return max(1, int(os.environ[name]))
    return len(os.sched_getaffinity(0))


def _what_is_open(sock: socket.socket) -> str:
    """What a lesson has left open that its forks would share with each other, or ""."""
    opened = {
        os.readlink(f"/proc/self/fd/{number}"): kind
        for number, kind in fresh.descriptors().items()
        if number not in (0, 1, 2, sock.fileno())
    }
    shared = [path for path, kind in opened.items() if not fresh.shareable(kind, path)]
    return f"open: {', '.join(shared)}" if shared else ""


def _leave(kernel: Kernel) -> None:
    """Ends the process as Python would, but does not free its memory: that would copy each page it shares."""
    kernel.leave_open()
    atexit._run_exitfuncs()
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


class Watch(threading.Thread):
    """Ends this process, with all below it, when the server has gone or wants it no more, whatever the main thread does."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(name="watch", daemon=True)
        self.sock = sock
        self.awake, self.wake = os.pipe()
        self.start()

    def run(self) -> None:
        """Waits for the end of the socket."""
        poll = select.poll()
        poll.register(self.sock, 0)  # its end is always told
        poll.register(self.awake, select.POLLIN)
        if self.sock.fileno() in dict(poll.poll()):
            _end_descendants()  # the fork server would, if it is still there
            os._exit(1)

    def stop(self) -> None:
        """Called before this process forks: it then reads the socket itself."""
        os.write(self.wake, b".")
        self.join()
        os.close(self.awake)
        os.close(self.wake)
