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


def fork_and_collect(work, children, timeout_s):
    """[work(0), …, work(children − 1)], each in a forked child of its own.

    Every child has ended and been waited for when this returns or raises.
    Raises: TimeoutError if one has not answered after timeout_s; RuntimeError if one ended without an answer.
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
        return [json.loads(_read(pipe, deadline)) for pipe in pipes]
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


def _read(pipe, deadline):
    answer = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("a child did not answer in time")
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
    before = kind.draw(g, draws_before)
    memory = kind.state(g)

    def work(child):
        forks._apply(kind, g, cure, child, children, seed, os.getpid(), int.from_bytes(os.urandom(16), "big"))
        return forks._live(kind, g, draws, os.getpid(), memory)

    lives = fork_and_collect(work, children, timeout_s)
    lives.insert(0, forks._live(kind, g, draws, os.getpid(), memory))
    print(json.dumps({"before": before, "lives": lives}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
