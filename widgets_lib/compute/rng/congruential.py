"""Random numbers by a page of arithmetic: Wichmann–Hill, and two bad generators to compare it with.

Every generator here takes one or more components through x → (a·x + c) mod m, and adds the fractions x/d:

    a  multiplier    c  increment    m  modulus    d  divisor    x  a component of the state
"""

import math
import os
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.formatting import format_int

MAX_DRAWS = 1_000_000


@dataclass(frozen=True)
class Step:
    """The arithmetic of one draw, a tuple entry per component."""

    before: tuple[int, ...]
    products: tuple[int, ...]  # a·x + c
    after: tuple[int, ...]  # products mod m
    fractions: tuple[float, ...]  # after / d
    total: float  # the fractions, summed
    value: float  # total mod 1: the number drawn


@dataclass(frozen=True)
class Trace:
    """n draws: states (n, components) int64 after each draw, fractions likewise float64, values (n,) float64."""

    states: np.ndarray
    fractions: np.ndarray
    values: np.ndarray


class Congruential:
    """A generator made of congruential components; a subclass gives the numbers.

    `state` is a tuple of ints, one per component; it may be set, and a state that is not on the generator's cycle
    raises ValueError.
    """

    title: str
    multipliers: tuple[int, ...]
    increments: tuple[int, ...]
    moduli: tuple[int, ...]
    state_ranges: tuple[range, ...]  # the legal values of each component
    cycles: tuple[int, ...]  # after so many steps a component is back where it was

    def __init__(self, seed: int | None = None) -> None:
        self.divisors = self.moduli
        self.seed(seed)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(state={self._state})"

    @property
    def period(self) -> int:
        """After so many draws the whole state is back where it was: the least common multiple of the cycles."""
        return math.lcm(*self.cycles)

    def seed(self, a: int | None = None) -> None:
        """Set the state from whole number a, of any size or sign; None asks the operating system for one.

        Raises: TypeError for anything else, naming it.
        """
        if isinstance(a, str):
            raise TypeError(
                f"a seed is a whole number, not the text {reprlib.repr(a)}: Python 2 took hash(text), "
                "which differs from machine to machine"
            )
        a = int.from_bytes(os.urandom(16), "big") if a is None else check_integer(a, "a seed")
        state = []
        for legal in self.state_ranges:
            a, k = divmod(a, len(legal))
            state.append(legal[k])
        self._state = tuple(state)

    @property
    def state(self) -> tuple[int, ...]:
        return self._state

    @state.setter
    def state(self, state: Sequence[int]) -> None:
        if isinstance(state, np.ndarray):
            state = state.tolist()
        if not isinstance(state, tuple | list) or len(state) != len(self.state_ranges):
            raise ValueError(f"a state is a tuple of {len(self.state_ranges)}, not {reprlib.repr(state)}")
        state = tuple(check_integer(x, f"component {j}") for j, x in enumerate(state, start=1))
        for j, (x, legal) in enumerate(zip(state, self.state_ranges, strict=True), start=1):
            if x not in legal:
                odd = "odd and " if legal.step == 2 else ""
                raise ValueError(
                    f"component {j} must be {odd}from {legal[0]:,} to {legal[-1]:,}, not {format_int(x)}: "
                    "from there the generator would not go round its cycle"
                )
        self._state = state

    @property
    def canonical_seed(self) -> int:
        """The smallest seed from 0 on that sets the present state."""
        seed = 0
        for x, legal in zip(reversed(self._state), reversed(self.state_ranges), strict=True):
            seed = seed * len(legal) + legal.index(x)
        return seed

    def peek(self) -> Step:
        """The Step that the next draw will take; the state stays."""
        products = tuple(a * x + c for a, x, c in zip(self.multipliers, self._state, self.increments, strict=True))
        after = tuple(p % m for p, m in zip(products, self.moduli, strict=True))
        fractions = tuple(x / d for x, d in zip(after, self.divisors, strict=True))
        total = 0.0
        for fraction in fractions:  # not sum(): since Python 3.12 it compensates, and the last bit would differ
            total += fraction
        return Step(self._state, products, after, fractions, total, total % 1.0)

    def random(self) -> float:
        """The next number, 0 ≤ u < 1."""
        step = self.peek()
        self._state = step.after
        return step.value

    def trace(self, n: int) -> Trace:
        """The next n draws with their states, as a Trace; the state moves on by n."""
        n = check_integer(n, "a number of draws", 0, MAX_DRAWS)
        states = np.empty((n, len(self.moduli)), np.int64)
        rules = zip(self._state, self.multipliers, self.increments, self.moduli, strict=True)
        for column, (x, a, c, m) in enumerate(rules):
            powers, offsets = _lcg_powers(a, c, m, n)
            states[:, column] = (powers * x + offsets) % m
        if n:
            self._state = tuple(states[-1].tolist())
        fractions = states / np.array(self.divisors, float)
        total = np.zeros(n)
        for column in fractions.T:
            total += column
        return Trace(states, fractions, total % 1.0)

    def draw(self, n: int) -> np.ndarray:
        """The next n numbers as an (n,) float64 array, bit for bit those of n calls of random()."""
        return self.trace(n).values

    def jumpahead(self, n: int) -> None:
        """Move on by n draws without drawing them, however many; a negative n goes back."""
        n = check_integer(n, "a number of draws")
        rules = zip(self._state, self.multipliers, self.increments, self.moduli, strict=True)
        self._state = tuple(_lcg_jump(x, a, c, m, n) for x, a, c, m in rules)


