"""The layouts of torch and numpy views, held against the memory that torch and numpy really read."""

import mmap
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided as numpy_as_strided
from numpy.lib.stride_tricks import sliding_window_view

from widgets_lib.compute import strides

C = torch.tensor([10.0, 20.0, 30.0])
M = torch.arange(1.0, 10.0).view(3, 3)
CUBE = torch.arange(24).view(2, 3, 4)
A = np.arange(12.0).reshape(3, 4)
RECORD = np.zeros(3, dtype=[("x", "f4"), ("y", "f4")])

TENSORS = {
    "vector": C,
    "expand_as": C.expand_as(M),
    "column expanded": C[:, None].expand_as(M),
    "[:, None]": C[:, None],
    "[None, :]": C[None, :],
    "unsqueeze(-1)": M.unsqueeze(-1),
    "t()": M.t(),
    "transpose of a cube": CUBE.transpose(0, 2),
    "permute": CUBE.permute(1, 2, 0),
    "slices with steps": CUBE[1:, ::2, 1::2],
    "diagonal": M.diagonal(),
    "unfold": torch.arange(8).unfold(0, 3, 1),
    "0-d": torch.tensor(7),
    "0-d of a matrix": M[1, 2],
    "expanded 0-d": torch.tensor(7).expand(2, 3),
    "empty": torch.empty(0),
    "empty (2, 0, 3)": torch.empty(2, 0, 3).transpose(0, 1),
    "empty slice": M[3:],
    "bool": torch.tensor([True, False, True])[1:],
    "bfloat16": torch.arange(5).to(torch.bfloat16)[::2],
    "complex": torch.tensor([1 + 2j, 3 - 4j]),
    "imaginary part": torch.tensor([1 + 2j, 3 - 4j]).imag,
    "bytes of ints": torch.arange(4, dtype=torch.int32).view(torch.uint8)[1:9],
    "parameter": torch.nn.Parameter(M)[1],
    "of numpy memory": torch.from_numpy(np.arange(6))[2:],
}

ARRAYS = {
    "vector": np.arange(3),
    "matrix": A,
    "broadcast_to": np.broadcast_to(np.arange(3), (4, 3)),
    "[:, None]": A[:, None],
    "[None, :]": A[None, :],
    "T": A.T,
    "Fortran order": np.asfortranarray(A),
    "copy in Fortran order": np.asfortranarray(A)[1:, ::2],
    "flip": A[::-1],
    "flip both": A[::-1, ::-1],
    "flip with steps": A[::-2, 3:0:-2],
    "0-d": np.array(7.0),
    "0-d of a matrix": A[1, 2, ...],
    "empty": np.empty(0),
    "empty (2, 0, 3)": np.empty((2, 0, 3)),
    "empty slice": A[3:],
    "windows": sliding_window_view(np.arange(8), 3),
    "as_strided": numpy_as_strided(A.ravel()[3:], (2, 2), (16, 8)),
    "of bytes": np.frombuffer(bytes(range(12)), np.uint8)[3:],
    "of bytes past a header": np.frombuffer(bytes(range(12)), np.uint8, offset=4),
    "of a bytearray": np.frombuffer(bytearray(16))[1:],
    "of a memoryview": np.asarray(memoryview(A))[1:],
    "of a tensor": torch.arange(10)[4:].numpy(),
    "of a capsule": np.from_dlpack(CUBE[:, 1:, ::2]),
    "of a flipped capsule": np.from_dlpack(A[::-1, ::2]),
    "field of a record": RECORD["y"],
    "real part": np.array([1 + 2j, 3 - 4j]).real,
    "re-typed": np.arange(4, dtype="i4").view("u1")[5:],
    "other byte order": np.arange(3, dtype=">i4")[::-1],
    "text": np.array(["one", "two", "three"])[::-1],
    "dates": np.arange("2026-01", "2026-05", dtype="datetime64[M]")[::2],
    "masked": np.ma.masked_array(np.arange(4), [0, 1, 0, 0])[::2],
}


