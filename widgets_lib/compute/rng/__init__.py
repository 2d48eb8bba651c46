"""Random numbers: three generators written out, their patterns, and what a fork does to any generator."""

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
from .fork_records import MAX_CHILDREN, RESEEDINGS, ForkSpec
from .forks import Fork, compare, describe_fork, predict_fork, real_fork, run_fork, unavailable_reason
from .stream import Stream, count_lines, count_planes, describe_stream, largest_difference, parse_seed

CURES = RESEEDINGS  # the former name

__all__ = [
    "CURES",
    "GENERATORS",
    "MAX_CHILDREN",
    "MAX_DRAWS",
    "RESEEDINGS",
    "Augmentation",
    "Congruential",
    "Fork",
    "ForkSpec",
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
    "predict_fork",
    "real_fork",
    "run_fork",
    "unavailable_reason",
]
