"""The process in which backends are measured: `python -m widgets_lib.compute.matmul.worker_process`.

It reads jobs from stdin and writes messages to stdout, one JSON object a line:

    {"backend": "python", "m": 5, "k": 784, "n": 10, "budget_s": 0.5, "seed": 0, "threads": 1}
    {"backend": "my matmul", "function_bytes": 812, "m": 5, …}     and after the line so many bytes of a learner's
                                                                   function, see `function_pickle.pack`
    {"event": "progress", "rows_done": 0, "of": 5}     all is loaded, and the backend is called from now on
    {"event": "progress", "rows_done": 1, "of": 5, "estimate_s": 0.28}     again each second, while calls come back
    {"event": "result", "correct": true, "seconds": 0.284, "threads": 2, …}   or      {"event": "error", "message": "…"}

`worker.Worker` is the other end.
"""

import builtins
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, BinaryIO

from . import BACKENDS
from .costs import cost
from .examination import Function, Prepare
from .function_pickle import unpack
from .matrices import numpy_operands, operands
from .trial import trial

REPEAT_S = 1.0  # between two words, if nothing new is known


def main() -> None:
    """Serve jobs until stdin closes, which is what happens when the process at the other end dies."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with the messages

    def emit(**message: Any) -> None:
        output.write(json.dumps(message) + "\n")
        output.flush()

    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def read(pipe: BinaryIO) -> None:
        for line in pipe:
            job = json.loads(line)
            if size := job.pop("function_bytes", 0):
                job["function"] = pipe.read(size)
            jobs.put(job)
        os._exit(0)  # also in the middle of a job: its result has no reader any more

    threading.Thread(target=read, args=(_take_stdin(),), daemon=True).start()
    while True:
        try:
            _run(jobs.get(), emit)
        except MemoryError:
            emit(event="error", message="the memory of this machine is not enough for these sizes")
        except (ValueError, RuntimeError) as error:
            emit(event="error", message=str(error))
        except BaseException as error:  # unpickling runs a learner's code, too
            emit(event="error", message=f"{type(error).__name__}: {error}")


def _take_stdin() -> BinaryIO:
    """The pipe of jobs; a function that reads from stdin finds nothing there, and one that asks is told why."""
    pipe = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)

    def refuse(name: str) -> Callable[..., Any]:
        def refused(*args: Any, **keywords: Any) -> None:
            raise RuntimeError(f"{name}() can’t be answered: the function runs in another process; take it out")

        return refused

    builtins.input = refuse("input")
    sys.breakpointhook = refuse("breakpoint")
    return pipe


def _run(job: dict[str, Any], emit: Callable[..., None]) -> None:
    """One job from JSON to its last message."""
    price = cost(job["m"], job["k"], job["n"])
    if min(price.m, price.k, price.n) < 1:
        raise ValueError("there is nothing to multiply: every size must be at least 1")
    if reason := price.too_big():
        raise RuntimeError(reason)
    function, prepare = _function(job)
    make = operands if "function" in job else numpy_operands  # a numpy rung need not wait for torch to load
    a, b = make(price.m, price.k, price.n, seed=job.get("seed", 0))
    progress = _Progress(emit)
    progress.say(rows_done=0, of=price.m)
    result = trial(
        function,
        a,
        b,
        prepare=prepare,
        budget_s=job.get("budget_s", 0.5),
        should_stop=progress.repeat,
        on_progress=lambda done, of, s: progress.say(rows_done=done, of=of, estimate_s=s),
    )
    threads = _threads(job["backend"])
    emit(event="result", **result | {"threads": min(threads, result.get("threads", threads))})


class _Progress:
    """Says how far a job is, again and again: on a busy machine much lies between two steps, and silence means a call
    that does not come back."""

    def __init__(self, emit: Callable[..., None]) -> None:
        self._emit, self._said_at = emit, 0.0
        self._said: dict[str, Any] = {}

    def say(self, **known: Any) -> None:
        """It is so far."""
        self._said, self._said_at = known, monotonic()
        self._emit(event="progress", **known)

    def repeat(self) -> bool:
        """Say it once more if that was a while ago. False: nothing is to be stopped here."""
        if monotonic() - self._said_at >= REPEAT_S:
            self.say(**self._said)
        return False


def _threads(key: str) -> int:
    """How many threads the libraries may use here; 1 for a rung that works on Python's lists."""
    if key in BACKENDS and BACKENDS[key].takes == "lists":
        return 1
    if torch := sys.modules.get("torch"):
        return int(torch.get_num_threads())
    if named := os.environ.get("OMP_NUM_THREADS", "").strip():
        return int(named)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _function(job: dict[str, Any]) -> tuple[Function, Prepare]:
    """What the job measures: a backend, or a learner's function, which gets copies since it may write into them."""
    if "function" in job:
        return unpack(job["function"], whole=(job["m"], job["n"])), lambda a, b: (_copy(a), _copy(b))
    key = job["backend"]
    if key not in BACKENDS:
        raise ValueError(f"no backend {key!r}; there is {', '.join(BACKENDS)}")
    backend = BACKENDS[key]
    if reason := backend.unavailable():
        raise RuntimeError(reason)
    return backend.function, backend.prepare


def _copy(x: Any) -> Any:
    """Its values in memory of their own: of some rows only those, which `deepcopy` of a tensor does not do."""
    return x.clone() if hasattr(x, "clone") else x.copy()


if __name__ == "__main__":
    main()