def to_numpy(x):
    return x.detach().to(torch.float32 if x.dtype == torch.bfloat16 else x.dtype).numpy()


@pytest.mark.parametrize("x", TENSORS.values(), ids=TENSORS)
def test_a_tensor_is_described_as_torch_describes_it(x):
    layout = strides.describe(x)
    assert (layout.shape, layout.stride, layout.offset) == (tuple(x.shape), x.stride(), x.storage_offset())
    assert layout.itemsize == x.element_size()
    assert layout.storage_size == x.untyped_storage().nbytes() // x.element_size()
    assert layout.is_contiguous == x.is_contiguous()
    assert layout.size == x.numel()
    assert layout.virtual_bytes == x.nbytes
    assert layout.allocated_bytes == x.untyped_storage().nbytes()
    assert (layout.library, f"torch.{layout.dtype}") == ("torch", str(x.dtype))


@pytest.mark.parametrize("x", ARRAYS.values(), ids=ARRAYS)
def test_an_array_is_described_as_numpy_describes_it(x):
    layout = strides.describe(x)
    assert (layout.shape, layout.stride_bytes, layout.itemsize) == (x.shape, x.strides, x.itemsize)
    assert layout.is_contiguous == x.flags.c_contiguous
    assert layout.virtual_bytes == x.nbytes
    assert (layout.library, layout.dtype) == ("numpy", str(x.dtype))


@pytest.mark.parametrize("x", [*TENSORS.values(), *ARRAYS.values()], ids=[*TENSORS, *ARRAYS])
def test_the_storage_read_at_its_positions_is_the_array(x):
    layout = strides.describe(x)
    expected = to_numpy(x) if isinstance(x, torch.Tensor) else np.asarray(x)
    np.testing.assert_array_equal(strides.values(x, layout.positions()), expected)


@pytest.mark.parametrize(
    ("x", "offset", "storage_size"),
    [
        (A, 0, 12),
        (A[1:, 2:], 6, 12),
        (A[::-1, ::-1], 11, 12),
        (A[::-1], 8, 12),
        (np.asfortranarray(A)[1:], 1, 12),
        (np.broadcast_to(np.arange(3), (4, 3))[:, 1:], 1, 3),
        (sliding_window_view(np.arange(8), 3)[2], 2, 8),
        (np.frombuffer(bytes(12), np.uint8, offset=4), 4, 12),
        (torch.arange(10)[4:].numpy()[1:], 5, 10),
        (np.arange(4, dtype="i4").view("u1")[5:], 5, 16),
        (RECORD["y"], 1, 6),
        (np.from_dlpack(torch.arange(10)[::3])[1:], 3, 10),
        (np.from_dlpack(np.arange(10)[::-3]), 9, 10),
    ],
)
def test_a_numpy_storage_is_the_memory_of_its_owner(x, offset, storage_size):
    layout = strides.describe(x)
    assert (layout.offset, layout.storage_size) == (offset, storage_size)


def test_a_memory_map_shows_the_part_that_was_opened_as_an_array(tmp_path):
    file = tmp_path / "numbers"
    np.arange(6, dtype="f4").tofile(file)
    x = np.memmap(file, dtype="f4", mode="r", offset=8)[::2]
    layout = strides.describe(x)
    assert (layout.offset, layout.stride, layout.storage_size) == (0, (2,), 4)
    assert strides.values(x).tolist() == [2, 3, 4, 5]


def test_the_lesson_expand_as_copies_nothing():
    layout = strides.describe(C.expand_as(M))
    assert (layout.shape, layout.stride, layout.expanded_axes) == ((3, 3), (0, 1), (0,))
    assert (layout.virtual_bytes, layout.allocated_bytes, layout.repeats) == (36, 12, 3)
    assert strides.values(C.expand_as(M)).tolist() == [10, 20, 30]
    assert layout.elements_at(1) == [(0, 1), (1, 1), (2, 1)]
    assert layout.ghosts().tolist() == [[False] * 3, [True] * 3, [True] * 3]


def test_size_one_axes_are_not_called_expanded():
    assert strides.describe(np.arange(3)[None]).stride == (0, 1)
    assert strides.describe(np.arange(3)[None]).expanded_axes == ()


