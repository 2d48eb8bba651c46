"""Kernels without a fault, some of them near one; the last argument is what they fill."""

import math

import numpy as np

from widgets_lib.compute.gpu import cuda, float32, float64, int32, kernels

from .cases import blank, numbers, right, values, zeros

TILE = 4
SIZE = 8

# ---- one thread a cell ----


@right(2, 8, numbers(14), blank(14), expected=lambda a: a + 10)
def guarded(a, out):
    i = cuda.grid(1)
    if i < out.shape[0]:
        out[i] = a[i] + 10


@right((2, 2), (4, 4), numbers(5, 7), blank(5, 7), expected=lambda a: 2 * a)
def guarded_in_two_axes(a, out):
    i, j = cuda.grid(2)
    if i < out.shape[0] and j < out.shape[1]:
        out[i, j] = 2 * a[i, j]


@right((1, 2, 3), (2, 2, 2), numbers(2, 3, 5), blank(2, 3, 5), expected=lambda a: a - 1)
def guarded_in_three_axes(a, out):
    i, j, k = cuda.grid(3)
    if i >= out.shape[0] or j >= out.shape[1] or k >= out.shape[2]:
        return
    out[i, j, k] = a[i, j, k] - 1


@right(3, 8, numbers(20), blank(20), expected=lambda a: a[::-1])
def backwards(a, out):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < a.size:
        out[i] = a[a.size - 1 - i]


@right(1, 8, numbers(8), blank(8), expected=lambda a: a - np.r_[0, a[:-1]])
def left_neighbour_guarded(a, out):
    i = cuda.grid(1)
    out[i] = a[i] - a[i - 1] if i > 0 else a[i]


@right(1, 8, numbers(8), blank(8), expected=lambda a: a + a[-1])
def last_cell_by_a_literal(a, out):
    i = cuda.grid(1)
    out[i] = a[i] + a[-1]


@right(1, 4, numbers(18), blank(18), expected=lambda a: a * 3)
def stride_loop(a, out):
    i = cuda.grid(1)
    while i < a.size:
        out[i] = a[i] * 3
        i += cuda.gridsize(1)


@right(2, 4, numbers(18), blank(18), expected=lambda a: a * 3)
def stride_loop_with_range(a, out):
    for i in range(cuda.grid(1), a.size, cuda.gridsize(1)):
        out[i] = a[i] * 3


@right((3, 2), (4, 4), numbers(5, 9), blank(9, 5), expected=lambda a: a.T)
def transposed(a, out):
    j, i = cuda.grid(2)
    if i < a.shape[0] and j < a.shape[1]:
        out[j, i] = a[i, j]


@right((1, 1), (4, 4), numbers(4, 4), blank(4, 4), expected=lambda a: a.T)
def both_of_a_pair_by_one_thread(a, out):
    i, j = cuda.grid(2)
    if i <= j:
        out[i, j], out[j, i] = a[j, i], a[i, j]


@right(1, 8, numbers(8), values(7, 3, 1, 0, 2, 4, 6, 5), blank(8), expected=lambda a, order: a[order])
def gathered(a, order, out):
    i = cuda.grid(1)
    out[i] = a[order[i]]


@right(1, 4, numbers(4), values(3, 0, -1, 2), blank(4), expected=lambda a, parent: np.where(parent < 0, a, a[parent]))
def marker_tested_first(a, parent, out):
    i = cuda.grid(1)
    p = parent[i]
    if p >= 0:
        out[i] = a[p]
    else:
        out[i] = a[i]


@right(1, 8, numbers(3, 8), blank(8), expected=lambda a: a.sum(0))
def rows_in_turn(a, out):
    j = cuda.grid(1)
    total = float32(0)
    for i in range(a.shape[0]):
        total += a[i][j]
    out[j] = total


@right(2, 8, numbers(16), blank(8), expected=lambda a: a[:8])
def one_writer_for_each_cell(a, out):
    i = cuda.grid(1)
    if i < 8:
        out[i] = a[i]


@right(1, 8, numbers(8), blank(1), expected=lambda a: a[:1])
def first_thread_only(a, out):
    if cuda.threadIdx.x == 0:
        out[0] = a[0]


@right(2, 8, numbers(16), 3, blank(16), expected=lambda a, n: a * n)
def a_number_as_argument(a, n, out):
    i = cuda.grid(1)
    out[i] = a[i] * n


@right(1, 40, numbers(40, dtype="int32"), blank(40, dtype="int32"), expected=lambda a: a * a % 7)
def whole_numbers(a, out):
    i = cuda.grid(1)
    out[i] = a[i] * a[i] % 7


