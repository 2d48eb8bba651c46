"""The compiled CPU kernels of the ladder. Importing this module imports numba."""

import numpy as np
from numba import njit


@njit(cache=True)
def dot(x, y):
    """Sum of the products of two vectors of equal length."""
    total = x.dtype.type(0)
    for i in range(len(x)):
        total += x[i] * y[i]
    return total


@njit(cache=True, fastmath=True, nogil=True)
def packed(a, b):
    c = np.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c
