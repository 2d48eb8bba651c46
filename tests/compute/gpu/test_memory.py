"""Sectors and banks, against figures worked out by hand and against a slow count in plain Python."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32, float64


@pytest.mark.parametrize(
    ("kernel", "blocks", "expected"),
    [(gpu.naive, (3125, 1), (16, 1, 16)), (gpu.naive_columns, (1, 3125), (2, 2, 5))],
)
def test_the_published_launch(kernel, blocks, expected):
    """50,000×784×10 in 16×16 threads: float32 in, float64 out, sectors a warp of A, B and C."""
    a, b = np.zeros((50_000, 784), np.float32), np.zeros((784, 10), np.float32)
    trace = gpu.trace(kernel, blocks, (16, 16), a[:, :8], b[:8], np.zeros((50_000, 10)), max_accesses=20_000)
    assert tuple(trace.sectors(name).per_request for name in "abc") == expected
    assert trace.sectors("c").most_per_request == expected[2]


def test_the_factor_between_the_two_orders_of_the_published_launch():
    a, b = np.zeros((50_000, 784), np.float32), np.zeros((784, 10), np.float32)
    loads = []
    for kernel, blocks in ((gpu.naive, (3125, 1)), (gpu.naive_columns, (1, 3125))):
        trace = gpu.trace(kernel, blocks, (16, 16), a[:, :8], b[:8], np.zeros((50_000, 10)), max_accesses=1)
        loads.append(trace.sectors("a").sectors + trace.sectors("b").sectors)
    assert loads[0] / loads[1] == pytest.approx(2.66, abs=0.005)


@pytest.mark.parametrize(("threads", "factor"), [((16, 16), 4.25), ((32, 8), 6.6)])
def test_the_factor_for_a_large_square(threads, factor):
    """512³ in float32; every step along k asks for the same, so 16 of them are enough."""
    a, c = np.zeros((512, 512), np.float32), np.zeros((512, 512), np.float32)
    blocks = gpu.blocks_per_grid((512, 512), threads)
    loads = []
    for kernel in (gpu.naive, gpu.naive_columns):
        trace = gpu.trace(kernel, blocks, threads, a[:, :16], a[:16], c, max_accesses=1)
        loads.append(trace.sectors("a").sectors + trace.sectors("b").sectors)
    assert loads[0] / loads[1] == pytest.approx(factor)


def copy(a, out):
    i = cuda.grid(1)
    out[i] = a[i]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros(33, np.float32)[:32], (1, 4)),
        (np.zeros(33, np.float32)[1:], (1, 5)),  # begins in the middle of a sector
        (np.zeros(40, np.float32)[8:], (1, 4)),
        (np.zeros(64, np.float32)[::2], (1, 8)),
        (np.zeros(32, np.float32)[::-1], (1, 4)),
        (np.zeros((32, 8), np.float32)[:, 3], (1, 32)),
        (np.broadcast_to(np.float32(1), 32), (1, 1)),
        (np.zeros(32, np.float64), (1, 8)),
        (np.zeros(32, np.uint8), (1, 1)),
        (torch.zeros(40)[1:33], (1, 5)),
        (torch.zeros(8, 32).T[:, 2], (1, 4)),
    ],
)
def test_sectors_follow_the_layout(array, expected):
    found = gpu.trace(copy, 1, 32, array, np.zeros(32)).sectors("a")
    assert (found.requests, found.sectors) == expected


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(1, 70),
    offset=st.integers(0, 20),
    stride=st.integers(1, 9),
    dtype=st.sampled_from(["float32", "float64", "uint8", "int16"]),
)
def test_sectors_of_any_vector(size, offset, stride, dtype):
    array = np.zeros(offset + size * stride, dtype)[offset::stride][:size]
    expected = 0
    for warp in range(0, size, 32):
        starts = [(offset + stride * i) * array.itemsize for i in range(warp, min(warp + 32, size))]
        expected += len({byte // 32 for start in starts for byte in range(start, start + array.itemsize)})
    found = gpu.trace(copy, 1, size, array, np.zeros(size)).sectors("a")
    assert (found.requests, found.sectors) == (-(-size // 32), expected)
    assert found.least <= found.sectors


def test_lanes_pair_up_round_by_round():
    """Lanes that come to a line in different rounds of a loop ask apart, however often each has been there."""

    def kernel(a, out):
        i = cuda.grid(1)
        total = float32(0)
        for k in range(4):
            if i // 8 == k:
                total += a[i]
        for _ in range(i % 2 + 1):
            for _ in range(i % 3):
                total += a[i]
            total += a[i]
        out[i] = total

    trace = gpu.trace(kernel, 1, 32, np.zeros(32, np.float32), np.zeros(32))
    assert trace.sectors("a", 6) == gpu.Sectors(requests=4, sectors=4, least=4, most_per_request=1)
    assert trace.sectors("a", 9).requests == 4  # two rounds outside, two inside
    assert trace.sectors("a", 10).requests == 2
    assert trace.lanes(10).active == 32 + 16


@cuda.jit(device=True)
def first(a, i):
    return a[i]


def test_a_device_function_asks_apart_for_each_place_that_calls_it():
    def kernel(a, out):
        i = cuda.grid(1)
        out[i] = first(a, i) if i < 16 else -first(a, i)

    trace = gpu.trace(kernel, 1, 32, np.zeros(32, np.float32), np.zeros(32))
    assert trace.sectors("a") == gpu.Sectors(requests=2, sectors=4, least=4, most_per_request=2)
    assert trace.sectors("a", 3, function="first").requests == 2


# ---- banks ----


def transposed_tile(a, out):
    tile = cuda.shared.array((32, 32), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    tile[y, x] = a[y, x]
    cuda.syncthreads()
    out[y, x] = tile[x, y]


def padded_tile(a, out):
    tile = cuda.shared.array((32, 33), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    tile[y, x] = a[y, x]
    cuda.syncthreads()
    out[y, x] = tile[x, y]


def tile_of_float64(a, out):
    tile = cuda.shared.array((32, 32), float64)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    tile[y, x] = a[y, x]
    cuda.syncthreads()
    out[y, x] = tile[x, y]


@pytest.mark.parametrize(
    ("kernel", "read"),
    [(transposed_tile, gpu.Conflicts(32, 32 * 32, 32)), (padded_tile, gpu.Conflicts(32, 32, 1)),
     (tile_of_float64, gpu.Conflicts(32, 31 * 32, 31))],
)  # fmt: skip
def test_a_transposed_tile(kernel, read):
    a = np.arange(1024, dtype=np.float32).reshape(32, 32)
    trace = gpu.trace(kernel, 1, (32, 32), a, np.zeros((32, 32)))
    np.testing.assert_array_equal(trace.after["out"], a.T)
    assert trace.bank_conflicts("tile", kind="read") == read
    assert trace.bank_conflicts("tile", kind="write") == gpu.Conflicts(32, 32, 1)


def test_lanes_that_want_one_word_share_it():
    def kernel(out):
        tile = cuda.shared.array(64, float32)
        x = cuda.threadIdx.x
        tile[x] = x
        tile[x + 32] = x
        cuda.syncthreads()
        out[x] = tile[5] + tile[2 * x]

    trace = gpu.trace(kernel, 1, 32, np.zeros(32))
    assert trace.bank_conflicts("tile", 7) == gpu.Conflicts(requests=2, passes=3, worst=2)


@settings(deadline=None, max_examples=20)
@given(stride=st.integers(1, 40))
def test_a_stride_meets_as_many_lanes_as_it_shares_with_the_banks(stride):
    def kernel(stride, out):
        tile = cuda.shared.array(1280, float32)
        x = cuda.threadIdx.x
        tile[x * stride] = x
        out[x] = tile[x * stride]

    found = gpu.trace(kernel, 1, 32, stride, np.zeros(32)).bank_conflicts("tile", kind="read")
    assert found.worst == np.gcd(stride, 32)