@right(1, 8, numbers(8, dtype="float64"), blank(8, dtype="float64"), expected=lambda a: np.sqrt(a) / 3)
def roots_in_float64(a, out):
    i = cuda.grid(1)
    out[i] = math.sqrt(a[i]) / 3


@right(1, 8, numbers(8), blank(8), expected=lambda a: np.array([max(2, min(x, 30)) for x in a], np.float32))
def clipped(a, out):
    i = cuda.grid(1)
    out[i] = max(2, min(a[i], 30))


# ---- matrix multiplication ----

FACTORS = numbers(5, 7), numbers(7, 6, seed=2), blank(5, 6)
right((2, 2), (4, 4), *FACTORS, expected=np.matmul)(kernels.naive)
right((2, 2), (4, 4), *FACTORS, expected=np.matmul)(kernels.naive_columns)
right((1, 1), (16, 16), *FACTORS, expected=np.matmul)(kernels.tiled)


@right((2, 2), (4, 4), numbers(8, 12), numbers(12, 8, seed=2), blank(8, 8), expected=np.matmul)
def tiles_that_fit(a, b, c):
    tile_a = cuda.shared.array((TILE, TILE), float32)
    tile_b = cuda.shared.array((TILE, TILE), float32)
    i, j = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for start in range(0, a.shape[1], TILE):
        tile_a[x, y] = a[i, start + y]
        tile_b[x, y] = b[start + x, j]
        cuda.syncthreads()
        for k in range(TILE):
            total += tile_a[x, k] * tile_b[k, y]
        cuda.syncthreads()
    c[i, j] = total


@cuda.jit(device=True)
def dot(row, column):
    total = float32(0)
    for k in range(row.shape[0]):
        total += row[k] * column[k]
    return total


@right((2, 2), (4, 4), *FACTORS, expected=np.matmul)
def rows_and_columns_as_views(a, b, c):
    i, j = cuda.grid(2)
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = dot(a[i], b[:, j])


# ---- shared memory ----


