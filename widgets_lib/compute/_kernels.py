"""The compiled CPU kernels of the ladder. Importing this module imports numba."""

import math
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numba import config, njit

DEPTH, WIDTH = 256, 256  # a panel of b: 256 KB of float32, at home in the second-level cache
NARROW = 40  # up to this many columns a panel would be mostly padding
BLOCK = 32  # rows of a that stay in the cache while every column visits them
PARALLEL_FLOPS = 4e6  # less is done before a second thread has woken up


@njit(cache=True)
def dot(x, y):
    """Sum of the products of two vectors of equal length."""
    total = x.dtype.type(0)
    for i in range(len(x)):
        total += x[i] * y[i]
    return total


@njit(cache=True, fastmath=True, nogil=True)
def tile(a0, a1, a2, a3, panel, c0, c1, c2, c3, depth):
    """Four rows of c += four rows of a · panel (depth, WIDTH): 16 scalars of a meet 4 rows of the panel at a time."""
    for k in range(0, depth, 4):
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


@njit(cache=True, nogil=True)
def fill(target, source):
    """Copy what fits of source into the corner of target, and zeros into the rest of it."""
    rows, columns = min(target.shape[0], source.shape[0]), min(target.shape[1], source.shape[1])
    target[:, columns:] = 0
    target[rows:] = 0
    for i in range(rows):
        for j in range(columns):
            target[i, j] = source[i, j]


@njit(cache=True, fastmath=True, nogil=True)
def multiply_panels(a, b, c, panel, x, y):
    """c = a·b, a panel of b and four rows of a and c at a time; at the edges x and y hold these rows, with zeros."""
    (m, K), n = a.shape, b.shape[1]
    c[:] = 0
    for k in range(0, K, DEPTH):
        depth = min(DEPTH, K - k)
        for j in range(0, n, WIDTH):
            fill(panel, b[k : k + depth, j : j + WIDTH])
            end, to = k + depth, j + WIDTH
            for i in range(0, m, 4):
                if i + 4 <= m and to <= n and depth % 4 == 0:
                    a0, a1, a2, a3 = a[i, k:end], a[i + 1, k:end], a[i + 2, k:end], a[i + 3, k:end]
                    c0, c1, c2, c3 = c[i, j:to], c[i + 1, j:to], c[i + 2, j:to], c[i + 3, j:to]
                    tile(a0, a1, a2, a3, panel, c0, c1, c2, c3, depth)
                else:
                    fill(x, a[i : i + 4, k:end])
                    fill(y, c[i : i + 4, j:to])
                    tile(x[0], x[1], x[2], x[3], panel, y[0], y[1], y[2], y[3], depth)
                    fill(c[i : i + 4, j:to], y)


@njit(cache=True, fastmath=True, nogil=True)
def multiply_narrow(a, bt, c):
    """c = a·b for few columns, the rows of bt, a multiple of five: ten dot products at a time, along k."""
    m, K = a.shape
    for block in range(0, m, BLOCK):
        for j in range(0, bt.shape[0], 5):
            for i in range(block, min(block + BLOCK, m), 2):
                other = min(i + 1, m - 1)  # the last row may meet itself
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
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    m, n = a.shape[0], b.shape[1]
    threads = config.NUMBA_NUM_THREADS if 2 * m * n * a.shape[1] > PARALLEL_FLOPS else 1
    share = -(-m // (4 * threads)) * 4
    if n > NARROW:
        c = _aligned((m, n), a.dtype)

        def work(rows):
            shapes = (DEPTH, WIDTH), (4, DEPTH), (4, WIDTH)
            multiply_panels(a[rows], b, c[rows], *(_aligned(shape, a.dtype) for shape in shapes))
    else:
        bt = np.zeros((-(-n // 5) * 5, len(b)), b.dtype)
        bt[:n] = b.T
        c = np.empty((m, len(bt)), a.dtype)

        def work(rows):
            multiply_narrow(a[rows], bt, c[rows])

    parts = [slice(start, start + share) for start in range(0, m, share)]
    if len(parts) == 1:
        work(parts[0])
    else:
        list(_pool(len(parts)).map(work, parts))
    return c if c.shape[1] == n else c[:, :n].copy()


def _aligned(shape, dtype):
    """An empty array at a multiple of 64 bytes, as vector registers like."""
    size = math.prod(shape) * dtype.itemsize
    room = np.empty(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)


@cache
def _pool(threads):
    return ThreadPoolExecutor(threads, thread_name_prefix="numba rung")
