"""Kernels with one fault each, as learners write them."""

from widgets_lib.compute.gpu import cuda, float32, int32

from .cases import blank, faulty, numbers, values, zeros

TILE = 4

# ---- out of bounds ----


@faulty("out-of-bounds", 2, 8, numbers(16), blank(14))
def no_guard(a, out):
    i = cuda.grid(1)
    out[i] = a[i] + 10  # here


@faulty("out-of-bounds", (2, 1), (4, 4), numbers(5, 4), blank(5, 4))
def no_guard_in_two_axes(a, out):
    i, j = cuda.grid(2)
    out[i, j] = a[i, j]  # here


@faulty("out-of-bounds", (2, 2), (4, 4), numbers(8, 6), blank(8, 6))
def guard_for_one_axis_only(a, out):
    i, j = cuda.grid(2)
    if i < out.shape[0]:
        out[i, j] = a[i, j]  # here


@faulty("out-of-bounds", 2, 8, numbers(10), blank(10))
def guard_off_by_one(a, out):
    i = cuda.grid(1)
    if i <= a.size:
        out[i] = a[i]  # here


@faulty("out-of-bounds", (1, 1), (8, 8), numbers(3, 5), blank(3, 5))
def guard_with_axes_swapped(a, out):
    i, j = cuda.grid(2)
    if j < out.shape[0] and i < out.shape[1]:
        out[i, j] = a[i, j]  # here


@faulty("out-of-bounds", 1, 8, numbers(8), blank(8))
def right_neighbour(a, out):
    i = cuda.grid(1)
    if i < a.size:
        out[i] = a[i] + a[i + 1]  # here


@faulty("out-of-bounds", 1, 16, numbers(16), blank(12))
def guard_by_the_other_array(a, out):
    i = cuda.grid(1)
    if i < a.shape[0]:
        out[i] = a[i]  # here


@faulty("out-of-bounds", (1, 1), (4, 4), numbers(3, 5), numbers(5, 4), blank(3, 4))
def loop_past_the_end(a, b, c):
    i, j = cuda.grid(2)
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1] + 1):
            total += a[i, k] * b[k, j]  # here
        c[i, j] = total


