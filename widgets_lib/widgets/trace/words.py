"""What a KernelTrace says: of each step, of the launch, and of the whole."""

from typing import Any

from widgets_lib.compute import gpu
from widgets_lib.compute.formatting import count, format_shape, join_words
from widgets_lib.widgets.trace.subjects import Followed

VERBS = {"read": "read", "write": "write", "atomic": "change, one after the other,"}


def launch(trace: gpu.Trace) -> str:
    """ "4 blocks (2, 2) of 64 threads (8, 8): 2 warps a block"."""
    found = trace.launch
    blocks = count(found.block_count, "block") + (f" {format_shape(found.blocks)}" if len(found.blocks) > 1 else "")
    threads = count(found.threads_per_block, "thread")
    threads += f" {format_shape(found.threads)}" if len(found.threads) > 1 else ""
    return f"{blocks} of {threads}, {count(found.warps_per_block, 'warp')} a block"


def verdict(found: Followed) -> dict[str, Any]:
    """good: True, False, or None where nobody knows what is right; text: one sentence."""
    if found.trace is None:
        return {"good": False, "text": "It can’t be followed."} if found.error else {"good": None, "text": ""}
    if found.trace.faults:
        right = (
            "" if found.outcome is None or not found.outcome.is_right else " The result came out right all the same."
        )
        return {"good": False, "text": f"{count(len(found.trace.faults), 'fault')} found.{right}"}
    if found.verdict is not None and not found.verdict.is_solved:
        return {"good": False, "text": found.verdict.message}
    if found.outcome is None:
        return {"good": None, "text": "No fault found."}
    if not found.outcome.is_right:
        return {"good": False, "text": f"No fault, but {found.outcome.message}"}
    return {"good": True, "text": f"No fault, and every cell of {found.result} is right."}


def step(each: gpu.Step, trace: gpu.Trace, grain: str) -> str:
    """One sentence on a step."""
    if each.kind == "idle":
        return f"Warp {each.warp} does nothing: none of its threads touches an array."
    where = f"line {each.line}" + (f" of {each.function}" if each.function else "")
    if each.kind == "barrier":
        return f"Barrier on {where}: no thread of the block goes on before all have come."
    asked: dict[str, list[str]] = {}
    for request in each.requests:
        asked.setdefault(request.kind, []).append(_asked(request, trace))
    doing = " and ".join(f"{VERBS[kind]} {join_words(parts)}" for kind, parts in asked.items())
    if grain == "block":
        return f"The block, {where}: {count(len(each.threads), 'thread')} {doing}."
    lanes = count(len(each.threads), "lane")
    lost = f" {count(len(each.lost), 'lane')} {'waits' if len(each.lost) == 1 else 'wait'}." if len(each.lost) else ""
    if len(each.threads) == 1:
        doing = doing.replace("read ", "reads ", 1).replace("write ", "writes ", 1)
    return f"Warp {each.warp}, {where}: {lanes} {doing}.{lost}"


def _asked(request: gpu.Request, trace: gpu.Trace) -> str:
    """An array, and what the request costs."""
    array = trace.accesses.arrays[request.array]
    if request.cost is None:
        return f"{array.name} {count(len(request.cells), 'time')}"
    if array.space == "shared":
        return array.name if request.cost == 1 else f"{array.name} ({count(request.cost, 'pass', 'passes')})"
    return f"{array.name} ({count(request.cost, 'sector')})"


def reads(so_far: dict[str, int]) -> str:
    """ "reads so far: 128 global, 512 shared"."""
    return "reads so far: " + ", ".join(f"{n:,} {space}" for space, n in so_far.items()) if so_far else ""


def reuse(trace: gpu.Trace) -> str:
    """What shared memory saves, in a sentence; empty if it saves nothing."""
    if not trace.reads_saved:
        return ""
    served, saved = trace.reads_served, trace.reads_saved
    text = f"Shared memory saves {saved:,} of {served:,} global reads"
    if saved == served:  # it is filled without one
        return f"{text}."
    return f"{text}: {served - saved:,} are left, one for every {served / (served - saved):.1f}."


def short(found: Followed, with_idle: bool = True) -> str:
    """The line under a cell: "✓ right · no faults · 2 sectors per warp load", or the first fault.

    with_idle: whether the part of the threads that is idle is the learner's own doing.
    """
    if found.trace is None:
        return f"✗ {found.error}"
    if found.verdict is not None:
        return f"{'✓' if found.verdict.is_solved else '✗'} {found.verdict.message}"
    if found.trace.faults:
        more = len(found.trace.faults) - 1
        rest = f" (and {count(more, 'fault')} more)" if more else ""
        return f"✗ {found.trace.faults[0].message}{rest}"
    if found.outcome is not None and not found.outcome.is_right:
        return f"✗ no faults, but {found.outcome.message}"
    parts = ["✓ right", "no faults"] if found.outcome is not None else ["✓ no faults"]
    loads = [
        trace_sectors
        for name, use in found.trace.traffic.items()
        if use.space == "global" and use.reads
        for trace_sectors in [found.trace.sectors(name, kind="read")]
    ]
    requests = sum(load.requests for load in loads)
    if requests:
        per = sum(load.sectors for load in loads) / requests
        parts.append(f"{per:.1f}".removesuffix(".0") + f" sector{'' if per == 1 else 's'} per warp load")
    if found.trace.reads_saved:
        parts.append(f"shared memory saves {found.trace.reads_saved:,} global reads")
    if found.trace.idle_share and with_idle:
        parts.append(f"{100 * found.trace.idle_share:.1f}".removesuffix(".0") + " % of the threads idle")
    return " · ".join([*parts, *found.trace.notes])
