"""Running a program: block by block, and in a block thread by thread from barrier to barrier.

Nothing runs at the same time, so the same launch gives the same trace each time, and a race shows in the record
whatever value it leaves behind.
"""

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from . import arithmetic
from .accesses import Columns
from .cells import SITES, RecordingArray, poisoned
from .errors import KernelError, explained
from .launch import Launch, dim3
from .operations import operations
from .program import Program
from .recording import MARK, Recorder
from .states import ThreadState

SHARED_BYTES = 48 * 1024
"""The shared memory that a block can declare in its text."""

Progress = Callable[[int, int], object]


@dataclass
class Divergence:
    """A barrier that some threads of a block reached and others did not."""

    block: int
    waiting: dict[int, list[int]]
    """Barrier -> the threads that came to it."""
    ended: list[int]
    """The threads that had returned."""


@dataclass(frozen=True)
class Barrier:
    """A barrier that threads of a block came to, all at the end of one interval."""

    block: int
    interval: int
    """The interval that ends here."""
    line: int
    function: str | None
    threads: int
    """How many came."""


@dataclass
class Run:
    """What running some blocks of a launch has shown."""

    program: Program
    launch: Launch
    recorder: Recorder
    arguments: list[Any]
    on_progress: Progress | None = None
    chunks: list[Columns] = field(default_factory=list)
    divergences: list[Divergence] = field(default_factory=list)
    barriers: list[Barrier] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    accesses: int = 0
    threads_done: int = 0
    planned: int = 1
    """How many blocks will be run, for the progress."""

    def block(self, number: int) -> None:
        """Run one block of the launch to its end.

        Raises: KernelError for what goes wrong in the kernel, with the line and the thread.
        """
        self.blocks.append(number)
        self.recorder.before = 0
        shared: dict[int, RecordingArray] = {}
        states = [self._state(number, thread, shared) for thread in range(self.launch.threads_per_block)]
        with np.errstate(all="ignore"):
            if self.program.kernel.waits:
                self._in_turns(number, states)
            else:
                slices = []
                for state in states:
                    slices.append((state.number, len(self.recorder.log)))
                    self._step(state, partial(self.program.entry, state, *self.arguments))
                    self._report()
                self._flush(number, 0, slices)

    def _state(self, block: int, thread: int, shared: dict[int, RecordingArray]) -> ThreadState:
        state = ThreadState(self.recorder, block, thread, shared)
        state.threadIdx = dim3(self.launch.thread(thread), 0)
        state.blockIdx = dim3(self.launch.block(block), 0)
        state.blockDim, state.gridDim = dim3(self.launch.threads, 1), dim3(self.launch.blocks, 1)
        return state

    def _in_turns(self, block: int, states: list[ThreadState]) -> None:
        """Each thread runs up to the next barrier; once all are there, the next interval begins."""
        running: dict[int, Generator[int, None, None]] = {
            state.number: self.program.entry(state, *self.arguments) for state in states
        }
        ended: list[int] = []
        interval = 0
        while running:
            slices: list[tuple[int, int]] = []
            waiting: dict[int, list[int]] = {}
            for number, thread in list(running.items()):
                slices.append((number, len(self.recorder.log)))
                barrier = self._step(states[number], partial(next, thread, None))
                if barrier is None:
                    ended.append(number)
                    del running[number]
                    self._report()
                else:
                    waiting.setdefault(barrier, []).append(number)
                    self._report(ended=False)
            self._flush(block, interval, slices)
            for barrier, came in waiting.items():
                self.barriers.append(Barrier(block, interval, *self.program.barriers[barrier], len(came)))
            if waiting and (ended or len(waiting) > 1):
                self._diverged(Divergence(block, waiting, list(ended)))
            interval += 1

    def _step(self, state: ThreadState, run: Callable[[], Any]) -> Any:
        self.recorder.running = state.block, state.number
        state.resume(state.path)
        try:
            return run()
        except Exception as error:
            who = self.launch.words(self.launch.named(state.block, state.number))
            raise explained(error, self.program.codes, who) from None

    def _report(self, ended: bool = True) -> None:
        self.threads_done += ended
        self.recorder.check_length(None)
        if self.on_progress:
            self.on_progress(self.threads_done, self.planned * self.launch.threads_per_block)

    def _diverged(self, new: Divergence) -> None:
        same = {(frozenset(each.waiting), bool(each.ended)) for each in self.divergences}
        if (frozenset(new.waiting), bool(new.ended)) not in same:
            self.divergences.append(new)

    def _flush(self, block: int, interval: int, slices: list[tuple[int, int]]) -> None:
        """Turn the log of one interval into columns, and empty it."""
        log = self.recorder.log
        rows = len(log) // 3
        codes = np.fromiter(log[0::3], np.int64, rows)
        cells = np.fromiter(log[1::3], np.int64, rows)
        values = np.fromiter(log[2::3], np.float64, rows)
        log.clear()
        starts = np.array([start // 3 for _, start in slices] + [rows])
        threads = np.repeat(np.array([number for number, _ in slices]), np.diff(starts))
        marks = codes == MARK
        paths = cells[np.maximum.accumulate(np.where(marks, np.arange(rows), 0))]
        keep = ~marks
        kept = int(keep.sum())
        self.accesses += kept
        self.recorder.before += kept
        self.chunks.append(
            Columns(
                block=np.full(kept, block),
                thread=threads[keep],
                interval=np.full(kept, interval),
                array=codes[keep] // SITES,
                site=codes[keep] % SITES,
                cell=cells[keep],
                value=values[keep],
                path=paths[keep],
            )
        )


def prepare(program: Program, launch: Launch, arguments: Sequence[Any], on_progress: Progress | None) -> Run:
    """A run of no blocks yet; each array among the arguments is copied.

    Raises: KernelError if the kernel takes another number of arguments.
    """
    parameters = program.kernel.source.parameters
    if len(parameters) != len(arguments):
        takes = f"takes {len(parameters)} arguments ({', '.join(parameters)})"
        raise KernelError(f"{program.kernel.source.name} {takes} and is given {len(arguments)}")
    recorder = Recorder(program.sites)
    given = [
        recorder.array(name, "global", value.flatten(), value.shape) if isinstance(value, np.ndarray) else value
        for name, value in zip(parameters, arguments, strict=True)
    ]
    namespace = program.namespace
    namespace |= {f"__gpu_{name}": function for name, function in operations(recorder).items()}
    namespace |= {f"__gpu_{name}": function for name, function in arithmetic.BINARY.items()}
    namespace["__gpu_power_literal"] = arithmetic.power_literal
    namespace["__gpu_negate"], namespace["__gpu_wide"] = arithmetic.negate, arithmetic.wide
    namespace["__gpu_new_array"] = _new_array
    for made, (name, value) in program.constants.items():
        namespace[made] = recorder.array(name, "constant", value.flatten(), value.shape)
    return Run(program, launch, recorder, given, on_progress)


def _new_array(
    state: ThreadState, space: str, place: int, here: int, name: str, shape: Any, dtype: np.dtype
) -> RecordingArray:
    """`cuda.shared.array`, one for each block, or `cuda.local.array`, one for each thread and call of its function."""
    sizes = tuple(shape) if isinstance(shape, tuple) else (shape,)
    if not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
        raise TypeError(f"the shape of a {space} array is made of whole numbers above 0, not {shape}")
    sizes = tuple(int(n) for n in sizes)
    recorder = state.recorder
    if space == "local":
        if (place, here) not in state.local:
            made = recorder.array(name, space, poisoned(sizes, dtype), sizes, state.block, state.number)
            state.local[place, here] = made
        return state.local[place, here]
    if place not in state.shared:
        used = sum(a.flat.nbytes for a in state.shared.values()) + math.prod(sizes) * dtype.itemsize
        if used > SHARED_BYTES:
            raise KernelError(
                f"{name} brings the shared memory of a block to {used:,} bytes and {SHARED_BYTES:,} is the most: "
                "take smaller tiles"
            )
        state.shared[place] = recorder.array(name, space, poisoned(sizes, dtype), sizes, state.block)
    return state.shared[place]