# ---- positions and back, against the memory itself -------------------------------------------------------------

dimensions = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def numpy_views(draw):
    """A random chain of views over an arange, so that each value is its storage position."""
    x = np.arange(draw(st.integers(1, 60)))
    for _ in range(draw(st.integers(0, 5))):
        move = draw(st.sampled_from(["slice", "reverse", "transpose", "new axis", "broadcast", "windows", "split"]))
        axis = draw(st.integers(0, x.ndim - 1)) if x.ndim else None
        if move == "new axis" and x.ndim < 5:
            x = np.expand_dims(x, draw(st.integers(0, x.ndim)))
        elif move == "broadcast" and x.size < 200:
            x = np.broadcast_to(x, (draw(st.integers(0, 3)), *x.shape))
        elif axis is None:
            continue
        elif move == "slice":
            step = draw(st.sampled_from([1, 2, 3]))
            x = x[(slice(None),) * axis + (slice(draw(st.integers(0, 2)), None, step),)]
        elif move == "reverse":
            x = np.flip(x, axis)
        elif move == "transpose":
            x = np.moveaxis(x, axis, 0)
        elif move == "windows" and x.shape[axis] >= 2 and x.ndim < 4:
            x = sliding_window_view(x, 2, axis)
        elif move == "split" and x.shape[axis] % 2 == 0 and x.ndim < 4:
            shape = (*x.shape[:axis], 2, x.shape[axis] // 2, *x.shape[axis + 1 :])
            x = numpy_as_strided(x, shape, (*x.strides[:axis], x.strides[axis] * (shape[axis + 1]), *x.strides[axis:]))
    return x


@settings(max_examples=300, deadline=None)
@given(numpy_views())
def test_position_and_elements_at_agree_with_numpy_memory(x):
    layout = strides.describe(x)
    np.testing.assert_array_equal(layout.positions(), x)
    for position in range(-1, layout.storage_size + 1):
        assert layout.elements_at(position) == [tuple(i) for i in np.argwhere(x == position).tolist()]
        assert layout.readers(position) == np.count_nonzero(x == position)
    assert all(layout.position(index) == x[index] for index in np.ndindex(x.shape))
    seen, ghosts = set(), []
    for value in x.ravel().tolist():
        ghosts.append(value in seen)
        seen.add(value)
    assert layout.ghosts().ravel().tolist() == ghosts
    if x.size:
        assert layout.span == (x.min(), x.max())


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(0, 20), dimensions, st.integers(-2, 12))
def test_as_strided_is_legal_exactly_where_torch_says_so(data, storage_size, shape, offset):
    stride = tuple(data.draw(st.lists(st.integers(0, 6), min_size=len(shape), max_size=len(shape))))
    view = strides.as_strided(storage_size, shape, stride, offset)
    try:
        expected = torch.as_strided(torch.arange(storage_size), shape, stride, offset)
    except RuntimeError:
        expected = None
    assert view.legal == (expected is not None)
    if view.legal:
        assert view.reason is None and view.torch_refuses is None
        np.testing.assert_array_equal(view.layout.positions(), expected.numpy())
        assert view.inside().all()
    else:
        assert view.reason


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(0, 20), dimensions, st.integers(-5, 20))
def test_the_first_element_outside_is_the_first_numpy_finds(data, storage_size, shape, offset):
    stride = tuple(data.draw(st.lists(st.integers(-6, 6), min_size=len(shape), max_size=len(shape))))
    view = strides.as_strided(storage_size, shape, stride, offset)
    steps = np.indices(shape).reshape(len(shape), -1) if shape else np.zeros((0, 1), int)
    positions = offset + (np.array(stride, dtype=int)[:, None] * steps).sum(0)
    bad = np.flatnonzero((positions < 0) | (positions >= storage_size))
    if not bad.size:
        assert view.first_bad_element is None
        assert view.legal == (offset >= 0 or positions.size > 0)
        return
    first = bad[0]
    assert view.first_bad_element == tuple(steps[:, first].tolist())
    assert view.reads_position == positions[first]
    assert view.beyond_by == max(-positions[first], positions[first] - storage_size + 1)
    assert (~view.inside()).ravel().nonzero()[0].tolist() == bad.tolist()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((9, (3, 3), (4, 1)), "element (2, 1) reads position 9, 1 past the end of the storage (the last cell is 8)"),
        ((9, (3, 3), (4, 1)), "this view needs 11 cells"),
        ((4, (3,), (-1,), 1), "element (2,) reads position -1, 1 before the start"),
        ((4, (3,), (-1,), 1), "needs an offset of 2"),
        ((2, (3,), (-1,), 1), "needs 3 cells and an offset of 2"),
        ((0, (), ()), "it has no cells"),
        ((9, (3, 3), (1,)), "shape (3, 3) has 2 axes but stride (1,) has 1"),
        ((9, (3, -3), (1, 1)), "axis 1 has size -3"),
        ((9, (0,), (1,), -1), "offset -1 is before the start"),
    ],
)
def test_an_illegal_view_is_explained(arguments, words):
    view = strides.as_strided(*arguments)
    assert not view.legal
    assert words in view.reason


