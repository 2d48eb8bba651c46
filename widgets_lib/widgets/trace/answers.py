"""What is said of a line, a thread, a cell or a fault that was chosen, and what is marked for it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets_lib.compute import gpu
from widgets_lib.compute.formatting import count, format_digits, join_words
from widgets_lib.compute.gpu.faults import written
from widgets_lib.widgets.trace.picture import Picture
from widgets_lib.widgets.trace.windows import Window

MAX_NAMED = 2  # threads, or cells, of a sentence
MANY_ACCESSES = 200_000  # that can be counted in a moment
Answer = dict[str, Any]


def answer(picture: Picture, chosen: Mapping[str, Any]) -> Answer:
    """title, sentences; marks: rows of the listing, threads, [array, places] read and written.

    chosen: {"row": n}, {"thread": n}, {"array": name, "cell": n} or {"fault": n}; empty for none.
    Raises: ValueError for what is not there.
    """
    if not chosen:
        return {}
    if picture.trace is None:
        raise ValueError("there is no trace to choose from")
    kinds = {frozenset({"row"}): _line, frozenset({"thread"}): _thread, frozenset({"fault"}): _fault}
    kind = frozenset(chosen)
    if kind == {"array", "cell"}:
        return _cell(picture, chosen["array"], chosen["cell"])
    if kind not in kinds or type(number := next(iter(chosen.values()))) is not int:
        raise ValueError("what is chosen is a line, a thread, a cell or a fault")
    return kinds[kind](picture, number)


def asks_to_count(picture: Picture, chosen: Mapping[str, Any]) -> bool:
    """Whether the answer takes longer than a notebook may stand still: that of a line, in a long trace."""
    is_row = type(row := chosen.get("row")) is int and 0 <= row < len(picture.listing)
    return is_row and picture.trace is not None and len(picture.trace.accesses) > MANY_ACCESSES


def _answer(title: str, sentences: list[str], **marks: Any) -> Answer:
    return {"title": title, "sentences": sentences, "rows": [], "threads": [], "reads": [], "writes": [], **marks}


# ---- a line ----


def _line(picture: Picture, row: int) -> Answer:
    assert picture.trace
    if not 0 <= row < len(picture.listing):
        raise ValueError(f"the kernel has no row {row}")
    entry = picture.listing[row]
    line, function = entry["line"], entry["function"] or None
    use = gpu.line_use(picture.trace, line, function)
    title = f"Line {line}" + (f" of {function}" if function else "")
    if not use.uses:
        return _answer(title, ["It touches no array, so a trace does not see who comes to it."], rows=[row])
    here = picture.trace.accesses.of(line=line, function=function)
    columns = here.columns.where(here.columns.block == picture.block)
    sentences = [_use(each) for each in use.uses] + [_lanes(use.lanes)]
    return _answer(
        title, sentences, rows=[row], threads=np.unique(columns.thread).tolist(), **_marked(picture, here, columns)
    )


def _use(use: gpu.ArrayUse) -> str:
    verb = {"read": "read", "write": "written", "atomic": "changed atomically"}[use.kind]
    said = f"{use.array} is {verb} {count(use.accesses, 'time')}"
    if use.sectors is not None:
        each, least = use.sectors.per_request, use.sectors.least / use.sectors.requests
        said += f", {_number(each)} {'sector' if each == 1 else 'sectors'} of 32 bytes a warp"
        return (
            f"{said}; {_number(least)} would be enough if the bytes lay side by side." if least < each else f"{said}."
        )
    if use.conflicts is not None:
        each = use.conflicts.passes / use.conflicts.requests
        if use.conflicts.extra:
            return f"{said}, in {_number(each)} passes a warp: lanes wait for each other at the banks of shared memory."
        return f"{said}, without a bank conflict."
    return f"{said}."


def _lanes(lanes: gpu.Lanes) -> str:
    parts = [f"{_number(lanes.active / lanes.requests)} of 32 lanes take part"]
    if lanes.diverged:
        parts.append(f"{_number(lanes.diverged / lanes.requests)} wait for them")
    if lanes.idle:
        parts.append(f"{_number(lanes.idle / lanes.requests)} have no work at all")
    return "On average " + join_words(parts) + "."


def _number(x: float) -> str:
    return f"{x:,.1f}".removesuffix(".0")


# ---- a thread ----


def _thread(picture: Picture, number: int) -> Answer:
    trace = picture.trace
    assert trace
    if not 0 <= number < trace.launch.threads_per_block:
        raise ValueError(f"the block has no thread {number}")
    words = trace.launch.words(trace.launch.named(picture.block, number))
    accesses = trace.accesses
    columns = accesses.columns.where((accesses.columns.block == picture.block) & (accesses.columns.thread == number))
    sentences = [f"Lane {number % gpu.WARP} of warp {number // gpu.WARP}."]
    if not len(columns):
        sentences.append("It touches no array in the whole launch.")
    else:
        kinds = np.array([site.kind for site in accesses.sites])[columns.site]
        for verb, chosen in (("reads", kinds == "read"), ("writes", kinds != "read")):
            for array in np.unique(columns.array[chosen]):
                cells = columns.cell[chosen & (columns.array == array)]
                sentences.append(f"It {verb} {_cells(accesses.arrays[array], cells)}.")
    marks = _marked(picture, accesses, columns)
    return _answer(words[0].upper() + words[1:], sentences, threads=[number], **marks)


def _cells(info: Any, cells: np.ndarray) -> str:
    """The cells in words: "a[3, 0], a[3, 1] and 6 more"."""
    different = list(dict.fromkeys(cells.tolist()))
    named = [written(info.name, info.index(cell)) for cell in different[:MAX_NAMED]]
    more = len(different) - len(named)
    again = len(cells) - len(different)
    text = f"{', '.join(named)} and {more:,} more" if more else join_words(named)
    return text + (f", {count(len(cells), 'time')} in all" if again else "")


# ---- a cell ----


def _cell(picture: Picture, name: Any, cell: Any) -> Answer:
    trace = picture.trace
    assert trace
    found = picture.window(name) if isinstance(name, str) else None
    if found is None or type(cell) is not int or not 0 <= cell < int(np.prod(found[1].info.shape)):
        raise ValueError("there is no such cell")
    at, window = found
    info = window.info
    accesses = trace.accesses.of(array=name)
    columns = accesses.columns.where(accesses.columns.cell == cell)
    if info.block >= 0:
        columns = columns.where(columns.block == info.block)
    is_read = np.array([site.kind == "read" for site in accesses.sites], bool)[columns.site]
    title = written(name, info.index(cell))
    value = _value(trace, window, cell, columns.value[~is_read])
    here = columns.where(columns.block == picture.block)
    writes = ~is_read[columns.block == picture.block]
    place = [[at, picture.places(number_of(picture, at), np.array([cell]))]]
    sentences = [_makers(trace, accesses, columns.where(~is_read)), _readers(trace, columns.where(is_read))]
    return _answer(
        f"{title} is {value} in the end" if value else title,
        [sentence for sentence in sentences if sentence],
        threads=np.unique(here.thread[writes] if writes.any() else here.thread).tolist(),
        writes=place if (~is_read).any() else [],
        reads=[] if (~is_read).any() else place,
    )


def number_of(picture: Picture, at: int) -> int:
    """The number in the trace of the array that is drawn at a place."""
    return list(picture.windows)[at]


def _value(trace: gpu.Trace, window: Window, cell: int, writes: np.ndarray) -> str:
    if window.info.space == "global":
        return format_digits(trace.after[window.info.name].reshape(-1)[cell], 4)
    return format_digits(np.float64(writes[-1]), 4) if len(writes) else ""


def _makers(trace: gpu.Trace, accesses: gpu.Accesses, columns: Any) -> str:
    if not len(columns):
        return "Nobody writes it."
    who = list(dict.fromkeys(zip(columns.block.tolist(), columns.thread.tolist(), strict=True)))
    names = [trace.launch.words(trace.launch.named(*each)) for each in who[:MAX_NAMED]]
    lines = sorted({accesses.sites[site].line for site in columns.site.tolist()})
    where = f"on line {lines[0]}" if len(lines) == 1 else f"on lines {join_words([str(line) for line in lines])}"
    text = join_words(names) if len(who) <= MAX_NAMED else f"{', '.join(names)} and {len(who) - MAX_NAMED:,} more"
    verb = "writes" if len(who) == 1 else "write"
    often = f", {count(len(columns), 'time')} in all" if len(columns) > len(who) else ""
    return f"{text[0].upper()}{text[1:]} {verb} it {where}{often}."


def _readers(trace: gpu.Trace, columns: Any) -> str:
    if not len(columns):
        return ""
    who = len(np.unique(columns.block * trace.launch.threads_per_block + columns.thread))
    return f"It is read {count(len(columns), 'time')}, by {count(who, 'thread')}."


# ---- a fault ----


def _fault(picture: Picture, number: int) -> Answer:
    drawn = picture.drawn_faults
    if not 0 <= number < len(drawn):
        raise ValueError(f"there is no fault {number}")
    fault = drawn[number]
    trace = picture.trace
    assert trace
    found = trace.faults[number]
    lines = [f"line {line}" for line in found.lines]
    where = join_words(lines) + (f" of {found.function}" if found.function else "")
    here = count(len(fault["threads"]), "thread")
    sentences = [
        f"{here} of this block {'takes' if len(fault['threads']) == 1 else 'take'} part, on {where}: all are marked."
    ]
    if found.cells > 1:
        sentences.append(f"It concerns {count(found.cells, 'cell')} of {found.array}, over all blocks.")
    return _answer(f"Fault {fault['number']}", sentences, rows=fault["rows"], threads=fault["threads"])


def _marked(picture: Picture, accesses: gpu.Accesses, columns: Any) -> dict[str, list[Any]]:
    """The cells of some accesses, read and written, as they are drawn."""
    kinds = np.array([site.kind for site in accesses.sites] or [""])[columns.site]
    marks: dict[str, list[Any]] = {"reads": [], "writes": []}
    for what, chosen in (("reads", kinds == "read"), ("writes", kinds != "read")):
        for number in np.unique(columns.array[chosen]):
            places = picture.places(int(number), columns.cell[chosen & (columns.array == number)])
            if places:
                marks[what].append([picture.numbers[int(number)], places])
    return marks
