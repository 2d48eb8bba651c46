"""One reader for all: torch and numpy are read as they show their numbers; what has no plain numbers is refused."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from PIL import Image

from widgets_lib.compute.arrays import as_numpy, as_pictures, is_torch
from widgets_lib.compute.iterators import Matrix

DIGIT = np.arange(784, dtype=np.float32).reshape(28, 28)
C = torch.arange(6.0).reshape(2, 3)

# ---- what is read, compared with the library's own words for it ----

FLOATS = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16,
    torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz,
]  # fmt: skip
WHOLE = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]


@pytest.mark.parametrize("dtype", FLOATS + WHOLE, ids=str)
def test_every_type_of_torch_is_read_exactly(dtype):
    x = torch.tensor([[0.0, 1.0, 3.0], [0.25, 2.0, 96.0]]).to(dtype)
    got = as_numpy(x)
    assert got.dtype.kind in "biuf"
    assert got.astype(float).tolist() == x.to(torch.float64).tolist()
    if dtype in WHOLE:
        assert got.tolist() == x.tolist()


@given(st.lists(st.integers(0, 2**16 - 1), min_size=1))
def test_every_bit_pattern_of_bfloat16_is_read_exactly(patterns):
    x = torch.tensor(np.array(patterns, np.uint16).view(np.int16)).view(torch.bfloat16)
    np.testing.assert_array_equal(as_numpy(x), x.to(torch.float64).numpy())


@pytest.mark.parametrize("dtype", [torch.uint16, torch.uint32, torch.uint64], ids=str)
def test_unsigned_types_keep_their_type(dtype):
    assert str(as_numpy(torch.tensor([1, 2]).to(dtype)).dtype) == str(dtype).removeprefix("torch.")


def test_complex32_is_read_exactly():
    x = torch.tensor([1 + 2j, -0.5j], dtype=torch.complex64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls its complex32 experimental
        np.testing.assert_array_equal(as_numpy(x.to(torch.complex32)), x.numpy())


VIEWS = {
    "transposed": C.T,
    "expanded": C[:1].expand(4, 3),
    "stepped": C[:, ::2],
    "scalar": C[0, 0],
    "empty": torch.empty(0, 3),
    "parameter": torch.nn.Parameter(C),
    "result of a graph": torch.nn.Parameter(C) * 2,
    "conjugate": torch.tensor([1 + 2j, 3j]).conj(),
    "imaginary part of a conjugate": torch.tensor([1 + 2j, 3j]).conj().imag,
    "inference": torch.inference_mode()(lambda: C + 1)(),
}


@pytest.mark.parametrize("x", VIEWS.values(), ids=VIEWS)
def test_every_view_of_torch_is_read_as_it_shows(x):
    assert as_numpy(x).tolist() == x.tolist()
    assert as_numpy(x).shape == tuple(x.shape)


@given(
    arrays_of.arrays(st.sampled_from([bool, "u1", "<i8", ">i4", "f2", "f8", "c8"]), arrays_of.array_shapes(min_dims=0))
)
def test_an_array_is_itself(x):
    assert as_numpy(x) is x
    assert as_numpy(x[::-1] if x.ndim else x).base is (x if x.ndim else None)


def test_nothing_is_copied_that_need_not_be():
    assert np.shares_memory(as_numpy(C), C.numpy())
    assert np.shares_memory(as_numpy(torch.nn.Parameter(C)), C.numpy())


@pytest.mark.parametrize(
    ("x", "same"),
    [
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (range(3), [0, 1, 2]),
        (7, 7),
        ([C[0], C[1]], C.tolist()),
        ([torch.nn.Parameter(C)[0], [7.0, 8.0, 9.0]], [[0, 1, 2], [7, 8, 9]]),
        ([torch.tensor(0.5, dtype=torch.bfloat16), 2], [0.5, 2]),
        (Matrix([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.ma.array([1, 2]), [1, 2]),
        (Image.new("L", (2, 1), 7), [[7, 7]]),
    ],
)
def test_lists_and_other_libraries(x, same):
    got = as_numpy(x)
    assert type(got) is np.ndarray
    assert got.tolist() == same


def quantised():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # quantised tensors are on their way out of torch
        return torch.quantize_per_tensor(C, 0.1, 0, torch.quint8)


def nested():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.nested.nested_tensor([C, C[1:]])


REFUSED = {
    "sparse": (lambda: torch.eye(3).to_sparse(), TypeError, r"a sparse_coo tensor has no strides.*x\.to_dense\(\)"),
    "sparse rows": (lambda: torch.eye(3).to_sparse_csr(), TypeError, "sparse_csr"),
    "mkldnn": (lambda: torch.eye(3).to_mkldnn(), TypeError, r"mkldnn.*to_dense"),
    "nested": (nested, TypeError, r"a nested tensor has no one shape.*unbind"),
    "jagged": (lambda: torch.nested.nested_tensor([C, C[1:]], layout=torch.jagged), TypeError, "nested"),
    "quantised": (quantised, TypeError, r"quantised.*x\.dequantize\(\)"),
    "meta": (lambda: torch.empty(3, device="meta"), ValueError, "meta tensor has a shape but no memory"),
    "packed": (lambda: torch.zeros(2, dtype=torch.uint8).view(torch.float4_e2m1fn_x2), TypeError, "float4_e2m1fn_x2"),
    "sparse in a list": (lambda: [torch.eye(3).to_sparse()] * 2, TypeError, "to_dense"),
    "masked": (lambda: np.ma.array([1, 2], mask=[0, 1]), TypeError, r"masked array.*x\.filled\(0\)"),
    "structured": (lambda: np.zeros(2, "i4,f8"), TypeError, r'structured array.*x\["f0"\]'),
    "object": (lambda: np.array([1, None]), TypeError, "object array"),
    "dates": (lambda: np.array(["2026-01-01"], "M8[D]"), TypeError, r"datetime64\[D\].*astype"),
    "durations": (lambda: np.array([5], "m8[s]"), TypeError, r"timedelta64.*np\.timedelta64\(1"),
    "text": (lambda: np.array(["1", "2"]), TypeError, r"<U1 are not plain numbers: x\.astype\(float\)"),
    "bytes": (lambda: np.array([b"1"]), TypeError, r"S1 .*astype\(float\)"),
    "raw": (lambda: np.zeros(2, "V4"), TypeError, r"V4"),
    "list with text": (lambda: [[1, "x"]], TypeError, r"'x' \(str\) is not a number"),
    "list with None": (lambda: [[1, 2], [3, None]], TypeError, r"None \(NoneType\) is not a number"),
    "huge": (lambda: [1, 2**70], TypeError, "dtype=float"),
    "ragged": (lambda: [[1, 2], [3]], ValueError, "row 1 has 1 value and row 0 has 2 values"),
    "ragged tensors": (lambda: [C[0], C[0, :2]], ValueError, "row 1 has 2 values and row 0 has 3 values"),
    "number beside a row": (lambda: [1, [2, 3]], ValueError, "row 1 has 2 values and row 0 has no length"),
    "deep": (lambda: [[[1, 2], [3, 4]], [[5, 6], [7]]], ValueError, "row 1 has 1 value and row 0"),
    "None": (lambda: None, TypeError, "None .NoneType. is not a torch tensor"),
    "text alone": (lambda: "five", TypeError, "'five' .str. is not"),
    "set": (lambda: {1, 2}, TypeError, "set"),
    "generator": (lambda: (i for i in range(3)), TypeError, r"generator can be read only once.*list\("),
}


@pytest.mark.parametrize(("make", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_plain_numbers_is_told_why(make, error, words):
    with pytest.raises(error, match=words):
        as_numpy(make())


def test_complex_numbers_are_refused_where_real_ones_are_needed():
    assert as_numpy([1j]).dtype.kind == "c"
    with pytest.raises(TypeError, match=r"complex.*x\.real"):
        as_numpy(torch.tensor([1j]), real=True)


def test_is_torch():
    assert is_torch(C) and is_torch(torch.nn.Parameter(C)) and not is_torch(C.numpy()) and not is_torch(None)


# ---- pictures ----


@pytest.mark.parametrize("form", [np.asarray, torch.tensor, lambda x: x.tolist()], ids=["numpy", "torch", "list"])
@pytest.mark.parametrize(
    ("shape", "pictures"),
    [
        ((28, 28), (1, 28, 28)),
        ((784,), (1, 28, 28)),
        ((5, 784), (5, 28, 28)),
        ((5, 28, 28), (5, 28, 28)),
        ((1, 28, 28), (1, 28, 28)),
        ((3, 28, 28), (3, 28, 28)),
        ((64, 64), (1, 64, 64)),
        ((5, 100), (5, 10, 10)),
        ((4, 2, 3), (4, 2, 3)),
        ((2, 1, 1), (2, 1, 1)),
        ((1,), (1, 1, 1)),
    ],
)
def test_pictures_in_every_form(shape, pictures, form):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    got = as_pictures(form(x))
    np.testing.assert_array_equal(got, x.reshape(pictures))
    assert got.shape == pictures


def test_more_forms_of_pictures():
    grey = Image.fromarray((DIGIT / 4).astype(np.uint8))
    assert as_pictures(grey).shape == (1, 28, 28)
    assert as_pictures([grey, grey]).shape == (2, 28, 28)
    assert as_pictures([torch.tensor(DIGIT)] * 2).shape == (2, 28, 28)
    assert as_pictures(Matrix([[1, 2, 3], [4, 5, 6]])).shape == (1, 2, 3)
    assert as_pictures(range(6), columns=3).shape == (1, 2, 3)
    assert as_pictures(np.zeros((5, 6)), columns=2).shape == (5, 3, 2)
    assert as_pictures(torch.zeros(2, 28, 28, dtype=torch.bfloat16)).dtype == np.float32
    assert np.shares_memory(as_pictures(DIGIT.reshape(784)), DIGIT)


REFUSED_PICTURES = {
    "colour": (lambda: np.zeros((28, 28, 3)), ValueError, r"\(28, 28, 3\) is one picture in colour"),
    "colour and opacity": (lambda: torch.zeros(28, 28, 4), ValueError, "4 numbers a pixel"),
    "one channel": (lambda: np.zeros((28, 28, 1)), ValueError, r"1 channel at the end: x\[:, :, 0\]"),
    "a loader's batch": (lambda: torch.zeros(5, 1, 28, 28), ValueError, r"4 axes.*x\[:, 0\]"),
    "PIL colour": (lambda: Image.new("RGB", (28, 28)), ValueError, r'mode RGB.*x\.convert\("L"\)'),
    "PIL palette": (lambda: Image.new("P", (28, 28)), ValueError, "palette"),
    "pair": (lambda: (torch.zeros(28, 28), 5), TypeError, r"a picture and its label.*dataset\[0\]\[0\]"),
    "pair of PIL": (lambda: (Image.new("L", (28, 28)), 5), TypeError, r"dataset\[0\]\[0\]"),
    "pair of arrays": (lambda: [DIGIT, np.int64(5)], TypeError, r"dataset\[0\]\[0\]"),
    "pair of batches": (lambda: [torch.zeros(8, 784), torch.zeros(8)], TypeError, "a pair"),
    "empty": (lambda: [], ValueError, "no pixels"),
    "no width": (lambda: np.zeros((3, 0)), ValueError, r"no pixels in the shape \(3, 0\)"),
    "scalar": (lambda: 3, TypeError, "3 .int. can’t be read as a picture"),
    "no square": (lambda: range(300), ValueError, "300 values fold into no square; columns="),
    "no squares": (lambda: np.zeros((2, 300)), ValueError, "300 values fold into no square"),
    "large": (lambda: np.zeros((65, 3)), ValueError, r"65 × 3 pixels are too many: .* x\[:64, :64\]"),
    "5 axes": (lambda: np.zeros((1, 1, 1, 1, 1)), ValueError, "5 axes"),
    "complex": (lambda: [[1j]], TypeError, "complex"),
}


@pytest.mark.parametrize(("make", "error", "words"), REFUSED_PICTURES.values(), ids=REFUSED_PICTURES)
def test_what_is_no_grey_picture_is_told_why(make, error, words):
    with pytest.raises(error, match=words):
        as_pictures(make())


def test_rows_that_do_not_fill_the_columns():
    with pytest.raises(ValueError, match="do not fill rows of 28"):
        as_pictures(range(300), columns=28)


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ([(DIGIT, 5), (DIGIT, 6)], r"these are pairs, .* \[picture for picture, label in x\]"),
        (((torch.zeros(1, 28, 28), 5),), "these are pairs"),
        ((DIGIT, "seven"), "this is a pair"),
        (np.zeros((28, 28, 2)), "2 numbers a pixel"),
        (np.zeros((6, 28, 28, 1)), r"x\[\.\.\., 0\] leaves the axis"),
        (np.zeros((6, 28, 28, 4)), "in colour"),
        ([Image.new("RGB", (28, 28))] * 2, "in colour"),
    ],
)
def test_pictures_with_labels_or_channels_are_told_what_to_leave_out(pictures, words):
    with pytest.raises((TypeError, ValueError), match=words):
        as_pictures(pictures)


def test_a_mask_in_a_list_is_seen():
    masked = np.ma.masked_less(np.arange(3.0), 1)
    for rows in ([masked, np.arange(3.0)], [[np.arange(3.0)], [masked]], (np.arange(3.0), masked)):
        with pytest.raises(TypeError, match="a masked array hides some of its values"):
            as_numpy(rows)
    assert as_numpy([np.ma.array([1.0, 2.0]), np.array([3.0, 4.0])]).tolist() == [[1, 2], [3, 4]]