@right(2, 8, numbers(16), blank(16), expected=lambda a: a.reshape(2, 8)[:, ::-1].ravel())
def barrier_after_filling(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    tile[x] = a[i]
    cuda.syncthreads()
    out[i] = tile[7 - x]


@right(2, 8, numbers(16), blank(16), expected=lambda a: a * 2)
def own_cell_needs_no_barrier(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    tile[x] = a[i]
    tile[x] *= 2
    out[i] = tile[x]


@right(2, 8, numbers(14), blank(2), expected=lambda a: [a[:8].sum(), a[8:].sum()])
def halving(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    tile[x] = a[i] if i < a.size else float32(0)
    cuda.syncthreads()
    s = 4
    while s > 0:
        if x < s:
            tile[x] += tile[x + s]
        cuda.syncthreads()
        s //= 2
    if x == 0:
        out[cuda.blockIdx.x] = tile[0]


@right(1, 8, numbers(8), blank(8), expected=np.cumsum)
def scan_with_a_variable(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    tile[x] = a[x]
    cuda.syncthreads()
    step = 1
    while step < 8:
        before = float32(0)
        if x >= step:
            before = tile[x - step]
        cuda.syncthreads()
        tile[x] += before
        cuda.syncthreads()
        step *= 2
    out[x] = tile[x]


@right(1, 8, numbers(8), blank(8), expected=lambda a: np.r_[a[1:], 0] + a + np.r_[0, a[:-1]])
def halo_filled(a, out):
    tile = cuda.shared.array(10, float32)
    x = cuda.threadIdx.x
    tile[x + 1] = a[x]
    if x < 2:
        tile[9 * x] = 0
    cuda.syncthreads()
    out[x] = tile[x] + tile[x + 1] + tile[x + 2]


@right(2, 8, numbers(12), blank(12), expected=lambda a: a[[*range(7, -1, -1), 11, 10, 9, 8]])
def last_tile_read_where_filled(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    filled = min(8, a.size - cuda.blockIdx.x * 8)
    if x < filled:
        tile[x] = a[i]
    cuda.syncthreads()
    if x < filled:
        out[i] = tile[filled - 1 - x]


@right(1, 4, numbers(4), blank(4), expected=lambda a: a[0] + 0 * a)
def one_cell_read_by_all(a, out):
    first = cuda.shared.array(1, float32)
    x = cuda.threadIdx.x
    if x == 0:
        first[0] = a[0]
    cuda.syncthreads()
    out[x] = first[0]


@right(1, 8, numbers(8), blank(8), expected=lambda a: a + 1)
def two_arrays_taking_turns(a, out):
    tile = cuda.shared.array((2, 8), float32)
    x = cuda.threadIdx.x
    tile[0, x] = a[x]
    cuda.syncthreads()
    for turn in range(4):
        tile[(turn + 1) % 2, (x + 1) % 8] = tile[turn % 2, x]
        cuda.syncthreads()
    for turn in range(4):
        tile[(turn + 1) % 2, (x + 7) % 8] = tile[turn % 2, x]
        cuda.syncthreads()
    out[x] = tile[0, x] + 1


@right((2, 2), (4, 4), numbers(8, 8), blank(8, 8), expected=lambda a: a.T)
def transposed_through_a_padded_tile(a, out):
    tile = cuda.shared.array((4, 5), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    tile[y, x] = a[cuda.blockIdx.y * 4 + y, cuda.blockIdx.x * 4 + x]
    cuda.syncthreads()
    out[cuda.blockIdx.x * 4 + y, cuda.blockIdx.y * 4 + x] = tile[x, y]


@cuda.jit(device=True)
def filled(tile, a, x):
    tile[x] = a[x]
    cuda.syncthreads()
    return tile[0]


@right(1, 4, numbers(4), blank(4), expected=lambda a: a - a[0])
def barrier_of_a_device_function_for_all(a, out):
    tile = cuda.shared.array(4, float32)
    x = cuda.threadIdx.x
    first = filled(tile, a, x)
    out[x] = tile[x] - first


@right(1, 8, numbers(8), zeros(8), expected=lambda a: a[::-1] * 2)
def global_memory_after_a_barrier(a, out):
    x = cuda.threadIdx.x
    out[x] = a[x] * 2
    cuda.syncthreads()
    value = out[7 - x]
    cuda.syncthreads()
    out[x] = value


@right(1, 4, numbers(4), blank(4), expected=lambda a: a + 6)
def barriers_in_a_branch_for_all(a, out):
    x = cuda.threadIdx.x
    tile = cuda.shared.array(4, int32)
    if a.size > 3:
        tile[x] = x
        cuda.syncthreads()
        out[x] = a[x] + tile[0] + tile[1] + tile[2] + tile[3]


# ---- atomic, local, odds and ends ----


@right(4, 8, numbers(30), zeros(1), expected=lambda a: [a.sum()])
def atomic_sum(a, out):
    i = cuda.grid(1)
    if i < a.size:
        cuda.atomic.add(out, 0, a[i])


@right(4, 8, numbers(30), zeros(2), expected=lambda a: [a.max(), 0])
def atomic_max(a, out):
    i = cuda.grid(1)
    if i < a.size:
        cuda.atomic.max(out, 0, a[i])
        cuda.atomic.min(out, 1, a[i])


@right(2, 8, values(*[0, 1, 1, 2, 3, 3, 3, 0] * 2), zeros(4, dtype="int32"), expected=lambda a: np.bincount(a))
def histogram(bins, out):
    counts = cuda.shared.array(4, int32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    if x < 4:
        counts[x] = 0
    cuda.syncthreads()
    cuda.atomic.add(counts, bins[i], 1)
    cuda.syncthreads()
    if x < 4:
        cuda.atomic.add(out, x, counts[x])


@right(1, 4, numbers(4, 2), blank(4), expected=lambda a: a.sum(1))
def local_sums(a, out):
    kept = cuda.local.array(2, float32)
    i = cuda.grid(1)
    for k in range(2):
        kept[k] = a[i, k]
    out[i] = kept[0] + kept[1]


@right(
    1,
    8,
    numbers(8, dtype="int64"),
    blank(8, dtype="int64"),
    expected=lambda a: [x * 31 + 7 if x % 2 else -x for x in a],
)
def branches_on_values(a, out):
    i = cuda.grid(1)
    x = a[i]
    if x % 2 == 1:
        out[i] = x * 31 + 7
    else:
        out[i] = -x


@right(1, 4, numbers(4), blank(4, dtype="float64"), expected=lambda a: a.astype("float64") * 0.1)
def mixed_types(a, out):
    i = cuda.grid(1)
    total = 0.0
    total += a[i] * 0.1
    out[i] = total


@right((2, 1), (SIZE, 1), numbers(16), blank(16), expected=lambda a: a)
def two_axes_of_one_row(a, out):
    i, _ = cuda.grid(2)
    tile = cuda.local.array(SIZE, float64)
    tile[cuda.threadIdx.x] = a[i]
    out[i] = tile[cuda.threadIdx.x]
