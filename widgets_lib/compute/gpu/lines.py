"""What one line of a kernel asks of the GPU, over all warps that were followed."""

from dataclasses import dataclass

from .memory import Conflicts, Lanes, Sectors
from .tracing import Trace


@dataclass(frozen=True)
class ArrayUse:
    """What a line does with one array, in one way."""

    array: str
    space: str
    kind: str
    """"read", "write" or "atomic"."""
    accesses: int
    sectors: Sectors | None
    """Of global memory; else None."""
    conflicts: Conflicts | None
    """Of shared memory; else None."""


@dataclass(frozen=True)
class LineUse:
    """What a line does."""

    line: int
    function: str | None
    lanes: Lanes
    uses: tuple[ArrayUse, ...]
    """Empty for a line that touches no array: a trace does not see when it runs."""


def line_use(trace: Trace, line: int, function: str | None = None) -> LineUse:
    """What a line of the kernel, or of a device function, does with each array."""
    uses: dict[tuple[str, str], ArrayUse] = {}
    here = trace.accesses.of(line=line, function=function)
    for kind in ("read", "write", "atomic"):
        of_kind = here.of(kinds=(kind,))
        for number in dict.fromkeys(of_kind.columns.array.tolist()):
            array = trace.accesses.arrays[number]
            if (array.name, kind) in uses:  # a shared array of another block
                continue
            is_global, is_shared = array.space in ("global", "constant"), array.space == "shared"
            uses[array.name, kind] = ArrayUse(
                array.name,
                array.space,
                kind,
                len(of_kind.of(array.name)),
                trace.sectors(array.name, line, kind, function) if is_global else None,
                trace.bank_conflicts(array.name, line, kind, function) if is_shared else None,
            )
    return LineUse(line, function, trace.lanes(line, function), tuple(uses.values()))


def lines_with_accesses(trace: Trace) -> tuple[tuple[int, str | None], ...]:
    """(line, function) of every line that touches an array, in the order of the text."""
    return tuple(
        sorted({(site.line, site.function) for site in trace.accesses.sites}, key=lambda at: (at[1] or "", at[0]))
    )
