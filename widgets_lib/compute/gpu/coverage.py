"""How a grid of blocks covers an array, one thread a cell: counted without running anything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from .launch import WARP, Launch, blocks_per_grid


@dataclass(frozen=True)
class Coverage:
    """A launch over `size` cells, x first, whose guard sends threads outside away."""

    size: tuple[int, ...]
    launch: Launch
    idle_threads: int
    idle_warps: int
    """Warps without a single thread inside."""

    @property
    def threads(self) -> int:
        """All threads of the launch."""
        return self.launch.block_count * self.launch.threads_per_block

    @property
    def warps(self) -> int:
        """All warps of the launch."""
        return self.launch.block_count * self.launch.warps_per_block

    @property
    def idle_share(self) -> float:
        """The part of all threads that is idle, 0 to 1."""
        return self.idle_threads / self.threads


def coverage(
    size: int | Sequence[int], threads: int | Sequence[int], blocks: int | Sequence[int] | None = None
) -> Coverage:
    """How blocks of `threads` cover `size` cells, both x first; blocks: by default just enough of them.

    A matrix (m, n) has the size (m, n) where x is the row, and (n, m) where x is the column.
    Raises: TypeError or ValueError for sizes that no CUDA device takes.
    """
    sizes = (size,) if isinstance(size, int) else tuple(size)
    launch = Launch.of(blocks_per_grid(sizes, threads) if blocks is None else blocks, threads)
    idle_warps = inside = 0
    for kinds in product(*map(_kinds, sizes, launch.threads, launch.blocks)):
        alike = math.prod(many for _, many in kinds)
        busy = np.ones(1, bool)
        for (active, _), along in zip(kinds, launch.threads, strict=True):
            busy = np.logical_and.outer(np.arange(along) < active, busy).ravel()  # x counts fastest
        padded = np.zeros(launch.warps_per_block * WARP, bool)
        padded[: len(busy)] = busy
        idle_warps += alike * int((~padded.reshape(-1, WARP).any(axis=1)).sum())
        inside += alike * int(busy.sum())
    return Coverage(sizes, launch, launch.block_count * launch.threads_per_block - inside, idle_warps)


def _kinds(size: int, along: int, blocks: int) -> list[tuple[int, int]]:
    """Along one axis: how many of a block's threads are inside, and how many blocks have so many."""
    full = min(blocks, size // along)
    part = size - full * along if full < blocks else 0
    kinds = [(along, full), (part, 1 if part else 0), (0, blocks - full - (1 if part else 0))]
    return [(active, many) for active, many in kinds if many]
