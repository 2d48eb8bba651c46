"""Where threads stand over a matrix, and what a warp asks for: against traces of the kernels themselves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import Placement, Thread, Warp


@pytest.mark.parametrize(("x_is_row", "expected", "idle_warps"), [(True, (16, 1, 16), 3), (False, (2, 2, 5), 0)])
def test_the_published_launch(x_is_row, expected, idle_warps):
    """50,000×784×10 in 16×16 threads, c in float64."""
    placement = Placement.of(50_000, 784, 10, x_is_row=x_is_row)
    first = Warp((0, 0), 0)
    assert placement.launch.blocks == ((3125, 1) if x_is_row else (1, 3125))
    assert placement.sector_range(first, 8) == tuple((n, n) for n in expected)
    assert placement.coverage.idle_share == 0.375
    assert sum(not lanes.any() for lanes in placement.active((0, 0))) == idle_warps
    assert placement.coverage.idle_warps == idle_warps * 3125


@pytest.mark.parametrize("x_is_row", [True, False])
@settings(deadline=None, max_examples=25)
@given(
    m=st.integers(1, 23), k=st.integers(1, 11), n=st.integers(1, 23), x=st.integers(1, 12), y=st.integers(1, 12),
    dtype=st.sampled_from(["float32", "float64"]),
)  # fmt: skip
def test_it_agrees_with_a_trace_of_the_kernel(x_is_row, m, k, n, x, y, dtype):
    placement = Placement.of(m, k, n, (x, y), x_is_row=x_is_row)
    c = np.zeros((m, n), dtype)
    kernel = gpu.naive if x_is_row else gpu.naive_columns
    a, b = np.zeros((m, k), np.float32), np.zeros((k, n), np.float32)
    trace = gpu.trace(kernel, placement.launch.blocks, (x, y), a, b, c)
    launch = placement.launch
    counts = dict.fromkeys("abc", 0)
    idle_threads = idle_warps = 0
    for number in range(launch.block_count):
        active = placement.active(launch.block(number))
        idle_warps += int((~active.any(axis=1)).sum())
        idle_threads += launch.threads_per_block - int(active.sum())
        for warp in range(launch.warps_per_block):
            for step in range(k):
                for request in placement.requests(Warp(launch.block(number), warp), step, c.itemsize):
                    counts[request.array] += request.sectors if request.array != "c" or step == 0 else 0
    assert counts == {name: trace.sectors(name).sectors for name in "abc"}
    assert (idle_threads, idle_warps) == (len(trace.idle_threads), len(trace.idle_warps))
    makers = trace.makers("c")
    for i, j in np.ndindex(m, n):
        thread = placement.thread_at(i, j)
        assert placement.cell_of(thread) == (i, j)
        block = thread.block_idx[0] + thread.block_idx[1] * launch.blocks[0]
        assert makers[i, j] == block * launch.threads_per_block + placement.number(thread)


@settings(deadline=None, max_examples=40)
@given(m=st.integers(1, 300), k=st.integers(1, 40), n=st.integers(1, 300), x=st.sampled_from([1, 3, 8, 16, 32]))
def test_the_range_holds_every_step(m, k, n, x):
    placement = Placement.of(m, k, n, (x, 16), x_is_row=False)
    warp = Warp((0, 0), 0)
    found = [[r.sectors for r in placement.requests(warp, step, 8)] for step in range(k)]
    assert placement.sector_range(warp, 8) == tuple((min(column), max(column)) for column in zip(*found, strict=True))


def test_words_of_a_sector():
    placement = Placement.of(50_000, 784, 10)
    a, b, c = placement.requests(Warp((0, 0), 0), 1, 8)
    assert a.words[:2] == ((0, 0b10), (98, 0b10))  # a row of a has 3,136 bytes, 98 sectors
    assert (b.words, b.cells) == (((1, 0b1100),), 2)  # cells 10 and 11 of b
    assert c.words[0] == (0, 0b1111) and c.wanted_share == 0.5
    assert (a.wanted_share, b.wanted_share) == (1 / 8, 2 / 8)
    idle = placement.requests(Warp((0, 0), 7), 0, 8)
    assert [(r.sectors, r.cells, r.wanted_share) for r in idle] == [(0, 0, 0.0)] * 3


def test_the_last_block_is_ragged():
    placement = Placement.of(50, 784, 10)
    assert placement.launch.blocks == (math.ceil(50 / 16), 1)
    assert placement.active((3, 0)).sum() == 2 * 10
    assert placement.thread_at(63, 15) == Thread((3, 0), (15, 15))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 1, 1), "m is at least 1, not 0"),
        ((1, 1, 10**10), "n is at most 1,000,000,000, not 10,000,000,000"),
        ((5, 1, "ten"), "n is a whole number"),
        ((5, 1, 5, (50, 40)), "make 2,000 threads a block; a block has at most 1,024"),
        ((5, 1, 5, (0, 4)), "threads is at least 1, not 0"),
        ((5, 1, 5, (4, 4, 2)), "two numbers here, x and y, not 3: a matrix has rows and columns, no z"),
        ((5, 1, 5, ()), "two numbers here"),
        ((5, 1, 5, ("a", 4)), "threads is a whole number"),
        ((5, 1, 10**7, (16, 16)), "y would have 625,000 blocks, and a grid has at most 65,535 along y"),
    ],
)
def test_what_no_device_takes_is_refused_in_words(arguments, words):
    with pytest.raises((TypeError, ValueError), match=words):
        Placement.of(*arguments)


def test_a_single_number_of_threads_stands_along_x():
    assert Placement.of(1000, 5, 1, 256).launch.threads == (256, 1)
    assert Placement.of(1000, 5, 1, (256,)).launch.blocks == (4, 1)
