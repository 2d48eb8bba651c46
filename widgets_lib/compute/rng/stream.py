"""A stretch of a generator's stream, with the figures that show its patterns."""

import math
from dataclasses import dataclass

import numpy as np

from widgets_lib.compute._integers import check_integer
from widgets_lib.compute.parsing import read_integer

from .congruential import Congruential, Trace


@dataclass(frozen=True)
class Stream:
    """A stretch of a stream, with the figures for a plot, a histogram and a plot of pairs."""

    trace: Trace
    pairs: np.ndarray  # (n − 1, 2): each number and the one after it
    planes: np.ndarray  # (n − 2,) 9·x − 6·y + z of each three in a row; RANDU's are whole numbers
    bin_of: np.ndarray  # (n,) int64: the bin each number fell in
    counts: np.ndarray  # (bins,) how many numbers fell in each bin
    edges: np.ndarray  # (bins + 1,) from 0 to 1
    expected: float  # numbers per bin of an even spread
    mean: float | None  # None without numbers
    variance: float | None
    distinct: int  # how many different numbers


def describe_stream(generator: Congruential, n: int = 50, bins: int = 20) -> Stream:
    """The next n draws of a Congruential generator as a Stream; the generator moves on by n."""
    bins = check_integer(bins, "a number of bins", 1, 1000)
    trace = generator.trace(n)
    values = trace.values
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.searchsorted(edges, values, side="right") - 1
    return Stream(
        trace=trace,
        pairs=np.column_stack([values[:-1], values[1:]]),
        planes=9 * values[:-2] - 6 * values[1:-1] + values[2:],
        bin_of=bin_of,
        counts=np.bincount(bin_of, minlength=bins),
        edges=edges,
        expected=len(values) / bins,
        mean=float(values.mean()) if len(values) else None,
        variance=float(values.var()) if len(values) else None,
        distinct=len(np.unique(values)),
    )


def count_lines(pairs: np.ndarray, steepest: int = 6) -> int:
    """The fewest parallel lines on which all the (n, 2) pairs lie, of those with a slope p/q, |p| and q ≤ steepest.

    On one such line q·y − p·x is the same for all pairs, so its different values are counted.
    """
    x, y = pairs.T
    slopes = [(p, q) for q in range(1, steepest + 1) for p in range(-steepest, steepest + 1) if math.gcd(p, q) == 1]
    return min(len(np.unique((q * y - p * x).round(9))) for p, q in slopes)


def count_planes(planes: np.ndarray) -> int | None:
    """On how many planes 9·x − 6·y + z = a whole number the triples lie; None if any lies on none."""
    near = planes.round()
    return len(np.unique(near)) if np.allclose(planes, near, rtol=0, atol=1e-6) else None


def largest_difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference between numbers a (n,) and b (n,), on the circle where 0.9999 is next to 0."""
    apart = np.abs(a - b)
    return float(np.minimum(apart, 1 - apart).max(initial=0))


def parse_seed(text: str) -> int:
    """The whole number typed into a seed field, as `parsing.read_integer` reads it.

    Raises: ValueError quoting the text for anything else, nan and 1.5 included, and past 1,000 digits.
    """
    return read_integer(text, "a seed")
