"""What one block of a trace did, as a row of steps that can be gone through one by one.

A step is one warp at one line of the text, once. Where that makes too many, it is one warp at one line between two
barriers, and where these are too many, the whole block there. Warps are shown one after the other; how they really
take turns is not known from a trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from . import memory
from .accesses import Accesses, codes, ranks
from .launch import WARP
from .tracing import Trace

MAX_STEPS = 300
GRAINS = {
    "round": "A step is one warp at one line.",
    "interval": "A step is one warp at one line, with all its rounds up to the next barrier.",
    "block": "A step is the whole block at one line, up to the next barrier.",
}


@dataclass(frozen=True)
class Request:
    """What the threads of a step ask of one array."""

    array: int
    """Its number in `trace.accesses.arrays`."""
    kind: str
    threads: np.ndarray
    """Numbers in the block, one an access."""
    cells: np.ndarray
    cost: int | None
    """Of one warp's single request: its sectors of global memory, or its passes through shared memory. Else None."""


@dataclass(frozen=True)
class Step:
    """One moment of a block."""

    kind: str
    """"access"; "barrier", where the block waits; "idle", a warp that does nothing in the whole launch."""
    interval: int
    warp: int | None
    """None for the whole block."""
    line: int | None
    function: str | None
    threads: np.ndarray
    """The threads that take part, by their numbers in the block."""
    lost: np.ndarray
    """Threads of the warp that have work in this launch, but not here."""
    requests: tuple[Request, ...] = ()
    reads: dict[str, int] = field(default_factory=dict)
    """The reads of the block so far, this step's included, by space."""


@dataclass(frozen=True)
class Steps:
    """The steps of one block, in order."""

    block: int
    grain: str
    """A key of `GRAINS`."""
    steps: tuple[Step, ...]
    total: int
    """How many there are; more than `steps` holds where even the coarsest are too many."""


def steps(trace: Trace, block: int, most: int = MAX_STEPS) -> Steps:
    """The steps of a block that was followed, as fine as `most` allows.

    Raises: ValueError for a block that was not followed.
    """
    if block not in trace.blocks:
        raise ValueError(f"block {trace.launch.block(block)} was not followed")
    columns = trace.accesses.columns
    mine = Accesses(columns.where(columns.block == block), trace.accesses.sites, trace.accesses.arrays, trace.launch)
    others = [*_barriers(trace, block), *_idle_warps(trace, block)]
    for grain in GRAINS:
        keys = _keys(mine, grain)
        total = (int(keys.max()) + 1 if len(keys) else 0) + len(others)
        if total <= most:
            break
    found = _ordered(trace, mine, keys, grain, others, most)
    return Steps(block, grain, _with_reads(found, mine), total)


