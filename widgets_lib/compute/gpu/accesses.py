"""Every read and write of a trace, in columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from .launch import WARP, Launch, Thread
from .recording import Site


@dataclass(frozen=True)
class Columns:
    """One entry an access in each column, in the order in which they were made."""

    block: np.ndarray
    thread: np.ndarray
    """The thread's number in its block."""
    interval: np.ndarray
    """How many barriers of its block came before."""
    array: np.ndarray
    site: np.ndarray
    cell: np.ndarray
    """The position in the array, counted row by row."""
    value: np.ndarray
    """float64: what was read or written; whole numbers above 2**53 are rounded."""
    path: np.ndarray
    """A number for the rounds of the loops, and the calls, that the access belongs to."""

    def __len__(self) -> int:
        return len(self.cell)

    def where(self, chosen: np.ndarray) -> "Columns":
        """Those that a mask or an index chooses."""
        return Columns(*(getattr(self, each.name)[chosen] for each in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence["Columns"]) -> "Columns":
        """The columns one below the other."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))


@dataclass(frozen=True)
class ArrayInfo:
    """One array of a trace and how it lies in memory."""

    name: str
    space: str
    """"global", "shared", "local" or "constant"."""
    shape: tuple[int, ...]
    dtype: np.dtype
    stride_bytes: tuple[int, ...]
    offset_bytes: int
    """From the start of its storage, which a GPU aligns to 256 bytes."""
    block: int = -1
    """Of a shared or local array, the number of the block that has it."""

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    def index(self, cell: int) -> tuple[int, ...]:
        """The index of a cell, one number an axis."""
        return tuple(int(i) for i in np.unravel_index(cell, self.shape))

    def addresses(self, cells: np.ndarray) -> np.ndarray:
        """Where the cells begin, in bytes from the start of the storage."""
        index = np.unravel_index(cells, self.shape) if self.shape else ()
        places = np.full(len(cells), self.offset_bytes, np.int64)
        for along, stride in zip(index, self.stride_bytes, strict=True):
            places += along * stride
        return places


class Access(NamedTuple):
    """One access."""

    kind: str
    """"read", "write" or "atomic", which is both."""
    thread: Thread
    line: int
    function: str | None
    """The device function that the line is in; None for the kernel."""
    array: str
    cell: tuple[int, ...]
    """Its index, one number an axis."""
    value: float
    interval: int


@dataclass(frozen=True)
class Accesses:
    """Accesses of a trace: `len` counts them, a loop goes through them one by one as `Access`, in their order."""

    columns: Columns
    sites: Sequence[Site]
    arrays: Sequence[ArrayInfo]
    launch: Launch

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, number: int) -> Access:
        row = range(len(self))[number]  # an IndexError of Python's own, and negative numbers from the end
        columns, site = self.columns, self.sites[self.columns.site[row]]
        array = self.arrays[columns.array[row]]
        thread = self.launch.named(int(columns.block[row]), int(columns.thread[row]))
        index, value = array.index(columns.cell[row]), float(columns.value[row])
        return Access(site.kind, thread, site.line, site.function, array.name, index, value, int(columns.interval[row]))

    def __iter__(self) -> Iterator[Access]:
        return (self[row] for row in range(len(self)))

    def of(
        self,
        array: str | None = None,
        line: int | None = None,
        kinds: Sequence[str] | None = None,
        spaces: Sequence[str] | None = None,
        function: str | None = None,
    ) -> "Accesses":
        """Those of one array, of one line (of a device function, if it is named), of some kinds or spaces."""
        site_fits = [
            (line is None or (site.line == line and site.function == function)) and (not kinds or site.kind in kinds)
            for site in self.sites
        ]
        array_fits = [
            (array is None or each.name == array) and (not spaces or each.space in spaces) for each in self.arrays
        ]
        columns = self.columns
        chosen = np.array(site_fits, bool)[columns.site] & np.array(array_fits, bool)[columns.array]
        return Accesses(columns.where(chosen), self.sites, self.arrays, self.launch)

    @property
    def warps(self) -> np.ndarray:
        """The number of each access's warp in the whole launch."""
        return self.columns.block * self.launch.warps_per_block + self.columns.thread // WARP


def ranks(keys: np.ndarray) -> np.ndarray:
    """For each entry how many equal ones came before it."""
    if not len(keys):
        return np.zeros(0, np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))
    result = np.empty(len(keys), np.int64)
    result[order] = np.arange(len(keys)) - begin
    return result


def distinct(values: np.ndarray) -> np.ndarray:
    """The different values, ascending: np.unique, which since numpy 2.3 hashes, and takes ten times as long."""
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def codes(*columns: np.ndarray) -> np.ndarray:
    """One number for each different row of the columns, from 0, in their order."""
    code, span = np.zeros(len(columns[0]), np.int64), 1
    if not len(code):
        return code
    for column in columns:
        least, most = int(column.min()), int(column.max())
        if most - least >= 1 << 31:  # such as paths
            column, least, most = np.unique(column, return_inverse=True)[1].reshape(-1), 0, len(column)
        if span >= 1 << 31:
            code, span = _renumbered(code, span)
        code, span = code * (most - least + 1) + (column - least), span * (most - least + 1)
    return _renumbered(code, span)[0]


def _renumbered(code: np.ndarray, span: int) -> tuple[np.ndarray, int]:
    """The codes with the numbers that are not there left out, and how many remain."""
    if span <= max(8 * len(code), 1 << 16):  # a table takes less time than sorting
        there = np.zeros(span, bool)
        there[code] = True
        numbers = np.cumsum(there) - 1
        return numbers[code], int(numbers[-1]) + 1
    different, inverse = np.unique(code, return_inverse=True)
    return inverse.reshape(-1), len(different)
