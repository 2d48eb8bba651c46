"""The broadcasting rule held against numpy and torch; every repair is run as a learner would paste it."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from widgets_lib.compute import broadcasting
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.broadcasting import broadcast, cells, moved_from, parse_shape, source_index, stretched


def random_shape_sets(count, *, most_operands=5, most_axes=5, seed=4):
    draw = random.Random(seed)
    for _ in range(count):
        # few sizes and a common one, so that about half of the sets are legal
        sizes = [0, 1, 1, 1, 1, 2, 3, 3, 3, 3] if draw.random() < 0.7 else [1, 3]
        yield [
            tuple(draw.choice(sizes) for _ in range(draw.randint(0, most_axes)))
            for _ in range(draw.randint(0, most_operands))
        ]


def result_or_none(function, shapes, error):
    try:
        return tuple(function(*shapes))
    except error:
        return None


def test_agrees_with_numpy_and_torch_on_thousands_of_shape_sets():
    verdicts = []
    for shapes in random_shape_sets(4000):
        ours = broadcast(*shapes)
        assert ours.shape == result_or_none(np.broadcast_shapes, shapes, ValueError), shapes
        assert ours.shape == result_or_none(torch.broadcast_shapes, shapes, RuntimeError), shapes
        assert (ours.reason is None) == (ours.shape is not None)
        verdicts.append(ours.shape is None)
    assert 1000 < sum(verdicts) < 3000  # both kinds were well tried


def test_agrees_on_many_operands_and_many_axes():
    for shapes in ([(1, 3)] * 31, [(1,) * 30, (2,)], [(3,), *[(1,)] * 50], [(2,), *[(1, 1)] * 33, (3,)]):
        assert broadcast(*shapes).shape == result_or_none(torch.broadcast_shapes, shapes, RuntimeError)
        assert broadcast(*shapes).shape == result_or_none(np.broadcast_shapes, shapes, ValueError)


def test_goes_on_where_the_libraries_stop():
    """The differences that the module's docstring names."""
    for ndim, error in ((40, RuntimeError), (65, ValueError)):
        shapes = (3,), (1,) * ndim
        assert broadcast(*shapes).shape == tuple(torch.broadcast_shapes(*shapes))
        with pytest.raises(error, match=r"support.* (32|64)"):
            np.broadcast_shapes(*shapes)
    outer = [(10**10, 1), (1, 10**10)]
    assert broadcast(*outer).shape == tuple(torch.broadcast_shapes(*outer))
    with pytest.raises(ValueError, match="too large"):
        np.broadcast_shapes(*outer)


def test_columns_hold_what_each_operand_has():
    for shapes in random_shape_sets(500):
        ours = broadcast(*shapes)
        ndim = max(map(len, shapes), default=0)
        assert [column.axis for column in ours.columns] == list(range(ndim))
        assert [column.from_right for column in ours.columns] == list(range(-ndim, 0))
        for column in ours.columns:
            for size, padded, shape in zip(column.sizes, column.padded, shapes, strict=True):
                assert padded == (len(shape) < -column.from_right)
                assert size == (1 if padded else shape[column.from_right])
            alone = [(size,) for size in column.sizes]
            expected = result_or_none(np.broadcast_shapes, alone, ValueError)
            assert column.size == (expected and expected[0])
            assert (column.verdict == "clash") == (expected is None)
            assert (column.verdict == "padded") == (expected is not None and any(column.padded))
            assert column.message.endswith(".")


@pytest.mark.parametrize(
    ("shapes", "verdicts", "words"),
    [
        (((3, 3), (3, 3)), ["equal", "equal"], "a and b both have 3."),
        (((3,), (3,), (3,)), ["equal"], "a, b and c all have 3."),
        (((4,),), ["equal"], "a has 4."),
        (((3, 3), (3,)), ["padded", "equal"], "b has no axis here, which counts as 1: stretched to 3."),
        (((3, 3), (1, 3)), ["stretched", "equal"], "b has 1: stretched to 3."),
        (((1, 0), (5, 0)), ["stretched", "equal"], "a has 1: stretched to 5."),
        (((2, 3), (1, 3), ()), ["padded", "padded"], "c has no axis here, which counts as 1; b has 1: stretched to 2."),
        (((1, 1), (1,)), ["padded", "equal"], "b has no axis here, which counts as 1; a has 1."),
        (((3,), (4,), (3,)), ["clash"], "a and c have 3 and b has 4: sizes other than 1 must be equal."),
        (((0,), (3,)), ["clash"], "A 0 does not stretch either."),
    ],
)
def test_each_column_says_its_rule(shapes, verdicts, words):
    columns = broadcast(*shapes).columns
    assert [column.verdict for column in columns] == verdicts
    assert words in columns[0].message


