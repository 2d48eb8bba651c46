"""The log of a running launch: every access of every thread, and every index that lies outside.

The log is one flat list, three entries an access: `array.base + site`, the cell, the value. Threads run one after
the other, so whose an access is follows from where in the log it stands. A marker (MARK, path, 0) says on which round
of which loops the accesses after it are made.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .cells import RecordingArray
from .errors import KernelError

MARK = -1
MAX_IN_A_BLOCK = 3_000_000
"""The accesses of one block that a trace can hold: about 3 seconds, and 400 MB."""


@dataclass(frozen=True)
class Site:
    """One place in the text where a kernel reads or writes a cell."""

    kind: str
    """"read", "write" or "atomic"."""
    line: int
    function: str | None
    """The device function that it stands in; None for the kernel itself."""
    array: str
    """The array as it is written there."""
    index: tuple[str, ...]
    """Its indices as they are written, one for each axis."""
    literal: tuple[bool, ...] = ()
    """Which of them are numbers written out: a[-1] is meant so."""
    augmented: str = ""
    """"Add" where it is half of `c[i] += …`, and so on; empty where it stands alone."""


@dataclass
class OutOfBounds:
    """One index at one site that lies outside: who asked for what."""

    site: int
    axis: int
    negative: bool
    index: int
    cell: tuple[int, ...]
    size: int
    array: str
    threads: list[tuple[int, int]] = field(default_factory=list)
    """(block, thread) of each thread that asked, in the order in which they ran."""


class Recorder:
    """The log of a running launch, and what is known of its arrays and sites."""

    def __init__(self, sites: list[Site]):
        self.sites = sites
        self.log: list[Any] = []
        self.before = 0
        """The accesses of the running block that have left the log."""
        self.arrays: list[RecordingArray] = []
        self.owners: list[tuple[int, int]] = []
        """(block, thread) of each array; −1 for "all of them"."""
        self.out_of_bounds: dict[tuple[int, int, bool], OutOfBounds] = {}
        self.running = (0, 0)
        """(block, thread) of the thread that runs."""

    def array(
        self, name: str, space: str, flat: np.ndarray, shape: tuple[int, ...], block: int = -1, thread: int = -1
    ) -> RecordingArray:
        """A new array of the launch."""
        made = RecordingArray(name, space, len(self.arrays), flat, shape)
        self.arrays.append(made)
        self.owners.append((block, thread))
        return made

    def check_length(self, line: int | None) -> None:
        """Raises: KernelError when one block makes more accesses than can be held."""
        if self.before + len(self.log) // 3 > MAX_IN_A_BLOCK:
            raise KernelError(
                f"one block alone makes more than {MAX_IN_A_BLOCK:,} accesses: take smaller arrays or fewer threads",
                line,
            )

    def cell(self, array: RecordingArray, index: tuple[Any, ...], site: int) -> int | None:
        """The cell of an index that the fast way did not take; None if it lies outside, which is put down."""
        if len(index) != len(array.shape):
            place = self.sites[site]
            raise KernelError(
                f"{array.name} has the shape {array.shape} and is given {len(index)} indices: give one for each axis",
                place.line,
                place.function,
            )
        cell, inside = array.offset, True
        for axis, (i, size, step) in enumerate(zip(index, array.shape, array.steps, strict=True)):
            i = self.whole(i, array, site)
            if not 0 <= i < size:
                inside &= -size <= i < 0
                literal = axis < len(self.sites[site].literal) and self.sites[site].literal[axis]
                if not (literal and -size <= i < 0):
                    self.put_down(array, index, site, axis, i)
                i += size
            cell += i * step
        return cell if inside else None

    def whole(self, i: Any, array: RecordingArray, site: int) -> int:
        """An index as an int. Raises: KernelError if it is no whole number."""
        if isinstance(i, (int, np.integer, np.bool_)):
            return int(i)
        place = self.sites[site]
        shown = str(float(i)) if isinstance(i, (float, np.floating)) else type(i).__name__
        remedy = "write // or int(…)" if isinstance(i, (float, np.floating)) else "give a whole number"
        raise KernelError(f"an index of {array.name} is {shown}: {remedy}", place.line, place.function)

    def put_down(self, array: RecordingArray, index: tuple[Any, ...], site: int, axis: int, i: int) -> None:
        """Remember that the running thread asked for an index outside."""
        key = site, axis, i < 0
        if key not in self.out_of_bounds:
            cell = tuple(int(n) for n in index)
            self.out_of_bounds[key] = OutOfBounds(site, axis, i < 0, i, cell, array.shape[axis], array.name)
        who, threads = self.running, self.out_of_bounds[key].threads
        if not threads or threads[-1] != who:
            threads.append(who)
