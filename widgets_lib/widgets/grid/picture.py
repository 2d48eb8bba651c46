"""What KernelGrid draws and says, from a placement and the thread that is chosen."""

from typing import Any

import numpy as np

from widgets_lib.compute.formatting import count
from widgets_lib.compute.gpu import Placement, Thread, Warp

WARP = 32
AT_EACH_END = 2  # blocks of a long grid that are drawn at its ends, and so many beside the chosen one:
BESIDE = 1


def picture_of(placement: Placement, wanted: tuple[int, int], result_bytes: int) -> dict[str, Any]:
    """Everything a view needs; `wanted` is the cell of the chosen thread, moved into the grid where it lies outside."""
    extent = [b * t for b, t in zip(placement.grid_shape, placement.block_shape, strict=True)]
    cell = (min(wanted[0], extent[0] - 1), min(wanted[1], extent[1] - 1))
    thread = placement.thread_at(*cell)
    number = placement.number(thread)
    warp = Warp(thread.block_idx, number // WARP)
    shape = placement.block_shape
    at_block = [cell[0] // shape[0], cell[1] // shape[1]]
    return {
        "cell": list(cell),
        "extent": extent,
        "axes": [_axis(placement, axis, at_block[axis]) for axis in (0, 1)],
        "block": _block(placement, thread, number),
        "warps": _warps(placement, warp),
        "requests": _requests(placement, warp, result_bytes),
        "words": {
            "code": code(placement),
            "counts": counts(placement),
            "thread": thread_facts(placement, thread, number, cell),
            "warp": warp_title(placement, warp),
            "said": said(placement, thread, cell),
            "label": label(placement),
            "sizes": [f"{placement.m:,}", f"{placement.n:,}"],
            "threads": f"{placement.launch.threads[0]}, {placement.launch.threads[1]}",
            "keys": f"Threads of block {_pair(thread.block_idx)}: arrow keys choose one, Home and End the first and the last of the grid.",
            "rows": "a",
            "columns": "b",
            "i": f"{cell[0]:,}",
            "j": f"{cell[1]:,}",
            "grid": f"the grid: {placement.launch.blocks[0]:,} × {placement.launch.blocks[1]:,} blocks",
        },
    }


# ---- what is drawn ----


def _axis(placement: Placement, axis: int, chosen: int) -> dict[str, Any]:
    """One axis of the grid, rows (0) or columns (1): the blocks that are drawn, and how many are left out between."""
    blocks, threads = placement.grid_shape[axis], placement.block_shape[axis]
    size = (placement.m, placement.n)[axis]
    ends = {*range(AT_EACH_END), *range(blocks - AT_EACH_END, blocks)}
    near = range(chosen - BESIDE, chosen + BESIDE + 1)
    shown = sorted(block for block in ends.union(near) if 0 <= block < blocks)
    if blocks <= 2 * AT_EACH_END + 2 * BESIDE + 1:
        shown = list(range(blocks))
    entries: list[dict[str, Any]] = []
    for block in shown:
        last = entries[-1]["block"] if entries else -1
        entries.append(
            {
                "block": block,
                "text": f"{block:,}",
                "left_out": block - last - 1,
                "first": block * threads,
                "inside": min(threads, size - block * threads),
            }
        )
    return {
        "name": _xy(placement)[axis],
        "count": blocks,
        "threads": threads,
        "size": size,
        "chosen": chosen,
        "blocks": entries,
        "left_out": [f"{entry['left_out']:,} more" if entry["left_out"] else "" for entry in entries],
    }


def _block(placement: Placement, thread: Thread, number: int) -> dict[str, Any]:
    """The chosen block: where it begins, how much of it is inside c, each place's thread number, row by row."""
    height, width = placement.block_shape
    first = placement.cell_of(Thread(thread.block_idx, (0, 0)))
    inside = [max(0, min(height, placement.m - first[0])), max(0, min(width, placement.n - first[1]))]
    rows, columns = placement.cells(thread.block_idx)
    warp_of = np.zeros((height, width), int)
    warp_of[rows - first[0], columns - first[1]] = np.arange(len(rows)) // WARP
    return {
        "index": list(thread.block_idx),
        "first": list(first),
        "shape": [height, width],
        "inside": inside,
        "warp_of": warp_of.ravel().tolist(),
        "lane": number % WARP,
        "text": f"block {_pair(thread.block_idx)}",
    }


def _warps(placement: Placement, chosen: Warp) -> dict[str, Any]:
    """The warps of the chosen block: of each the lanes, "1" at work, "0" idle, and where its first thread stands."""
    active = placement.active(chosen.block_idx)
    rows, columns = placement.cells(chosen.block_idx)
    threads = placement.launch.threads_per_block
    entries = []
    for number, lanes in enumerate(active):
        there = min(WARP, threads - number * WARP)
        at_work = int(lanes.sum())
        start = number * WARP + (int(lanes.argmax()) if at_work else 0)
        entries.append(
            {
                "lanes": "".join("1" if lane else "0" for lane in lanes[:there]),
                "active": at_work,
                "cell": [int(rows[start]), int(columns[start])],
                "name": f"warp {number}: {_at_work(at_work, there)}",
                "short": f"{at_work}" if at_work else "idle",
            }
        )
    working = chosen.number * WARP + np.flatnonzero(active[chosen.number])
    return {
        "chosen": chosen.number,
        "entries": entries,
        "text": _warps_text(active, chosen),
        "reads_rows": np.unique(rows[working] - rows[0]).tolist(),
        "reads_columns": np.unique(columns[working] - columns[0]).tolist(),
    }


def _requests(placement: Placement, warp: Warp, result_bytes: int) -> list[dict[str, Any]]:
    """What the chosen warp asks for at k = 0: a line of sectors for each array, and how many there are in words."""
    ranges = placement.sector_range(warp, result_bytes)
    asked = placement.requests(warp, 0, result_bytes)
    lines = []
    for request, what, (fewest, most) in zip(
        asked, ("reads a[i, k]", "reads b[k, j]", "writes c[i, j]"), ranges, strict=True
    ):
        others = "" if fewest == most else f"; {fewest} to {most} over all k"
        share = f"{100 * request.wanted_share:.3g}"
        lines.append(
            {
                "array": request.array,
                "what": what,
                "words": [mask for _, mask in request.words],
                "first": [sector for sector, _ in request.words],
                "text": count(request.sectors, "sector"),
                "detail": f"for {count(request.cells, 'number')}, {share}\u00a0% used{others}" if most else "",
            }
        )
    return lines


# ---- what is said ----


def code(placement: Placement) -> str:
    """The launch as a program has it, with what it comes to."""
    along_x, along_y = placement.launch.threads
    sizes = (placement.m, placement.n) if placement.x_is_row else (placement.n, placement.m)
    x_size, y_size = (f"{size:_}" for size in sizes)
    grid = f"(math.ceil({x_size} / {along_x}), math.ceil({y_size} / {along_y}))"
    names = "i, j" if placement.x_is_row else "j, i"
    return "\n".join(
        [
            f"threads = ({along_x}, {along_y})",
            f"blockspergrid = {grid}  # {placement.launch.blocks}",
            "kernel[blockspergrid, threads](a, b, c)",
            f"    {names} = cuda.grid(2)  # x is the {'row' if placement.x_is_row else 'column'}",
        ]
    )


def counts(placement: Placement) -> str:
    """How many threads there are, and how many of them are idle."""
    covered = placement.coverage
    cells = placement.m * placement.n
    idle = (
        f"{covered.idle_threads:,} are idle, {_percent(covered.idle_share)}" if covered.idle_threads else "none is idle"
    )
    warps = f"Of {count(covered.warps, 'warp')}, {_number(covered.idle_warps)} wholly idle."
    return f"{count(covered.threads, 'thread')} for {count(cells, 'cell')}: {idle}. {warps}"


def thread_facts(placement: Placement, thread: Thread, number: int, cell: tuple[int, int]) -> list[list[str]]:
    """The chosen thread, as pairs of a name and what it is."""
    terms = {}
    for axis, name in enumerate(("x", "y")):
        index, along, at = thread.block_idx[axis], placement.launch.threads[axis], thread.thread_idx[axis]
        terms[name] = f"blockIdx.{name} · blockDim.{name} + threadIdx.{name}\n= {index:,} · {along} + {at}"
    facts = [
        ["blockIdx", _pair(thread.block_idx)],
        ["threadIdx", _pair(thread.thread_idx)],
        ["warp, lane", f"{number // WARP}, {number % WARP}"],
    ]
    return facts + [
        [letter, f"{terms[name]} = {at:,}"] for letter, name, at in zip("ij", _xy(placement), cell, strict=True)
    ]


def _does(placement: Placement, cell: tuple[int, int]) -> str:
    """What the thread over this cell does."""
    outside = [
        f"{letter} = {at:,} is past the last {noun} ({size - 1:,})"
        for letter, noun, at, size in zip("ij", ("row", "column"), cell, (placement.m, placement.n), strict=True)
        if at >= size
    ]
    if outside:
        return f"does nothing: {', and '.join(outside)}, so the guard sends it away"
    return f"reads row {cell[0]:,} of a and column {cell[1]:,} of b, and writes c[{cell[0]}, {cell[1]}]"


def warp_title(placement: Placement, warp: Warp) -> str:
    """The heading above what a warp asks for."""
    lanes = placement.active(warp.block_idx)[warp.number]
    if not lanes.any():
        return f"Warp {warp.number} is wholly idle and asks for nothing."
    return f"Warp {warp.number} asks for these 32-byte sectors, at k = 0:"


def said(placement: Placement, thread: Thread, cell: tuple[int, int]) -> str:
    """One sentence: the chosen thread, and the block that it is in."""
    lanes = placement.active(thread.block_idx)
    idle, warps = int((~lanes.any(axis=1)).sum()), len(lanes)
    number = placement.launch.words(thread)
    block = f"In its block {int(lanes.sum())} of {count(placement.launch.threads_per_block, 'thread')} are at work"
    return f"{number[0].upper()}{number[1:]} {_does(placement, cell)}. {block}; {_idle_warps(idle, warps)}."


def label(placement: Placement) -> str:
    """The whole drawing in words."""
    across, down = placement.grid_shape[1], placement.grid_shape[0]
    height, width = placement.block_shape
    return (
        f"c, {placement.m:,} by {placement.n:,}, under {down:,} by {across:,} blocks of {height} by {width} threads; "
        f"x is the {'row' if placement.x_is_row else 'column'}. {counts(placement)}"
    )


def _pair(index: tuple[int, ...]) -> str:
    return f"({index[0]}, {index[1]})"


def _warps_text(active: np.ndarray, chosen: Warp) -> str:
    """The heading above the warps of a block."""
    idle, warps = int((~active.any(axis=1)).sum()), len(active)
    return f"its {count(warps, 'warp')}: {idle if idle else 'none'} wholly idle"


def _xy(placement: Placement) -> tuple[str, str]:
    """The names of the axes of (rows, columns)."""
    return ("x", "y") if placement.x_is_row else ("y", "x")


def _at_work(active: int, there: int) -> str:
    return "idle" if not active else f"{active} of {there} at work"


def _idle_warps(idle: int, warps: int) -> str:
    if not idle:
        return "none of its warps is wholly idle" if warps > 1 else "its one warp is not wholly idle"
    return f"{idle} of its {count(warps, 'warp')} {'is' if idle == 1 else 'are'} wholly idle"


def _number(number: int) -> str:
    return {0: "none is", 1: "1 is"}.get(number, f"{number:,} are")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%" if share >= 0.001 else "less than 0.1\u00a0%"
