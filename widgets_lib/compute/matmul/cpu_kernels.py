"""The compiled CPU kernels of the ladder. Importing this module imports numba."""

# mypy: disable-error-code="no-untyped-def"
# Learners read these functions as they stand here.

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numba import config, njit

DEPTH, WIDTH = 256, 256  # a panel of b: 256 KB of float32, which the second-level cache holds
NARROW = 128  # up to this many columns a panel would be mostly padding
BLOCK = 32  # rows of a that stay in the cache while every column is computed
PARALLEL_FLOPS = 4e6  # less is done before a second thread has started


@njit(cache=True)
def dot(x, y):
    """Sum of the products of two vectors of equal length."""
    total = x.dtype.type(0)
    for i in range(len(x)):
        total += x[i] * y[i]
    return total


@njit(inline="always")
def tile(a0, a1, a2, a3, panel, c0, c1, c2, c3):
    """Four rows of c += four rows of a · panel: 16 scalars of a times 4 rows of the panel at a time."""
    for k in range(0, len(a0), 4):
        a00, a01, a02, a03 = a0[k], a0[k + 1], a0[k + 2], a0[k + 3]
        a10, a11, a12, a13 = a1[k], a1[k + 1], a1[k + 2], a1[k + 3]
        a20, a21, a22, a23 = a2[k], a2[k + 1], a2[k + 2], a2[k + 3]
        a30, a31, a32, a33 = a3[k], a3[k + 1], a3[k + 2], a3[k + 3]
        for j in range(WIDTH):  # a constant length: the compiler makes it a loop over whole vector registers
            b0, b1, b2, b3 = panel[k, j], panel[k + 1, j], panel[k + 2, j], panel[k + 3, j]
            c0[j] = c0[j] + a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3
            c1[j] = c1[j] + a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3
            c2[j] = c2[j] + a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3
            c3[j] = c3[j] + a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3


@njit(cache=True, fastmath=True, nogil=True)
def multiply_panels(a, b, c, panel):
    """c += a·b, a panel of b and four rows of a and c at a time. Rows, depth and width are padded to whole tiles."""
    for k in range(0, a.shape[1], DEPTH):
        end = min(k + DEPTH, a.shape[1])
        for j in range(0, c.shape[1], WIDTH):
            to = j + WIDTH
            panel[:] = 0
            for p in range(min(DEPTH, b.shape[0] - k)):
                panel[p, : b.shape[1] - j] = b[k + p, j:to]
            for i in range(0, a.shape[0], 4):
                a0, a1, a2, a3 = a[i, k:end], a[i + 1, k:end], a[i + 2, k:end], a[i + 3, k:end]
                c0, c1, c2, c3 = c[i, j:to], c[i + 1, j:to], c[i + 2, j:to], c[i + 3, j:to]
                tile(a0, a1, a2, a3, panel, c0, c1, c2, c3)


@njit(cache=True, fastmath=True, nogil=True)
def multiply_narrow(a, bt, c):
    """c = a·b for few columns, the rows of bt, a multiple of five: ten dot products at a time, along k."""
    m, K = a.shape
    for block in range(0, m, BLOCK):
        for j in range(0, bt.shape[0], 5):
            for i in range(block, min(block + BLOCK, m), 2):
                other = min(i + 1, m - 1)  # the last row of an odd number is paired with itself
                x, y = a[i], a[other]
                x0 = x1 = x2 = x3 = x4 = y0 = y1 = y2 = y3 = y4 = a.dtype.type(0)
                for k in range(K):
                    x0, y0 = x0 + x[k] * bt[j, k], y0 + y[k] * bt[j, k]
                    x1, y1 = x1 + x[k] * bt[j + 1, k], y1 + y[k] * bt[j + 1, k]
                    x2, y2 = x2 + x[k] * bt[j + 2, k], y2 + y[k] * bt[j + 2, k]
                    x3, y3 = x3 + x[k] * bt[j + 3, k], y3 + y[k] * bt[j + 3, k]
                    x4, y4 = x4 + x[k] * bt[j + 4, k], y4 + y[k] * bt[j + 4, k]
                c[i, j], c[i, j + 1], c[i, j + 2], c[i, j + 3], c[i, j + 4] = x0, x1, x2, x3, x4
                c[other, j], c[other, j + 1], c[other, j + 2], c[other, j + 3], c[other, j + 4] = y0, y1, y2, y3, y4


def packed(a, b):
    """a (m, k) · b (k, n), the rows shared out among the threads."""
    (m, K), n = a.shape, b.shape[1]
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    if n > NARROW:
        a = padded(a, 4, 4)
        c = zeros(len(a), up(n, WIDTH), a.dtype)

        def work(rows):
            multiply_panels(a[rows], b, c[rows], zeros(DEPTH, WIDTH, b.dtype))
    else:
        bt = padded(np.ascontiguousarray(b.T), 5, 1)
        c = zeros(m, len(bt), a.dtype)

        def work(rows):
            multiply_narrow(a[rows], bt, c[rows])

    threads = config.NUMBA_NUM_THREADS if 2 * m * K * n > PARALLEL_FLOPS else 1
    share = up(-(-m // threads), 4)
    parts = [slice(start, start + share) for start in range(0, m, share)]
    list(map(work, parts) if threads == 1 else _pool(threads).map(work, parts))
    return np.ascontiguousarray(c[:m, :n])


def up(size, multiple):
    """The next multiple: up(10, 4) is 12."""
    return -(-size // multiple) * multiple


def zeros(rows, columns, dtype):
    """Zeros that start at a multiple of 64 bytes: unaligned, vector loads and stores are slower."""
    room = np.zeros(rows * columns * dtype.itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : len(room) - 64 + start].view(dtype).reshape(rows, columns)


def padded(x, rows, columns):
    """x, with zeros up to multiples of rows and columns."""
    shape = up(x.shape[0], rows), up(x.shape[1], columns)
    if x.shape == shape:
        return x
    y = zeros(*shape, x.dtype)
    y[: x.shape[0], : x.shape[1]] = x
    return y


@cache
def _pool(threads):
    return ThreadPoolExecutor(threads, thread_name_prefix="numba rung")


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
