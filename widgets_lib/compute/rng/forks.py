"""What a fork does to random numbers: predicted by `describe_fork`, done by `real_fork`.

A fork copies the whole memory of a process, the state of every generator in it included, so parent and children
go on with the same numbers. A *cure* is what a child does, before it draws, to be different.
"""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.timing import Stopped

from .generators import GENERATORS

CURES = {
    "none": "no cure",
    "pid": "reseed by process id",
    "urandom": "reseed from os.urandom",
    "spawn": "SeedSequence.spawn",
    "jump": "jump ahead",
}
MAX_CHILDREN = 8
MAX_DRAWS = 1000
NOTHING = {"values": [], "states": []}
PARENT_PID = 1000  # stand-ins, so that a prediction is the same every time; see `Process.predicted`


@dataclass(frozen=True)
class Draw:
    value: float
    group: int | None
    """Draws of one group are equal numbers drawn by different processes; None: nobody else drew this one."""


@dataclass(frozen=True)
class Process:
    """One process after the fork. States are short texts for a card: the numbers, or a fingerprint of them."""

    name: str  # "parent", "child 1", …
    pid: int
    state_at_fork: str  # the same for all: memory is copied
    reseeded: str  # what happened to the state between the fork and the first draw; "" if nothing
    state_at_start: str  # from which the draws begin
    draws: tuple[Draw, ...]
    states: tuple[str, ...]  # after each draw
    predicted: bool
    """True if these very numbers come in reality; False if they stand in for numbers of the operating system."""

    @property
    def state_at_end(self):
        return self.states[-1] if self.states else self.state_at_start


@dataclass(frozen=True)
class Fork:
    """What parent and children drew around a fork. `processes` is empty where `unavailable` says why."""

    generator: str
    cure: str
    seed: int
    before: tuple[float, ...]  # drawn by the parent before the fork
    states_before: tuple[str, ...]  # of the parent: as seeded, and after each of these draws
    processes: tuple[Process, ...]  # the parent first
    real: bool  # True from real_fork
    code: str  # the cure as a child writes it
    drawn: int  # numbers drawn after the fork, by all
    distinct: int  # different ones among them
    sentence: str
    unavailable: str | None = None

    @property
    def equal(self):
        """How many of the draws another process drew too."""
        return sum(draw.group is not None for process in self.processes for draw in process.draws)

    def sentence_after(self, draws):
        """What there is to say when each process has drawn so many numbers."""
        if self.unavailable:
            return self.unavailable
        values = [draw.value for process in self.processes for draw in process.draws[:draws]]
        near = _near(self.generator, self.cure, len(self.processes))
        return _sentence(len(values), len(set(values)), len(self.processes), near)


TITLES = {key: generator.title for key, generator in GENERATORS.items()}


def unavailable_reason(generator, cure):
    """Why this cure can't be given to this generator here, in words; None if it can.

    Raises: ValueError for a generator or cure that there isn't, naming those there are.
    """
    _check_choice(cure, CURES, "cure")
    kind = _check_choice(generator, GENERATORS, "generator")
    return kind.unavailable or (kind.no_jump if cure == "jump" else None)


def fork_unavailable_reason():
    """Why no process can be forked on this system, in words; None if one can."""
    if hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi"):
        return None
    return f"There is no fork on this system ({sys.platform}); the prediction stands."


def fold_seed(generator, seed):
    """(seed, words): the whole number as a seed that this generator takes, and in words what was done to it, if anything.

    Raises: ValueError for a generator that there isn't.
    """
    kind = _check_choice(generator, GENERATORS, "generator")
    if kind.max_seed is None or seed <= kind.max_seed:
        return seed, ""
    folded = seed % (kind.max_seed + 1)
    return folded, (
        f"{kind.title} takes only seeds below {kind.max_seed + 1:,}: "
        f"it gets the remainder after division by that, {folded:,}."
    )


def check(generator, children, draws_before, draws_after, cure, seed):
    """The generator of that key. Raises: ValueError or TypeError in words for arguments that there can't be."""
    _check_choice(cure, CURES, "cure")
    kind = _check_choice(generator, GENERATORS, "generator")
    check_integer(children, "a number of children", 1, MAX_CHILDREN)
    check_integer(draws_before, "a number of draws before the fork", 0, MAX_DRAWS)
    check_integer(draws_after, "a number of draws", 0, MAX_DRAWS)
    check_integer(seed, f"a seed for {kind.title}", 0, kind.max_seed)
    return kind


