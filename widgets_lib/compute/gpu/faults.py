"""What is wrong with a kernel, as a trace has seen it: indices outside, barriers missed, cells read before written.

Races have a module of their own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .accesses import ArrayInfo, Columns, codes
from .launch import Launch, Thread
from .recording import OutOfBounds, Site
from .running import Divergence

KINDS = ("out-of-bounds", "negative-index", "race", "divergent-barrier", "uninitialised")


@dataclass(frozen=True)
class Fault:
    """One fault, with everything that a sentence or a drawing needs. Printed, it is its message, without the marks of code."""

    kind: str
    """One of `KINDS`."""
    threads: tuple[Thread, ...]
    """Who: of a race two threads, of a barrier one that waits and one that does not come; else all."""
    line: int
    """The line of the kernel's own text, from 1; of a race the one that writes."""
    cell: tuple[int, ...] | None
    """The index of the example's cell, as it was asked for; None for a barrier."""
    message: str
    repair: str
    """What to write instead."""
    array: str | None = None
    lines: tuple[int, ...] = ()
    """All lines that take part, in order."""
    function: str | None = None
    """The device function that `line` is in; None for the kernel."""
    cells: int = 1
    """How many cells are concerned."""
    axis: int | None = None
    """Of an index outside, the axis; else None."""
    same_value: bool = False
    """Of a race, whether all of its writes write the same: then nothing shows, and it is a race all the same."""

    def __str__(self) -> str:
        return self.message.replace("`", "")


def place(site: Site) -> str:
    """A site's line as a sentence has it."""
    return f"line {site.line} of {site.function}" if site.function else f"line {site.line}"


def written(name: str, index: Sequence[int]) -> str:
    """A cell as code has it: "c[0, 1]"."""
    return f"{name}[{', '.join(map(str, index))}]"


def out_of_bounds(
    found: Sequence[OutOfBounds], sites: Sequence[Site], launch: Launch, text_of: Callable[[str | None], str]
) -> list[Fault]:
    """Indices past the end of an axis, or below its beginning; text_of: the kernel (None), or a function of it."""
    faults = []
    for each in found:
        site = sites[each.site]
        threads = tuple(launch.named(block, thread) for block, thread in dict.fromkeys(each.threads))
        verb = {"read": "reads", "write": "writes"}.get(site.kind, "changes")
        text = site.index[each.axis] if each.axis < len(site.index) else str(each.index)
        asked = f"{launch.words(threads[0])} {verb} {written(site.array, each.cell)} on {place(site)}"
        if each.negative:
            why = "Python and numba count that from the end, and CUDA C++ would take what lies before the array"
            repair = f"if {text} >= 0"
        else:
            why = f"axis {each.axis} of {site.array} ends at {each.size - 1}" if each.size else f"{site.array} is empty"
            repair = f"if {text} < {site.array}.shape[{each.axis}]"
        where = f"{'before the beginning' if each.negative else 'past the end'} of {site.array}"
        do = {"read": "read", "write": "write"}.get(site.kind, "change")
        more = f" {len(threads) - 1:,} other threads also {do} {where}." if len(threads) > 2 else ""
        more = f" So does {launch.words(threads[1])}." if len(threads) == 2 else more
        kind = "negative-index" if each.negative else "out-of-bounds"
        other = None if each.negative else _other_axis(text_of(site.function), text, each.axis)
        remedy = f"{other}: write `{repair}`." if other else f"A guard mends it: `{repair}`."
        message = f"{asked}: {why}.{more} {remedy}"
        faults.append(
            Fault(
                kind,
                threads,
                site.line,
                each.cell,
                message,
                repair,
                each.array,
                (site.line,),
                site.function,
                axis=each.axis,
            )
        )
    return faults


def _other_axis(text: str, index: str, axis: int) -> str | None:
    """A guard that compares an index with a size along another axis, and how to go on; None if there is none."""
    if not index.isidentifier():
        return None
    compared = re.compile(rf"\b{index}\s*[<>]=?\s*(\w+\.shape\[(\d)\])")
    guards = [(line, match) for line, words in enumerate(text.splitlines(), 1) for match in compared.finditer(words)]
    if not guards or any(int(match[2]) == axis for _, match in guards):
        return None
    line, match = guards[0]
    return f"The axes differ: line {line} compares {index} with {match[1]}, and here {index} counts along axis {axis}"


