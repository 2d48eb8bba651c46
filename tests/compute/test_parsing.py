"""What a person types is read in one way, never run, and refused in words that say what to write."""

import math
import time
from fractions import Fraction

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from widgets_lib.compute.formatting import format_shape
from widgets_lib.compute.parsing import as_shape, read_integer, read_number, read_shape

THIN, NO_BREAK, NARROW = "\u2009", "\u00a0", "\u202f"

# ---- shapes ----


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(3, 1)", (3, 1)), ("3,1", (3, 1)), ("3 1", (3, 1)), ("[3 1]", (3, 1)), ("[3,1]", (3, 1)), ("((3, 1))", (3, 1)),
        ("3 × 1", (3, 1)), ("3×1", (3, 1)), ("3x1", (3, 1)), ("3 X 1", (3, 1)), ("3*1", (3, 1)), ("3 x 4x5", (3, 4, 5)),
        ("(3,)", (3,)), ("3", (3,)), ("()", ()), ("[]", ()), (" ( 50000 , 784 ) ", (50000, 784)), ("0, 2", (0, 2)),
        ("torch.Size([3, 3])", (3, 3)), ("Size([3])", (3,)), ("torch.Size([])", ()), (" 007 ", (7,)),
        ("50,000, 784", (50000, 784)), ("(50,000, 28, 28)", (50000, 28, 28)), ("(50,000, 28)", (50000, 28)),
        ("(10,000)", (10000,)), ("50 000, 784", (50000, 784)), ("50_000, 784", (50000, 784)),
        (f"50{NARROW}000, 784", (50000, 784)), (f"50{THIN}000 × 784", (50000, 784)), (f"3,{NO_BREAK}1", (3, 1)),
        ("3,256,256", (3, 256, 256)), ("3,0", (3, 0)), ("256, 256, 3", (256, 256, 3)),
        ("3 · 1", (3, 1)), ("shape (3, 1)", (3, 1)), ("x.shape = [3, 1]", (3, 1)), ("(3, 1).", (3, 1)),
        ("（３，１）", (3, 1)), ("3 by 1", (3, 1)), ("5 by 784 by 10", (5, 784, 10)),
        ("3037000499, 3037000499", (3037000499, 3037000499)),
    ],
)  # fmt: skip
def test_shapes_are_read(text, shape):
    assert read_shape(text) == shape


SHAPES = st.lists(st.integers(0, 50_000), max_size=6).map(tuple).filter(lambda shape: math.prod(shape) < 2**63)


@given(SHAPES)
def test_a_shape_is_read_however_it_is_written(shape):
    assert read_shape(str(shape)) == shape
    assert read_shape(format_shape(shape)) == shape
    assert read_shape(repr(torch.Size(shape))) == shape
    if shape:
        for separator in (", ", " ", "×", " × ", "*", "x", " , "):
            assert read_shape(separator.join(map(str, shape))) == shape


@given(st.lists(st.integers(1, 99).map(lambda n: 1000 * n), min_size=1, max_size=3))
def test_thousands_in_a_shape_are_grouped(sizes):
    assert read_shape(", ".join(f"{n:,}" for n in sizes)) == tuple(sizes)
    assert read_shape(f"({', '.join(f'{n:_}' for n in sizes)},)") == tuple(sizes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3,,4", "“3,,4” can’t be read as a shape, a size is missing beside a comma: write"),
        (",3", "missing beside"),
        (",", "missing beside"),
        ("scalar", r"“scalar” can’t be read as a shape: write whole numbers, as in \(3, 1\), or \(\) for no axes"),
        ("3, 1y", "“1y” in “3, 1y” can’t be read as a size"),
        ("-1, 2", "“-1” is negative, and a size counts elements"),
        ("3 −1", "“-1” is negative"),
        ("3.5", "“3.5” can’t be read as a shape"),
        ("1e6", "“1e6”"),
        ("(3, 1", r"“\(3” in “\(3, 1”"),
        ("٣", "“٣”"),
        ("", "no shape was typed"),
        (" ", "no shape was typed"),
        ("__import__('os')", "“__import__"),
        ("4000000000, 4000000000", "more elements than a computer can number"),
        ("9" * 100_000, "more elements"),
        (", ".join(["1"] * 65), "65 axes are too many"),
    ],
)
def test_what_is_no_shape_gets_words(text, words):
    with pytest.raises(ValueError, match=words) as refusal:
        read_shape(text)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("shape", [(3, 1), [3, 1], torch.Size([3, 1]), "3, 1", torch.zeros(3, 1).shape])
