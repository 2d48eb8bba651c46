"""One thread for each cell of a matrix product: which thread stands where, and what its warp asks of memory.

c (m, n) is a (m, k) times b (k, n), each row by row from an address that is a multiple of 32 bytes, as in the kernels
`naive` (x is the row) and `naive_columns` (x is the column). Nothing is run, so any size answers at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from widgets_lib.compute._integers import check_count

from .coverage import Coverage, coverage
from .launch import WARP, Launch, Thread, Warp, blocks_per_grid
from .memory import SECTOR_BYTES

WORD_BYTES = 4
MAX_SIZE = 10**9
_MOST_BLOCKS_Y = 65_535
OPERAND_BYTES = 4  # of a and b: float32


@dataclass(frozen=True)
class WarpRequest:
    """What a warp asks for at once: one access of all its threads that have a cell."""

    array: str
    """"a", "b" or "c"; c is written, the others are read."""
    cells: int
    """How many different cells."""
    words: tuple[tuple[int, int], ...]
    """Of each 32-byte sector its number in the array, and a bit for each of its eight 4-byte words that is wanted."""

    @property
    def sectors(self) -> int:
        """How many sectors are fetched or written."""
        return len(self.words)

    @property
    def wanted_share(self) -> float:
        """The part of the bytes in these sectors that is wanted, 0 to 1; 0.0 without a sector."""
        wanted = sum(mask.bit_count() for _, mask in self.words)
        return wanted * WORD_BYTES / (SECTOR_BYTES * self.sectors) if self.words else 0.0


@dataclass(frozen=True)
class Placement:
    """A launch over c (m, n) in which x is the row of c, or its column."""

    m: int
    k: int
    n: int
    x_is_row: bool
    coverage: Coverage

    @classmethod
    def of(
        cls, m: int, k: int, n: int, threads: int | Sequence[int] = (16, 16), *, x_is_row: bool = True
    ) -> "Placement":
        """Just enough blocks of `threads`, (x, y), for every cell of c.

        Raises: TypeError or ValueError, naming the value, for sizes and threads that no CUDA device takes.
        """
        for value, name in ((m, "m"), (k, "k"), (n, "n")):
            check_count(value, name, 1, MAX_SIZE)
        given = tuple(threads) if isinstance(threads, (tuple, list)) else (threads, 1)
        if len(given) == 1:
            given = (*given, 1)
        if len(given) != 2:
            numbers = "none" if not given else f"{len(given)}"
            raise ValueError(
                f"threads has two numbers here, x and y, not {numbers}: a matrix has rows and columns, no z"
            )
        size = (m, n) if x_is_row else (n, m)
        Launch.of(1, given)
        blocks = blocks_per_grid(size, given)
        if blocks[1] > _MOST_BLOCKS_Y:
            raise ValueError(
                f"y would have {blocks[1]:,} blocks, and a grid has at most {_MOST_BLOCKS_Y:,} along y: "
                "take more threads along y, or swap x and y"
            )
        return cls(m, k, n, x_is_row, coverage(size, given, blocks))

    @property
    def launch(self) -> Launch:
        return self.coverage.launch

    @property
    def block_shape(self) -> tuple[int, int]:
        """(rows, columns) of c that a block stands over."""
        return self._turned(self.launch.threads)

    @property
    def grid_shape(self) -> tuple[int, int]:
        """How many blocks stand (below each other, side by side)."""
        return self._turned(self.launch.blocks)

    def _turned(self, pair: Sequence[int]) -> tuple[int, int]:
        """(row, column) of (x, y), and the other way round."""
        return (pair[0], pair[1]) if self.x_is_row else (pair[1], pair[0])

    def thread_at(self, i: int, j: int) -> Thread:
        """The thread that stands over row i and column j, which may lie beyond the edges of c."""
        (block_i, at_i), (block_j, at_j) = map(divmod, (i, j), self.block_shape)
        return Thread(self._turned((block_i, block_j)), self._turned((at_i, at_j)))

    def number(self, thread: Thread) -> int:
        """The thread's number in its block; x counts fastest."""
        return thread.thread_idx[0] + thread.thread_idx[1] * self.launch.threads[0]

    def cell_of(self, thread: Thread) -> tuple[int, int]:
        """The row i and the column j that a thread stands over."""
        at = (b * t + n for b, t, n in zip(thread.block_idx, self.launch.threads, thread.thread_idx, strict=True))
        return self._turned(tuple(at))

    def cells(self, block_idx: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns, each (threads a block,), that the threads of a block stand over, by their number."""
        along_x, along_y = self.launch.threads
        y, x = np.divmod(np.arange(along_x * along_y), along_x)
        return self._turned((block_idx[0] * along_x + x, block_idx[1] * along_y + y))  # type: ignore[arg-type, return-value]

    def active(self, block_idx: Sequence[int]) -> np.ndarray:
        """(warps a block, 32) bool: which lanes have a cell of c."""
        rows, columns = self.cells(block_idx)
        lanes = np.zeros(self.launch.warps_per_block * WARP, bool)
        lanes[: len(rows)] = (rows < self.m) & (columns < self.n)
        return lanes.reshape(-1, WARP)

    def requests(
        self, warp: Warp, step: int = 0, result_bytes: int = 4
    ) -> tuple[WarpRequest, WarpRequest, WarpRequest]:
        """What a warp reads of a and b in one step along k, and what it writes to c; result_bytes: of a cell of c."""
        rows, columns = self.cells(warp.block_idx)
        lanes = slice(warp.number * WARP, (warp.number + 1) * WARP)
        i, j = rows[lanes], columns[lanes]
        inside = (i < self.m) & (j < self.n)
        i, j = i[inside], j[inside]
        return (
            _request("a", i * self.k + step, OPERAND_BYTES),
            _request("b", step * self.n + j, OPERAND_BYTES),
            _request("c", i * self.n + j, result_bytes),
        )

    def sector_range(self, warp: Warp, result_bytes: int = 4) -> tuple[tuple[int, int], ...]:
        """For a, b and c the fewest and the most sectors of a request of this warp, over all steps along k."""
        repeats_after = SECTOR_BYTES // OPERAND_BYTES  # steps: then the addresses lie in their sectors as before
        steps = range(min(self.k, repeats_after))
        counts = np.array([[r.sectors for r in self.requests(warp, step, result_bytes)] for step in steps])
        return tuple((int(column.min()), int(column.max())) for column in counts.T)


def _request(array: str, cells: np.ndarray, itemsize: int) -> WarpRequest:
    different = np.unique(cells.astype(np.int64))
    each = itemsize // WORD_BYTES
    words = (different[:, None] * each + np.arange(each)).ravel()
    sectors, where = np.unique(words // (SECTOR_BYTES // WORD_BYTES), return_inverse=True)
    masks = np.zeros(len(sectors), np.int64)
    np.bitwise_or.at(masks, where, 1 << (words % (SECTOR_BYTES // WORD_BYTES)))
    return WarpRequest(array, len(different), tuple(zip(sectors.tolist(), masks.tolist(), strict=True)))