def test_negative_strides_are_legal_but_not_in_torch():
    view = strides.as_strided(4, (4,), (-1,), 3)
    assert view.legal and "negative" in view.torch_refuses
    with pytest.raises(RuntimeError, match="Negative strides"):
        torch.as_strided(torch.arange(4), (4,), (-1,), 3)


def test_as_strided_survives_absurd_numbers_and_refuses_fractions():
    view = strides.as_strided(9, (10**30, 2), (10**30, 1))
    assert not view.legal and view.layout is None and view.first_bad_element == (1, 0)
    assert strides.as_strided(9, (1, 3), (10**30, 1)).layout.positions().tolist() == [[0, 1, 2]]
    with pytest.raises(TypeError):
        strides.as_strided(9, (2.5,), (1,))


def test_a_position_outside_the_shape_is_refused_in_words():
    layout = strides.describe(M)
    assert layout.position((2, 1)) == 7
    assert strides.describe(C).position(2) == 2
    with pytest.raises(IndexError, match=r"outside axis 1 of shape \(3, 3\)"):
        layout.position((0, 3))
    with pytest.raises(IndexError, match="1 numbers, shape"):
        layout.position((0,))


def test_a_large_layout_is_searched_without_being_laid_out():
    layout = strides.describe(torch.empty(1).expand(50_000, 784)).corner(3)
    assert layout.shape == (3, 3)
    large = strides.Layout((50_000, 784), (1, 50_000), 0, 4, 39_200_000)
    assert large.elements_at(39_199_999) == [(49_999, 783)]
    with pytest.raises(ValueError, match="corner"):
        large.positions()


def test_the_readers_of_an_expanded_cell_are_counted_and_not_listed():
    assert strides.describe(torch.empty(1).expand(50_000, 784)).readers(0) == 39_200_000


# ---- values and writing ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_values_show_the_whole_storage_also_what_the_view_does_not_read():
    assert strides.values(M[1, ::2]).tolist() == list(range(1, 10))
    assert strides.values(A[::-1, 1]).tolist() == list(range(12))
    assert strides.values(M, limit=2).tolist() == [1, 2]
    assert strides.values(torch.tensor([1.5, 2.5], dtype=torch.bfloat16)).dtype == np.float32
    assert strides.values(torch.tensor([1, 2]).to(torch.float8_e5m2)).tolist() == [1, 2]
    assert strides.values(torch.tensor([1 + 2j], dtype=torch.complex32)).tolist() == [1 + 2j]
    with pytest.raises(IndexError, match="cells 0…8"):
        strides.values(M, [9])


def test_values_are_a_snapshot():
    for x in (M.clone(), A.copy()):
        strides.values(x)[0] = -1
        assert x[0, 0] != -1