def describe_fork(generator="wichmann-hill", children=2, draws_before=0, draws_after=4, cure="none", seed=0, pids=None):
    """What a fork does, worked out without forking, as a Fork.

    generator: a key of GENERATORS; cure: a key of CURES; children 1 … 8; draws 0 … 1000; seed a whole number ≥ 0.
    pids: the process ids to reckon with, parent's first; by default stand-ins 1000, 1001, …
    What the operating system would give (os.urandom) is replaced by numbers that are the same every time;
    `Process.predicted` is False there.
    Raises: ValueError or TypeError in words for arguments outside these.
    """
    kind = check(generator, children, draws_before, draws_after, cure, seed)
    unavailable = unavailable_reason(generator, cure)
    if unavailable:
        return _fork(generator, cure, seed, NOTHING, [], real=False, unavailable=unavailable)
    pids = pids or [PARENT_PID + i for i in range(children + 1)]
    if len(pids) != children + 1:
        raise ValueError(f"pids are one for the parent and one for each of {children} children, not {len(pids)}")
    g = kind.own(seed)
    youth = _record_before_fork(kind, g, draws_before)
    memory = kind.state(g)
    process_records = []
    for child in range(children):
        copied = kind.copy(g)
        entropy = [seed, child, 0xF02C]  # any fixed numbers: a stand-in for os.urandom
        if kind.reseeds_itself:
            kind.reseed(copied, np.random.SeedSequence(entropy))
        _apply(kind, copied, cure, child, children, seed, pids[child + 1], entropy)
        process_records.append(_record_process(kind, copied, draws_after, pids[child + 1], memory))
    return _fork(
        generator,
        cure,
        seed,
        youth,
        [_record_process(kind, g, draws_after, pids[0], memory), *process_records],
        real=False,
    )


def real_fork(
    generator="wichmann-hill",
    children=2,
    draws=4,
    seed=0,
    cure="none",
    draws_before=0,
    timeout_s=30.0,
    should_stop=None,
):
    """Really fork, in a fresh Python process and never in this one, and report what was drawn, as a Fork.

    Takes about 0.2 s, and 1 s more for torch: call it from a thread where that is too long.
    should_stop: called about twenty times a second; True from it ends every process and raises timing.Stopped.
    `unavailable` says so where there is no os.fork (Windows, a browser), no such library or no such cure.
    Raises: ValueError or TypeError in words for bad arguments; TimeoutError after timeout_s, every process ended;
    RuntimeError with the last words of a process that failed.
    """
    check(generator, children, draws_before, draws, cure, seed)
    if not 0 < timeout_s < math.inf:
        raise ValueError(f"timeout_s is a number of seconds above 0, not {timeout_s}")
    unavailable = fork_unavailable_reason() or unavailable_reason(generator, cure)
    if unavailable:
        return _fork(generator, cure, seed, NOTHING, [], real=True, unavailable=unavailable)
    request = {
        "generator": generator,
        "children": children,
        "draws_before": draws_before,
        "draws": draws,
        "cure": cure,
        "seed": seed,
    }
    answer = _run([json.dumps({**request, "timeout_s": timeout_s})], timeout_s, should_stop or (lambda: False))
    return _fork(generator, cure, seed, answer["youth"], answer["process_records"], real=True)


def compare(fork, real):
    """One bool or None for each process: were its state and its numbers those predicted? None where none could be.

    `fork` is from describe_fork and `real` from real_fork, with the same arguments. With the cure "pid", predict
    again with `pids=[p.pid for p in real.processes]`: the numbers depend on them.
    """
    return tuple(
        _outcome(one) == _outcome(other) if one.predicted else None
        for one, other in zip(fork.processes, real.processes, strict=True)
    )


def _outcome(process):
    return process.state_at_start, [draw.value for draw in process.draws]


def _check_choice(key, table, what):
    if key not in table:
        raise ValueError(f"no {what} {key!r}; there are {', '.join(table)}")
    return table[key]


def _apply(kind, g, cure, child, children, seed, pid, entropy):
    """Give the cure to the generator of one child, the first being 0."""
    if cure == "pid":
        kind.reseed(g, pid)
    elif cure == "urandom":
        kind.reseed(g, np.random.SeedSequence(entropy))
    elif cure == "spawn":
        kind.reseed(g, np.random.SeedSequence(seed).spawn(children)[child])
    elif cure == "jump":
        kind.jump(g, child + 1)


