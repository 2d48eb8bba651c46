"""What a running thread knows of itself: where it stands in the grid, and on which round of its loops."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .cells import RecordingArray
from .errors import KernelError
from .launch import Dim3
from .recording import MARK, Recorder

MAX_ROUNDS = 1_000_000
"""The rounds of loops that one thread may go before it is taken for endless."""
AT_ONCE = 4096  # rounds of a `for` that are counted before the first


class ThreadState:
    """What a running thread knows of itself: the first argument of every rewritten function."""

    __slots__ = (
        "block",
        "blockDim",
        "blockIdx",
        "gridDim",
        "local",
        "number",
        "path",
        "recorder",
        "rounds",
        "shared",
        "threadIdx",
    )

    def __init__(self, recorder: Recorder, block: int, number: int, shared: dict[int, RecordingArray]):
        self.recorder, self.block, self.number, self.shared = recorder, block, number, shared
        self.local: dict[tuple[int, int], RecordingArray] = {}
        self.path = self.rounds = 0
        self.threadIdx = self.blockIdx = self.blockDim = self.gridDim = Dim3(0, 0, 0)

    def grid(self, axes: int) -> Any:
        """`cuda.grid(axes)`: the thread's place in the whole grid, x first."""
        places = tuple(b * d + t for b, d, t in zip(self.blockIdx, self.blockDim, self.threadIdx, strict=True))
        return self._axes("grid", places, axes)

    def gridsize(self, axes: int) -> Any:
        """`cuda.gridsize(axes)`: how many threads the grid has along each axis."""
        return self._axes("gridsize", tuple(d * g for d, g in zip(self.blockDim, self.gridDim, strict=True)), axes)

    def _axes(self, name: str, numbers: tuple[int, ...], axes: int) -> Any:
        if axes not in (1, 2, 3):
            raise ValueError(f"cuda.{name} takes 1, 2 or 3, not {axes!r}")
        return numbers[0] if axes == 1 else numbers[:axes]

    def mark(self, path: int, loop: int, turn: int) -> None:
        """Begin a round of a loop, or a call: what follows belongs to it."""
        self.resume(hash((path, loop, turn)) & (2**62 - 1))

    def resume(self, path: int) -> None:
        """Go on with an earlier path: a loop or a call has ended."""
        self.path = path
        self.recorder.log.extend((MARK, path, 0))

    def tick(self, line: int, rounds: int = 1) -> None:
        """Count rounds of a loop. Raises: KernelError once they are so many that the loop has no end."""
        self.rounds += rounds
        if self.rounds > MAX_ROUNDS:
            raise KernelError(
                f"a thread went round its loops more than {MAX_ROUNDS:,} times: "
                "the loop has no end, or wants smaller arrays to be followed",
                line,
            )
        self.recorder.check_length(line)

    def loop_range(self, line: int, *limits: Any) -> Any:
        """`range` whose rounds are counted."""
        if not all(isinstance(n, (int, np.integer)) for n in limits):
            raise TypeError("range takes whole numbers: write // where a division stands")
        rounds = range(*(int(n) for n in limits))
        if len(rounds) <= AT_ONCE:
            self.tick(line, len(rounds))
            return rounds
        return self._counted(line, rounds)

    def _counted(self, line: int, rounds: range) -> Iterator[int]:
        for turn in rounds:
            self.tick(line)
            yield turn