def divergent_barriers(
    found: Sequence[Divergence], barriers: Sequence[tuple[int, str | None]], launch: Launch
) -> list[Fault]:
    """Barriers that part of a block reaches."""
    faults = []
    for each in found:
        (first, came), *others = each.waiting.items()
        line, function = barriers[first]
        where = f"line {line} of {function}" if function else f"line {line}"
        waits = launch.named(each.block, came[0])
        if others:
            other, elsewhere = others[0][0], launch.named(each.block, others[0][1][0])
            what = f"{launch.words(elsewhere)} waits at another, on line {barriers[other][0]}"
            repair = "let all threads of a block come to the same cuda.syncthreads(): move it out of the if"
        else:
            elsewhere = launch.named(each.block, each.ended[0])
            what = f"{launch.words(elsewhere)} ends without coming to it"
            repair = "let every thread come to the barrier: put the if around the reads and writes, not around it"
        lines = tuple(sorted({barriers[number][0] for number in each.waiting}))
        message = f"{launch.words(waits)} waits at the barrier on {where}, and {what}. {repair.capitalize()}."
        faults.append(
            Fault("divergent-barrier", (waits, elsewhere), line, None, message, repair, None, lines, function)
        )
    return faults


def uninitialised(columns: Columns, sites: Sequence[Site], arrays: Sequence[ArrayInfo], launch: Launch) -> list[Fault]:
    """Cells of shared and local arrays that are read before anything is written there.

    One that another thread writes in the same interval is a race, and named as such.
    """
    own = np.array([each.space in ("shared", "local") for each in arrays], bool)[columns.array]
    columns = columns.where(own)
    if not len(columns):
        return []
    write = np.array([site.kind == "write" for site in sites], bool)[columns.site]
    position, cell = np.arange(len(columns)), codes(columns.array, columns.cell)
    never = np.iinfo(np.int64).max
    first_interval = np.full(int(cell.max()) + 1, never)
    np.minimum.at(first_interval, cell[write], columns.interval[write])
    early = ~write & (first_interval[cell] >= columns.interval)
    if not early.any():
        return []
    same_thread = codes(cell, columns.interval, columns.thread)
    first_own = np.full(int(same_thread.max()) + 1, never)
    np.minimum.at(first_own, same_thread[write], position[write])
    together = codes(cell, columns.interval)
    writers = np.zeros(int(together.max()) + 1, np.int64)  # how many threads write a cell in an interval
    by_thread = np.zeros(int(same_thread.max()) + 1, np.int64)
    by_thread[same_thread] = together
    np.add.at(writers, by_thread[first_own != never], 1)
    mine = (first_own != never)[same_thread]
    raced = writers[together] - mine > 0
    bad = early & (first_own[same_thread] > position) & ~raced
    return _read_too_early(columns.where(bad), sites, arrays, launch)


def _read_too_early(bad: Columns, sites: Sequence[Site], arrays: Sequence[ArrayInfo], launch: Launch) -> list[Fault]:
    faults = []
    names = np.array([each.name for each in arrays])[bad.array] if len(bad) else np.zeros(0, str)
    for number in np.unique(bad.site):
        for name in np.unique(names[bad.site == number]):
            these = bad.where((bad.site == number) & (names == name))
            site, array = sites[number], arrays[these.array[0]]
            who = dict.fromkeys(zip(these.block.tolist(), these.thread.tolist(), strict=True))
            threads = tuple(launch.named(block, thread) for block, thread in who)
            cell = array.index(these.cell[0])
            verb = "changes" if site.kind == "atomic" else "reads"
            barrier = ", then call cuda.syncthreads()" if array.space == "shared" else ""
            repair = f"write into {array.name} first{barrier}"
            message = (
                f"{launch.words(threads[0])} {verb} {written(array.name, cell)} on {place(site)} before anything is "
                f"written there: a {array.space} array begins with whatever lay in its memory. "
                f"{repair[0].upper()}{repair[1:]}."
            )
            cells = len(np.unique(codes(these.array, these.cell)))
            faults.append(
                Fault(
                    "uninitialised",
                    threads,
                    site.line,
                    cell,
                    message,
                    repair,
                    array.name,
                    (site.line,),
                    site.function,
                    cells,
                )
            )
    return faults
