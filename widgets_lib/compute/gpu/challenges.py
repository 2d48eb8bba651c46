"""Five broken kernels to mend, with what could stand in their places instead: see `mending`.

Every alternative is something that a reader could hold for the repair.
"""

from dataclasses import replace

import numpy as np

from .examples import Example, matrices, product, vector
from .mending import Alternative, Challenge, Place

_NO_GUARD = """def matmul(a, b, c):
    i, j = cuda.grid(2)
    total = float32(0)
    for k in range(a.shape[1]):
        total += a[i, k] * b[k, j]
    c[i, j] = total
"""
_SWAPPED = """def matmul(a, b, c):
    j, i = cuda.grid(2)
    if j < c.shape[0] and i < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total
"""
_NO_BARRIER = """def tiled(a, b, c):
    tile_a = cuda.shared.array((8, 8), float32)
    tile_b = cuda.shared.array((8, 8), float32)
    i, j = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for start in range(0, a.shape[1], 8):
        tile_a[x, y] = a[i, start + y] if i < a.shape[0] and start + y < a.shape[1] else float32(0)
        tile_b[x, y] = b[start + x, j] if start + x < b.shape[0] and j < b.shape[1] else float32(0)
        cuda.syncthreads()
        for k in range(8):
            total += tile_a[x, k] * tile_b[k, y]
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = total
"""
_RACE = """def larger_of_two(a, out):
    i = cuda.grid(1)
    if i < a.size:
        out[i // 2] = max(out[i // 2], a[i])
"""
_ONE_BLOCK = """def matmul(a, b, c):
    i, j = cuda.threadIdx.x, cuda.threadIdx.y
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total
"""


def _pairs(a: np.ndarray) -> np.ndarray:
    return a.reshape(-1, 2).max(axis=1)


def _matmul(text: str, blocks: tuple[int, int], m: int, k: int, n: int) -> Example:
    return Example("", "", text, blocks, (8, 8), lambda: matrices(m, k, n, seed=1), product)


