"""The process that `forks.real_fork` starts: it forks itself, and prints what everyone drew as one line of JSON.

It is fresh, so no thread holds a lock in it: forking a process whose torch has computed can hang the child.
"""

import json
import os
import select
import signal
import sys
import time

from . import forks


def fork_and_collect(work, children, timeout_s, lifeline=None):
    """[work(0), …, work(children − 1)], each in a forked child of its own.

    lifeline: a file that ends when whoever wants the answers is gone.
    Every child has ended and been waited for when this returns or raises.
    Raises: TimeoutError if one has not answered after timeout_s; RuntimeError if one ended without an answer;
    EOFError if nobody wants the answers any more.
    """
    deadline = time.monotonic() + timeout_s
    pids, pipes = [], []
    try:
        for child in range(children):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                _answer(work, child, writing)  # never returns
            os.close(writing)
            pids.append(pid)
            pipes.append(reading)
        return [json.loads(_read(pipe, deadline, lifeline)) for pipe in pipes]
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so the number is still theirs
            os.waitpid(pid, 0)
        for pipe in pipes:
            os.close(pipe)


def _answer(work, child, writing):
    status = 1
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(work(child)).encode())
        status = 0
    finally:
        os._exit(status)  # past every finally of the parent's that was copied along


def _read(pipe, deadline, lifeline):
    answer = b""
    watched = [pipe] if lifeline is None else [pipe, lifeline]
    while True:
        ready, _, _ = select.select(watched, [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("a child did not answer in time")
        if lifeline in ready:
            raise EOFError("nobody wants the answers any more")
        piece = os.read(pipe, 65536)
        if not piece:
            break
        answer += piece
    if not answer:
        raise RuntimeError("a child ended without an answer")
    return answer


def main(generator, children, draws_before, draws, cure, seed, timeout_s):
    kind = forks.GENERATORS[generator]
    g = kind.shared(seed)
    youth = forks._record_before_fork(kind, g, draws_before)
    memory = kind.state(g)

    def work(child):
        forks._apply(kind, g, cure, child, children, seed, os.getpid(), int.from_bytes(os.urandom(16), "big"))
        return forks._record_process(kind, g, draws, os.getpid(), memory)

    process_records = fork_and_collect(work, children, timeout_s, lifeline=sys.stdin.fileno())
    process_records.insert(0, forks._record_process(kind, g, draws, os.getpid(), memory))
    print(json.dumps({"youth": youth, "process_records": process_records}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