@pytest.mark.parametrize("fresh", [lambda: torch.tensor([10, 20, 30]), lambda: np.array([10, 20, 30])])
def test_writing_one_cell_changes_every_element_that_reads_it(fresh):
    c = fresh()
    view = c.expand(3, 3) if isinstance(c, torch.Tensor) else np.lib.stride_tricks.as_strided(c, (3, 3), (0, 8))
    read = view.numpy() if isinstance(view, torch.Tensor) else view
    before = read.copy()
    assert strides.write(view, 1, 99) == 99
    changed = [tuple(i) for i in np.argwhere(read != before).tolist()]
    assert changed == strides.describe(view).elements_at(1) == [(0, 1), (1, 1), (2, 1)]
    assert c.tolist() == [10, 99, 30]


def test_write_tells_what_was_stored_and_what_cannot_be():
    assert strides.write(torch.zeros(2, dtype=torch.int32), 0, 1.5) == 1
    assert strides.write(np.zeros(2, dtype=bool), 0, 5) is True
    for x in (torch.zeros(2, dtype=torch.uint8), np.zeros(2, dtype=np.uint8)):
        with pytest.raises(ValueError, match="cannot store 300 in a cell of type uint8"):
            strides.write(x, 0, 300)
    with pytest.raises(ValueError, match="read-only"):
        strides.write(np.frombuffer(bytes(4), np.uint8), 0, 1)
    with pytest.raises(IndexError):
        strides.write(np.zeros(2), 2, 1)


# ---- what may not be written to, and what is not part of the array ----


def locked(array):
    array.setflags(write=False)
    return array


def view_of_locked():
    owner = np.arange(6)
    view = owner[::2]
    owner.setflags(write=False)
    return view


@pytest.mark.parametrize(
    "make",
    [
        lambda: locked(np.arange(6)),
        lambda: locked(np.arange(6)[1:4]),
        lambda: locked(np.arange(6).reshape(2, 3).T),
        lambda: np.broadcast_to(np.arange(3), (2, 3)),
        lambda: np.lib.stride_tricks.sliding_window_view(np.arange(6), 3),
        lambda: locked(np.ones(3, complex)).imag,
        view_of_locked,
        lambda: np.frombuffer(b"abcdefgh", np.uint8),
        lambda: np.diag(np.eye(3)),
    ],
)
def test_a_read_only_array_is_not_written_through_its_base(make):
    x = make()
    memory = strides.values(x)
    with pytest.raises(ValueError, match="read-only"):
        strides.write(x, 0, 1)
    np.testing.assert_array_equal(strides.values(x), memory)


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_of_a_mapped_file_only_the_array_is_seen_and_written(tmp_path, mode):
    path = tmp_path / "x.npy"
    np.save(path, np.arange(20, dtype=np.int16).reshape(4, 5))
    before = path.read_bytes()
    x = np.load(path, mmap_mode=mode)
    for view, offset in ((x, 0), (x[1:, ::-1], 9), (np.asarray(x).T, 0), (x[2:3][0], 10)):
        layout = strides.describe(view)
        assert (layout.storage_size, layout.offset) == (20, offset)
        assert strides.values(view).tolist() == list(range(20))
    if mode == "r":
        with pytest.raises(ValueError, match="read-only"):
            strides.write(x[1:], 0, -1)
    else:
        assert strides.write(x[1:], 0, -1) == -1
        with pytest.raises(IndexError):
            strides.write(x, -1, 0)
        x.flush()
    changed = [n for n, (old, new) in enumerate(zip(before, path.read_bytes(), strict=True)) if old != new]
    assert changed == ([len(before) - 40, len(before) - 39] if mode == "r+" else [])


def test_an_array_made_of_a_map_by_hand_begins_where_it_was_put(tmp_path):
    path = tmp_path / "raw"
    path.write_bytes(b"HEADER__" + np.arange(4, dtype=np.float64).tobytes() + b"FOOTER")
    with path.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    for buffer in (mapped, memoryview(mapped)):
        x = np.frombuffer(buffer, np.float64, count=4, offset=8)
        assert strides.values(x).tolist() == [0, 1, 2, 3]
    strides.write(x, 3, 7)
    assert path.read_bytes()[:8] + path.read_bytes()[-6:] == b"HEADER__FOOTER" and x[3] == 7