@faulty("out-of-bounds", 1, 16, numbers(16), blank(16))
def shared_array_too_small(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    tile[x] = a[x]  # here
    cuda.syncthreads()
    out[x] = tile[x % 8]


@faulty("out-of-bounds", 1, 4, values(0, 2, 5, 1), zeros(5, dtype="int32"))
def index_from_data(bins, counts):
    i = cuda.grid(1)
    cuda.atomic.add(counts, bins[i], 1)  # here


@cuda.jit(device=True)
def row_sum(a, i):
    total = float32(0)
    for k in range(a.shape[0]):
        total += a[i, k]  # here
    return total


@faulty("out-of-bounds", 1, 8, numbers(8, 3), blank(8))
def inside_a_device_function(a, out):
    i = cuda.grid(1)
    out[i] = row_sum(a, i)


@faulty("out-of-bounds", 1, 4, numbers(10), blank(10))
def stride_loop_too_long(a, out):
    i = cuda.grid(1)
    while i <= a.size:
        out[i] = a[i]  # here
        i += cuda.gridsize(1)


@faulty("out-of-bounds", 1, 4, numbers(4), blank(4))
def local_array_too_small(a, out):
    kept = cuda.local.array(3, float32)
    i = cuda.grid(1)
    for k in range(4):
        kept[k] = a[k]  # here
    out[i] = kept[0]


@faulty("out-of-bounds", (1, 1, 2), (2, 2, 2), numbers(2, 2, 3), blank(2, 2, 3))
def third_axis_without_guard(a, out):
    i, j, k = cuda.grid(3)
    if i < a.shape[0] and j < a.shape[1]:
        out[i, j, k] = a[i, j, k]  # here


@faulty("out-of-bounds", 2, 4, numbers(8), blank(2))
def one_cell_per_block_by_thread(a, out):
    i = cuda.grid(1)
    if cuda.threadIdx.x == 0:
        out[i] = a[i]  # here


# ---- negative indices ----


@faulty("negative-index", 1, 8, numbers(8), blank(8))
def left_neighbour(a, out):
    i = cuda.grid(1)
    out[i] = a[i] - a[i - 1]  # here


@faulty("negative-index", 1, 8, numbers(8), blank(8))
def backwards_too_far(a, out):
    i = cuda.grid(1)
    out[i] = a[a.size - 2 - i]  # here


@faulty("negative-index", (1, 1), (4, 4), numbers(4, 4), blank(4, 4))
def row_above(a, out):
    i, j = cuda.grid(2)
    out[i, j] = a[i - 1, j]  # here


@faulty("negative-index", 1, 4, numbers(4), values(3, 0, -1, 2), blank(4))
def marker_used_as_index(a, parent, out):
    i = cuda.grid(1)
    out[i] = a[parent[i]]  # here


@faulty("negative-index", 2, 8, numbers(12), blank(12))
def guard_on_one_side_only(a, out):
    i = cuda.grid(1)
    j = i - 2
    if j < a.size:
        x = a[j]  # here
        if i < out.size:
            out[i] = x


# ---- races ----


@faulty("race", 1, 8, numbers(8), zeros(1))
def sum_without_atomic(a, out):
    i = cuda.grid(1)
    out[0] += a[i]  # here


@faulty("race", 4, 1, numbers(4), zeros(1))
def sum_over_blocks(a, out):
    i = cuda.grid(1)
    out[0] += a[i]  # here


@faulty("race", 1, 8, numbers(8), zeros(1))
def flag_of_one_value(a, out):
    i = cuda.grid(1)
    if a[i] > 0:
        out[0] = 1  # here


@faulty("race", 1, 8, numbers(8), blank(4))
def cells_shared_by_remainder(a, out):
    i = cuda.grid(1)
    out[i % 4] = a[i]  # here


@faulty("race", 2, 8, numbers(16), blank(16))
def no_barrier_after_filling(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    tile[x] = a[i]  # here
    out[i] = tile[7 - x]  # here


@faulty("race", (2, 2), (4, 4), numbers(8, 12), numbers(12, 8), blank(8, 8))
def no_second_barrier(a, b, c):
    tile_a = cuda.shared.array((TILE, TILE), float32)
    tile_b = cuda.shared.array((TILE, TILE), float32)
    i, j = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for start in range(0, a.shape[1], TILE):
        tile_a[x, y] = a[i, start + y]  # here
        tile_b[x, y] = b[start + x, j]  # here
        cuda.syncthreads()
        for k in range(TILE):
            total += tile_a[x, k] * tile_b[k, y]  # here
    c[i, j] = total


@faulty("race", 1, 8, numbers(8), blank(1))
def halving_without_barrier(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    tile[x] = a[x]
    cuda.syncthreads()
    s = 4
    while s > 0:
        if x < s:
            tile[x] += tile[x + s]  # here
        s //= 2
    if x == 0:
        out[0] = tile[0]


@faulty("race", 1, 8, numbers(8), blank(8))
def scan_in_place(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    tile[x] = a[x]
    cuda.syncthreads()
    step = 1
    while step < 8:
        if x >= step:
            tile[x] += tile[x - step]  # here
        cuda.syncthreads()
        step *= 2
    out[x] = tile[x]


@faulty("race", 1, 8, numbers(8), zeros(8))
def neighbours_result(a, out):
    i = cuda.grid(1)
    if i > 0:
        out[i] = out[i - 1] + a[i]  # here


@faulty("race", 3, 4, numbers(12), blank(12))
def right_for_one_block_only(a, out):
    x = cuda.threadIdx.x
    out[x] = a[cuda.grid(1)]  # here


@faulty("race", 1, 8, numbers(8), zeros(1), blank(8))
def total_read_too_early(a, total, out):
    i = cuda.grid(1)
    cuda.atomic.add(total, 0, a[i])  # here
    out[i] = a[i] / total[0]  # here


@faulty("race", 2, 4, numbers(8))
def shift_in_place_over_blocks(a):
    i = cuda.grid(1)
    x = float32(0)
    if i + 1 < a.size:
        x = a[i + 1]  # here
    cuda.syncthreads()
    a[i] = x  # here


@faulty("race", (1, 1), (4, 4), numbers(4, 4))
def transpose_in_place_by_all(a):
    i, j = cuda.grid(2)
    a[i, j], a[j, i] = a[j, i], a[i, j]  # here


@faulty("race", 1, 8, values(0, 1, 1, 2, 3, 3, 3, 0), blank(4, dtype="int32"))
def histogram_without_atomic(bins, out):
    counts = cuda.shared.array(4, int32)
    x = cuda.threadIdx.x
    if x < 4:
        counts[x] = 0
    cuda.syncthreads()
    counts[bins[x]] += 1  # here
    cuda.syncthreads()
    if x < 4:
        out[x] = counts[x]


@faulty("race", 1, 8, numbers(8), blank(8))
def barrier_before_the_write(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    cuda.syncthreads()
    tile[x] = a[x]  # here
    out[x] = tile[(x + 1) % 8]  # here


@faulty("race", 3, 4, numbers(12), zeros(3), blank(1))
def partial_sums_of_other_blocks(a, partial, out):
    x = cuda.threadIdx.x
    if x == 0:
        total = float32(0)
        for k in range(4):
            total += a[cuda.blockIdx.x * 4 + k]
        partial[cuda.blockIdx.x] = total  # here
    cuda.syncthreads()
    if cuda.grid(1) == 0:
        out[0] = partial[0] + partial[1] + partial[2]  # here


@faulty("race", 1, 8, numbers(8), zeros(1))
def largest_without_atomic(a, out):
    i = cuda.grid(1)
    out[0] = max(out[0], a[i])  # here


@faulty("race", 1, 8, values(3, 1, 4, 1, 5, 9, 2, 6), blank(1, dtype="int32"))
def place_of_a_value_found_twice(a, out):
    i = cuda.grid(1)
    if a[i] == 1:
        out[0] = i  # here


@faulty("race", 1, 4, numbers(4), blank(4))
def one_line_reads_what_another_writes(a, out):
    i = cuda.grid(1)
    a[i] = a[i] * 2  # here
    out[i] = a[3 - i]  # here


@cuda.jit(device=True)
def put(out, value):
    out[0] = value  # here


@faulty("race", 1, 4, numbers(4), blank(1))
def race_in_a_device_function(a, out):
    put(out, a[cuda.grid(1)])


# ---- barriers that diverge ----


@faulty("divergent-barrier", 1, 8, numbers(8), blank(8))
def barrier_in_an_if(a, out):
    x = cuda.threadIdx.x
    if x < 4:
        out[x] = a[x]
        cuda.syncthreads()  # here


@faulty("divergent-barrier", 2, 8, numbers(12), blank(12))
def return_before_a_barrier(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    if i >= a.size:
        return
    tile[x] = a[i]
    cuda.syncthreads()  # here
    out[i] = tile[x]


@faulty("divergent-barrier", 1, 4, numbers(4), blank(4))
def rounds_by_thread(a, out):
    x = cuda.threadIdx.x
    for _ in range(x):
        cuda.syncthreads()  # here
    out[x] = a[x]


@faulty("divergent-barrier", 1, 4, numbers(4), blank(4))
def a_barrier_in_each_branch(a, out):
    x = cuda.threadIdx.x
    if x % 2:
        out[x] = a[x]
        cuda.syncthreads()  # here
    else:
        out[x] = -a[x]
        cuda.syncthreads()  # here


@cuda.jit(device=True)
def wait():
    cuda.syncthreads()  # here


@faulty("divergent-barrier", 1, 4, numbers(4), blank(4))
def barrier_of_a_device_function(a, out):
    x = cuda.threadIdx.x
    if a[x] > a[0]:
        wait()
    out[x] = a[x]


@faulty("divergent-barrier", 1, 4, values(1, 2, 3, 4), blank(4, dtype="int32"))
def rounds_by_data(a, out):
    x = cuda.threadIdx.x
    n = a[x]
    while n > 0:
        n -= 1
        cuda.syncthreads()  # here
    out[x] = n


@faulty("divergent-barrier", 1, 4, numbers(4), blank(4))
def break_before_the_barrier(a, out):
    x = cuda.threadIdx.x
    for k in range(3):
        if k == x:
            break
        cuda.syncthreads()  # here
    out[x] = a[x]


# ---- read before written ----


@faulty("uninitialised", 1, 8, numbers(8), blank(8))
def shared_array_never_filled(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    out[x] = a[x] + tile[x]  # here


@faulty("uninitialised", 1, 8, numbers(8), blank(8))
def halo_never_filled(a, out):
    tile = cuda.shared.array(10, float32)
    x = cuda.threadIdx.x
    tile[x + 1] = a[x]
    cuda.syncthreads()
    out[x] = tile[x] + tile[x + 1]  # here


@faulty("uninitialised", 1, 4, numbers(4), blank(4))
def local_sums_not_set_to_zero(a, out):
    sums = cuda.local.array(2, float32)
    i = cuda.grid(1)
    sums[i % 2] += a[i]  # here
    out[i] = a[i]


@faulty("uninitialised", 1, 8, values(0, 1, 1, 2, 3, 3, 3, 0), blank(4, dtype="int32"))
def histogram_not_set_to_zero(bins, out):
    counts = cuda.shared.array(4, int32)
    x = cuda.threadIdx.x
    cuda.atomic.add(counts, bins[x], 1)  # here
    cuda.syncthreads()
    if x < 4:
        out[x] = counts[x]  # here


@faulty("uninitialised", 1, 8, numbers(8), blank(8))
def half_of_the_tile_filled(a, out):
    tile = cuda.shared.array(8, float32)
    x = cuda.threadIdx.x
    if x < 4:
        tile[x] = a[x]
    cuda.syncthreads()
    out[x] = tile[7 - x]  # here


@faulty("uninitialised", 2, 8, numbers(12), blank(12))
def last_tile_filled_in_part(a, out):
    tile = cuda.shared.array(8, float32)
    i, x = cuda.grid(1), cuda.threadIdx.x
    if i < a.size:
        tile[x] = a[i]
    cuda.syncthreads()
    if i < a.size:
        out[i] = tile[7 - x]  # here


@faulty("uninitialised", 1, 4, numbers(4), blank(4))
def filled_after_it_is_read(a, out):
    kept = cuda.local.array(1, float32)
    i = cuda.grid(1)
    out[i] = kept[0]  # here
    kept[0] = a[i]