def _draw(kind, g, n):
    """n numbers, and the state after each."""
    values, states = [], []
    for _ in range(n):
        values += kind.draw(g, 1)
        states.append(kind.state(g))
    return {"values": values, "states": states}


def _record_before_fork(kind, g, draws):
    """What the parent does before the fork, as plain values that can go through a pipe; so does `_record_process`."""
    seeded = kind.state(g)
    drawn = _draw(kind, g, draws)
    return {**drawn, "states": [seeded, *drawn["states"]]}


def _record_process(kind, g, draws, pid, memory):
    """What one process does after the fork."""
    return {"pid": pid, "at_fork": memory, "at_start": kind.state(g), **_draw(kind, g, draws)}


def equal_groups(streams):
    """For each stream of values the group number of each value; None where no other stream has it."""
    owners = Counter(value for values in streams for value in set(values))
    numbers = {}
    return [
        [numbers.setdefault(value, len(numbers)) if owners[value] > 1 else None for value in values]
        for values in streams
    ]


def _fork(generator, cure, seed, youth, process_records, real, unavailable=None):
    kind = GENERATORS[generator]
    groups = equal_groups([life["values"] for life in process_records])
    from_system = cure == "urandom" or (cure == "none" and kind.reseeds_itself)
    processes = tuple(
        Process(
            name=f"child {i}" if i else "parent",
            pid=life["pid"],
            state_at_fork=life["at_fork"],
            reseeded=_reseeded(kind, cure) if i else "",
            state_at_start=life["at_start"],
            draws=tuple(Draw(v, group) for v, group in zip(life["values"], groups[i], strict=True)),
            states=tuple(life["states"]),
            predicted=real or i == 0 or not from_system,
        )
        for i, life in enumerate(process_records)
    )
    drawn = sum(len(life["values"]) for life in process_records)
    distinct = len({value for life in process_records for value in life["values"]})
    return Fork(
        generator=generator,
        cure=cure,
        seed=seed,
        before=tuple(youth["values"]),
        states_before=tuple(youth["states"]),
        processes=processes,
        real=real,
        code="" if unavailable else _code(kind, cure),
        drawn=drawn,
        distinct=distinct,
        sentence=unavailable or _sentence(drawn, distinct, len(processes), _near(generator, cure, len(processes))),
        unavailable=unavailable,
    )


def _reseeded(kind, cure):
    if cure != "none":
        return CURES[cure]
    return "Python reseeded it from os.urandom" if kind.reseeds_itself else ""


def _code(kind, cure):
    code = kind.codes.get(cure, "# nothing: the child goes on with the copied state")
    return f"# child: 0 in the first child, 1 in the second, …\n{code}" if cure in ("spawn", "jump") else code


def _near(generator, cure, processes):
    """What to say of neighbouring process ids as seeds; the parent's own is none, so that it takes two children."""
    return GENERATORS[generator].near if cure == "pid" and processes > 2 else ""


def _sentence(drawn, distinct, processes, near):
    if not drawn:
        return "Nobody has drawn since the fork."
    if distinct == drawn:
        return f"{drawn} draws after the fork, all different.{near}"
    if distinct * processes == drawn:
        who = "every child repeats its parent" if processes > 2 else "the child repeats its parent"
        return f"{drawn} draws after the fork, only {distinct} different: {who}."
    return f"{drawn} draws after the fork, {distinct} different."


def _run(arguments, timeout_s, should_stop):
    """The JSON answer of a fresh process that runs fork_process; it and all its children are gone afterwards."""
    # Nothing is ever written to its stdin: it ends when this process does, however that ends, and so does the other.
    stdin, lifeline = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.fork_process", *arguments],
        cwd=Path(__file__).parents[3],  # found there whether installed or not; a random.py of the learner's is not
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a group of its own, so that one signal ends it with its children
    )
    deadline = time.monotonic() + timeout_s
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                answer, complaint = process.communicate(timeout=min(0.05, timeout_s))
                break
            if should_stop():
                raise Stopped
            if time.monotonic() > deadline:
                raise TimeoutError(f"the fork took longer than {timeout_s:g} s, and was ended")
    finally:
        if process.returncode is None:  # not waited for yet, so the number is still its own
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        os.close(stdin)
        os.close(lifeline)
    if process.returncode:
        last_words = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise RuntimeError(f"the process that was to fork failed: {last_words or process.returncode}")
    return json.loads(answer)
