"""Measurements in a process of their own, so that a long one can be ended at once and a crash harms nobody.

`python -m widgets_lib.compute.matmul.worker` reads jobs from stdin and writes messages to stdout, one JSON object a line:

    {"backend": "python", "m": 5, "k": 784, "n": 10, "budget_s": 0.5, "seed": 0, "threads": 1}
    {"backend": "my matmul", "function": "gASV…", "m": 5, …}            a learner's function, see `pack`
    {"event": "progress", "rows_done": 1, "of": 5, "estimate_s": 0.28}
    {"event": "result", "correct": true, "seconds": 0.284, …}      or      {"event": "error", "message": "…"}

`Worker` is the other end. It is a fresh process, never a fork: forks of a process that has used torch's threads
deadlock.
"""

import base64
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

from . import BACKENDS
from .costs import cost
from .matrices import numpy_operands, operands
from .trial import trial

IDLE_S = 120  # a worker keeps torch in memory; after this long without a job it gives it back


def pack(function):
    """A function written in a notebook, with the names it uses, as text for a job's `function`.

    Raises: TypeError, in words, if it holds something that can't be copied into another process.
    """
    import cloudpickle

    try:
        return base64.b64encode(cloudpickle.dumps(function)).decode("ascii")
    except Exception as error:
        raise TypeError(f"this function uses something that can't be copied into another process: {error}") from error


class Worker:
    """A warm process that runs one job at a time and can be ended within a second, whatever it is doing."""

    def __init__(self):
        self._process = None
        self._threads = None
        self._listener = None  # of the job that is running; whoever takes it says the last word
        self._lock = threading.RLock()
        self._idle_timer = None

    @property
    def busy(self):
        """True from `start` until the job's last message."""
        return self._listener is not None

    def start(self, job, on_message):
        """Run a job (see the module's docstring); returns at once.

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
                self._send(job)
            except OSError:  # the idle process had been killed from outside
                self._end()
                self._send(job)

    def cancel(self):
        """End the running job now: its process is killed and gone on return. True if a job was running."""
        with self._lock:
            listener = self._take_listener()
            if listener:
                self._end()
        if listener:
            listener({"event": "cancelled"})
        return listener is not None

    def close(self):
        """Cancel what runs and end the process. A later `start` makes a new one."""
        self.cancel()
        with self._lock:
            self._cancel_idle_timer()
            self._end()

    def _send(self, job):
        if self._process is None or self._process.poll() is not None:
            self._threads = job.get("threads")
            self._process = _spawn(self._threads)
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()

    def _listen(self, process):
        """Pass on what the process says until it is gone, and reap it."""
        try:
            for line in process.stdout:
                self._on_message(process, json.loads(line))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self._on_message(process, {"event": "error", "message": _exit_reason(process.returncode)})

    def _on_message(self, process, message):
        with self._lock:
            if process is not self._process:
                return  # it was ended; someone has said so
            listener = self._listener if message["event"] == "progress" else self._take_listener()
        if listener:
            listener(message)

    def _take_listener(self):
        listener, self._listener = self._listener, None
        if listener:
            self._idle_timer = threading.Timer(IDLE_S, self._stop_when_idle)
            self._idle_timer.daemon = True
            self._idle_timer.start()
        return listener

    def _cancel_idle_timer(self):
        if self._idle_timer:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _stop_when_idle(self):
        with self._lock:
            if not self.busy:
                self._end()

    def _end(self):
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            with suppress(OSError):  # what was left to write has no reader now
                process.stdin.close()


def _spawn(threads):
    """A worker process that finds this very package, with its libraries told how many threads to use."""
    here = str(Path(__file__).parents[3])
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])))
    if threads is not None:
        names = ("OMP", "MKL", "OPENBLAS", "NUMBA")
        environment |= {f"{name}_NUM_THREADS": str(int(threads)) for name in names}
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name if __name__ == "__main__" else __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=environment,
        start_new_session=True,  # "interrupt the kernel" is not meant for us
    )


def _exit_reason(returncode):
    """Why a process that had a job is gone, in words."""
    if returncode == -9:
        return "the measuring process was killed from outside; most often the memory ran out"
    if returncode < 0:
        return f"the backend crashed its process ({signal.strsignal(-returncode)})"
    return f"the measuring process ended before the job did (exit status {returncode})"


# ---- the process ----


def _run(job, emit):
    """One job from JSON to its last message."""
    price = cost(job["m"], job["k"], job["n"])
    if min(price.m, price.k, price.n) < 1:
        raise ValueError("there is nothing to multiply: every size must be at least 1")
    if reason := price.too_big():
        raise RuntimeError(reason)
    if "function" in job:
        (function, prepare), make = _unpack(job["function"]), operands
    else:  # whose prepare converts: a numpy rung need not wait for torch
        (function, prepare), make = _bundled(job["backend"]), numpy_operands
    a, b = make(price.m, price.k, price.n, seed=job.get("seed", 0))
    result = trial(
        function,
        a,
        b,
        prepare=prepare,
        budget_s=job.get("budget_s", 0.5),
        on_progress=lambda done, of, s: emit(event="progress", rows_done=done, of=of, estimate_s=s),
    )
    emit(event="result", **result)


def _bundled(key):
    """(function, prepare) of a backend of the registry."""
    if key not in BACKENDS:
        raise ValueError(f"no backend {key!r}; there is {', '.join(BACKENDS)}")
    backend = BACKENDS[key]
    if reason := backend.unavailable():
        raise RuntimeError(reason)
    return backend.function, backend.prepare


def _unpack(packed):
    """(function, prepare) of a learner's function, which gets copies: it may write into what it is given."""
    import cloudpickle

    # Safe to unpickle: it comes through a pipe from the kernel in which the learner ran it.
    function = cloudpickle.loads(base64.b64decode(packed))

    def called(a, b):
        try:
            return function(a, b)
        except Exception as error:
            raise RuntimeError(f"{type(error).__name__}: {error}{_line(error, function)}") from error

    return called, lambda a, b: (deepcopy(a), deepcopy(b))


def _line(error, function):
    """ " (line 4 of your code)", where the traceback passes through it."""
    code, last = getattr(function, "__code__", None), None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code is code:
            last = line - code.co_firstlineno + 1
    return f" (line {last} of your code)" if last else ""


def main():
    """Serve jobs until stdin closes, which is what happens when the process at the other end dies."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no message

    def emit(**message):
        output.write(json.dumps(message) + "\n")
        output.flush()

    jobs = queue.SimpleQueue()

    def read():
        for line in sys.stdin:
            jobs.put(json.loads(line))
        os._exit(0)  # also in the middle of a job: nobody is left to hear its result

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            _run(jobs.get(), emit)
        except MemoryError:
            emit(event="error", message="the memory of this machine is not enough for these sizes")
        except (ValueError, RuntimeError) as error:
            emit(event="error", message=str(error))
        except Exception as error:
            emit(event="error", message=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
