"""The process that `forks.run_fork` starts: it forks itself, and prints what every process drew as one line of JSON.

It is fresh, so no thread holds a lock in it: forking a process whose torch has computed can hang the child.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from . import fork_records
from .fork_records import ForkRecord, ForkSpec


def fork_and_collect(
    work: Callable[[int], str], children: int, timeout_s: float, lifeline: int | None = None
) -> list[str]:
    """[work(0), …, work(children − 1)], each called in a forked child of its own.

    lifeline: a file descriptor that reaches its end when the process that asked has ended.
    Every child has ended and been waited for when this returns or raises.
    Raises: TimeoutError if one has not answered after timeout_s; RuntimeError if one ended without an answer;
    EOFError if the process that asked has ended.
    """
    deadline = time.monotonic() + timeout_s
    pids: list[int] = []
    pipes: list[int] = []
    try:
        for child in range(children):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                _answer(work, child, writing)
            os.close(writing)
            pids.append(pid)
            pipes.append(reading)
        return [_read(pipe, deadline, lifeline).decode() for pipe in pipes]
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so the process id can't be another's
            os.waitpid(pid, 0)
        for pipe in pipes:
            os.close(pipe)


def _answer(work: Callable[[int], str], child: int, writing: int) -> NoReturn:
    status = 1
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(work(child).encode())
        status = 0
    finally:
        os._exit(status)  # so that no copied `finally` of the parent runs here


def _read(pipe: int, deadline: float, lifeline: int | None) -> bytes:
    answer = b""
    watched = [pipe] if lifeline is None else [pipe, lifeline]
    while True:
        ready, _, _ = select.select(watched, [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("a child did not answer in time")
        if lifeline in ready:
            raise EOFError("the process that asked has ended")
        chunk = os.read(pipe, 65536)
        if not chunk:
            break
        answer += chunk
    if not answer:
        raise RuntimeError("a child ended without an answer")
    return answer


def fork_for_real(spec: ForkSpec, timeout_s: float) -> ForkRecord:
    """Seed the library's own generator, draw, fork, and let every process draw on."""
    adapter = spec.adapter
    g = adapter.seed_global(spec.seed)
    seeded = adapter.state_text(g)
    values_before, states_before = fork_records.record_draws(adapter, g, spec.draws_before)
    state_at_fork = adapter.state_text(g)

    def work(child: int) -> str:
        pid = os.getpid()
        fork_records.apply_reseeding(spec, g, child, pid, int.from_bytes(os.urandom(16), "big"))
        return fork_records.to_json(fork_records.record_process(spec, g, pid, state_at_fork))

    answers = fork_and_collect(work, spec.children, timeout_s, lifeline=sys.stdin.fileno())
    parent = fork_records.record_process(spec, g, os.getpid(), state_at_fork)
    children = [fork_records.process_record_from_json(answer) for answer in answers]
    return ForkRecord(values_before, [seeded, *states_before], [parent, *children])


if __name__ == "__main__":
    _, spec_json, timeout_s = sys.argv
    print(fork_records.to_json(fork_for_real(fork_records.spec_from_json(spec_json), float(timeout_s))))
