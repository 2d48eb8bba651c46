"""What a fork is asked for, and the record of what each process did: plain values that go through a pipe as JSON.

The prediction in this process and the real fork in another call the same functions, so that they do the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.formatting import format_int

from .generators import GENERATORS, GeneratorAdapter

RESEEDINGS = {
    "none": "none",
    "pid": "reseed by process id",
    "urandom": "reseed from os.urandom",
    "spawn": "SeedSequence.spawn",
    "jump": "jump ahead",
}
MAX_CHILDREN = 8
MAX_DRAWS = 1000

T = TypeVar("T")


@dataclass(frozen=True)
class ForkSpec:
    """A fork as it is asked for; every value is checked.

    Raises: ValueError or TypeError, naming the value that can't be used.
    """

    generator: str = "wichmann-hill"  # a key of GENERATORS
    children: int = 2  # 1 … 8
    draws_before: int = 0  # 0 … 1000, by the parent
    draws_after: int = 4  # 0 … 1000, by each process
    reseeding: str = "none"  # a key of RESEEDINGS: what a child does before it draws
    seed: int = 0  # from the adapter's min_seed to its max_seed

    def __post_init__(self) -> None:
        check_choice(self.reseeding, RESEEDINGS, "reseeding")
        adapter = check_choice(self.generator, GENERATORS, "generator")
        checked = {
            "children": check_integer(self.children, "a number of children", 1, MAX_CHILDREN),
            "draws_before": check_integer(self.draws_before, "a number of draws before the fork", 0, MAX_DRAWS),
            "draws_after": check_integer(self.draws_after, "a number of draws", 0, MAX_DRAWS),
            "seed": check_integer(self.seed, f"a seed for {adapter.title}", adapter.min_seed, adapter.max_seed),
        }
        if self.reseeding == "spawn" and checked["seed"] < 0:
            raise ValueError(f"a seed for SeedSequence.spawn is at least 0, not {format_int(checked['seed'])}")
        for name, value in checked.items():  # plain ints: those of numpy can't be written as JSON
            object.__setattr__(self, name, value)

    @property
    def adapter(self) -> GeneratorAdapter[Any]:
        return GENERATORS[self.generator]


@dataclass(frozen=True)
class ProcessRecord:
    """What one process did after the fork. States are texts."""

    pid: int
    state_at_fork: str  # the same for all: memory is copied
    state_at_start: str  # from which the draws begin
    values: list[float]  # drawn
    states: list[str]  # after each draw


@dataclass(frozen=True)
class ForkRecord:
    """What the parent drew before the fork, and what every process did after it, the parent first."""

    values_before: list[float]
    states_before: list[str]  # as seeded, and after each draw
    processes: list[ProcessRecord]


def to_json(record: ForkSpec | ProcessRecord | ForkRecord) -> str:
    return json.dumps(asdict(record))


def spec_from_json(text: str) -> ForkSpec:
    return ForkSpec(**json.loads(text))


def process_record_from_json(text: str) -> ProcessRecord:
    return ProcessRecord(**json.loads(text))


def fork_record_from_json(text: str) -> ForkRecord:
    content = json.loads(text)
    return ForkRecord(**content | {"processes": [ProcessRecord(**process) for process in content["processes"]]})


def record_draws(adapter: GeneratorAdapter[T], g: T, n: int) -> tuple[list[float], list[str]]:
    """n numbers, and the state after each."""
    values: list[float] = []
    states: list[str] = []
    for _ in range(n):
        values += adapter.draw(g, 1)
        states.append(adapter.state_text(g))
    return values, states


def record_process(spec: ForkSpec, g: Any, pid: int, state_at_fork: str) -> ProcessRecord:
    """Draw what one process draws after the fork, and record it."""
    state_at_start = spec.adapter.state_text(g)
    values, states = record_draws(spec.adapter, g, spec.draws_after)
    return ProcessRecord(pid, state_at_fork, state_at_start, values, states)


def apply_reseeding(spec: ForkSpec, g: Any, child: int, pid: int, entropy: int | Sequence[int]) -> None:
    """Reseed the generator of one child, the first being 0; entropy is what os.urandom gave, or a stand-in for it."""
    adapter = spec.adapter
    if spec.reseeding == "pid":
        adapter.reseed(g, pid)
    elif spec.reseeding == "urandom":
        adapter.reseed(g, np.random.SeedSequence(entropy))
    elif spec.reseeding == "spawn":
        adapter.reseed(g, np.random.SeedSequence(spec.seed).spawn(spec.children)[child])
    elif spec.reseeding == "jump":
        adapter.jump(g, child + 1)


def check_choice(key: str, table: Mapping[str, T], what: str) -> T:
    """The table's entry of that key. Raises: ValueError naming the keys there are."""
    if key not in table:
        raise ValueError(f"no {what} {key!r}; there are {', '.join(table)}")
    return table[key]
