"""What a trace counts, against formulas and against numpy."""

import inspect
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32


def operands(m, k, n, dtype=np.float32):
    """a (m, k) and b (k, n) of whole numbers, so that their product is exact, and a c (m, n) of nan."""
    rng = np.random.default_rng(m + k + n)
    a, b = rng.integers(-9, 9, (m, k)).astype(dtype), rng.integers(-9, 9, (k, n)).astype(dtype)
    return a, b, np.full((m, n), np.nan, dtype)


@settings(deadline=None, max_examples=15)
@given(m=st.integers(1, 9), k=st.integers(1, 6), n=st.integers(1, 9), x=st.integers(1, 5), y=st.integers(1, 5))
def test_a_naive_product_by_its_formulas(m, k, n, x, y):
    a, b, c = operands(m, k, n)
    blocks = gpu.blocks_per_grid((m, n), (x, y))
    trace = gpu.trace(gpu.naive, blocks, (x, y), a, b, c)
    np.testing.assert_array_equal(trace.after["c"], a @ b)
    assert np.isnan(c).all()  # the caller's own
    assert (len(trace.reads), len(trace.writes)) == (2 * m * n * k, m * n)
    assert trace.traffic["a"] == gpu.Traffic("global", m * n * k, 0, m * k, 0)
    assert trace.traffic["c"] == gpu.Traffic("global", 0, m * n, 0, m * n)
    threads = blocks[0] * blocks[1] * x * y
    assert len(trace.idle_threads) == threads - m * n
    assert trace.idle_share == pytest.approx(1 - m * n / threads)
    assert not trace.faults and not trace.notes