def _reduction(text: str, blocks: int, threads: int, size: int) -> Example:
    return Example("", "", text, blocks, threads, lambda: vector(size, size // 2, seed=1), _pairs)


_GUARD = "    if i < c.shape[0] and j < c.shape[1]:"
_CHALLENGES = (
    Challenge(
        "guard",
        "the missing guard",
        "The grid is larger than c, so some threads lie outside. Send them away before they do harm.",
        _matmul(_NO_GUARD, (2, 2), 12, 6, 10),
        _matmul(_NO_GUARD, (5, 3), 33, 20, 17),
        "out-of-bounds",
        (
            Place(
                2,
                2,
                (
                    Alternative(
                        "    i, j = cuda.grid(2)\n    if i >= c.shape[0] or j >= c.shape[1]:\n        return",
                        "A thread outside returns before it reads or writes anything.",
                    ),
                    Alternative(
                        "    i, j = cuda.grid(2)\n    if i > c.shape[0] or j > c.shape[1]:\n        return",
                        "The first index outside is the size itself, and > lets it pass.",
                    ),
                    Alternative(
                        "    i, j = cuda.grid(2)\n    if i >= c.shape[1] or j >= c.shape[0]:\n        return",
                        "i counts rows, so its limit is c.shape[0]; here the two limits are swapped.",
                    ),
                    Alternative(
                        "    i, j = cuda.grid(2)\n    if i >= c.shape[0]:\n        return",
                        "The rows are guarded now, and the columns are not.",
                    ),
                ),
            ),
            Place(
                4,
                4,
                (
                    Alternative(
                        "    for k in range(a.shape[1] - 1):",
                        "k never went too far: it is i and j that lie outside. Now every sum misses its last product.",
                    ),
                    Alternative(
                        "    for k in range(a.shape[0]):",
                        "k runs along a row of a, which has a.shape[1] cells.",
                    ),
                ),
            ),
            Place(
                6,
                6,
                (
                    Alternative(
                        f"{_GUARD}\n        c[i, j] = total",
                        "The write is guarded, but by then the thread has read outside a and b.",
                    ),
                    Alternative(
                        "    c[i % c.shape[0], j % c.shape[1]] = total",
                        "The remainder keeps the write inside, into cells that belong to other threads.",
                    ),
                ),
            ),
        ),
        (
            "Which threads have no cell of c? Those that a fault names, and more of their kind.",
            "Look at what such a thread does first: it reads a and b, long before it writes.",
            "Let it return on the line after i and j are known.",
        ),
        ({0: 0},),
    ),
    Challenge(
        "axes",
        "the swapped axes",
        "c has 12 rows and 10 columns. This kernel mixes them up: put it right.",
        _matmul(_SWAPPED, (2, 2), 12, 6, 10),
        _matmul(_SWAPPED, (3, 5), 33, 20, 17),
        "out-of-bounds",
        (
            Place(
                2,
                2,
                (
                    Alternative(
                        "    i, j = cuda.grid(2)",
                        "Now x is the row, which is slower and not wrong; the guard still compares i and j with the "
                        "other axis.",
                    ),
                    Alternative(
                        "    j, i = cuda.threadIdx.x, cuda.threadIdx.y",
                        "threadIdx is the same in every block, so all blocks make the same cells.",
                    ),
                ),
            ),
            Place(
                3,
                3,
                (
                    Alternative(_GUARD, "i is the row and j the column, here as on the lines below."),
                    Alternative(
                        "    if i < c.shape[0] and j < c.shape[0]:",
                        "c.shape[0] is the number of rows; the columns end at c.shape[1].",
                    ),
                    Alternative(
                        "    if i < c.shape[1] and j < c.shape[1]:",
                        "No thread is outside any more, but nobody fills the rows from c.shape[1] on.",
                    ),
                ),
            ),
            Place(
                6,
                6,
                (
                    Alternative(
                        "            total += a[j, k] * b[k, i]",
                        "Now the reads take j for the row, and the write on the last line still takes i.",
                    ),
                ),
            ),
            Place(
                7,
                7,
                (
                    Alternative(
                        "        c[j, i] = total",
                        "Now the write takes j for the row, and the reads above still take i.",
                    ),
                ),
            ),
        ),
        (
            "On which lines is i a row, and on which a column?",
            "Three lines agree with each other: a[i, k], b[k, j] and c[i, j].",
            "The guard is the one that differs.",
        ),
        ({1: 0}, {0: 0, 2: 0, 3: 0}),
    ),
    Challenge(
        "barrier",
        "the missing barrier",
        "A fast thread fetches the next tiles while a slow one still reads the old ones. Make them wait.",
        _matmul(_NO_BARRIER, (2, 2), 12, 16, 10),
        _matmul(_NO_BARRIER, (5, 3), 33, 20, 17),
        "race",
        (
            Place(
                7,
                7,
                (
                    Alternative(
                        "    cuda.syncthreads()\n    for start in range(0, a.shape[1], 8):",
                        "All threads wait once, before the first tile; between one tile and the next nobody does.",
                    ),
                    Alternative(
                        "    for start in range(0, a.shape[1], 8):\n        cuda.syncthreads()",
                        "Nobody fetches before all have finished with the tiles of the round before.",
                    ),
                ),
            ),
            Place(
                10,
                10,
                (
                    Alternative(
                        "        cuda.syncthreads()\n        cuda.syncthreads()",
                        "Two barriers in one place keep nothing else apart than one does.",
                    ),
                    Alternative(
                        "        if i < c.shape[0] and j < c.shape[1]:\n            cuda.syncthreads()",
                        "Every thread of the block must come to a barrier, those outside c too: they fetch for the "
                        "others.",
                    ),
                ),
            ),
            Place(
                12,
                12,
                (
                    Alternative(
                        "            total += tile_a[x, k] * tile_b[k, y]\n        cuda.syncthreads()",
                        "Nobody fetches the next tiles before all have read these.",
                    ),
                ),
            ),
            Place(
                13,
                13,
                (
                    Alternative(
                        "    cuda.syncthreads()\n    if i < c.shape[0] and j < c.shape[1]:",
                        "After the loop it comes too late: the tiles have been overwritten in it.",
                    ),
                    Alternative(
                        "    if i < c.shape[0] and j < c.shape[1]:\n        cuda.syncthreads()",
                        "Only part of the block comes to this barrier, and it is too late in any case.",
                    ),
                ),
            ),
        ),
        (
            "Between which two lines do the threads race? The fault names both.",
            "The race is between the last reads of one round and the first writes of the next.",
            "A barrier belongs at the end of the loop over start, or at its beginning.",
        ),
        ({2: 0}, {0: 1}),
    ),
    Challenge(
        "race",
        "the race",
        "Each cell of out should hold the larger of two neighbouring numbers in a. Two threads write each cell: end the race.",
        _reduction(_RACE, 2, 32, 50),
        _reduction(_RACE, 7, 64, 410),
        "race",
        (
            Place(
                3,
                3,
                (
                    Alternative(
                        "    if i < out.size:", "Half of the threads are left, and two of them still share a cell."
                    ),
                    Alternative(
                        "    cuda.syncthreads()\n    if i < a.size:",
                        "A barrier keeps apart what stands before and after it; both writes stand after it.",
                    ),
                ),
            ),
            Place(
                4,
                4,
                (
                    Alternative(
                        "        out[i] = max(a[2 * i], a[2 * i + 1])",
                        "One thread a cell is the right idea; it needs the guard that belongs to out.",
                    ),
                    Alternative(
                        "        if i % 2 == 0:\n            out[i // 2] = max(a[i], a[i + 1])",
                        "Every second thread makes a cell, alone, from two reads.",
                    ),
                    Alternative(
                        "        cuda.atomic.max(out, i // 2, a[i])",
                        "The race is gone, but the maximum begins with what lay in out, which nobody has set.",
                    ),
                    Alternative(
                        "        out[i // 2] = a[i]",
                        "Both threads still write the same cell; whoever comes last decides.",
                    ),
                ),
            ),
        ),
        (
            "Which two threads write out[0]?",
            "Nothing has put a number into out before, so a maximum of what lies there and a[i] can’t be right.",
            "Let one thread make each cell, and read both neighbours.",
        ),
        ({1: 1}, {0: 0, 1: 0}),
    ),
    Challenge(
        "one-block",
        "right for one block only",
        "With one block this kernel was right. Now there are four, and 56 of the 120 cells of c stay empty.",
        _matmul(_ONE_BLOCK, (2, 2), 12, 6, 10),
        _matmul(_ONE_BLOCK, (5, 3), 33, 20, 17),
        "race",
        (
            Place(
                2,
                2,
                (
                    Alternative("    i, j = cuda.grid(2)", "cuda.grid counts through all blocks."),
                    Alternative(
                        "    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x\n"
                        "    j = cuda.blockIdx.y * cuda.blockDim.y + cuda.threadIdx.y",
                        "That is cuda.grid(2), written out.",
                    ),
                    Alternative(
                        "    i = cuda.blockIdx.x + cuda.threadIdx.x\n    j = cuda.blockIdx.y + cuda.threadIdx.y",
                        "The next block must begin a whole block later: blockIdx times blockDim.",
                    ),
                    Alternative(
                        "    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x\n    j = cuda.threadIdx.y",
                        "The rows go through all blocks, and the columns are still those of the first.",
                    ),
                ),
            ),
            Place(
                3,
                3,
                (
                    Alternative(
                        "    if cuda.blockIdx.x == 0 and cuda.blockIdx.y == 0:",
                        "One block works and the others rest, so the rest of c stays empty.",
                    ),
                ),
            ),
            Place(
                7,
                7,
                (
                    Alternative(
                        "        c[i + 8 * cuda.blockIdx.x, j + 8 * cuda.blockIdx.y] = total",
                        "The write moves on from block to block, and the reads of a and b, and the guard, do not.",
                    ),
                    Alternative(
                        "        cuda.atomic.add(c, (i, j), total)",
                        "All blocks would add to the same cells, and c starts with what lay in its memory.",
                    ),
                ),
            ),
        ),
        (
            "Choose another block: which cells does it write?",
            "threadIdx begins at 0 in each block.",
            "A thread’s place in the whole grid is blockIdx times blockDim, plus threadIdx.",
        ),
        ({0: 0}, {0: 1}),
    ),
)

CHALLENGES = {challenge.key: challenge for challenge in _CHALLENGES}

BROKEN = {
    f"broken-{each.key}": replace(
        each.example, key=f"broken-{each.key}", title=f"broken: {each.title}", about="It is there to be mended, too."
    )
    for each in _CHALLENGES
}
"""The same kernels to look at, by keys of their own."""
