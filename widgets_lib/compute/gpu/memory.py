"""What the accesses of a warp ask of memory: 32-byte sectors of global memory, banks of shared memory.

Glossary: *request*, one access of a warp, all its lanes at once; *sector*, 32 bytes of global memory that begin at a
multiple of 32, the least that is fetched; *bank*, one of 32 columns of shared memory, each 4 bytes wide: lanes that
want different words of one bank wait for each other.
Sectors are those requested. How many come from a cache, and how long any of it takes, is not known from a trace.
Source: NVIDIA, CUDA C++ Programming Guide, device memory accesses and shared memory, compute capability 5.x and later.
"""

from dataclasses import dataclass

import numpy as np

from .accesses import Accesses, codes, distinct, ranks
from .launch import WARP

SECTOR_BYTES = 32
BANKS, BANK_BYTES = 32, 4


@dataclass(frozen=True)
class Sectors:
    """The sectors that some accesses request."""

    requests: int
    sectors: int
    least: int
    """The sectors that the bytes wanted would fill, request by request, if they lay side by side."""
    most_per_request: int

    @property
    def per_request(self) -> float:
        """Sectors a request, on average; 0.0 without one."""
        return self.sectors / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class Conflicts:
    """How the banks of shared memory serve some accesses."""

    requests: int
    passes: int
    """The times that memory is gone through: once a request where no two lanes want one bank."""
    worst: int
    """The most passes of one request; 1 means no conflict."""

    @property
    def extra(self) -> int:
        """The passes that conflicts cost."""
        return self.passes - self.requests


@dataclass(frozen=True)
class Lanes:
    """How many of a warp's 32 lanes take part in its requests."""

    requests: int
    active: int
    """Lanes that take part, over all requests."""
    diverged: int
    """Lanes whose thread does work in the launch, but not here."""
    idle: int
    """Lanes whose thread does nothing in the whole launch, or that the block has no thread for."""


def requests(accesses: Accesses) -> np.ndarray:
    """The request that each access belongs to, from 0.

    Lanes of a warp go together if they are at the same place of the text, in the same rounds of the loops around it.
    """
    columns = accesses.columns
    place = codes(accesses.warps, columns.interval, columns.site, columns.path)
    return codes(place, ranks(codes(place, columns.thread)))


def sectors(accesses: Accesses) -> Sectors:
    """The sectors that these accesses to global memory request, for the layout that each array has."""
    _, filled, wanted = sectors_by_request(accesses)
    if not len(filled):
        return Sectors(0, 0, 0, 0)
    return Sectors(len(filled), int(filled.sum()), int((-(-wanted // SECTOR_BYTES)).sum()), int(filled.max()))


def sectors_by_request(accesses: Accesses) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The request of each access, and for each request the sectors it fills and the different bytes it wants."""
    asked = requests(accesses)
    count = int(asked.max()) + 1 if len(asked) else 0
    filled, wanted = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number in np.unique(accesses.columns.array):
        array, mine = accesses.arrays[number], accesses.columns.array == number
        starts = array.addresses(accesses.columns.cell[mine])
        wanted += _different(asked[mine], starts, count) * array.itemsize
        ends = starts + array.itemsize - 1  # an element may lie over a border
        touched = np.concatenate([starts // SECTOR_BYTES, ends // SECTOR_BYTES])
        filled += _different(np.tile(asked[mine], 2), touched, count)
    return asked, filled, wanted


def bank_conflicts(accesses: Accesses) -> Conflicts:
    """The passes that these accesses to shared memory take.

    Elements of 8 bytes are served half a warp at a time; lanes that want the same word share it.
    """
    _, passes = passes_by_request(accesses)
    return Conflicts(len(passes), int(passes.sum()), int(passes.max())) if len(passes) else Conflicts(0, 0, 0)


def passes_by_request(accesses: Accesses) -> tuple[np.ndarray, np.ndarray]:
    """The request of each access, and for each request its passes."""
    columns = accesses.columns
    asked = requests(accesses)
    passes = np.zeros(int(asked.max()) + 1 if len(asked) else 0, np.int64)
    for number in np.unique(columns.array):
        array, mine = accesses.arrays[number], columns.array == number
        words = array.addresses(columns.cell[mine]) // BANK_BYTES
        if array.itemsize <= BANK_BYTES:
            passes += _passes(asked[mine], words, len(passes))
            continue
        half = (columns.thread[mine] % WARP) // (WARP // 2)
        each = [
            _passes(np.tile(asked[mine][half == h], 2), np.r_[words[half == h], words[half == h] + 1], len(passes))
            for h in (0, 1)
        ]
        both = (each[0] > 0) & (each[1] > 0)
        passes += each[0] + each[1] - both  # two halves without a conflict are what one request costs
    return asked, passes


def _passes(asked: np.ndarray, words: np.ndarray, count: int) -> np.ndarray:
    """For each request the most different words that it wants of one bank."""
    span = int(words.max()) + 1 if len(words) else 1
    different = distinct(asked * span + words)
    request, bank = different // span, different % span % BANKS
    return np.bincount(request * BANKS + bank, minlength=count * BANKS).reshape(count, BANKS).max(axis=1)


def _different(asked: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """For each request how many different places it asks for."""
    least = int(places.min())
    span = int(places.max()) - least + 1
    return np.bincount(distinct(asked * span + (places - least)) // span, minlength=count)


def lanes(accesses: Accesses, idle: np.ndarray) -> Lanes:
    """The lanes that take part in these accesses; idle: for each warp of the launch, its lanes that do nothing."""
    if not len(accesses):
        return Lanes(0, 0, 0, 0)
    asked = requests(accesses)
    count = int(asked.max()) + 1
    active = int(codes(asked, accesses.columns.thread).max()) + 1
    warp = np.zeros(count, np.int64)
    warp[asked] = accesses.warps
    resting = int(idle[warp].sum())
    return Lanes(count, active, count * WARP - active - resting, resting)