@settings(deadline=None, max_examples=10)
@given(m=st.integers(1, 9), n=st.integers(1, 9), x=st.integers(1, 5), y=st.integers(1, 5))
def test_who_makes_which_cell(m, n, x, y):
    a, b, c = operands(m, 2, n)
    blocks = gpu.blocks_per_grid((n, m), (x, y))
    trace = gpu.trace(gpu.naive_columns, blocks, (x, y), a, b, c)
    i, j = np.indices((m, n))
    block, within = j // x + blocks[0] * (i // y), j % x + x * (i % y)
    np.testing.assert_array_equal(trace.makers("c"), block * (x * y) + within)
    assert trace.makers_of("c", (m - 1, n - 1)) == (
        gpu.Thread(((n - 1) // x, (m - 1) // y), ((n - 1) % x, (m - 1) % y)),
    )


def test_an_access_says_everything():
    def kernel(a, out):
        i = cuda.grid(1)
        out[i] = a[i, 1] * 2

    a = np.arange(8, dtype=np.float32).reshape(4, 2)
    trace = gpu.trace(kernel, 2, 2, a, np.zeros(4))
    assert trace.accesses[0] == gpu.Access("read", gpu.Thread((0,), (0,)), 3, None, "a", (0, 1), 1.0, 0)
    assert list(trace.accesses)[-1] == gpu.Access("write", gpu.Thread((1,), (1,)), 3, None, "out", (3,), 14.0, 0)
    assert trace.accesses[-1] == list(trace.accesses)[-1]
    assert [len(trace.accesses.of("a")), len(trace.accesses.of(line=3)), len(trace.accesses.of(line=2))] == [4, 8, 0]
    assert trace.text == textwrap.dedent(inspect.getsource(kernel)) and trace.text.startswith("def kernel")


def test_intervals_end_at_barriers():
    def kernel(a, out):
        tile = cuda.shared.array(4, float32)
        x = cuda.threadIdx.x
        tile[x] = a[x]
        cuda.syncthreads()
        out[x] = tile[3 - x]

    trace = gpu.trace(kernel, 1, 4, np.arange(4.0), np.zeros(4))
    seen = [(access.array, access.interval) for access in trace.accesses]
    assert seen[:4] == [("a", 0), ("tile", 0)] * 2 and seen[-2:] == [("tile", 1), ("out", 1)]


def test_tiles_save_the_reads_that_the_formula_says():
    a, b, c = operands(32, 32, 32)
    launch = (2, 2), (16, 16)
    naive, tiled = gpu.trace(gpu.naive, *launch, a, b, c), gpu.trace(gpu.tiled, *launch, a, b, c)
    np.testing.assert_array_equal(tiled.after["c"], a @ b)
    assert naive.traffic["a"].reads == 32**3 and tiled.traffic["a"].reads == 32**3 // 16
    assert tiled.traffic["tile_a"].reads == 32**3 and tiled.traffic["tile_a"].writes == 32**3 // 16
    assert tiled.reads_saved == len(naive.reads) - tiled.traffic["a"].reads - tiled.traffic["b"].reads
    example = gpu.EXAMPLES["tiled"]  # whose grid is larger than c
    arrays = example.arguments()
    part = gpu.trace(example.text, example.blocks, example.threads, *arrays)
    plain = gpu.trace(gpu.naive, example.blocks, example.threads, *arrays)
    assert part.reads_served == len(plain.reads) == 3840, "threads without a cell read shared memory for nothing"
    assert part.reads_saved == 3840 - part.traffic["a"].reads - part.traffic["b"].reads == 3136
    assert naive.reads_saved == 0


# ---- threads without work ----


def test_the_idle_threads_of_the_published_launch():
    """50,000 × 10 in blocks of 16 × 16: 37.5 % idle; with x as the row three whole warps of eight."""
    a, b, c = operands(50_000, 3, 10)
    rows = gpu.trace(gpu.naive, (3125, 1), (16, 16), a, b, c, max_accesses=10_000)
    columns = gpu.trace(gpu.naive_columns, (1, 3125), (16, 16), a, b, c, max_accesses=10_000)
    assert rows.idle_share == columns.idle_share == 0.375
    assert len(rows.idle_warps) == 3 * len(rows.blocks) and rows.idle_warps[0] == gpu.Warp((0, 0), 5)
    assert not columns.idle_warps
    wide = gpu.trace(gpu.naive_columns, (1, 6250), (32, 8), a, b, c, max_accesses=10_000)
    assert wide.idle_share == pytest.approx(0.6875)
    lanes = columns.lanes(7)
    assert lanes.active / (32 * lanes.requests) == 0.625 and lanes.diverged == 0


def test_lanes_lost_to_a_branch():
    def kernel(a, out):
        i = cuda.grid(1)
        if i < 48:
            if i % 4 == 0:
                out[i] = a[i]
            else:
                out[i] = 0

    trace = gpu.trace(kernel, 1, 64, np.arange(48.0), np.zeros(48))
    assert trace.lanes(5) == gpu.Lanes(requests=4, active=24, diverged=4 * 32 - 24 - 32, idle=32)
    assert trace.lanes(7).active == 36


def test_threads_of_a_block_that_fills_no_warp_are_missing_lanes():
    def kernel(out):
        out[cuda.grid(1)] = 1

    assert gpu.trace(kernel, 1, 40, np.zeros(40)).lanes(2) == gpu.Lanes(2, 40, 0, 24)


# ---- what can be passed, and bounds ----


def test_blocks_are_sampled_above_the_budget_and_that_is_said():
    a, b, c = operands(64, 4, 64)
    trace = gpu.trace(gpu.naive, (16, 16), (4, 4), a, b, c, max_accesses=16 * 9 * 10)
    assert len(trace.blocks) == 10 and {0, 255} <= set(trace.blocks) and len(trace.writes) == 160
    assert trace.notes == (
        "10 blocks of 256 were followed, spread over the grid: "
        "counts are theirs, and a fault in another block is not seen.",
    )


def test_blocks_that_are_lighter_than_the_first_leave_room_for_more():
    def kernel(out):
        i = cuda.grid(1)
        if i < 4:
            for k in range(100):
                out[i] = k

    trace = gpu.trace(kernel, 40, 4, np.zeros(4), max_accesses=1000)
    assert len(trace.blocks) == 40 and not trace.notes and len(trace.idle_threads) == 39 * 4
    assert sorted(trace.blocks) == list(range(40)) and trace.blocks != tuple(range(40))


def test_tensors_lists_and_numbers_are_arguments():
    def kernel(a, b, n, out):
        i = cuda.grid(1)
        out[i] = a[i] + b[i] * n

    out = torch.zeros(3)
    trace = gpu.trace(kernel, 1, 3, torch.arange(3.0), [10, 20, 30], 2, out)
    assert trace.after["out"].tolist() == [20, 41, 62] and not out.any()
    assert trace.after["b"].dtype == np.int64


def test_two_traces_of_one_launch_are_equal():
    a, b, c = operands(5, 6, 7)
    one, two = (gpu.trace(gpu.tiled, (1, 1), (16, 16), a, b, c) for _ in range(2))
    assert list(one.accesses) == list(two.accesses)


def test_progress_is_told_and_can_end_a_trace():
    a, b, c = operands(4, 2, 4)
    told = []
    gpu.trace(gpu.naive, (2, 2), (2, 2), a, b, c, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (16, 16) and [done for done, _ in told] == list(range(1, 17))

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gpu.trace(gpu.tiled, (1, 1), (2, 2), a, b, c, on_progress=stop)


def test_an_array_that_is_not_there_is_named():
    a, b, c = operands(2, 2, 2)
    trace = gpu.trace(gpu.tiled, 1, (16, 16), a, b, c)
    with pytest.raises(ValueError, match=r"tiled has no array 'd'; it has a, b, c, tile_a, tile_b"):
        trace.sectors("d")
    with pytest.raises(ValueError, match=r"tile_a is in shared memory: ask for bank_conflicts"):
        trace.sectors("tile_a")
    with pytest.raises(ValueError, match="no array argument 'tile_a'"):
        trace.makers("tile_a")


@pytest.mark.parametrize(
    ("blocks", "threads", "words"),
    [
        (0, 1, "blocks is at least 1, not 0"),
        (1, 1025, "threads is at most 1,024, not 1,025"),
        (1, (64, 32), r"make 2,048 threads a block; a block has at most 1,024"),
        (1, (1, 1, 65), "threads is at most 64, not 65"),
        ((1, 2, 3, 4), 1, "blocks has one to three numbers"),
        (1.5, 1, "blocks is a whole number"),
        (1, (2, True), "threads is a whole number, not True"),
    ],
)
def test_a_launch_that_no_device_takes(blocks, threads, words):
    with pytest.raises((TypeError, ValueError), match=words):
        gpu.trace(gpu.naive, blocks, threads, *operands(2, 2, 2))


# ---- a launch in plain Python ----


def test_a_launch_in_python():
    a, b, c = operands(3, 4, 5)
    gpu.launch_kernel(gpu.matmul_kernel, 4, 8, a, b, c)
    np.testing.assert_array_equal(c, a @ b)
    assert gpu.blocks_per_grid((50_000, 10), (16, 16)) == (3125, 1) and gpu.blocks_per_grid(17, 16) == (2,)
    with pytest.raises(ValueError, match="2 axes"):
        gpu.blocks_per_grid((3, 4), 16)


def test_small_integers_are_indices_of_large_arrays():
    def kernel(bins, a, out):
        i = cuda.grid(1)
        out[i] = a[bins[i], bins[i + 1]]

    a = np.arange(300.0 * 300).reshape(300, 300)
    for dtype in (np.uint8, np.int16, np.uint64):
        bins = np.array([200, 131, 255, 3], dtype)
        after = gpu.trace(kernel, 1, 3, bins, a, np.zeros(3)).after["out"]
        np.testing.assert_array_equal(after, a[bins[:-1], bins[1:]])


# ---- how a grid covers an array ----


def write_inside(out):
    x, y = cuda.grid(2)
    if x < out.shape[0] and y < out.shape[1]:
        out[x, y] = 1


@settings(deadline=None, max_examples=30)
@given(size=st.tuples(st.integers(1, 40), st.integers(1, 12)), threads=st.tuples(st.integers(1, 20), st.integers(1, 9)))
def test_the_idle_threads_and_warps_without_running_any(size, threads):
    found = gpu.coverage(size, threads)
    assert found.launch.blocks == gpu.blocks_per_grid(size, threads)
    trace = gpu.trace(write_inside, found.launch.blocks, threads, np.zeros(size))
    assert (found.idle_threads, found.idle_warps) == (len(trace.idle_threads), len(trace.idle_warps))
    assert found.idle_share == pytest.approx(trace.idle_share)


def test_the_coverage_of_the_published_launch():
    rows, columns = gpu.coverage((50_000, 10), (16, 16)), gpu.coverage((10, 50_000), (16, 16))
    assert rows.idle_share == columns.idle_share == 0.375
    assert (rows.idle_warps, rows.warps, columns.idle_warps) == (3 * 3125, 8 * 3125, 0)
    assert gpu.coverage((10, 50_000), (32, 8)).idle_share == 0.6875
    assert gpu.coverage(10, 8, blocks=4).idle_threads == 22 and gpu.coverage(10, 8, blocks=1).idle_threads == 0


def test_a_local_array_lives_as_long_as_its_functions_call():
    def kernel(a, out):
        i = cuda.grid(1)
        for k in range(2):
            kept = cuda.local.array(2, float32)
            if k == 0:
                kept[0] = a[i]
            else:
                out[i] = kept[0]

    trace = gpu.trace(kernel, 1, 2, np.arange(2.0), np.zeros(2))
    assert not trace.faults and trace.after["out"].tolist() == [0, 1]


def test_a_light_first_block_does_not_open_the_budget():
    def kernel(out):
        for k in range(cuda.blockIdx.x * 50):
            out[cuda.grid(1), k] = 1

    trace = gpu.trace(kernel, 8, 1, np.zeros((8, 400)), max_accesses=100)
    assert trace.blocks == (0, 1, 2, 3) and len(trace.writes) == 300 and "4 blocks of 8" in trace.notes[0]


def test_a_trace_needs_numpy_alone():
    program = """if True:
        import sys
        sys.modules |= dict.fromkeys(("numba", "torch"))
        import threading
        import numpy as np
        from widgets_lib.compute import gpu
        a = np.arange(20.0).reshape(4, 5)
        def no_thread(self):
            raise AssertionError("a thread was started")
        threading.Thread.start = no_thread
        trace = gpu.trace(gpu.tiled, 1, (16, 16), a, a.T, np.zeros((4, 4)))
        assert (trace.after["c"] == a @ a.T).all()
        assert gpu.unavailable()
    """
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_ENABLE_CUDASIM"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