def computed():
    return torch.arange(4.0, requires_grad=True) * 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: torch.arange(4.0, requires_grad=True), "a leaf Variable that requires grad"),
        (lambda: torch.nn.Linear(2, 2).weight, "a leaf Variable that requires grad"),
        (lambda: torch.ones(2, 2, requires_grad=True).t(), "a view of a leaf Variable that requires grad"),
        (lambda: torch.ones(4, requires_grad=True)[1:].expand(2, 3), "a view of a leaf Variable that requires grad"),
        (computed, "x requires grad"),
        (lambda: computed()[1:], "x requires grad"),
    ],
)
def test_a_tensor_that_requires_grad_is_refused_as_torch_refuses_it(make, words):
    x = make()
    if "leaf" in words:
        with pytest.raises(RuntimeError, match=words):
            x[(0,) * x.ndim] = 1  # torch itself
    memory = strides.values(x)
    with pytest.raises(ValueError, match=rf"{words}.* x\.detach\(\)"):
        strides.write(x, 0, 9)
    np.testing.assert_array_equal(strides.values(x), memory)


@pytest.mark.parametrize("alias", [lambda x: x, lambda x: x.detach(), lambda x: x[1:], lambda x: x.detach().view(2, 2)])
def test_autograd_notices_a_write(alias):
    x = torch.arange(4.0, requires_grad=True)
    y = (x * x).sum()
    version = x._version
    with torch.no_grad():
        strides.write(alias(x), 2, 10)
    assert x._version == version + 1 and x.tolist() == [0, 1, 10, 3]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_an_inference_tensor_is_written_in_its_own_mode_only():
    with torch.inference_mode():
        x = torch.zeros(3)
        assert strides.write(x, 1, 2) == 2
    with pytest.raises(ValueError, match="outside InferenceMode"):
        strides.write(x, 1, 3)


@pytest.mark.parametrize("make", [lambda: np.zeros(3), lambda: torch.zeros(3)])
@pytest.mark.parametrize(
    "position", [True, False, np.True_, 1.0, np.float32(1), "1", None, (1,), [0, 1], ..., slice(2)]
)
def test_a_position_is_one_whole_number(make, position):
    x = make()
    with pytest.raises(TypeError, match="the position of a cell is a whole number"):
        strides.write(x, position, 7)
    assert x.tolist() == [0, 0, 0]
    assert strides.write(x, np.int64(1), 7) == 7


@pytest.mark.parametrize("at", [[0.0], [1.7], [True, False], np.array([2], np.float32), torch.tensor([1.0]), ["1"]])
def test_positions_to_read_are_whole_numbers(at):
    for x in (np.zeros(3), torch.zeros(3)):
        with pytest.raises(TypeError):
            strides.values(x, at)


def test_positions_to_read_are_not_wrapped():
    with pytest.raises(IndexError):
        strides.values(np.zeros(3), np.array([2**64 - 1], np.uint64))
    assert strides.values(np.arange(3), torch.tensor([2, 0])).tolist() == [2, 0]
    assert strides.values(np.arange(3), []).tolist() == []


# ---- what cannot be described ----------------------------------------------------------------------------------


