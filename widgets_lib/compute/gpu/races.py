"""Races: two threads at one cell, at least one of them writing, with nothing that keeps them in order.

Between two barriers the threads of a block have no order; blocks have none at all. Two atomic operations are in order
whatever happens. So each cell's accesses are grouped, by interval within a block and over the whole launch between
blocks, and a group with two actors, one of which writes, is a race.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .accesses import ArrayInfo, Columns, codes, distinct
from .faults import Fault, place, written
from .launch import Launch, Thread
from .recording import Site

_Faults = dict[tuple[str, frozenset[tuple[int, "str | None"]]], Fault]


@dataclass(frozen=True)
class _Actors:
    """Who is at one site in each group: the two first of them, −1 for nobody, and the values written."""

    first: np.ndarray
    second: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class _Race:
    """The accesses of two sites that meet in some groups."""

    sites: tuple[int, int]
    """One that writes comes last."""
    rows: tuple[int, int]
    """Of the example, the accesses of both."""
    cells: int
    same_value: bool
    between_blocks: bool


def races(columns: Columns, sites: Sequence[Site], arrays: Sequence[ArrayInfo], launch: Launch) -> list[Fault]:
    """Every race, one fault for each array and pair of lines."""
    shared = np.array([each.space in ("global", "shared") for each in arrays], bool)
    columns = columns.where(shared[columns.array]) if len(columns) else columns
    changes = np.array([site.kind != "read" for site in sites], bool)
    cell = _written_cells(columns, changes)
    columns, cell = columns.where(cell >= 0), cell[cell >= 0]
    if not len(columns):
        return []
    faults = _Faults()
    changed = changes[columns.site]
    group = codes(cell, columns.block, columns.interval)
    some = _contested(group, columns.thread, changed)
    _tell(faults, columns.where(some), group[some], cell[some], False, sites, arrays, launch)
    if launch.block_count > 1:
        some = _contested(cell, columns.block, changed)
        _tell(faults, columns.where(some), cell[some], cell[some], True, sites, arrays, launch)
    return list(faults.values())


def _contested(group: np.ndarray, actor: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Whether each access is in a group that two actors reach and one changes: most are not, and need no more work."""
    groups = int(group.max()) + 1
    low, high = np.full(groups, np.iinfo(np.int64).max), np.full(groups, -1)
    np.minimum.at(low, group, actor)
    np.maximum.at(high, group, actor)
    found = (low != high) & (np.bincount(group[changed], minlength=groups) > 0)
    return found[group]


def _written_cells(columns: Columns, changes: np.ndarray) -> np.ndarray:
    """A number for the cell of each access, from 0; −1 for a cell that nobody changes, which can't be raced for."""
    if not len(columns):
        return np.zeros(0, np.int64)
    span = int(columns.cell.max()) + 1
    keys = columns.array * span + columns.cell
    raced = distinct(keys[changes[columns.site]])
    if not len(raced):
        return np.full(len(keys), -1)
    at = np.minimum(np.searchsorted(raced, keys), len(raced) - 1)
    return np.where(raced[at] == keys, at, -1)


def _as_stored(columns: Columns, arrays: Sequence[ArrayInfo]) -> np.ndarray:
    """The values as their arrays keep them, so that equal ones are equal."""
    values = columns.value.copy()
    for number in np.unique(columns.array):
        mine = columns.array == number
        if arrays[number].dtype == np.float32:
            values[mine] = values[mine].astype(np.float32)
        elif arrays[number].dtype.kind in "iu":
            values[mine] = np.trunc(values[mine])
    return values