def test_a_shape_in_every_form(shape):
    assert as_shape(shape) == (3, 1)


@pytest.mark.parametrize(
    ("shape", "error", "words"),
    [
        (3, TypeError, r"a shape is a tuple of whole numbers, not 3 .int.: write \(3,\) for one axis"),
        (None, TypeError, "not None"),
        ((3, 1.5), TypeError, r"a size in the shape \(3, 1.5\) is a whole number, not 1.5"),
        ((3, -1), ValueError, "at least 0, not -1"),
        ("three", ValueError, "“three” can’t be read as a shape"),
    ],
)
def test_what_is_not_a_shape_is_named(shape, error, words):
    with pytest.raises(error, match=words):
        as_shape(shape)


# ---- numbers ----


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("39,200", 39200), ("39 200", 39200), (f"39{NARROW}200", 39200), (f"39{THIN}200", 39200), ("39'200", 39200),
        (f"39{NO_BREAK}200", 39200), ("39200", 39200), ("9_700_000", 9_700_000), ("1,234,567", 1234567), ("007", 7),
        ("5 million", 5_000_000), ("5 Million", 5_000_000), ("2k", 2000), ("2 thousand", 2000), ("1.5 bn", 1.5e9),
        ("0.67", 0.67), ("0,67", 0.67), ("0,996", 0.996), (".5", 0.5), ("5.", 5), ("1,234.5", 1234.5), ("1e3", 1000),
        ("1.5e-3", 0.0015), ("−4", -4), ("-4", -4), ("+4", 4), ("– 4", -4), ("~400", 400), ("≈ 400", 400),
        ("about 400", 400), ("= 400", 400), ("400 bytes", 400), ("1 byte", 1), ("400bytes", 400), ("5 million rows", 5e6),
        ("5 %", 0.05), ("12.5%", 0.125), ("165×", 165), ("10 times", 10),
        ("12 percent", 0.12), ("12 per cent", 0.12), ("1.5 x 10^6", 1.5e6), ("2·10⁻³", 0.002), ("28²", 784), ("７８４", 784),
        ("1/3", 1 / 3), ("2 / 3", 2 / 3), ("30,268/30,269", 30268 / 30269), ("10*22", 220), ("10 × 22", 220),
        ("3·4", 12), ("(28 * 28 + 1) * 2", 1570), ("28 * 20 + 15", 575), ("0,5 + 0,5", 1), ("2**10", 1024), ("2^31 - 1", 2**31 - 1),
        ("½", 0.5), ("1½", 1.5), ("1 ¾", 1.75), ("⅓", 1 / 3), ("−½", -0.5), ("½ million", 500_000), ("5 by 784 by 10", 39_200),
        ("10 / 4", 2.5), ("-(3)", -3), ("--3", 3), ("2**-1", 0.5), ("0.1 + 0.2", 0.3),
    ],
)  # fmt: skip
def test_numbers_are_read(text, number):
    assert read_number(text) == number
    assert isinstance(read_number(text), int) == (number == int(number))


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("46 minutes", "seconds", 2760), ("3 ms", "seconds", 0.003), ("2 h", "minutes", 120), ("90 s", "minutes", 1.5),
        ("½ hour", "minutes", 30), ("3µs", "ns", 3000), ("3 us.", "ns", 3000), ("46", "minutes", 46), ("~2 days", "hours", 48),
        ("5 million seconds", "seconds", 5_000_000), ("(1+1) Minutes", "s", 120), ("4 kB", "bytes", 4000),
        ("1 KiB", "bytes", 1024), ("400 bytes", "bytes", 400), ("3 MB", "kB", 3000), ("400 bytes", "", 400),
    ],
)  # fmt: skip
def test_a_time_or_a_size_in_another_unit_is_converted(text, unit, number):
    assert read_number(text, unit) == number


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("3 ms", "", "“3 ms” has the unit ms: write the number alone"),
        ("3 kB", "minutes", "“3 kB” has the unit kB: write the number of minutes"),
        ("20 minutes", "rows", "“20 minutes” has the unit minutes: write the number of rows"),
        ("some minutes", "minutes", "“some minutes” can’t be read as a number"),
        ("1/0 minutes", "seconds", "“1/0 minutes” can’t be read as a number"),
        ("1.234,56", "", "“1.234,56” may be read in two ways: write 1234.56"),
        ("1.234.567", "", "write 1234567"),
    ],
)
def test_a_unit_out_of_place_and_a_point_that_may_group_are_named(text, unit, words):
    with pytest.raises(ValueError, match=words):
        read_number(text, unit)


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_is_read_however_it_is_grouped(n):
    for text in (
        str(n),
        f"{n:,}",
        f"{n:_}",
        *(f"{n:,}".replace(",", space) for space in (" ", THIN, NARROW, NO_BREAK)),
    ):
        assert read_number(text) == n
        assert read_integer(text, "n") == n


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(1.7976931348623157e308)
def test_a_float_is_read_to_its_last_digit(x):
    assert float(read_number(repr(x))) == x
    assert float(read_number(repr(x).replace("-", "−"))) == x


