"""The compiled CPU kernels of the ladder. Importing this module imports numba."""

# mypy: disable-error-code="no-untyped-def"
# Learners read these functions as they stand here.

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from math import prod
from threading import get_ident

import numpy as np
from numba import config, njit

from widgets_lib.quiet import before_freezing

from .tiles import DEPTH, ROWS, STRIPS, VECTOR_BYTES, multiply_tiles

NARROW = 64  # up to this many columns, copying a and b costs more than it saves
BLOCK = 32  # rows of a that stay in the cache while every column is computed
PARALLEL_FLOPS = 4e6  # less is done before a second thread has started


@njit(cache=True)
def dot(x, y):
    """Sum of the products of two vectors of equal length."""
    total = x.dtype.type(0)
    for i in range(len(x)):
        total += x[i] * y[i]
    return total


@njit(cache=True, fastmath=True, nogil=True)
def multiply_narrow(a, bt, c):
    """c = a·b for few columns, the rows of bt, a multiple of five: ten dot products at a time, along k."""
    m, inner = a.shape
    for block in range(0, m, BLOCK):
        for j in range(0, bt.shape[0], 5):
            for i in range(block, min(block + BLOCK, m), 2):
                other = min(i + 1, m - 1)  # the last row of an odd number is paired with itself
                x, y = a[i], a[other]
                x0 = x1 = x2 = x3 = x4 = y0 = y1 = y2 = y3 = y4 = a.dtype.type(0)
                for k in range(inner):
                    x0, y0 = x0 + x[k] * bt[j, k], y0 + y[k] * bt[j, k]
                    x1, y1 = x1 + x[k] * bt[j + 1, k], y1 + y[k] * bt[j + 1, k]
                    x2, y2 = x2 + x[k] * bt[j + 2, k], y2 + y[k] * bt[j + 2, k]
                    x3, y3 = x3 + x[k] * bt[j + 3, k], y3 + y[k] * bt[j + 3, k]
                    x4, y4 = x4 + x[k] * bt[j + 4, k], y4 + y[k] * bt[j + 4, k]
                c[i, j], c[i, j + 1], c[i, j + 2], c[i, j + 3], c[i, j + 4] = x0, x1, x2, x3, x4
                c[other, j], c[other, j + 1], c[other, j + 2], c[other, j + 3], c[other, j + 4] = y0, y1, y2, y3, y4


def packed(a, b):
    """a (m, k) · b (k, n), the rows shared out among the threads."""
    (m, inner), n = a.shape, b.shape[1]
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    if n > NARROW:
        c = aligned((up(m, ROWS), up(n, width(a.dtype))), a.dtype)

        def work(rows):
            multiply_tiles(a[rows], b, c[rows], *workspace(get_ident(), n, a.dtype))
    else:
        bt = padded(np.ascontiguousarray(b.T), 5)
        c = np.empty((m, len(bt)), a.dtype)

        def work(rows):
            multiply_narrow(a[rows], bt, c[rows])

    threads = config.NUMBA_NUM_THREADS if 2 * m * inner * n > PARALLEL_FLOPS else 1
    share = up(-(-m // threads), ROWS)
    first, *others = [slice(start, start + share) for start in range(0, m, share)]
    running = [_pool().submit(work, rows) for rows in others]
    work(first)
    for part in running:
        part.result()
    return np.ascontiguousarray(c[:m, :n])


def width(dtype):
    """The columns of a tile: two vector registers."""
    return 2 * VECTOR_BYTES // dtype.itemsize


def up(size, multiple):
    """The next multiple: up(10, 4) is 12."""
    return -(-size // multiple) * multiple


def padded(x, multiple):
    """x, with rows of zeros up to a multiple."""
    return np.concatenate([x, np.zeros((up(len(x), multiple) - len(x), x.shape[1]), x.dtype)])


@lru_cache(2 * config.NUMBA_NUM_THREADS)
def workspace(thread, n, dtype):
    """Memory for strips of a and panels of b, for one thread alone; kept, since new memory has to be mapped first."""
    shapes = (STRIPS, DEPTH, ROWS), (up(n, width(dtype)) // width(dtype), DEPTH, width(dtype))
    return tuple(aligned(shape, dtype) for shape in shapes)


def aligned(shape, dtype):
    """Memory that starts at a multiple of 64 bytes: a vector register is loaded from one cache line, not from two."""
    room = np.empty(prod(shape) * dtype.itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : len(room) - 64 + start].view(dtype).reshape(shape)


@cache
def _pool():
    return ThreadPoolExecutor(config.NUMBA_NUM_THREADS, thread_name_prefix="numba rung")


@before_freezing
def _end_pool():
    if _pool.cache_info().currsize:
        _pool().shutdown()
        _pool.cache_clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
