"""Scales for sliders and log axes: values a person would choose, each with the text it is shown as."""

import math
from dataclasses import dataclass

from widgets_lib.compute._integers import check_integer, check_positive
from widgets_lib.compute.formatting import human

TICKS = (
    (1e-6, "1 µs"),
    (1e-5, "10 µs"),
    (1e-4, "100 µs"),
    (1e-3, "1 ms"),
    (1e-2, "10 ms"),
    (0.1, "100 ms"),
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (36_000.0, "10 h"),
    (360_000.0, "4 days"),
    (3_600_000.0, "6 weeks"),
    (36_000_000.0, "1 year"),
    (360_000_000.0, "11 years"),
)
STOPS_PER_DECADE = 10


@dataclass(frozen=True)
class TimeAxis:
    """A log axis of seconds from `low` to `high`.

    ticks: (seconds, text) pairs; stops: (seconds, text) pairs, evenly spaced on the log scale from low to high.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    stops: tuple[tuple[float, str], ...]


def time_axis(longest_s: float) -> TimeAxis:
    """The axis from 1 µs to the first tick past `longest_s`, at least 1 s."""
    longest_s = check_positive(longest_s, "the longest time", zero=True)
    last = next((at for at, (seconds, _) in enumerate(TICKS) if seconds >= max(longest_s, 1)), len(TICKS) - 1)
    low, high = TICKS[0][0], TICKS[last][0]
    count = round(STOPS_PER_DECADE * math.log10(high / low))
    seconds = [low * (high / low) ** (step / count) for step in range(count + 1)]
    return TimeAxis(low, high, TICKS[: last + 1], tuple((value, human(value)) for value in seconds))


def size_stops(most: int) -> list[int]:
    """Sizes from 1 to `most`: each whole number to 20, then ever coarser; powers of two and MNIST's 784 among them."""
    most = check_integer(most, "the largest size", 1)
    round_numbers = {int(digit * 10**power) for power in range(1, 6) for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)}
    stops = {*range(1, 21), *round_numbers, *(2**power for power in range(20)), 784, most}
    return sorted(stop for stop in stops if stop <= most)
