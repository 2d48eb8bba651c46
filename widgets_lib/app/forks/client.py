"""The server's end of the processes that fork."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from widgets_lib.app.forks import protocol

FORK_S = 30  # until a child is a kernel, on a busy machine
FREEZE_S = 90  # longer than process.FREEZE_S
IMPORT_S = 180
RETRY_S, MAX_RETRY_S = 10, 300  # between two starts of fork servers that never come to fork: the first, and the longest
PROGRAM = "from widgets_lib.app.forks.process import main; main({})"
READ_ONCE = ("PYTHON", "LD_", "OMP_", "OPENBLAS_", "MKL_", "NUMBA_", "VECLIB_", "TORCH", "CUDA_", "MALLOC_")
# Of glibc: one store for all threads. Each would have its own, whose end is never given back (see tidying.py).
ALLOCATOR = {"MALLOC_ARENA_MAX": "1"}
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # more would be there at once; see fresh.restore_threads


class CannotFork(RuntimeError):
    """An ordinary kernel must do; the message says why."""


class Ended(CannotFork):
    """The process that was asked has ended, or does not answer."""


def unavailable_reason() -> str:
    """Why this system has no kernels that are forks, or ""."""
    if sys.platform != "linux":
        return f"{sys.platform} cannot fork a process that has loaded its libraries"
    if not hasattr(os, "pidfd_open") or not hasattr(signal, "pidfd_send_signal"):
        return "this Python has no pidfds"
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        return f"this system has no pidfds: {error.strerror}"
    return ""


def read_once(env: dict[str, str]) -> dict[str, str]:
    """The variables that Python and its libraries read when they are loaded: a fork cannot have others."""
    return {name: value for name, value in env.items() if name.startswith(READ_ONCE)}


class Source:
    """A process that forks: the fork server, or a lesson that was frozen. Its methods block: call them on a thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self.pid: int | None = None
        self._closed = False

    @property
    def dead(self) -> bool:
        """Whether it has ended or was closed."""
        return self._closed or _is_over(self._sock)

    def fork(self, argv: list[str], cwd: str, env: dict[str, str]) -> Forked:
        """A new kernel. Raises: CannotFork."""
        _, files = self._ask({"op": "fork"})
        sock = socket.socket(fileno=files[0])
        try:
            sock.settimeout(FORK_S)
            protocol.send(sock, {"argv": argv, "cwd": cwd, "env": env})
            message, files = protocol.receive(sock)
        except (OSError, ValueError) as error:
            sock.close()  # it ends
            raise CannotFork(f"its fork did not become a kernel: {error}") from None
        if message is None:
            sock.close()
            raise CannotFork("its fork ended before it was a kernel")
        return Forked(message["pid"], files[0], sock)

    def close(self) -> None:
        """It is not wanted any more, and ends; its forks go on, except those of the fork server."""
        if not self._closed:
            self._closed = True
            self._sock.close()

    def _ask(self, message: dict[str, Any], timeout_s: float = FORK_S) -> tuple[dict[str, Any], list[int]]:
        with self._lock:
            if self._closed:
                raise Ended("it has ended")
            try:
                self._sock.settimeout(timeout_s)
                protocol.send(self._sock, message)
                answer, files = protocol.receive(self._sock)
            except ValueError as error:
                raise CannotFork(str(error)) from None
            except OSError as error:
                self.close()  # a late answer must not be taken for the next
                raise Ended(f"{type(error).__name__}: {error}") from None
            if answer is None:
                self.close()
                raise Ended("it has ended")
        if "error" in answer:
            raise CannotFork(answer["error"])
        return answer, files


def _is_over(sock: socket.socket) -> bool:
    poll = select.poll()
    try:
        poll.register(sock, 0)
    except ValueError:  # closed this moment, on another thread
        return True
    return bool(poll.poll(0))


