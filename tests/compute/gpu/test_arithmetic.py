"""A kernel's arithmetic, value by value and type by type, against numba's own compiler for the processor."""

import math
from itertools import combinations_with_replacement

import numba
import numpy as np
import pytest

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32, int32

EXPRESSIONS = (
    *("x + y", "x - y", "x * y", "x / y", "x // y", "x % y", "y / x", "y // x", "y % x", "x < y", "x == y", "x >= y"),
    *("min(x, y)", "max(x, y)", "x + 1", "0.1 * y", "x**2", "-x", "float32(x) * float32(y)", "abs(y)", "int32(x) - y"),
    *("math.sqrt(abs(x))", "(x > y) + 1", "x if y > 0 else y", "int(y)", "float(x) / 3"),
)
VALUES = {
    name: np.array(values, name)
    for name, values in {
        "float32": [0.1, 1e-3, 7.7, -123.456],
        "float64": [0.1, 3.3, -1e10, 0.7],
        "int32": [3, -7, 2**31 - 1, 5],
        "int64": [11, -3, 10**12 + 1, 2**62],
        "uint8": [3, 255, 1, 200],
    }.items()
}
BODY = "".join(f"    out[{n}] = {text}\n" for n, text in enumerate(EXPRESSIONS))
KERNEL = f"import math\ndef k(a, b, out):\n    x = a[0]\n    y = b[0]\n{BODY}"


@pytest.mark.parametrize(("first", "second"), list(combinations_with_replacement(VALUES, 2)))
def test_two_types_meet_as_numba_has_it(first, second):
    space = {"math": math, "float32": numba.float32, "int32": numba.int32}
    exec(f"def f(x, y, out):\n{BODY}", space)
    compiled = numba.njit(error_model="numpy")(space["f"])
    for x, y in zip(VALUES[first], np.roll(VALUES[second], 1), strict=True):
        expected = np.zeros(len(EXPRESSIONS))
        compiled(x, y, expected)
        traced = gpu.trace(KERNEL, 1, 1, np.array([x]), np.array([y]), np.zeros(len(EXPRESSIONS))).after["out"]
        for text, ours, theirs in zip(EXPRESSIONS, traced, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs, err_msg=f"{text} of {x!r} and {y!r}")


def dot_in_float32(a, b, out):
    total = float32(0)
    for k in range(a.size):
        total += a[k] * b[k]
    out[0] = total


def dot_in_float64(a, b, out):
    total = 0.0
    for k in range(a.size):
        total += a[k] * b[k]
    out[0] = total


def dot_from_a_whole_number(a, b, out):
    total = 0
    for k in range(a.size):
        total += a[k] * b[k]
    out[0] = total


@pytest.mark.parametrize("kernel", [dot_in_float32, dot_in_float64, dot_from_a_whole_number])
def test_a_sum_has_the_type_that_it_begins_with(kernel):
    """A thousand products: a float32 sum differs from a float64 one in the last digits, and both are numba's."""
    rng = np.random.default_rng(3)
    a, b = rng.random((2, 1000), np.float32)
    expected = np.zeros(1)
    numba.njit(kernel)(a, b, expected)
    assert gpu.trace(kernel, 1, 1, a, b, np.zeros(1)).after["out"] == expected
    exact = np.dot(a.astype(np.float64), b.astype(np.float64))
    assert 0 < abs(expected[0] - exact) < 1e-3


def test_what_is_stored_takes_the_type_of_its_array():
    def kernel(a, small, whole, single):
        small[0] = a[0] * 300
        small[1] = -1
        whole[0] = 7.9
        whole[1] = -7.9
        whole[2] = 1e20
        whole[3] = 2**40 + 5
        single[0] = 0.1
        single[1] = a[0] / 3

    arrays = np.zeros(2, np.uint8), np.zeros(4, np.int32), np.zeros(2, np.float32)
    after = gpu.trace(kernel, 1, 1, np.array([1]), *arrays).after
    assert after["small"].tolist() == [300 % 256, 255] and after["whole"].tolist() == [7, -7, 2**31 - 1, 5]
    np.testing.assert_array_equal(after["single"], np.float32([0.1, 1 / 3]))


def hashed(out):
    h = 1469598103934665603
    for k in range(20):
        h = (h ^ k) * 1099511628211
    out[0] = h
    out[1] = (h << 3) + 5
    out[2] = h & 12 | 1
    out[3] = ~h >> 1


def test_whole_numbers_wrap_at_64_bits():
    expected = np.zeros(4, np.int64)
    numba.njit(hashed)(expected)
    assert gpu.trace(hashed, 1, 1, np.zeros(4, np.int64)).after["out"].tolist() == expected.tolist()


def test_a_product_that_has_wrapped_goes_on_as_64_bits():
    """Against numpy: numba's compiler takes for granted that no sum or product wraps, and divides as it likes."""

    def kernel(out):
        g = 3
        for _ in range(20):
            g *= 1099511627
        out[0] = g // 7

    expected = np.array([3])
    for _ in range(20):
        expected *= 1099511627
    assert gpu.trace(kernel, 1, 1, np.zeros(1, np.int64)).after["out"] == expected // 7


def test_division_by_zero_is_infinite_and_no_error():
    def kernel(a, out):
        i = cuda.grid(1)
        out[i] = 1 / a[i]

    after = gpu.trace(kernel, 1, 2, np.zeros(2, np.float32), np.zeros(2)).after
    assert np.isinf(after["out"]).all()


def test_functions_of_math_and_numpy_keep_float32():
    def kernel(a, out):
        x = a[0]
        out[0] = math.sqrt(x) * x
        out[1] = np.exp(x) * float32(3)
        out[2] = math.floor(x) + int32(2.9)
        out[3] = math.log(-x)
        out[4] = math.pi
        out[5] = round(x)

    x = np.float32(2.3)
    after = gpu.trace(kernel, 1, 1, np.array([x]), np.zeros(6)).after["out"]
    np.testing.assert_array_equal(after, [np.sqrt(x) * x, np.exp(x) * np.float32(3), 4, np.nan, math.pi, 2])
