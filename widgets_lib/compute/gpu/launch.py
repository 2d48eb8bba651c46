"""A launch: a grid of blocks of threads, and how each is numbered.

Glossary: x, the first number of `blocks` and of `threads`, counts fastest; *warp*, 32 threads of a block with
neighbouring numbers that take each step together; *lane*, a thread's place in its warp.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from widgets_lib.compute._integers import check_count

WARP = 32
MAX_THREADS = 1024
"""The most threads a block can have, on every CUDA device."""
_MOST_THREADS = (1024, 1024, 64)
_MOST_BLOCKS = (2**31 - 1, 65_535, 65_535)


class Dim3(NamedTuple):
    """Three numbers x, y, z, as CUDA has them; what was not given is 1 in a size and 0 in an index."""

    x: int
    y: int
    z: int


class Thread(NamedTuple):
    """One thread: its block's blockIdx and its own threadIdx, as (x, y, …) in as many axes as the launch has."""

    block_idx: tuple[int, ...]
    thread_idx: tuple[int, ...]


class Warp(NamedTuple):
    """One warp: its block's blockIdx, and its number in the block, from 0."""

    block_idx: tuple[int, ...]
    number: int


@dataclass(frozen=True)
class Launch:
    """The sizes of a launch, as `kernel[blocks, threads]` has them: one to three numbers each, x first."""

    blocks: tuple[int, ...]
    threads: tuple[int, ...]

    @classmethod
    def of(cls, blocks: int | Sequence[int], threads: int | Sequence[int]) -> "Launch":
        """A launch of whole numbers or of one to three of them.

        Raises: TypeError or ValueError, naming the argument, for sizes that no CUDA device takes.
        """
        launch = cls(_sizes(blocks, "blocks", _MOST_BLOCKS), _sizes(threads, "threads", _MOST_THREADS))
        if launch.threads_per_block > MAX_THREADS:
            raise ValueError(
                f"threads {launch.threads} make {launch.threads_per_block:,} threads a block; a block has at most "
                f"{MAX_THREADS:,}: take fewer threads and more blocks"
            )
        return launch

    @property
    def block_count(self) -> int:
        return math.prod(self.blocks)

    @property
    def threads_per_block(self) -> int:
        return math.prod(self.threads)

    @property
    def warps_per_block(self) -> int:
        return -(-self.threads_per_block // WARP)

    def block(self, number: int) -> tuple[int, ...]:
        """blockIdx of the block with this number; x counts fastest."""
        return _index(number, self.blocks)

    def thread(self, number: int) -> tuple[int, ...]:
        """threadIdx of the thread with this number in its block; x counts fastest."""
        return _index(number, self.threads)

    def named(self, block: int, thread: int) -> Thread:
        """The thread with this number in the block with that number."""
        return Thread(self.block(block), self.thread(thread))

    def words(self, thread: Thread) -> str:
        """A thread as a sentence has it: "thread (0, 3)", and its block where there are several."""
        return f"thread {_written(thread.thread_idx)}" + self._of_block(thread.block_idx)

    def pair(self, one: Thread, other: Thread) -> str:
        """Two threads as a sentence has them: "threads (0, 3) and (0, 4)"."""
        if one.block_idx != other.block_idx:
            return f"{self.words(one)} and {self.words(other)}"
        both = f"threads {_written(one.thread_idx)} and {_written(other.thread_idx)}"
        return both + self._of_block(one.block_idx)

    def _of_block(self, block: tuple[int, ...]) -> str:
        return f" of block {_written(block)}" if self.block_count > 1 else ""


def blocks_per_grid(size: int | Sequence[int], threads: int | Sequence[int]) -> tuple[int, ...]:
    """The blocks that cover `size` threads: along each axis math.ceil(size / threads).

    Raises: ValueError if the two have different numbers of axes.
    """
    sizes = (size,) if isinstance(size, int) else tuple(size)
    each = (threads,) if isinstance(threads, int) else tuple(threads)
    if len(sizes) != len(each):
        raise ValueError(f"size {sizes} has {len(sizes)} axes and threads {each} {len(each)}: give both the same axes")
    return tuple(math.ceil(n / t) for n, t in zip(sizes, each, strict=True))


def dim3(sizes: tuple[int, ...], missing: int) -> Dim3:
    """One to three numbers as x, y and z."""
    return Dim3(*(*sizes, missing, missing, missing)[:3])


def _sizes(sizes: int | Sequence[int], what: str, most: tuple[int, ...]) -> tuple[int, ...]:
    given = tuple(sizes) if isinstance(sizes, (tuple, list)) else (sizes,)
    if not 1 <= len(given) <= 3:
        raise ValueError(f"{what} has one to three numbers, x, y and z, not {len(given)}")
    return tuple(check_count(n, what, 1, limit) for n, limit in zip(given, most, strict=False))


def _index(number: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    index = []
    for size in sizes:
        number, place = divmod(number, size)
        index.append(place)
    return tuple(index)


def _written(index: tuple[int, ...]) -> str:
    return str(index[0]) if len(index) == 1 else str(index)
