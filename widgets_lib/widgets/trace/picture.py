"""Everything that a KernelTrace draws of one block, as JSON."""

from typing import Any

import numpy as np

from widgets_lib.compute import gpu
from widgets_lib.compute.formatting import as_sentence, count
from widgets_lib.widgets.trace import words
from widgets_lib.widgets.trace.subjects import Followed, Subject
from widgets_lib.widgets.trace.windows import Window, windows

MAX_FAULTS = 6
MAX_BLOCKS = 64  # in the chooser
OPENING = 0.4  # share of the steps that are done when it opens, where there is no fault to show
NOTHING = np.zeros(0, np.int64)


class Picture:
    """What is drawn of a kernel that was followed, and how cells, threads and lines are numbered in it."""

    def __init__(self, found: Followed, subject: Subject, block: int) -> None:
        self.found, self.subject = found, subject
        self.listing = _listing(found)
        self.drawn_faults: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        """What was said already, by what was chosen."""
        self.trace = found.trace
        self.block = block
        if self.trace is not None:
            self.windows = windows(self.trace, block)
            self.numbers = {number: at for at, number in enumerate(self.windows)}
            self.steps = gpu.steps(self.trace, block)

    # ---- numbers ----

    def row(self, line: int | None, function: str | None) -> int:
        """The row of the listing that a line is in; −1 if none."""
        for at, entry in enumerate(self.listing):
            if entry["line"] == line and entry["function"] == (function or ""):
                return at
        return -1

    def window(self, name: str) -> tuple[int, Window] | None:
        """An array's place in the drawing, and its window; None if it is not drawn."""
        for number, window in self.windows.items():
            if window.info.name == name:
                return self.numbers[number], window
        return None

    def places(self, number: int, cells: np.ndarray) -> list[int]:
        """Where cells of an array, by its number in the trace, are drawn; those that are not are left out."""
        if number not in self.windows:
            return []
        found = self.windows[number].places(np.unique(cells))
        return [int(place) for place in found[found >= 0]]

    # ---- the parts ----

    def drawn(self) -> dict[str, Any]:
        """The trait `picture`: see its help."""
        result: dict[str, Any] = {
            "title": self.subject.title,
            "about": self.subject.about,
            "code": self.listing,
            "verdict": words.verdict(self.found),
            "notes": [],
            "not_known": list(gpu.NOT_KNOWN),
            "faults": [],
            "steps": [],
            "arrays": [],
            "threads": {},
            "blocks": [],
            "opening": 0,
        }
        if self.trace is None:
            if self.found.error:
                result["faults"] = [_error_pin(self.found, self.row(self.found.line, None))]
            return result
        steps = [self._step(step) for step in self.steps.steps]
        faults = [self._fault(n, fault) for n, fault in enumerate(self.trace.faults[:MAX_FAULTS])]
        self.drawn_faults = faults
        at_faults = [fault["step"] for fault in faults if fault["step"] >= 0]
        return result | {
            "launch": words.launch(self.trace),
            "block": self.block,
            "blocks": self._blocks(),
            "threads": self._threads(),
            "arrays": [window.drawn() for window in self.windows.values()],
            "steps": steps,
            "opening": at_faults[0] + 1 if at_faults else round(OPENING * len(steps)),
            "faults": faults,
            "reuse": words.reuse(self.trace),
            "grain": gpu.GRAINS[self.steps.grain],
            "notes": [*self.trace.notes, *self._limits()],
        }

    def _threads(self) -> dict[str, Any]:
        assert self.trace
        launch = self.trace.launch
        many = launch.threads_per_block
        row = gpu.WARP if len(launch.threads) > 1 else gpu.WARP // 2
        across = min(launch.threads[0], row)
        down = ", ".join("yz"[: len(launch.threads) - 1]) if across == launch.threads[0] else ""
        return {
            "across": across,
            "axes": ["x →", f"{down} ↓" if down else ""],
            "warp": gpu.WARP,
            "names": [_index(launch.thread(number)) for number in range(many)],
            "idle": np.flatnonzero(gpu.idle_threads(self.trace, self.block)).tolist(),
        }

    def _blocks(self) -> list[dict[str, Any]]:
        assert self.trace
        followed = self.trace.blocks
        chosen = (
            followed
            if len(followed) <= MAX_BLOCKS
            else [followed[i] for i in sorted({round(n) for n in np.linspace(0, len(followed) - 1, MAX_BLOCKS)})]
        )
        faulty = {self.number_of(fault.threads[0]) for fault in self.trace.faults}
        listed = sorted({*chosen, self.block})
        return [
            {"value": number, "text": _index(self.trace.launch.block(number)) + (" ✗" if number in faulty else "")}
            for number in listed
        ]

    def number_of(self, thread: gpu.Thread) -> int:
        """The number of a thread's block in the launch."""
        assert self.trace
        return _flat(thread.block_idx, self.trace.launch.blocks)

    def thread_number(self, thread: gpu.Thread) -> int:
        """A thread's number in its block."""
        assert self.trace
        return _flat(thread.thread_idx, self.trace.launch.threads)

    def _step(self, step: gpu.Step) -> dict[str, Any]:
        """row, warp, interval, text; threads, lost; reads so far; marks: [array, kind, threads, places] each."""
        assert self.trace
        fine = self.steps.grain == "round"
        return {
            "kind": step.kind,
            "row": self.row(step.line, step.function),
            "warp": -1 if step.warp is None else step.warp,
            "interval": step.interval,
            "threads": step.threads.tolist(),
            "lost": step.lost.tolist(),
            "text": words.step(step, self.trace, self.steps.grain),
            "reads": words.reads(step.reads),
            "marks": [mark for each in step.requests if (mark := self._mark(each, step, fine))],
        }

    def _mark(self, request: gpu.Request, step: gpu.Step, fine: bool) -> list[Any]:
        """Array, "read" or "write", and the places; of one warp at one line also whose each is, lane by lane."""
        if request.array not in self.windows:
            return []
        kind = "read" if request.kind == "read" else "write"
        at = self.numbers[request.array]
        if not fine:
            return [at, kind, None, self.places(request.array, request.cells)]
        places = self.windows[request.array].places(request.cells).tolist()
        same = np.array_equal(request.threads, step.threads)
        return [at, kind, None if same else request.threads.tolist(), places]

    def _fault(self, number: int, fault: gpu.Fault) -> dict[str, Any]:
        """number, message; block, threads of it, rows; the cell's array and place; the step where it is seen."""
        block = self.number_of(fault.threads[0])
        here = [self.thread_number(each) for each in fault.threads if self.number_of(each) == self.block]
        window = self.window(fault.array) if fault.array and fault.cell is not None else None
        return {
            "number": number + 1,
            "kind": fault.kind,
            "message": as_sentence(fault.message),
            "block": self.block if here else block,
            "threads": here,
            "rows": [self.row(line, fault.function) for line in fault.lines],
            "row": self.row(fault.line, fault.function),
            "cell": [window[0], *window[1].beside(fault.cell)] if window and fault.cell is not None else [],
            "step": self._step_of(fault, here),
        }

    def _step_of(self, fault: gpu.Fault, threads: list[int]) -> int:
        """The step that a fault is seen at; −1 if it is in another block, or in a step that is left out."""
        meets = self._intervals_of(fault)
        at_line = [
            at
            for at, step in enumerate(self.steps.steps)
            if step.line == fault.line
            and step.function == fault.function
            and step.interval in meets
            and (threads or step.kind == "barrier")
        ]
        for at in at_line:
            if np.isin(self.steps.steps[at].threads, threads).any():
                return at
        return at_line[0] if at_line and threads else -1

    def _intervals_of(self, fault: gpu.Fault) -> set[int]:
        """The intervals in which all lines of a fault are run, for there they meet; all of them if there is none."""
        lines: dict[int, set[int]] = {}
        for step in self.steps.steps:
            if step.line is not None and step.function == fault.function:
                lines.setdefault(step.interval, set()).add(step.line)
        return {interval for interval, there in lines.items() if there >= set(fault.lines)} or set(lines)

    def _limits(self) -> list[str]:
        left = self.steps.total - len(self.steps.steps)
        notes = []
        if left > 0:
            notes.append(f"Shown are the first {len(self.steps.steps):,} steps of {count(self.steps.total, 'step')}.")
        assert self.trace
        more = len(self.trace.faults) - MAX_FAULTS
        if more > 0:
            notes.append(f"{count(more, 'fault')} more.")
        if any(array.space == "local" for array in self.trace.accesses.arrays):
            notes.append("Local arrays, which each thread has for itself, are not drawn.")
        return notes


def _listing(found: Followed) -> list[dict[str, Any]]:
    """The rows of the listing: the kernel's lines, then those of its device functions. touches: an array."""
    touching = set(gpu.lines_with_accesses(found.trace)) if found.trace else set()
    texts: dict[str, str] = {"": found.text, **(found.trace.texts if found.trace else {})}
    return [
        {"text": text, "line": line, "function": function, "touches": (line, function or None) in touching}
        for function, whole in texts.items()
        for line, text in enumerate(whole.rstrip("\n").splitlines(), 1)
    ]


def _error_pin(found: Followed, row: int) -> dict[str, Any]:
    return {
        "number": 1, "kind": "error", "message": as_sentence(found.error), "block": -1, "threads": [], "rows": [row] if row >= 0 else [],
        "row": row, "cell": [], "step": -1,
    }  # fmt: skip


def _index(index: tuple[int, ...]) -> str:
    return str(index[0]) if len(index) == 1 else str(index)


def _flat(index: tuple[int, ...], sizes: tuple[int, ...]) -> int:
    """The number of an index of which the first part counts fastest."""
    number = 0
    for i, size in zip(reversed(index), reversed(sizes), strict=True):
        number = number * size + i
    return number
