"""Random numbers: generators made by hand, their patterns, and what a fork does to any generator."""

from .congruential import (
    GENERATORS,
    MAX_DRAWS,
    Congruential,
    Randu,
    Step,
    TinyLcg,
    Trace,
    WichmannHill,
    count_cycle,
)
from .dataloader import Augmentation, augment, augmentations
from .forks import CURES, Fork, compare, describe_fork, real_fork, unavailable_reason
from .stream import Stream, count_lines, count_planes, describe_stream, largest_difference, parse_seed

__all__ = [
    "CURES",
    "GENERATORS",
    "MAX_DRAWS",
    "Augmentation",
    "Congruential",
    "Fork",
    "Randu",
    "Step",
    "Stream",
    "TinyLcg",
    "Trace",
    "WichmannHill",
    "augment",
    "augmentations",
    "compare",
    "count_cycle",
    "count_lines",
    "count_planes",
    "describe_fork",
    "describe_stream",
    "largest_difference",
    "parse_seed",
    "real_fork",
    "unavailable_reason",
]