def _meetings(
    group: np.ndarray,
    actor: np.ndarray,
    columns: Columns,
    cell: np.ndarray,
    stored: np.ndarray,
    sites: Sequence[Site],
    between_blocks: bool,
) -> Iterator[_Race]:
    """Each pair of sites that two actors reach in one group."""
    present = np.unique(columns.site)
    who = {int(s): _actors(columns.site == s, group, actor, stored, int(group.max()) + 1) for s in present}
    for one in who:
        for other in who:
            kinds = {sites[one].kind, sites[other].kind}
            ordered = (sites[one].kind != "read", one) <= (sites[other].kind != "read", other)
            if not ordered or kinds == {"atomic"} or kinds == {"read"}:
                continue
            a, b = _pair(who[one], who[other], one == other)
            met = np.flatnonzero((a >= 0) & (b >= 0))
            if not len(met):
                continue
            example = met[np.argmin(_first_rows(group, met, cell))]
            rows = (
                _row(columns.site == one, group == example, actor == a[example]),
                _row(columns.site == other, group == example, actor == b[example]),
            )
            low = np.fmin(who[one].low[met], who[other].low[met]) if "read" not in kinds else np.zeros(1)
            high = np.fmax(who[one].high[met], who[other].high[met]) if "read" not in kinds else np.ones(1)
            same = bool(np.array_equal(low, high))
            cells = len(np.unique(cell[np.isin(group, met)]))
            yield _Race((one, other), rows, cells, same, between_blocks)


def _actors(here: np.ndarray, group: np.ndarray, actor: np.ndarray, stored: np.ndarray, groups: int) -> _Actors:
    span = int(actor.max()) + 1
    pairs = distinct(group[here] * span + actor[here])
    which, who = pairs // span, pairs % span
    begins = np.flatnonzero(np.r_[True, which[1:] != which[:-1]]) if len(which) else np.zeros(0, np.int64)
    first, second = np.full(groups, -1), np.full(groups, -1)
    first[which[begins]] = who[begins]
    next_one = begins + 1
    has_two = (next_one < len(which)) & (which[np.minimum(next_one, len(which) - 1)] == which[begins])
    second[which[begins[has_two]]] = who[next_one[has_two]]
    low, high = np.full(groups, np.nan), np.full(groups, np.nan)
    np.fmin.at(low, group[here], stored[here])
    np.fmax.at(high, group[here], stored[here])
    return _Actors(first, second, low, high)


def _pair(one: _Actors, other: _Actors, same_site: bool) -> tuple[np.ndarray, np.ndarray]:
    """For each group an actor at one site and another actor at the other site; −1 where there is no such pair."""
    if same_site:
        return np.where(one.second >= 0, one.first, -1), one.second
    differ = one.first != other.first
    use_second = ~differ & (other.second >= 0)
    swap = ~differ & (other.second < 0) & (one.second >= 0)
    a = np.where(differ | use_second, one.first, np.where(swap, one.second, -1))
    b = np.where(differ, other.first, np.where(use_second, other.second, np.where(swap, other.first, -1)))
    return a, b


