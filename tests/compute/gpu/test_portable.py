"""A kernel as one text: followed without its notebook, it leaves the same trace."""

import math
import math as m

import numpy as np
import pytest
from numba import cuda, float32, int32

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu.source import read

HALF, SHAPE, LEAST = np.float32(0.5), (4,), -math.inf
TABLE = np.array([1.5, 2.5, math.nan, 4.5], np.float32)


@cuda.jit(device=True)
def inner(x):
    return HALF * x


def middle(x):
    return inner(x) + m.sqrt(4.0)


renamed = middle


def listed(function):
    """A decorator that is none of cuda's, as @wl.kernel."""
    return function


@listed
@cuda.jit
def kernel(a, out):
    i = cuda.grid(1)
    shared = cuda.shared.array(SHAPE, float32)
    if i < out.shape[0]:
        shared[i] = max(a[i], LEAST)
        out[i] = renamed(shared[i]) + TABLE[i] * int32(2)


def arguments():
    return np.arange(4, dtype=np.float32), np.full(4, np.nan, np.float32)


def test_it_stands_alone_and_leaves_the_same_trace():
    text = gpu.portable(kernel)
    assert "listed" not in text
    there = gpu.trace(kernel, 1, 4, *arguments())
    here = gpu.trace(text, 1, 4, *arguments(), source=read(kernel).text)
    np.testing.assert_array_equal(here.after["out"], there.after["out"])
    np.testing.assert_array_equal(here.after["out"], [5, 7.5, math.nan, 12.5])
    assert (here.text, here.texts) == (there.text, there.texts)
    for mine, other in zip(vars(here.accesses.columns).values(), vars(there.accesses.columns).values(), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_what_stood_around_a_function_comes_along():
    factor = 3

    def threefold(a, out):
        out[cuda.threadIdx.x] = factor * a[cuda.threadIdx.x]

    here = gpu.trace(gpu.portable(threefold), 1, 4, *arguments())
    np.testing.assert_array_equal(here.after["out"], [0, 3, 6, 9])


def test_a_text_stays_what_it_is():
    text = "def twice(a, out):\n    out[cuda.grid(1)] = 2 * a[cuda.grid(1)]\n"
    np.testing.assert_array_equal(gpu.trace(gpu.portable(text), 1, 4, *arguments()).after["out"], [0, 2, 4, 6])


def test_what_can_not_be_written_down_is_named():
    thing = object()

    def odd(a, out):
        out[0] = thing

    with pytest.raises(gpu.KernelError, match="“thing” is a object, which can’t be written down"):
        gpu.portable(odd)
