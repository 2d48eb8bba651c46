"""A process of its own for measurements, so that a long one can be ended at once and a crash stops only itself.

It runs worker_process.py, which documents jobs and messages. It is a fresh process, never a fork: forks of a process
that has used torch's threads deadlock.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

IDLE_S = 120  # the process keeps torch in memory; after this long without a job it is ended

Message: TypeAlias = dict[str, Any]


class Worker:
    """A warm process that runs one job at a time and can be ended within a second, whatever it is doing."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: int | None = None
        self._listener: Callable[[Message], object] | None = None  # of the running job; taken for its last message
        self._lock = threading.RLock()
        self._idle_timer: threading.Timer | None = None

    @property
    def busy(self) -> bool:
        """True from `start` until the job's last message."""
        return self._listener is not None

    def start(self, job: Message, on_message: Callable[[Message], object], function: bytes = b"") -> None:
        """Run a job (see worker_process.py), with a learner's function as `pack` makes it; returns at once.

        `on_message(message)` is called on another thread: for any number of "progress" and then exactly once for
        "result", "error" (with a `message` in words) or "cancelled". Every message repeats the job's `backend` and,
        if it has one, its `id`.
        Raises: RuntimeError while another job runs.
        """
        with self._lock:
            if self.busy:
                raise RuntimeError("this worker is busy: cancel its job first")
            self._cancel_idle_timer()
            if job.get("threads") != self._threads:
                self._end()  # thread counts are read once, when a library loads
            repeated = {key: job[key] for key in ("id", "backend") if key in job}
            self._listener = lambda message: on_message(repeated | message)
            try:
                self._send(job, function)
            except OSError:  # the idle process was killed from outside
                self._end()
                self._send(job, function)

    def cancel(self, reason: str = "") -> bool:
        """End the running job now: its process is killed and gone on return. True if a job was running.

        Its last message is "cancelled", or with a reason "error" with the reason as its message.
        """
        with self._lock:
            listener = self._take_listener()
            if listener:
                self._end()
        if listener:
            listener({"event": "error", "message": reason} if reason else {"event": "cancelled"})
        return listener is not None

    def close(self) -> None:
        """Cancel what runs and end the process. A later `start` makes a new one."""
        self.cancel()
        with self._lock:
            self._cancel_idle_timer()
            self._end()

    def _send(self, job: Message, function: bytes) -> None:
        if self._process is None or self._process.poll() is not None:
            self._threads = job.get("threads")
            self._process = _spawn(self._threads)
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        assert self._process.stdin
        size = {"function_bytes": len(function)} if function else {}
        self._process.stdin.write(json.dumps(job | size).encode() + b"\n")
        self._process.stdin.write(function)
        self._process.stdin.flush()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Pass on the messages of the process until it ends, and reap it."""
        assert process.stdout
        with process.stdout as messages:
            try:
                for line in messages:
                    self._on_message(process, json.loads(line))
            finally:
                process.kill()
                process.wait()
        self._on_message(process, {"event": "error", "message": _exit_reason(process.returncode)})

    def _on_message(self, process: subprocess.Popen[bytes], message: Message) -> None:
        with self._lock:
            if process is not self._process:
                return  # it was ended, and `cancel` has sent the last message
            listener = self._listener if message["event"] == "progress" else self._take_listener()
        if listener:
            listener(message)

    def _take_listener(self) -> Callable[[Message], object] | None:
        listener, self._listener = self._listener, None
        if listener:
            self._idle_timer = threading.Timer(IDLE_S, self._stop_when_idle)
            self._idle_timer.daemon = True
            self._idle_timer.start()
        return listener

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _stop_when_idle(self) -> None:
        with self._lock:
            if not self.busy:
                self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            assert process.stdin
            with suppress(OSError):  # what was left to write has no reader now
                process.stdin.close()


def _spawn(threads: int | None) -> subprocess.Popen[bytes]:
    """A worker process that imports this very package, the thread counts of its libraries set."""
    here = str(Path(__file__).parents[3])
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])))
    if threads is not None:
        names = ("OMP", "MKL", "OPENBLAS", "NUMBA")
        environment |= {f"{name}_NUM_THREADS": str(int(threads)) for name in names}
    return subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.worker_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # "interrupt the kernel" must not reach it
    )


def _exit_reason(returncode: int) -> str:
    """Why a process that had a job has ended, in words."""
    if returncode == -9:
        return "the measuring process was killed from outside; most often the memory ran out"
    if returncode < 0:
        return f"the backend crashed its process ({signal.strsignal(-returncode)})"
    return f"the measuring process ended before the job did (exit status {returncode})"