def freed():
    x = torch.ones(3)
    x.untyped_storage().resize_(0)
    return x


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: [1, 2], TypeError, "not a list: wrap it"),
        (lambda: "3, 1", TypeError, "not a str"),
        (lambda: None, TypeError, "not None"),
        (lambda: np.float32(3), TypeError, "not a float32"),
        (lambda: torch.eye(3).to_sparse(), TypeError, "sparse_coo tensor has no strides.*to_dense"),
        (lambda: torch.eye(3).to_sparse_csr(), TypeError, "sparse_csr"),
        (lambda: torch.ones(3).to_mkldnn(), TypeError, "a mkldnn tensor has no strides"),
        (lambda: torch.nested.nested_tensor([C, C[1:]]), TypeError, "nested"),
        (lambda: torch.empty(3, device="meta"), ValueError, "meta tensor has a shape but no memory"),
        (lambda: torch.quantize_per_tensor(C, 0.1, 0, torch.quint8), TypeError, "quantised.*dequantize"),
        (lambda: torch.tensor([1j]).conj(), ValueError, "resolve_conj"),
        (lambda: torch.tensor([1j]).conj().imag, ValueError, "resolve_neg"),
        (freed, ValueError, "0 cells"),
        (lambda: RECORD, TypeError, r'structured.*x\["x"\]'),
        (lambda: np.array([None, 1]), TypeError, "object array"),
        (lambda: np.array(["a"], dtype="T") if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else np.array([None]),
         TypeError, "references"),
        (lambda: np.zeros(3, dtype="V0"), TypeError, "no memory"),
        (lambda: np.zeros(3, dtype="u1,f4")["f1"], ValueError, "not a whole number of 4-byte items"),
        (lambda: np.zeros(3, dtype="u1,f4,u1,u1,u1")["f1"], ValueError, "first element lies 1 bytes on"),
        (lambda: np.zeros(3, dtype="O,f8")["f1"], ValueError, "Python objects"),
    ],
)  # fmt: skip
def test_what_has_no_layout_is_refused_in_words(make, error, words):
    with pytest.raises(error, match=words):
        strides.describe(make())


def test_numpy_arrays_do_not_load_torch():
    code = (
        "import sys, numpy as np; from widgets_lib.compute import strides\n"
        "x = np.arange(4)[::-1]; strides.moves(strides.describe(x)); strides.values(x); strides.write(x, 0, 1)\n"
        "assert not {'torch', 'IPython', 'ipywidgets', 'anywidget'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- the lesson's moves ----------------------------------------------------------------------------------------

SOURCES = {
    **{key: x for key, x in TENSORS.items() if x.dtype != torch.bfloat16 and key != "parameter"},
    **{key + " (numpy)": x for key, x in ARRAYS.items() if key != "masked"},
}


@pytest.mark.parametrize("x", SOURCES.values(), ids=SOURCES)
def test_each_move_is_what_its_code_does(x):
    layout = strides.describe(x)
    storage = strides.values(x)
    for move in strides.moves(layout):
        assert move.explanation.endswith(".") and move.title
        if move.layout is None:
            assert layout.ndim < 2
            continue
        code = move.torch_code if layout.library == "torch" else move.numpy_code
        expected = eval(code, {"x": x, "np": np})  # our own code, pasted as a learner would paste it
        actual = strides.describe(expected)
        assert move.layout.shape == actual.shape, code
        assert move.layout.is_contiguous == actual.is_contiguous, code
        if actual.size and (layout.library == "torch" or 1 not in actual.shape):
            # numpy makes up the stride of size-1 axes as it goes; that of an empty array is anyone's choice
            assert (move.layout.stride, move.layout.offset) == (actual.stride, actual.offset), code
        if layout.size:
            assert move.layout.storage_size == actual.storage_size, code
        new_storage = storage if move.reads is None else storage[move.reads.positions().ravel()]
        np.testing.assert_array_equal(new_storage[move.layout.positions()], np.asarray(expected), code)


def test_the_moves_of_the_lesson_are_all_there():
    by_key = {move.key: move for move in strides.moves(strides.describe(C))}
    assert list(by_key) == ["expand_as", "transpose", "new-column", "new-row", "step", "drop", "flip", "contiguous"]
    assert by_key["expand_as"].torch_code == "x.expand(3, 3)"
    assert by_key["expand_as"].layout.stride == (0, 1)
    assert by_key["new-column"].layout.shape == (3, 1)
    assert by_key["transpose"].layout is None
    expanded = strides.moves(by_key["expand_as"].layout)[-1]
    assert expanded.layout.allocated_bytes == 36 and expanded.reads == by_key["expand_as"].layout
    flip = next(move for move in strides.moves(strides.describe(np.arange(3))) if move.key == "flip")
    assert (flip.layout.stride, flip.layout.offset, flip.reads) == ((-1,), 2, None)