def _keys(mine: Accesses, grain: str) -> np.ndarray:
    """The step that each access belongs to, from 0."""
    columns = mine.columns
    if not len(columns):
        return np.zeros(0, np.int64)
    lines = _lines(mine)[columns.site]
    if grain == "block":
        return codes(columns.interval, lines)
    if grain == "interval":
        return codes(columns.interval, columns.thread // WARP, lines)
    rounds = ranks(codes(columns.interval, columns.thread, columns.site, columns.path))
    return codes(columns.interval, columns.thread // WARP, lines, columns.path, rounds)


def _lines(mine: Accesses) -> np.ndarray:
    """For each site the number of its line, the same for all sites of one line."""
    known: dict[tuple[str | None, int], int] = {}
    return np.array([known.setdefault((site.function, site.line), len(known)) for site in mine.sites], np.int64)


def _ordered(
    trace: Trace, mine: Accesses, keys: np.ndarray, grain: str, others: Sequence[Step], most: int
) -> list[tuple[Step, np.ndarray]]:
    """The first steps, each with the rows of its accesses: by interval, warp, and then as its threads come to them."""
    columns = mine.columns
    rows_of = np.split(np.argsort(keys, kind="stable"), np.cumsum(np.bincount(keys))[:-1]) if len(keys) else []
    levels = _levels(columns.thread, columns.interval, keys)
    lines = _lines(mine)
    order = []
    for key, rows in enumerate(rows_of):
        first = int(rows[0])
        warp = -1 if grain == "block" else int(columns.thread[first]) // WARP
        order.append((int(columns.interval[first]), warp, levels[key], int(lines[columns.site[first]]), first, key))
    far = 1 << 30
    for number, step in enumerate(others):  # a barrier ends its interval; a warp without work has its turn at once
        warp = far if step.kind == "barrier" else step.warp or 0
        order.append((step.interval, warp, -1, -1, -1, -1 - number))
    order.sort()
    costs = _costs(mine) if grain == "round" else None
    none = np.zeros(0, np.int64)
    return [
        (others[-1 - key], none) if key < 0 else (_step(trace, mine, rows_of[key], grain, costs), rows_of[key])
        for *_, key in order[:most]
    ]


def _levels(thread: np.ndarray, interval: np.ndarray, keys: np.ndarray) -> list[int]:
    """How many steps must come before each: no thread comes to one before those that it came to earlier."""
    count = int(keys.max()) + 1 if len(keys) else 0
    first = np.sort(np.unique(codes(thread, interval, keys), return_index=True)[1]) if count else np.zeros(0, int)
    who, when, what = thread[first], interval[first], keys[first]
    follows = (who[1:] == who[:-1]) & (when[1:] == when[:-1])
    edges: np.ndarray = np.unique(np.stack([what[:-1][follows], what[1:][follows]], axis=1), axis=0)
    after: dict[int, list[int]] = {}
    before = [0] * count
    for one, other in edges:
        after.setdefault(int(one), []).append(int(other))
        before[int(other)] += 1
    levels = [0] * count
    ready = [key for key in range(count) if not before[key]]
    while ready:
        key = ready.pop()
        for other in after.get(key, ()):
            levels[other] = max(levels[other], levels[key] + 1)
            before[other] -= 1
            if not before[other]:
                ready.append(other)
    return levels  # of lines that threads come to in different orders, as far as that is known


def _step(trace: Trace, mine: Accesses, rows: np.ndarray, grain: str, costs: np.ndarray | None) -> Step:
    columns = mine.columns.where(rows)
    site = mine.sites[columns.site[0]]
    threads = np.unique(columns.thread)
    warp = None if grain == "block" else int(threads[0]) // WARP
    requests = []
    groups = (
        codes(columns.array, columns.site) if grain == "round" else codes(columns.array, _kinds(mine)[columns.site])
    )
    for group in range(int(groups.max()) + 1):
        chosen = groups == group
        these = columns.where(chosen)
        cost = None if costs is None else int(costs[rows[chosen][0]])
        kind = mine.sites[these.site[0]].kind
        requests.append(Request(int(these.array[0]), kind, these.thread, these.cell, cost))
    requests.sort(key=lambda request: request.kind == "write")  # what is read is read before
    return Step(
        "access", int(columns.interval[0]), warp, site.line, site.function, threads,
        _lost(trace, int(columns.block[0]), warp, threads), tuple(requests),
    )  # fmt: skip


def _kinds(mine: Accesses) -> np.ndarray:
    return np.array([("read", "write", "atomic").index(site.kind) for site in mine.sites], np.int64)


def _lost(trace: Trace, block: int, warp: int | None, threads: np.ndarray) -> np.ndarray:
    if warp is None:
        return np.zeros(0, np.int64)
    idle = idle_threads(trace, block)
    lanes = np.arange(warp * WARP, min((warp + 1) * WARP, len(idle)))
    return np.setdiff1d(lanes[~idle[lanes]], threads)


def idle_threads(trace: Trace, block: int) -> np.ndarray:
    """For each thread of a followed block whether it touches no array in the whole launch."""
    row: np.ndarray = trace.idle[trace.blocks.index(block)]
    return row


def _costs(mine: Accesses) -> np.ndarray:
    """What the request of each access costs: sectors of global memory, passes through shared memory."""
    costs = np.zeros(len(mine), np.int64)
    spaces = np.array([array.space for array in mine.arrays])[mine.columns.array]
    for asked_of, count in (
        (("global", "constant"), memory.sectors_by_request),
        (("shared",), memory.passes_by_request),
    ):
        rows = np.flatnonzero(np.isin(spaces, asked_of))
        if len(rows):
            asked, each = count(Accesses(mine.columns.where(rows), mine.sites, mine.arrays, mine.launch))[:2]
            costs[rows] = each[asked]
    return costs


def _barriers(trace: Trace, block: int) -> list[Step]:
    none = np.zeros(0, np.int64)
    return [
        Step("barrier", each.interval, None, each.line, each.function, none, none)
        for each in trace.barriers
        if each.block == block
    ]


def _idle_warps(trace: Trace, block: int) -> list[Step]:
    where, none = trace.launch.block(block), np.zeros(0, np.int64)
    return [
        Step("idle", 0, warp.number, None, None, none, none) for warp in trace.idle_warps if warp.block_idx == where
    ]


def _with_reads(found: list[tuple[Step, np.ndarray]], mine: Accesses) -> tuple[Step, ...]:
    """The steps with the reads of the block so far."""
    is_read = np.array([site.kind == "read" for site in mine.sites], bool)[mine.columns.site]
    spaces = np.array([array.space for array in mine.arrays] or [""])[mine.columns.array]
    so_far = {space: 0 for space in ("global", "shared") if space in spaces[is_read]}
    result = []
    for step, rows in found:
        for space in so_far:
            so_far[space] += int(np.sum(is_read[rows] & (spaces[rows] == space)))
        result.append(
            Step(step.kind, step.interval, step.warp, step.line, step.function, step.threads, step.lost, step.requests,
                 dict(so_far))
        )  # fmt: skip
    return tuple(result)