def test_no_operand_one_operand_and_vectors_given_as_ints():
    assert broadcast().shape == tuple(np.broadcast_shapes()) == ()
    assert broadcast((2, 3)).shape == (2, 3)
    assert broadcast(3, (2, 1)).shape == (2, 3)
    assert broadcast([3], torch.Size([2, 1]), (np.int64(3),)).shape == (2, 3)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, -1), "size -1 in shape .* is negative"),
        ((2.0,), "size 2.0 .* not a whole number"),
        ((3, None), "size None"),
        ("3, 1", "is text"),
        (((3,),), r"size \(3,\)"),
    ],
)
def test_an_invalid_shape_is_refused_by_value(shape, words):
    with pytest.raises(ValueError, match=words):
        broadcast((3,), shape)


def test_names_are_the_learners():
    clash = broadcast((784, 10), (784,), names=("weights", "digit"))
    assert clash.reason == "Axis -1: weights has 10 and digit has 784: sizes must be equal, or one of them must be 1."
    assert clash.repairs[0].code == "digit[:, None]"
    assert broadcast(*[(1,)] * 28).names[25:] == ("z", "a1", "b1")
    with pytest.raises(ValueError, match="2 names"):
        broadcast((1,), names=("a", "b"))


# ---- repairs ---------------------------------------------------------------------------------------------------


def test_every_repair_runs_in_torch_and_numpy_and_ends_the_clash():
    seen = 0
    for shapes in random_shape_sets(1500, most_operands=4, most_axes=4, seed=5):
        ours = broadcast(*shapes)
        assert len(ours.repairs) <= broadcasting.MAX_REPAIRS
        for repair in ours.repairs:
            seen += 1
            context = (shapes, repair)
            tensors = dict(zip(ours.names, map(torch.zeros, shapes), strict=True))
            arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
            for code in filter(None, (repair.code, repair.also)):
                assert eval(code, dict(tensors)).shape == repair.shape_after, context
            assert eval(repair.numpy_code, dict(arrays)).shape == repair.shape_after, context
            assert repair.name == ours.names[repair.operand]
            repaired = [*shapes[: repair.operand], repair.shape_after, *shapes[repair.operand + 1 :]]
            assert tuple(torch.broadcast_shapes(*repaired)) == repair.result_shape, context
            assert np.broadcast_shapes(*repaired) == repair.result_shape, context
        changes = [(repair.operand, repair.shape_after) for repair in ours.repairs]
        assert len(set(changes)) == len(changes)
    assert seen > 500


def test_a_repair_says_where_each_element_went():
    seen = set()
    for shapes in (*random_shape_sets(400, most_operands=2, most_axes=4, seed=8), [(12,), (3, 4)], [(6,), (2, 3)]):
        ours = broadcast(*shapes)
        for repair in ours.repairs:
            shape = shapes[repair.operand]
            before = np.arange(np.prod(shape, dtype=int)).reshape(shape)
            after = eval(repair.numpy_code, {repair.name: before})
            for index in np.ndindex(repair.shape_after):
                assert before[moved_from(index, repair.axes, shape, repair.shape_after)] == after[index], repair
            seen.add(repair.code.removeprefix(repair.name)[:4])
    assert {"[:, ", ".squ", ".t()", ".per", ".res"} <= seen


def test_two_operands_can_always_be_repaired():
    for shapes in random_shape_sets(1500, most_axes=6, seed=6):
        ours = broadcast(*shapes)
        if len(shapes) == 2 and ours.shape is None:
            assert ours.repairs, shapes
    assert broadcast((2,) * 20, (3,) * 20).repairs


@pytest.mark.parametrize(
    ("shapes", "codes"),
    [
        (((3, 4), (3,)), ["b[:, None]", "a.t()"]),
        (((3,), (4,)), ["a[:, None]", "b[:, None]"]),
        (((784,), (784, 10)), ["a[:, None]", "b.t()"]),
        (((5, 784), (784, 10)), ["a[:, :, None]", "b[:, :, None, None]"]),  # matmul by broadcasting
        (((3, 4), (4, 3)), ["a.t()", "b.t()"]),
        (((3, 256, 256), (3,)), ["b[:, None, None]", "a.permute(1, 2, 0)"]),
        (((256, 256, 3), (3, 256, 256)), ["a.permute(2, 0, 1)", "b.permute(1, 2, 0)"]),
        (((5, 3), (3, 1)), ["b.squeeze(1)", "a.t()", "b.t()"]),
        (((12,), (3, 4)), ["a.reshape(3, 4)", "b.reshape(12)"]),
    ],
)
def test_the_repairs_are_few_and_the_simplest_comes_first(shapes, codes):
    assert [repair.code for repair in broadcast(*shapes).repairs] == codes