@given(st.integers(0, 99_999), st.integers(0, 99))
def test_a_decimal_comma_is_a_decimal_point(whole, hundredths):
    assert read_number(f"{whole},{hundredths:02}") == float(f"{whole}.{hundredths:02}")


NUMBERS = st.one_of(st.integers(0, 10**6).map(str), st.decimals(0, 1000, places=3).map(str))
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_arithmetic_is_that_of_python_without_rounding(text):
    try:
        expected = eval(__import__("re").sub(r"[0-9.]+", lambda number: f"Fraction('{number[0]}')", text))
    except ZeroDivisionError:
        with pytest.raises(ValueError, match="can’t be read as a number"):
            read_number(text)
    else:
        assert read_number(text) == (expected.numerator if Fraction(expected).denominator == 1 else float(expected))


@pytest.mark.parametrize(
    "text",
    [
        "ten", "1/0", "nan", "inf", "1.2.3", "1,2,3", "0,000,5", "5 apples", "print(1)", "1 2", "e", "1j", "0x10", "'5'",
        "[5]", "5 if 1 else 2", "lambda: 5", "5 // 2", "5 % 2", "1 < 2", "2**0.5", "9**9**9", "(9**900)**900", "1e9999",
        "1e999999999", "(" * 90 + "1" + ")" * 9, "-" * 99 + "1e", "9*" * 49 + "9*9**99999", "__import__('os').abort()",
        "5 million million apples", "٣", "9" * 100_000, "\x00", "1_", "_1", "5;6",
    ],
)  # fmt: skip
def test_what_is_no_number_gets_words(text):
    with pytest.raises(ValueError, match=r"can’t be read as a number: write 1000, 0\.5 or 1/3") as refusal:
        read_number(text)
    assert len(str(refusal.value)) < 150


@pytest.mark.parametrize(("text", "words"), [("", "no number was typed"), (" ", "no number"), ("1e999", "too large")])
def test_more_that_is_no_number(text, words):
    with pytest.raises(ValueError, match=f"{words}.*write"):
        read_number(text)


@given(st.one_of(st.text(max_size=200), st.text("0123456789.,eE+-*/()% ~^×k_xm" + THIN + NARROW, max_size=120)))
@example("((((((((((" * 20)
@example("-" * 100)
@example("9e999*" * 16 + "9")
@example("1e99**1e99")
@example(" " * 100_000 + "1,")
def test_any_text_is_a_number_or_gets_words_at_once(text):
    start = time.process_time()
    for read in (read_number, read_shape, lambda text: read_integer(text, "n")):
        try:
            read(text)
        except ValueError as refusal:
            assert len(str(refusal)) < 200
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("text", "number"),
    [("42", 42), (" -7 ", -7), ("457 428 938 475", 457428938475), ("1_000", 1000), ("1e3", 1000), ("−5", -5),
     ("2**32 - 1", 2**32 - 1), ("1,000", 1000), ("10*22", 220), ("9" * 1000, 10**1000 - 1)],
)  # fmt: skip
def test_whole_numbers_are_read_exactly(text, number):
    assert read_integer(text, "a seed") == number


@pytest.mark.parametrize("text", ["", "nan", "1.5", "1/3", "seed", "0x10", "9" * 1001, "1e999*1e999", "9" * 100_000])
def test_what_is_no_whole_number_gets_words(text):
    with pytest.raises(
        ValueError, match=r"a seed is a whole number such as 42(, of up to 1,000 digits)?, not "
    ) as refusal:
        read_integer(text, "a seed")
    assert len(str(refusal.value)) < 150


def test_a_whole_number_has_its_range():
    assert read_integer("8", "a number of children", 1, 8) == 8
    with pytest.raises(ValueError, match="a number of children is at most 8, not 1,000"):
        read_integer("1000", "a number of children", 1, 8)
