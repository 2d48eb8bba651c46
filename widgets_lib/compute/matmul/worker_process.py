"""The process in which backends are measured: `python -m widgets_lib.compute.matmul.worker_process`.

It reads jobs from stdin and writes messages to stdout, one JSON object a line:

    {"backend": "python", "m": 5, "k": 784, "n": 10, "budget_s": 0.5, "seed": 0, "threads": 1}
    {"backend": "my matmul", "function": "gASV…", "m": 5, …}     a learner's function, see `function_pickle.pack`
    {"event": "progress", "rows_done": 1, "of": 5, "estimate_s": 0.28}
    {"event": "result", "correct": true, "seconds": 0.284, …}      or      {"event": "error", "message": "…"}

`worker.Worker` is the other end.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from . import BACKENDS
from .costs import cost
from .function_pickle import unpack
from .matrices import numpy_operands, operands
from .trial import Function, Prepare, trial


def main() -> None:
    """Serve jobs until stdin closes, which is what happens when the process at the other end dies."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with the messages

    def emit(**message: Any) -> None:
        output.write(json.dumps(message) + "\n")
        output.flush()

    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            jobs.put(json.loads(line))
        os._exit(0)  # also in the middle of a job: its result has no reader any more

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
    result = trial(
        function,
        a,
        b,
        prepare=prepare,
        budget_s=job.get("budget_s", 0.5),
        on_progress=lambda done, of, s: emit(event="progress", rows_done=done, of=of, estimate_s=s),
    )
    emit(event="result", **result)


def _function(job: dict[str, Any]) -> tuple[Function, Prepare]:
    """What the job measures: a backend, or a learner's function, which gets copies since it may write into them."""
    if "function" in job:
        return unpack(job["function"]), lambda a, b: (deepcopy(a), deepcopy(b))
    key = job["backend"]
    if key not in BACKENDS:
        raise ValueError(f"no backend {key!r}; there is {', '.join(BACKENDS)}")
    backend = BACKENDS[key]
    if reason := backend.unavailable():
        raise RuntimeError(reason)
    return backend.function, backend.prepare


if __name__ == "__main__":
    main()
