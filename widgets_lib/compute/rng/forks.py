"""What a fork does to random numbers: predicted by `describe_fork`, done by `real_fork`.

A fork copies the whole memory of a process, the state of every generator in it included, so parent and children
go on with the same numbers. *Reseeding* is what a child does, before it draws, so that its numbers are others.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from widgets_lib.compute import turns
from widgets_lib.compute._integers import check_integer
from widgets_lib.compute._renamed import renamed
from widgets_lib.compute.timing import Stopped

from .fork_records import (
    RESEEDINGS,
    ForkRecord,
    ForkSpec,
    ProcessRecord,
    apply_reseeding,
    check_choice,
    fork_record_from_json,
    record_draws,
    record_process,
    to_json,
)
from .generators import GENERATORS

PARENT_PID = 1000  # stand-ins, so that a prediction is the same every time; see `Process.predicted`


@dataclass(frozen=True)
class Draw:
    value: float
    group: int | None
    """Draws of one group are equal numbers drawn by different processes; None: no other process drew this one."""


@dataclass(frozen=True)
class Process:
    """One process after the fork. States are short texts: the numbers, or a fingerprint of them."""

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
    def state_at_end(self) -> str:
        return self.states[-1] if self.states else self.state_at_start


@dataclass(frozen=True)
class Fork:
    """What parent and children drew around a fork. `processes` is empty where `unavailable` gives a reason."""

    generator: str
    reseeding: str
    seed: int
    before: tuple[float, ...]  # drawn by the parent before the fork
    states_before: tuple[str, ...]  # of the parent: as seeded, and after each of these draws
    processes: tuple[Process, ...]  # the parent first
    real: bool  # True from real_fork
    code: str  # the reseeding as a child writes it
    drawn: int  # numbers drawn after the fork, by all
    distinct: int  # different ones among them
    sentence: str
    unavailable: str | None = None

    @property
    def equal(self) -> int:
        """How many of the draws another process drew too."""
        return sum(draw.group is not None for process in self.processes for draw in process.draws)

    def sentence_after(self, draws: int) -> str:
        """The sentence on what all have drawn once each process has drawn so many numbers."""
        if self.unavailable:
            return self.unavailable
        values = [draw.value for process in self.processes for draw in process.draws[:draws]]
        return _sentence(self.generator, self.reseeding, values, len(self.processes))


TITLES = {key: adapter.title for key, adapter in GENERATORS.items()}


def unavailable_reason(generator: str, reseeding: str) -> str | None:
    """The reason why this generator can't be reseeded like this; None if it can.

    Raises: ValueError for a generator or reseeding that there isn't, naming those there are.
    """
    check_choice(reseeding, RESEEDINGS, "reseeding")
    adapter = check_choice(generator, GENERATORS, "generator")
    return adapter.jump_unavailable if reseeding == "jump" else None


def fork_unavailable_reason(generator: str = "wichmann-hill") -> str | None:
    """The reason why no process can be forked on this system, with this generator; None if one can."""
    if hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi"):
        return GENERATORS[generator].fork_unavailable
    where = "in a browser" if sys.platform == "emscripten" else f"on this system ({sys.platform})"
    return f"There is no fork {where}, so there is only the prediction."


def fold_seed(generator: str, seed: int) -> tuple[int, str]:
    """(seed, note): the whole number as a seed that this generator takes, and a sentence on what was done to it, or "".

    Raises: ValueError for a generator that there isn't.
    """
    adapter = check_choice(generator, GENERATORS, "generator")
    if adapter.max_seed is None or seed <= adapter.max_seed:
        return seed, ""
    folded = seed % (adapter.max_seed + 1)
    return folded, (
        f"{adapter.title} takes only seeds below {adapter.max_seed + 1:,}: "
        f"it gets the remainder after division by that, {folded:,}."
    )


@renamed(cure="reseeding")
def describe_fork(
    generator: str = "wichmann-hill",
    children: int = 2,
    draws_before: int = 0,
    draws_after: int = 4,
    reseeding: str = "none",
    seed: int = 0,
    pids: Sequence[int] | None = None,
) -> Fork:
    """What a fork does, worked out without forking, as a Fork.

    generator: a key of GENERATORS; reseeding: a key of RESEEDINGS; children 1 … 8; draws 0 … 1000; seed a whole
    number ≥ 0, for torch and Python's random any that they take. pids: the process ids to assume, the parent's first; by default stand-ins 1000, 1001, …
    What the operating system would give (os.urandom) is replaced by numbers that are the same every time;
    `Process.predicted` is False there.
    Raises: ValueError or TypeError, naming the value, for arguments outside these.
    """
    return predict_fork(ForkSpec(generator, children, draws_before, draws_after, reseeding, seed), pids)


@renamed(cure="reseeding")
def real_fork(
    generator: str = "wichmann-hill",
    children: int = 2,
    draws: int = 4,
    seed: int = 0,
    reseeding: str = "none",
    draws_before: int = 0,
    timeout_s: float = 30.0,
    should_stop: Callable[[], object] | None = None,
) -> Fork:
    """Really fork, in a fresh Python process and never in this one, and report what was drawn, as a Fork.

    Takes about 0.2 s, and 1 s more for torch: call it from a thread where that is too long. One at a time: another
    one waits for its end.
    should_stop: called about twenty times a second; True from it ends every process and raises timing.Stopped.
    `unavailable` gives the reason where there is no os.fork (Windows, a browser), no such library or no such reseeding.
    Raises: ValueError or TypeError for bad arguments; TimeoutError after timeout_s, every process ended;
    RuntimeError with the last line of a process that failed.
    """
    return run_fork(ForkSpec(generator, children, draws_before, draws, reseeding, seed), timeout_s, should_stop)


def predict_fork(spec: ForkSpec, pids: Sequence[int] | None = None) -> Fork:
    """`describe_fork` of a ForkSpec."""
    if unavailable := unavailable_reason(spec.generator, spec.reseeding):
        return _fork_unavailable(spec, unavailable, real=False)
    if pids is None:
        pids = [PARENT_PID + i for i in range(spec.children + 1)]
    pids = [check_integer(pid, "a process id", 0) for pid in pids]
    if len(pids) != spec.children + 1:
        raise ValueError(f"pids are one for the parent and one for each of {spec.children} children, not {len(pids)}")
    adapter = spec.adapter
    g = adapter.create(spec.seed)
    seeded = adapter.state_text(g)
    values_before, states_before = record_draws(adapter, g, spec.draws_before)
    state_at_fork = adapter.state_text(g)
    children = []
    for child, pid in enumerate(pids[1:]):
        copied = adapter.copy(g)
        entropy = [spec.seed % 2**64, child, 0xF02C]  # any fixed numbers: a stand-in for os.urandom
        if adapter.reseeds_itself:
            adapter.reseed(copied, np.random.SeedSequence(entropy))
        apply_reseeding(spec, copied, child, pid, entropy)
        children.append(record_process(spec, copied, pid, state_at_fork))
    parent = record_process(spec, g, pids[0], state_at_fork)
    return _fork(spec, ForkRecord(values_before, [seeded, *states_before], [parent, *children]), real=False)


def run_fork(spec: ForkSpec, timeout_s: float = 30.0, should_stop: Callable[[], object] | None = None) -> Fork:
    """`real_fork` of a ForkSpec."""
    if not 0 < timeout_s < math.inf:
        raise ValueError(f"timeout_s is a number of seconds above 0, not {timeout_s}")
    if unavailable := fork_unavailable_reason(spec.generator) or unavailable_reason(spec.generator, spec.reseeding):
        return _fork_unavailable(spec, unavailable, real=True)
    should_stop = should_stop or (lambda: False)
    with turns.take(should_stop, timeout_s):
        answer = _run_process([to_json(spec), str(timeout_s)], timeout_s, should_stop)
    return _fork(spec, fork_record_from_json(answer), real=True)


def compare(fork: Fork, real: Fork) -> tuple[bool | None, ...]:
    """One bool or None for each process: were its state and its numbers those predicted? None where none could be.

    `fork` is from describe_fork and `real` from real_fork, with the same arguments. With the reseeding "pid", predict
    again with `pids=[p.pid for p in real.processes]`: the numbers depend on them.
    """
    return tuple(
        _outcome(one) == _outcome(other) if one.predicted else None
        for one, other in zip(fork.processes, real.processes, strict=True)
    )


def _outcome(process: Process) -> tuple[str, list[float]]:
    return process.state_at_start, [draw.value for draw in process.draws]


def equal_groups(streams: Sequence[Sequence[Hashable]]) -> list[list[int | None]]:
    """For each stream of values the group number of each value; None where no other stream has it."""
    owners = Counter(value for values in streams for value in set(values))
    numbers: dict[Hashable, int] = {}
    return [
        [numbers.setdefault(value, len(numbers)) if owners[value] > 1 else None for value in values]
        for values in streams
    ]


def _fork(spec: ForkSpec, record: ForkRecord, real: bool) -> Fork:
    groups = equal_groups([process.values for process in record.processes])
    processes = tuple(
        _process(spec, i, process, of_process, real)
        for i, (process, of_process) in enumerate(zip(record.processes, groups, strict=True))
    )
    values = [value for process in record.processes for value in process.values]
    return Fork(
        generator=spec.generator,
        reseeding=spec.reseeding,
        seed=spec.seed,
        before=tuple(record.values_before),
        states_before=tuple(record.states_before),
        processes=processes,
        real=real,
        code=_code(spec),
        drawn=len(values),
        distinct=len(set(values)),
        sentence=_sentence(spec.generator, spec.reseeding, values, len(processes)),
    )


def _fork_unavailable(spec: ForkSpec, reason: str, real: bool) -> Fork:
    return Fork(spec.generator, spec.reseeding, spec.seed, (), (), (), real, "", 0, 0, reason, unavailable=reason)


def _process(spec: ForkSpec, i: int, record: ProcessRecord, groups: Sequence[int | None], real: bool) -> Process:
    """Process i, the parent being 0."""
    from_system = spec.reseeding == "urandom" or (spec.reseeding == "none" and spec.adapter.reseeds_itself)
    return Process(
        name=f"child {i}" if i else "parent",
        pid=record.pid,
        state_at_fork=record.state_at_fork,
        reseeded=_reseeded(spec) if i else "",
        state_at_start=record.state_at_start,
        draws=tuple(Draw(value, group) for value, group in zip(record.values, groups, strict=True)),
        states=tuple(record.states),
        predicted=real or i == 0 or not from_system,
    )


def _reseeded(spec: ForkSpec) -> str:
    if spec.reseeding != "none":
        return RESEEDINGS[spec.reseeding]
    return "Python reseeded it from os.urandom" if spec.adapter.reseeds_itself else ""


def _code(spec: ForkSpec) -> str:
    code = spec.adapter.codes.get(spec.reseeding, "# nothing: the child goes on with the copied state")
    if spec.reseeding in ("spawn", "jump"):
        return f"# child: 0 in the first child, 1 in the second, …\n{code}"
    return code


def _sentence(generator: str, reseeding: str, values: Sequence[float], processes: int) -> str:
    """The sentence on the values that all processes have drawn after the fork."""
    drawn, distinct = len(values), len(set(values))
    if not drawn:
        return "No process has drawn since the fork."
    if distinct == drawn:
        # Neighbouring ids take two children: the parent's own id is no seed.
        note = GENERATORS[generator].neighbouring_seeds if reseeding == "pid" and processes > 2 else ""
        return f"{drawn} draws after the fork, all different.{note}"
    if distinct * processes == drawn:
        who = "every child repeats its parent" if processes > 2 else "the child repeats its parent"
        return f"{drawn} draws after the fork, only {distinct} different: {who}."
    return f"{drawn} draws after the fork, {distinct} different."


def _run_process(arguments: list[str], timeout_s: float, should_stop: Callable[[], object]) -> str:
    """What a fresh process that runs fork_process prints; it and all its children have ended afterwards."""
    # Nothing is ever written to its stdin: its end tells that process that this one has ended, however that came about.
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
                stdout, stderr = process.communicate(timeout=min(0.05, timeout_s))
                break
            if should_stop():
                raise Stopped
            if time.monotonic() > deadline:
                raise TimeoutError(f"the fork took longer than {timeout_s:g} s, and was ended")
    finally:
        if process.returncode is None:  # not waited for yet, so the process id can't be another's
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        os.close(stdin)
        os.close(lifeline)
    if process.returncode == -signal.SIGKILL:
        raise RuntimeError("the process that was to fork was ended from outside; most often the memory ran out")
    if process.returncode:
        last_line = stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RuntimeError(f"the process that was to fork failed: {last_line or process.returncode}")
    return stdout.decode()