def _first_rows(group: np.ndarray, met: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """The cell of each group."""
    cells = np.zeros(int(group.max()) + 1, np.int64)
    cells[group] = cell
    return cells[met]


def _row(*masks: np.ndarray) -> int:
    return int(np.flatnonzero(np.logical_and.reduce(masks))[0])


# ---- in words ----


def _tell(
    faults: _Faults,
    columns: Columns,
    group: np.ndarray,
    cell: np.ndarray,
    between_blocks: bool,
    sites: Sequence[Site],
    arrays: Sequence[ArrayInfo],
    launch: Launch,
) -> None:
    """Add one fault for each array and pair of lines that has none yet: two writes before a read and a write."""
    if not len(columns):
        return
    actor = columns.block if between_blocks else columns.thread
    found = _meetings(codes(group), actor, columns, cell, _as_stored(columns, arrays), sites, between_blocks)
    for race in sorted(found, key=lambda race: "read" in {sites[s].kind for s in race.sites}):
        lines = frozenset((sites[s].line, sites[s].function) for s in race.sites)
        key = arrays[columns.array[race.rows[0]]].name, lines
        if key not in faults:
            faults[key] = _fault(race, columns, sites, arrays, launch)


def _fault(race: _Race, columns: Columns, sites: Sequence[Site], arrays: Sequence[ArrayInfo], launch: Launch) -> Fault:
    one, other = (sites[s] for s in race.sites)
    array = arrays[columns.array[race.rows[0]]]
    cell = array.index(columns.cell[race.rows[0]])
    threads: tuple[Thread, ...] = tuple(
        launch.named(int(columns.block[row]), int(columns.thread[row])) for row in race.rows
    )
    name = written(array.name, cell)
    if one.kind == "read":
        verb = "changes" if other.kind == "atomic" else "writes"
        what = f"{launch.words(threads[0])} reads {name} on {place(one)} and {launch.words(threads[1])} {verb} it"
        what += " there" if place(one) == place(other) else f" on {place(other)}"
    else:
        same = " the same value into" if race.same_value else ""
        both = f"{launch.pair(*threads)} both write{same} {name}"
        where = place(one) if place(one) == place(other) else f"{place(one)} and {place(other)}"
        what = f"{both} on {where}"
    why = "blocks run in any order" if race.between_blocks else "no barrier keeps them in order"
    repair = _repair(race, columns, sites, array)
    message = f"{what}: {why}. {repair[0].upper()}{repair[1:]}."
    lines = tuple(sorted({one.line, other.line}))
    return Fault(
        "race", threads, other.line, cell, message, repair, array.name, lines, other.function, race.cells,
        same_value=race.same_value,
    )  # fmt: skip


def _repair(race: _Race, columns: Columns, sites: Sequence[Site], array: ArrayInfo) -> str:
    one, other = (sites[s] for s in race.sites)
    if "atomic" in (one.kind, other.kind):
        return f"use cuda.atomic for every change of {array.name}, and read it after a barrier or in a second kernel"
    if one.augmented and one.line == other.line:
        atomic = f"cuda.atomic.add({other.array}, …)" if one.augmented == "Add" else "a function of cuda.atomic"
        return f"use {atomic} on {place(other)}, or give each thread a cell of its own"
    if one.kind == "write" and one == other and any(_reads_back(site, one) for site in sites):
        return (
            f"let one thread make each cell; or give {array.name} its first values, and then use a function of "
            f"cuda.atomic on {place(other)}, such as cuda.atomic.max"
        )
    if race.between_blocks:
        if one.kind == "read":
            return "no barrier reaches across blocks: write in one kernel, and read in a second"
        return "give each thread cells of its own: find them with cuda.grid, for threadIdx is the same in every block"
    if one.kind != "read":
        return f"give each thread a cell of {array.name} of its own, or let one thread write"
    if one.line == other.line:
        return f"read into a variable, call cuda.syncthreads(), then write {array.name}"
    return "put cuda.syncthreads() " + _gap(race, columns, sites)


def _reads_back(site: Site, write: Site) -> bool:
    """Whether a site reads the cell that a write on the same line changes."""
    return site.kind == "read" and (site.line, site.function, site.array, site.index) == (
        write.line, write.function, write.array, write.index,
    )  # fmt: skip


def _gap(race: _Race, columns: Columns, sites: Sequence[Site]) -> str:
    """Where a barrier is missing between a read and a write: on the way from one line to the other, or back."""
    reads, writes = race.sites
    row = race.rows[1]
    block, interval = columns.block[row], columns.interval[row]
    around = (columns.block == block) & (columns.interval == interval) & np.isin(columns.site, race.sites)
    order = columns.site[around & (columns.thread == columns.thread[row])]
    written_first = bool(np.any((order[:-1] == writes) & (order[1:] == reads)))
    read_first = bool(np.any((order[:-1] == reads) & (order[1:] == writes)))
    first, last = (reads, writes) if read_first and not written_first else (writes, reads)
    text = f"between {place(sites[first])} and {place(sites[last])}"
    if sites[first].line > sites[last].line:
        return f"after {place(sites[first])}, before the next round comes to {place(sites[last])}"
    if written_first and read_first:
        return f"{text}, and again after {place(sites[last])}, before the next round"
    return text