def test_a_clash_of_three_that_one_change_cannot_end_says_so():
    clash = broadcast((2,), (3,), (4,))
    assert clash.repairs == ()
    assert "No simple change to one operand" in clash.reason and "change two" in clash.reason


def test_legal_shapes_need_no_repair():
    assert broadcast((3,), (3, 3)).repairs == () and broadcast((3,), (3, 3)).reason is None


# ---- which element made which cell -----------------------------------------------------------------------------


def test_the_source_of_each_cell_is_the_element_numpy_reads():
    for shapes in random_shape_sets(400, most_axes=4, seed=7):
        result = broadcast(*shapes).shape
        if result is None:
            continue
        for shape in shapes:
            numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
            expected = np.broadcast_to(numbers, result)
            layout = stretched(shape, result)
            np.testing.assert_array_equal(layout.positions(), expected)
            for index in np.ndindex(result):
                assert numbers[source_index(index, shape)] == expected[index]
            for number in range(numbers.size):
                assert layout.elements_at(number) == [tuple(i) for i in np.argwhere(expected == number).tolist()]


def test_ghost_cells_are_those_that_stretching_repeats():
    assert stretched((3, 1), (3, 3)).ghosts().tolist() == [[False, True, True]] * 3
    assert stretched((3,), (2, 3)).ghosts().tolist() == [[False] * 3, [True] * 3]
    assert stretched((), (2,)).stride == torch.tensor(1).expand(2).stride() == (0,)
    assert stretched((784, 1), (784, 10)).corner(12).positions()[:, 3].tolist() == list(range(12))


def test_what_does_not_stretch_and_what_is_outside_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\) does not stretch to \(3, 4\)"):
        stretched((3,), (3, 4))
    with pytest.raises(ValueError, match="does not stretch"):
        stretched((2, 3), (1, 3))
    with pytest.raises(IndexError, match="no counterpart"):
        source_index((0, 3), (3,))
    with pytest.raises(IndexError, match="fewer axes"):
        source_index((0,), (3, 3))


# ---- values ----------------------------------------------------------------------------------------------------

TORCH_FUNCTIONS = {
    "+": torch.add,
    "-": torch.subtract,
    "*": torch.multiply,
    "/": torch.true_divide,
    "<": torch.lt,
    ">": torch.gt,
    "==": torch.eq,
}


@pytest.mark.filterwarnings("error")  # a division by zero is shown, not warned of
@pytest.mark.parametrize("key", broadcasting.OPERATORS)
def test_each_operator_computes_what_torch_computes(key):
    m, c = torch.arange(9.0).view(3, 3) - 4, torch.tensor([0.0, 2.0, -1.0])
    operator = broadcasting.OPERATORS[key]
    for a, b in ((m, c), (m, c[:, None]), (c, c[:, None]), (m, torch.tensor(0.0))):
        expected = TORCH_FUNCTIONS[key](a, b).numpy()
        np.testing.assert_array_equal(cells(key, a.numpy(), b.numpy()), expected)
        np.testing.assert_array_equal(eval(operator.code("a", "b"), {"a": a, "b": b}).numpy(), expected)
    assert operator.title and operator.symbol


def test_several_operands_combine_from_left_to_right():
    assert cells("-", [[10.0], [20.0]], [1.0, 2.0], 3.0).tolist() == [[6, 5], [16, 15]]
    assert broadcasting.OPERATORS["-"].code("a", "b", "c") == "a - b - c"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("%", 1, 2), "no operator '%': there are"),
        (("<", 1, 2, 3), "takes two operands, not 3"),
        (("+", 1), "not 1"),
        (("+", [1, 2], [1, 2, 3]), "a has 2 and b has 3"),
    ],
)
def test_cells_refuses_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        cells(*arguments)


def test_example_numbers_tell_their_operand():
    m = broadcasting.example(stretched((3, 3), (3, 3)).positions())
    c = broadcasting.example(stretched((3,), (3, 3)).positions(), scale=10)
    assert cells("+", m, c).tolist() == [[11, 22, 33], [14, 25, 36], [17, 28, 39]]


# ---- shapes that were typed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("3, 1", (3, 1)),
        ("(256,256,3)", (256, 256, 3)),
        ("3×4", (3, 4)),
        ("3 x 4x5", (3, 4, 5)),
        ("3 1", (3, 1)),
        ("[2, 3]", (2, 3)),
        ("torch.Size([3, 1])", (3, 1)),
        ("(3,)", (3,)),
        (" 007 ", (7,)),
        ("0, 2", (0, 2)),
        ("", ()),
        ("()", ()),
        ("torch.Size([])", ()),
        ("3037000499, 3037000499", (3037000499, 3037000499)),
    ],
)
def test_typed_shapes_are_read(text, shape):
    assert parse_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3,,x", "“3,,x” can’t be read as a shape, a size is missing beside a comma"),
        (",3", "missing"),
        (",", "missing"),
        ("3, x", "“x” in “3, x” can’t be read as a size"),
        ("3.5", "“3.5” can’t be read as a shape"),
        ("1e6", "can’t be read as a shape"),
        ("(3, 1", "can’t be read as a size"),
        ("٣", "can’t be read as a shape"),
        ("__import__('os')", "can’t be read as a shape"),
        ("3, -1", "“-1” is negative"),
        ("3 −1", "“-1” is negative"),
        ("4000000000, 4000000000", "more elements than a computer can number"),
        ("9" * 100_000, "more elements"),
        (", ".join(["1"] * 65), "65 axes are too many"),
    ],
)
def test_typed_nonsense_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words) as refusal:
        parse_shape(text)
    assert len(str(refusal.value)) < 200


