"""`trace`: a kernel followed thread by thread, and what that shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.formatting import count
from widgets_lib.compute.strides import describe

from . import memory
from .accesses import Accesses, ArrayInfo, Columns, codes, distinct
from .arithmetic import SCALARS, plain
from .cells import RecordingArray
from .faults import Fault, divergent_barriers, out_of_bounds, uninitialised
from .launch import WARP, Launch, Thread, Warp
from .program import Program, build
from .races import races
from .running import Barrier, Progress, Run, prepare

MAX_ACCESSES = 1_000_000
"""The accesses that a trace keeps before it samples blocks: about a second, and 130 MB."""
_MAX_THREADS_RUN = 1 << 18

NOT_KNOWN = (
    "how long the kernel takes, and how much of it waits for memory",
    "which sectors come from a cache: those counted here are requested",
    "how many blocks run at the same time on one chip (its occupancy)",
    "in what order threads really run, so which value a race leaves behind",
)
"""What no trace can tell: only a real GPU does."""


@dataclass(frozen=True)
class Traffic:
    """What a launch does with one array."""

    space: str
    reads: int
    writes: int
    """Atomic operations count here."""
    cells_read: int
    """How many different cells are read."""
    cells_written: int


@dataclass(frozen=True)
class Trace:
    """A launch as it was followed: every access, and what follows from them.

    Lines are those of `text`, from 1.
    """

    name: str
    text: str
    """The kernel's own text, with its decorators."""
    texts: dict[str, str] = field(repr=False)
    """Of each device function the text."""
    launch: Launch
    blocks: tuple[int, ...] = field(repr=False)
    """The numbers of the blocks that were followed."""
    accesses: Accesses = field(repr=False)
    """All of them, in the order in which the trace ran them: block by block, interval by interval, thread by thread."""
    faults: tuple[Fault, ...]
    """By line."""
    after: dict[str, np.ndarray] = field(repr=False)
    """Each array argument as the launch leaves it; the caller's own array is not touched."""
    notes: tuple[str, ...]
    """What limits this trace, in sentences: blocks left out, functions that a GPU would refuse."""
    barriers: tuple[Barrier, ...] = field(repr=False, default=())
    """Every barrier that a block came to, in order."""
    _busy: frozenset[tuple[int, int]] = field(repr=False, default=frozenset())

    # ---- accesses ----

    @cached_property
    def reads(self) -> Accesses:
        """Every read of a cell, of whatever array; an atomic operation is not among them."""
        return self.accesses.of(kinds=("read",))

    @cached_property
    def writes(self) -> Accesses:
        """Every write of a cell, atomic operations included."""
        return self.accesses.of(kinds=("write", "atomic"))

    @cached_property
    def traffic(self) -> dict[str, Traffic]:
        """What is done with each array, by name; the shared arrays of all blocks are one entry."""
        result = {}
        for each in self.accesses.arrays:
            if each.name not in result:
                reads, writes = self.reads.of(each.name), self.writes.of(each.name)
                cells = (len(distinct(codes(x.columns.array, x.columns.cell))) for x in (reads, writes))
                result[each.name] = Traffic(each.space, len(reads), len(writes), *cells)
        return result

    @cached_property
    def reads_served(self) -> int:
        """The reads of shared memory by threads that write a cell of a global array: without it, each is a global one.

        The others read for nothing: a thread that is there only to fetch needs no value.
        """
        shared, written = self.reads.of(spaces=("shared",)), self.writes.of(spaces=("global",))
        who = [x.columns.block * self.launch.threads_per_block + x.columns.thread for x in (shared, written)]
        return int(np.isin(*who).sum())

    @property
    def reads_saved(self) -> int:
        """The global reads that shared memory saves: those it serves, less those of the kernel, which fill it."""
        fetched = sum(t.reads for t in self.traffic.values() if t.space == "global")
        return max(0, self.reads_served - fetched)

    def makers(self, array: str) -> np.ndarray:
        """For each cell of an array argument the thread that wrote it last, −1 where nobody did.

        Threads are numbered through the launch: block number × threads a block + number in the block.
        """
        columns = self.writes.of(self._known(array)).columns
        shape = self.after[array].shape
        result = np.full(int(np.prod(shape)), -1)
        result[columns.cell] = columns.block * self.launch.threads_per_block + columns.thread
        return result.reshape(shape)

    def makers_of(self, array: str, index: int | tuple[int, ...]) -> tuple[Thread, ...]:
        """The threads that write one cell of an array argument, each once."""
        cell = np.ravel_multi_index(
            index if isinstance(index, tuple) else (index,), self.after[self._known(array)].shape
        )
        columns = self.writes.of(array).columns
        mine = columns.where(columns.cell == cell)
        who = dict.fromkeys(zip(mine.block.tolist(), mine.thread.tolist(), strict=True))
        return tuple(self.launch.named(block, thread) for block, thread in who)

    # ---- threads ----

    @cached_property
    def idle(self) -> np.ndarray:
        """(blocks followed, threads a block): whether a thread touches no array at all."""
        idle = np.ones((len(self.blocks), self.launch.threads_per_block), bool)
        rows = {number: row for row, number in enumerate(self.blocks)}
        columns = self.accesses.columns
        row_of = np.full(max(self.blocks) + 1, -1)
        row_of[list(self.blocks)] = np.arange(len(self.blocks))
        idle[row_of[columns.block], columns.thread] = False
        for block, thread in self._busy:
            idle[rows[block], thread] = False
        return idle

    @cached_property
    def idle_threads(self) -> tuple[Thread, ...]:
        """The threads, of the blocks followed, that neither read nor write."""
        return tuple(self.launch.named(self.blocks[row], int(thread)) for row, thread in np.argwhere(self.idle))

    @cached_property
    def idle_warps(self) -> tuple[Warp, ...]:
        """The warps, of the blocks followed, whose every thread is idle."""
        begins = range(0, self.launch.threads_per_block, WARP)
        return tuple(
            Warp(self.launch.block(number), at // WARP)
            for row, number in enumerate(self.blocks)
            for at in begins
            if self.idle[row, at : at + WARP].all()
        )

    @property
    def idle_share(self) -> float:
        """The part of all threads followed that is idle, 0 to 1."""
        return float(self.idle.mean())

    def lanes(self, line: int | None = None, function: str | None = None) -> memory.Lanes:
        """The lanes that take part in the accesses of one line, or of all: what divergence costs.

        Lines without an access are not seen.
        """
        warps = self.launch.warps_per_block
        idle = np.full((self.launch.block_count if len(self.blocks) else 0) * warps, WARP)
        padded = np.ones((len(self.blocks), warps * WARP), bool)
        padded[:, : self.launch.threads_per_block] = self.idle
        for row, number in enumerate(self.blocks):
            idle[number * warps : (number + 1) * warps] = padded[row].reshape(warps, WARP).sum(axis=1)
        return memory.lanes(self.accesses.of(line=line, function=function), idle)

    # ---- memory ----

    def sectors(
        self, array: str, line: int | None = None, kind: str | None = None, function: str | None = None
    ) -> memory.Sectors:
        """The 32-byte sectors that warps request of a global array: of one line, or of all; "read", "write" or both.

        Raises: ValueError for an array that is not there or not in global memory.
        """
        self._in_space(array, ("global", "constant"), "bank_conflicts")
        return memory.sectors(self.accesses.of(array, line, [kind] if kind else None, function=function))

    def bank_conflicts(
        self, array: str, line: int | None = None, kind: str | None = None, function: str | None = None
    ) -> memory.Conflicts:
        """How often lanes of a warp wait for each other at the banks of a shared array.

        Raises: ValueError for an array that is not there or not in shared memory.
        """
        self._in_space(array, ("shared",), "sectors")
        return memory.bank_conflicts(self.accesses.of(array, line, [kind] if kind else None, function=function))

    def _in_space(self, array: str, spaces: Sequence[str], instead: str) -> None:
        found = {each.space for each in self.accesses.arrays if each.name == array}
        if not found:
            known = ", ".join(dict.fromkeys(each.name for each in self.accesses.arrays))
            raise ValueError(f"{self.name} has no array {array!r}; it has {known}")
        if not found & set(spaces):
            raise ValueError(f"{array} is in {found.pop()} memory: ask for {instead}({array!r})")

    def _known(self, array: str) -> str:
        if array not in self.after:
            raise ValueError(f"{self.name} has no array argument {array!r}; it has {', '.join(self.after)}")
        return array


def trace(
    kernel: Any,
    blocks: int | Sequence[int],
    threads: int | Sequence[int],
    *arrays: Any,
    source: str | None = None,
    max_accesses: int = MAX_ACCESSES,
    on_progress: Progress | None = None,
) -> Trace:
    """Follow a kernel, written as for numba.cuda, through a launch of `blocks` of `threads`, one to three numbers each.

    kernel: a function, one that `cuda.jit` has wrapped, or the text of one; `source` is its text where Python can't
    find it. It runs as it is, in this process: it is for the reader's own functions, not for text from elsewhere.
    arrays: its arguments, numpy arrays, torch tensors or single numbers; none is changed, see `Trace.after`.
    max_accesses: above it only some blocks are followed, spread over the grid; `Trace.notes` says so.
    on_progress: called as (threads done, threads in all) whenever a thread has ended or waits; what it raises ends the trace.
    Raises: KernelError (a ValueError) for what the kernel can't do or does wrong in Python's eyes, an endless loop
    included: one sentence with line and remedy. TypeError or ValueError for sizes and arguments.
    """
    launch = Launch.of(blocks, threads)
    program = build(kernel, source)
    parameters = program.kernel.source.parameters
    names = [*parameters, *(f"argument {n}" for n in range(len(parameters), len(arrays)))]
    given = [_argument(value, name) for value, name in zip(arrays, names, strict=False)]
    run = prepare(program, launch, [value for value, _ in given], on_progress)
    run.block(0)
    chosen = _chosen(launch, run.accesses, max_accesses)
    run.planned = len(chosen)
    for number in chosen[1:]:
        if run.accesses > 2 * max_accesses:  # the first block was a light one
            break
        run.block(number)
    _fill_up(run, max_accesses)
    return _finished(run, [place for _, place in given if place])


def _chosen(launch: Launch, accesses: int, most: int) -> list[int]:
    """The blocks to follow: all, or as many as the budget allows, spread from the first to the last.

    accesses: those of the first block. Threads that do nothing take time, too.
    """
    affordable = max(1, min(most // max(accesses, 1), _MAX_THREADS_RUN // launch.threads_per_block))
    if launch.block_count <= affordable:
        return list(range(launch.block_count))
    return sorted({round(n) for n in np.linspace(0, launch.block_count - 1, affordable)} | {0})


def _fill_up(run: Run, most: int) -> None:
    """Follow more blocks where those that were chosen have left room: the first one may have been a heavy one."""
    followed = set(run.blocks)
    left = (number for number in range(run.launch.block_count) if number not in followed)
    while run.accesses and len(run.blocks) < run.launch.block_count:
        threads = (len(run.blocks) + 1) * run.launch.threads_per_block
        if run.accesses * (1 + 1 / len(run.blocks)) > most or threads > _MAX_THREADS_RUN:
            return
        run.planned += 1
        run.block(next(left))


def _argument(value: Any, name: str) -> tuple[Any, tuple[tuple[int, ...], int] | None]:
    """An argument as the kernel gets it, and for an array its strides and offset in bytes."""
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return plain(value), None
    if hasattr(value, "copy_to_host"):
        value = value.copy_to_host()
    array = as_numpy(value, real=True) if is_torch(value) or isinstance(value, np.ndarray) else np.asarray(value)
    if array.dtype.name not in SCALARS:
        raise TypeError(f"{name} holds {array.dtype}: a trace computes with {', '.join(SCALARS)}")
    if not array.ndim:
        return plain(array[()]), None
    layout = describe(value if is_torch(value) else array)
    strides = tuple(step * layout.itemsize for step in layout.stride)
    return array, (strides, layout.offset * layout.itemsize)


def _finished(run: Run, places: list[tuple[tuple[int, ...], int]]) -> Trace:
    program, launch, recorder = run.program, run.launch, run.recorder
    columns = Columns.joined(run.chunks)
    given = iter(places)
    owners = zip(recorder.arrays, recorder.owners, strict=True)
    arrays = [_info(a, owner[0], next(given, None) if a.space == "global" else None) for a, owner in owners]
    outside = list(recorder.out_of_bounds.values())
    texts: dict[str, str] = {unit.source.name: unit.source.text for unit in program.units.values() if unit.number}
    faults = [
        *out_of_bounds(
            outside, program.sites, launch, lambda name: texts[name] if name else program.kernel.source.text
        ),
        *divergent_barriers(run.divergences, program.barriers, launch),
        *races(columns, program.sites, arrays, launch),
        *uninitialised(columns, program.sites, arrays, launch),
    ]
    return Trace(
        name=program.kernel.source.name,
        text=program.kernel.source.text,
        texts=texts,
        launch=launch,
        blocks=tuple(run.blocks),
        accesses=Accesses(columns, program.sites, arrays, launch),
        faults=tuple(sorted(faults, key=lambda fault: (fault.function or "", fault.line))),
        after={a.name: a.flat.reshape(a.shape) for a in recorder.arrays if a.space == "global"},
        notes=_notes(run, program),
        barriers=tuple(run.barriers),
        _busy=frozenset(who for each in outside for who in each.threads),
    )


def _info(array: RecordingArray, block: int, place: tuple[tuple[int, ...], int] | None) -> ArrayInfo:
    strides = tuple(step * array.dtype.itemsize for step in array.steps)
    strides, offset = place or (strides, 0)
    return ArrayInfo(array.name, array.space, array.shape, array.dtype, strides, offset, block)


def _notes(run: Run, program: Program) -> tuple[str, ...]:
    notes = []
    left_out = run.launch.block_count - len(run.blocks)
    if left_out:
        notes.append(
            f"{count(len(run.blocks), 'block')} of {run.launch.block_count:,} were followed, spread over the grid: "
            "counts are theirs, and a fault in another block is not seen."
        )
    for name in program.bare:
        notes.append(f"On a GPU {name} needs @cuda.jit(device=True) above it.")
    return tuple(notes)