class WichmannHill(Congruential):
    """The generator of Python before 2.3; equal to `random.WichmannHill` of Python 2.7 for every whole number.

    `divide_by_period=True` divides the components by 30268, 30306 and 30322 (after how many steps each
    repeats) in place of the moduli: a slip that is easily made. The states are the same, the numbers are not: the
    sums of the fractions differ by less than 0.0001, and a fraction can then be a whole 1.

    Source: B. A. Wichmann and I. D. Hill, Algorithm AS 183, Applied Statistics 31 (1982) 188–190; the seeding
    is that of Python 2.1 to 2.7.
    """

    title = "Wichmann–Hill"
    multipliers = (171, 172, 170)
    increments = (0, 0, 0)
    moduli = (30269, 30307, 30323)
    state_ranges = (range(1, 30269), range(1, 30307), range(1, 30323))
    cycles = (30268, 30306, 30322)

    def __init__(self, seed: int | None = None, divide_by_period: bool = False) -> None:
        super().__init__(seed)
        if divide_by_period:
            self.divisors = self.cycles


class TinyLcg(Congruential):
    """x → (1229·x + 1) mod 2048: so small that the pattern of its pairs, and its repeating, can be seen.

    All 2048 states come up before one repeats (the increment is odd and the multiplier 1 mod 4: the theorem
    of T. E. Hull and A. R. Dobell, 1962), and still the pairs fall on a few lines: 5·1229 is 1 mod 2048, so five
    times the next number is this one plus a constant, but for a whole number. Five lines are seen; the sixth has a
    single pair.
    Source: G. Marsaglia, Random numbers fall mainly in the planes, PNAS 61 (1968) 25–28.
    """

    title = "Small LCG"
    multipliers, increments, moduli = (1229,), (1,), (2048,)
    state_ranges = (range(2048),)
    cycles = (2048,)


class Randu(Congruential):
    """x → 65539·x mod 2³¹ from an odd x: IBM's RANDU. Its pairs look well; its triples lie on 15 planes.

    Source: D. E. Knuth, The Art of Computer Programming, volume 2, section 3.3.4.
    """

    title = "RANDU"
    multipliers, increments, moduli = (65539,), (0,), (2**31,)
    state_ranges = (range(1, 2**31, 2),)
    cycles = (2**29,)


GENERATORS: dict[str, type[Congruential]] = {"wichmann-hill": WichmannHill, "tiny-lcg": TinyLcg, "randu": Randu}


def count_cycle(multiplier: int, modulus: int, increment: int = 0, start: int = 1) -> int:
    """How many steps of x → (multiplier·x + increment) mod modulus bring `start` back, by taking them.

    Raises: ValueError if start never comes back (it leads into a cycle that it is not on).
    """
    x = start
    for steps in range(1, modulus + 1):
        x = (multiplier * x + increment) % modulus
        if x == start:
            return steps
    raise ValueError(f"{start} does not come back under x → ({multiplier}·x + {increment}) mod {modulus}")


def _lcg_powers(a: int, c: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Arrays (a_k, c_k) for k = 1…n: k steps take x to (a_k·x + c_k) mod m. Each pass doubles what is known."""
    powers, offsets = np.array([a], np.int64), np.array([c], np.int64)
    while len(powers) < n:
        last_power, last_offset = powers[-1], offsets[-1]
        offsets = np.concatenate([offsets, (powers * last_offset + offsets) % m])
        powers = np.concatenate([powers, powers * last_power % m])
    return powers[:n], offsets[:n]


def _lcg_jump(x: int, a: int, c: int, m: int, n: int) -> int:
    """x after n steps: aⁿ·x + c·(aⁿ − 1)/(a − 1) mod m, the division made exact by a modulus (a − 1) times larger."""
    power = pow(a, n, m * (a - 1))
    return (power * x + c * ((power - 1) // (a - 1))) % m