def test_the_module_loads_neither_torch_nor_widgets():
    code = (
        "import sys; from widgets_lib.compute import broadcasting\n"
        "broadcasting.broadcast((3, 4), (3,)); broadcasting.cells('+', [1], [2])\n"
        "assert not {'torch', 'IPython', 'ipywidgets', 'anywidget'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- each library computes its own ----


@pytest.mark.parametrize(
    ("key", "operands"),
    [
        ("+", (torch.tensor([512.0, 3.0], dtype=torch.bfloat16), torch.tensor([1.0], dtype=torch.bfloat16))),
        ("*", (torch.tensor([0.1, 0.7], dtype=torch.float16), torch.tensor([3.0, 3.0], dtype=torch.float16))),
        ("/", (torch.tensor([7, 0]), torch.tensor([0, 0]))),
        ("-", (torch.tensor([1], dtype=torch.uint8), torch.tensor([2], dtype=torch.uint8))),
        ("+", (torch.tensor([2**62]), torch.tensor([2**62]))),
        ("+", (torch.tensor([1, 2]), 0.1)),
        ("-", (3, torch.tensor([0.3], dtype=torch.bfloat16))),
        ("+", (torch.tensor(1e8, dtype=torch.float64), torch.ones(2))),
        ("<", (2, torch.tensor([1, 3]))),
        ("==", (torch.tensor([1 + 2j]).conj(), torch.tensor([1 - 2j]))),
        ("*", (torch.ones(2, requires_grad=True), torch.full((2,), 0.5, dtype=torch.bfloat16), 3)),
    ],
)
def test_torch_computes_what_are_torch_tensors(key, operands):
    expression = f" {key} ".join("xyz"[: len(operands)])
    with torch.no_grad():
        expected = eval(expression, dict(zip("xyz", operands, strict=False)))
    np.testing.assert_array_equal(cells(key, *operands), as_numpy(expected))


@pytest.mark.parametrize(
    ("key", "a", "b", "words"),
    [
        ("-", torch.tensor([True]), torch.tensor([False]), "two bool tensors is not supported"),
        ("-", np.array([True]), np.array([False]), "numpy boolean subtract"),
    ],
)
def test_what_does_not_combine_is_told_in_the_librarys_own_words(key, a, b, words):
    with pytest.raises(ValueError, match=words):
        cells(key, a, b)


@pytest.mark.parametrize("shape", [(True, 3), [2, np.True_], (2, False)])
def test_a_truth_value_is_not_a_size(shape):
    with pytest.raises(ValueError, match="is not a whole number"):
        broadcast(shape, (3,))


# ---- arrays given as shapes, and numbers that torch does not combine ----


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(2, 3, dtype=torch.uint8).view(torch.bits8),
        torch.zeros(2, 3, device="meta"),
        torch.eye(2, 3).to_sparse(),
        np.ones((2, 3), "i4,f8"),
    ],
    ids=["bits", "meta", "sparse", "records"],
)
def test_an_array_given_as_a_shape_stands_for_its_shape_whatever_it_holds(x):
    assert broadcasting.broadcast(x, (3,)).shape == (2, 3)
    assert broadcasting.broadcast(x, (2,)).repairs


def test_a_nested_tensor_has_no_one_shape():
    nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
    with pytest.raises(TypeError, match="a nested tensor has no one shape"):
        broadcasting.broadcast(nested, (3,))


@pytest.mark.parametrize(
    ("operator", "x", "words"),
    [
        ("+", torch.ones(3).to(torch.float8_e5m2), r"torch has no \+ for numbers of type float8_e5m2: .* x.float\(\)"),
        (">", torch.ones(3, dtype=torch.complex64), "complex numbers have no order"),
        ("+", torch.zeros(3, dtype=torch.uint8).view(torch.bits8), "numbers of type bits8 are packed"),
    ],
)
def test_what_torch_can_not_combine_is_said_in_words(operator, x, words):
    with pytest.raises((TypeError, ValueError), match=words):
        broadcasting.cells(operator, x, x)
