"""Generators of random numbers that a lesson makes: those that it does not seed go on differently in every fork.

numpy's `default_rng()` and `random.Random()` ask the system for a seed. Two forks of the lesson would both go on with it,
so what was drawn from the system is noted while the cells run. A generator that the lesson has seeded stays as it is.
"""

from __future__ import annotations

import gc
import random
import sys
from typing import Any
from weakref import WeakSet

MAX_NOTED = 10_000  # seeds; a lesson that asks for more keeps the last of them

_seed = random.Random.seed
_unseeded: WeakSet[random.Random] = WeakSet()
_entropy: dict[int, None] = {}  # what numpy drew from the system, the oldest first
_bit_generators: list[Any] = []  # of numpy, made from it
_kept: list[tuple] = []  # the state of `random` itself, if the lesson has seeded it


def watch() -> None:
    """From now on it is noted which generators get their seed from the system. Called before a lesson's cells are run."""
    if random.Random.seed is _seed:
        random.Random.seed = _noting_seed  # type: ignore[method-assign]
        random.seed = random._inst.seed  # type: ignore[attr-defined]
    _unseeded.add(random._inst)  # type: ignore[attr-defined]
    if (numpy := sys.modules.get("numpy.random.bit_generator")) and numpy.randbits is not _noting_randbits:
        numpy.randbits = _noting_randbits


def _noting_seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    _seed(self, a, version)
    (_unseeded.add if a is None else _unseeded.discard)(self)


def _noting_randbits(bits: int) -> int:
    drawn = random.SystemRandom().getrandbits(bits)
    _entropy[drawn] = None
    if len(_entropy) > MAX_NOTED:
        del _entropy[next(iter(_entropy))]
    return drawn


def find() -> None:
    """Looks for numpy's generators that were seeded by the system; called when the cells have been run.

    Not in a fork: to look at every object copies its page.
    """
    _kept[:] = [] if random._inst in _unseeded else [random.getstate()]  # type: ignore[attr-defined]
    if numpy := sys.modules.get("numpy.random"):
        # Not isinstance: it asks the object, and a proxy of what has gone would raise.
        generators = (each for each in gc.get_objects() if issubclass(type(each), numpy.BitGenerator))
        _bit_generators[:] = [each for each in generators if getattr(each.seed_seq, "entropy", None) in _entropy]
    _entropy.clear()


def renew() -> None:
    """Gives each a state of its own; called in a fork. `random` itself was seeded by Python at the fork."""
    if _kept:
        random.setstate(_kept.pop())
    for generator in _unseeded:
        _seed(generator)
    for generator in _bit_generators:
        generator.state = type(generator)().state
    _bit_generators.clear()
