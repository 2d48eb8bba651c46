"""What a number looks like: each helper on its edges, and no two different values that share a text by accident."""

import numpy as np
import pytest

from widgets_lib.compute import formatting, timing
from widgets_lib.compute.formatting import (
    count,
    format_bytes,
    format_digits,
    format_exact,
    format_int,
    format_large,
    format_rate,
    format_ratio,
    format_shape,
    format_short,
    format_sizes,
    human,
    join_words,
    shorten,
    three_digits,
    with_article,
)


@pytest.mark.parametrize("number", [0, -50_000, 2**128 - 1])
def test_a_whole_number_is_written_with_thousands(number):
    assert format_int(number) == f"{number:,}"


def test_a_whole_number_that_python_refuses_to_print_is_told_by_its_size():
    assert format_int(10**5000) == "a number of 16,610 bits"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (count(1, "row"), "1 row"),
        (count(0, "row"), "0 rows"),
        (count(50_000, "row"), "50,000 rows"),
        (count(2, "axis", "axes"), "2 axes"),
        (count(1, "axis", "axes"), "1 axis"),
    ],
)
def test_a_count_has_the_right_plural(words, text):
    assert words == text


def test_a_number_has_the_article_that_is_spoken():
    for number in (0, 3, 7, 100, 110, 180, 110_000):
        assert with_article(number) == f"a {number}"
    for number in (8, 11, 18, 80, 800, 8_000, 11_000):
        assert with_article(number) == f"an {number}"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (999, "999"),
        (78_400, "78.4 thousand"),
        (784e6, "784 million"),
        (4.19e11, "419 billion"),
        (2e12, "2.00 trillion"),
    ],
)
def test_a_large_count_in_words(number, text):
    assert format_large(number) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 byte"), (12, "12 bytes"), (47_000, "47.0 kB"), (159e6, "159 MB"), (8e9, "8.00 GB"), (4e15, "4.00 PB")],
)
def test_a_size_in_bytes(size, text):
    assert format_bytes(size) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(276e3, "276 kFLOP/s"), (27e9, "27.0 GFLOP/s"), (3.5e6, "3.50 MFLOP/s"), (50, "0.0500 kFLOP/s")]
)
def test_a_rate(rate, text):
    assert format_rate(rate) == text


@pytest.mark.parametrize(
    ("x", "text"), [(0.429, "0.429"), (15.62, "15.6"), (284.4, "284"), (1928.3, "1,928"), (9.996, "10.0"), (0, "0")]
)
def test_three_digits(x, text):
    assert three_digits(x) == text


@pytest.mark.parametrize(("ratio", "text"), [(2.839, "2.84"), (171.6, "172"), (55_681, "55,700")])
def test_a_ratio_is_rounded(ratio, text):
    assert format_ratio(ratio) == text


def test_the_public_names_of_timing_are_these():
    assert (timing.human, timing.count, timing.three_digits) == (human, count, three_digits)


@pytest.mark.parametrize(
    ("value", "exact", "short", "seven"),
    [
        (np.float32(0.1), "0.1", "0.1", "0.1"),
        (np.float64(1 / 3), "0.3333333333333333", "0.333", "0.3333333"),
        (np.float64(0.0), "0.0", "0", "0"),
        (np.float64(-0.0), "−0.0", "−0", "−0"),
        (np.float32(1e6), str(np.float32(1e6)), "1e6", "1000000"),
        (np.float64(1.25e-7), "1.25e−07", "1e−7", "1.25e−7"),
        (np.int64(-12), "−12", "−12", "−12"),
        (np.int64(2**62), "4611686018427387904", "5e18", "4.611686e18"),
        (np.uint64(2**64 - 1), "18446744073709551615", "2e19", "1.844674e19"),
        (np.bool_(True), "True", "True", "True"),
        (np.complex64(1 - 2j), "1−2j", "1−2j", "1−2j"),
        (np.str_("two-fold (a)"), "two-fold (a)", "two-fo…", "two-fold (a)"),
        (np.datetime64("2020-01-31"), "2020-01-31", "2020-0…", "2020-01-31"),
        (np.float32("nan"), "nan", "nan", "nan"),
        (np.float64("-inf"), "−inf", "−inf", "−inf"),
    ],
)
def test_a_value_of_an_array(value, exact, short, seven):
    assert (format_exact(value), format_short(value), format_digits(value)) == (exact, short, seven)


EQUAL = [
    [(np.float64(0.0), "0"), (np.float64(-0.0), "−0"), (np.int64(0), "0"), (np.bool_(False), "False")],
    [(np.int64(1), "1"), (np.bool_(True), "True"), (np.float32(1), "1")],
]


@pytest.mark.parametrize("values", [*EQUAL, *(values[::-1] for values in EQUAL)])
@pytest.mark.parametrize("write", [format_exact, format_short, format_digits])
def test_equal_values_are_not_mixed_up(values, write):
    """A cache keyed by value would give the text of the first of them to all."""
    assert [write(value).removesuffix(".0") for value, _ in values] == [text for _, text in values]


@pytest.mark.parametrize("value", np.random.default_rng(0).standard_normal(20).astype(np.float32))
def test_an_exact_text_reads_back_as_the_same_number(value):
    assert np.float32(format_exact(value).replace(formatting.MINUS, "-")) == value
    assert np.float32(format_digits(value, 9).replace(formatting.MINUS, "-")) == value


@pytest.mark.parametrize("shape", [(), (3,), (3, 1), (50_000, 784)])
def test_a_shape_as_python_writes_it(shape):
    assert format_shape(shape) == str(shape)


def test_shapes_and_lists_in_words():
    assert format_sizes((50_000, 784)) == "50,000 × 784"
    assert [join_words(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert (shorten("abcdef", 6), shorten("abcdefg", 6)) == ("abcdef", "abcde…")