class Forked:
    """A kernel's process that another has started; for jupyter_client it is what `subprocess.Popen` is."""

    stdin = stdout = stderr = None
    returncode: int | None = None

    def __init__(self, pid: int, pidfd: int, sock: socket.socket) -> None:
        self.pid, self._pidfd, self._sock = pid, pidfd, sock

    def poll(self) -> int | None:
        """None while it runs; then -1, for only its parent knows how it ended."""
        if self.returncode is None and self._ended(0):
            self.returncode = -1
            os.close(self._pidfd)
            self._sock.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end. Raises: subprocess.TimeoutExpired."""
        if self.returncode is None and not self._ended(timeout):
            raise subprocess.TimeoutExpired("a forked kernel", timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Sends a signal to this very process: its number may belong to another by now."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def freeze(self) -> Source:
        """Makes a `Source` of the kernel, whose forks begin where its cells have ended. Blocks. Raises: CannotFork."""
        source = Source(self._sock)
        source.pid = self.pid
        source._ask({"op": "freeze"}, FREEZE_S)
        os.close(self._pidfd)
        self.returncode = 0  # the kernel has ended; the process is the source's
        return source

    def _ended(self, timeout_s: float | None) -> bool:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(None if timeout_s is None else timeout_s * 1000))


class ForkServer(Source):
    """The process that has imported what lessons need. `ready` is true once it forks."""

    def __init__(self, env: dict[str, str], log: logging.Logger, failures: int = 0) -> None:
        """Starts it. `failures`: how many before it, one after the other, never came to fork."""
        ours, theirs = protocol.pair()
        super().__init__(ours)
        self.log, self.failures = log, failures
        self.read_once, self.ready, self._began = read_once(env), False, time.monotonic()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(theirs.fileno())],
                env={**ALLOCATOR, **env, **ONE_THREAD},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.settled = threading.Event()  # it is ready, or has failed
        threading.Thread(target=self._await_imports, name="fork server", daemon=True).start()

    def _await_imports(self) -> None:
        with self._lock, suppress(OSError):
            self._sock.settimeout(IMPORT_S)
            self.ready = protocol.receive(self._sock)[0] is not None
        if self.ready:
            self.log.info("Kernels are forks from now on (imports took %.1f s)", time.monotonic() - self._began)
        elif not self._closed:
            self.log.warning("Kernels are not forks for now: the process that forks has ended while it imported")
            self.close()
        self.settled.set()

    @property
    def retry(self) -> bool:
        """Whether another may be started in its place."""
        pause_s = 0 if self.ready else min(RETRY_S * 2**self.failures, MAX_RETRY_S)
        return self.dead and time.monotonic() - self._began >= pause_s

    def fork(self, argv: list[str], cwd: str, env: dict[str, str]) -> Forked:
        """A new kernel. Raises: CannotFork, as where the environment must be another when libraries are loaded."""
        if not self.ready:
            raise CannotFork("the fork server is still importing")
        wanted = read_once(env)
        if wanted != self.read_once:
            names = {name for name in wanted | self.read_once if wanted.get(name) != self.read_once.get(name)}
            raise CannotFork(f"it needs another value of {', '.join(sorted(names))}")
        return super().fork(argv, cwd, env)

    def close(self) -> None:
        """It ends, and all kernels that are left with it."""
        super().close()
        if not self.ready:
            self._process.kill()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_shared: ForkServer | None = None


def shared(env: dict[str, str], log: logging.Logger) -> ForkServer:
    """This process's fork server, started by the first call; one that has died is started again."""
    global _shared
    failures = 0
    if _shared is not None:
        if not _shared.retry:
            return _shared
        log.warning("The process that forks kernels has died; another is started. Open lessons go on.")
        failures = 0 if _shared.ready else _shared.failures + 1
        _shared.close()
    _shared = ForkServer(env, log, failures)
    return _shared


def close_shared() -> None:
    """Called when the server ends."""
    global _shared
    if _shared is not None:
        _shared.close()
    _shared = None
