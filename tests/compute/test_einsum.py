"""Equations held against np.einsum: whether it refuses, values, shapes, and what is said of each letter."""

import dataclasses

import numpy as np
import pytest
import torch

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import EinsumError, parse

from .einsum_equations import (
    COMPUTED,
    LONG,
    REFUSED,
    SIZES_OF_MORE,
    WITH_OPERANDS,
    operands_of,
    random_equations,
    shapes_by_letters,
)


def agrees_with_numpy(equation, operands):
    """Parse, compute and compare; returns the Einsum."""
    e = parse(equation, *operands)
    expected = np.einsum(equation, *operands)
    value = e(*operands)
    assert value.shape == e.shape == expected.shape, equation
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    return e


@pytest.mark.parametrize("equation", COMPUTED)
def test_agrees_on_the_equations_of_the_suites(equation):
    agrees_with_numpy(equation, operands_of(shapes_by_letters(equation, SIZES_OF_MORE)))


@pytest.mark.parametrize("equation", LONG)
def test_agrees_on_the_long_equations_of_the_suites(equation):
    shapes = [tuple(min(n, 2) for n in shape) for shape in shapes_by_letters(equation)]
    agrees_with_numpy(equation, operands_of(shapes))


@pytest.mark.parametrize(("equation", "operands"), WITH_OPERANDS)
def test_agrees_on_the_operands_of_the_suites(equation, operands):
    agrees_with_numpy(equation, operands)


@pytest.mark.parametrize(("equation", "operands"), REFUSED)
def test_refuses_what_numpy_refuses_and_names_the_place(equation, operands):
    with pytest.raises((ValueError, UnicodeEncodeError, TypeError)):
        np.einsum(equation, *operands)
    with pytest.raises(EinsumError) as refused:
        parse(equation, *operands)
    assert refused.value.rule and refused.value.spans
    assert all(0 <= start < end <= len(equation) or start == len(equation) for start, end in refused.value.spans)


def test_agrees_on_random_equations_with_and_without_output():
    for equation, shapes in random_equations(1500, seed=1):
        for text in (equation, equation.split("->")[0]):
            agrees_with_numpy(text, operands_of(shapes))


def test_agrees_on_random_shapes_that_often_clash():
    refused = 0
    for number, (equation, shapes) in enumerate(random_equations(1500, seed=2)):
        rng = np.random.default_rng(number)
        shapes = [tuple(int(rng.choice([1, n, n + 1])) for n in shape) for shape in shapes]
        operands = operands_of(shapes)
        try:
            np.einsum(equation, *operands)
        except ValueError:
            refused += 1
            with pytest.raises(EinsumError, match=r"size") as error:
                parse(equation, *operands)
            assert all(equation[start:end].isalpha() for start, end in error.value.spans)
        else:
            agrees_with_numpy(equation, operands)
    assert 300 < refused < 1400  # both kinds were well tried


# ---- shapes, sublists, types ----


def test_shapes_and_arrays_are_read_alike():
    a, b = np.ones((5, 784)), torch.ones(784, 10)
    e = parse("ik,kj->ij", (5, 784), (784, 10))
    assert (
        e
        == parse("ik,kj->ij", a, b)
        == parse("ik,kj->ij", a.shape, b.shape)
        == parse("ik,kj", "5 784", "784×10").with_operands((5, 784), (784, 10))
    )
    assert (e.inputs, e.output, e.shape, e.sizes) == (("ik", "kj"), "ij", (5, 10), {"i": 5, "k": 784, "j": 10})
    assert str(e) == e.equation == "ik,kj->ij" and e.summed == "k"
    with pytest.raises(dataclasses.FrozenInstanceError):
        e.output = "ji"
    assert len({e, parse("ik,kj->ij", (5, 784), (784, 10))}) == 1  # hashable


def test_sizes_are_free_without_operands():
    e = parse("ik,kj->ij")
    assert e.sizes == dict.fromkeys("ikj") and e.shape is None and e.shapes == (None, None)
    assert np.array_equal(e(np.eye(2), [[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    with pytest.raises(EinsumError, match="2 in a and 3 in b"):
        e(np.eye(2), np.eye(3))
    half = parse("ik,kj->ij", (5, 4), None)
    assert half.sizes == {"i": 5, "k": 4, "j": None} and half.shape is None


def test_an_ellipsis_without_shapes_stays_open():
    e = parse("...ij,...jk->...ik")
    assert e.has_open_ellipsis and e.inputs == ("...ij", "...jk")
    assert e(np.ones((2, 3, 4)), np.ones((4, 5))).shape == (2, 3, 5)
    for render in (e.loops, e.expression):
        with pytest.raises(EinsumError, match="give their shapes"):
            render()
    assert e.named() is None and e.letters[0].sentence == "“...” is kept."
    closed = e.with_operands((7, 2, 3, 4), (2, 4, 5))
    assert (closed.equation, closed.ellipsis, closed.shape) == ("ABij,Bjk->ABik", "AB", (7, 2, 3, 5))


@pytest.mark.parametrize(
    "lists",
    [
        ([0, 1], [1, 2], [0, 2]),
        ([0, 1], [1, 2]),
        ([2, 1], [1, 0]),
        ((0, 51), (51, 2)),
        ([Ellipsis, 1], [1, 0], [0, Ellipsis]),
        ([26, 25], [25, 0]),
        (np.array([1, 0]), [0, 2], []),
    ],
)
def test_sublists_are_read_as_numpy_reads_them(lists):
    first, second, *output = lists
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    given = [a, first, b, second, *output]
    assert np.array_equal(parse(*given)(a, b), np.einsum(*given))


@pytest.mark.parametrize("sublist", [[0, 52], [-1, 0], ["a", 0], [0.0, 1], [True, 0], "ij", 3, None])
def test_sublists_that_numpy_refuses_are_refused(sublist):
    a = np.ones((2, 3))
    with pytest.raises((ValueError, TypeError)):
        np.einsum(a, sublist)
    with pytest.raises(EinsumError):
        parse(a, sublist)


def test_a_call_without_anything_to_read_is_refused():
    for arguments in ((0,), (None,), (np.eye(2),)):
        with pytest.raises(EinsumError, match="begins with an equation"):
            parse(*arguments)


def test_values_are_those_of_the_operands_own_library():
    a, b = torch.arange(6.0).reshape(2, 3), torch.arange(12.0).reshape(3, 4)
    e = parse("ik,kj->ij", a, b)
    assert torch.equal(e(a, b), a @ b) and torch.equal(e(a, b.numpy()), a @ b)
    assert isinstance(e(a.numpy(), b.numpy()), np.ndarray)
    a.requires_grad_()
    e(a, b).sum().backward()
    assert torch.equal(a.grad, b.sum(1).expand(2, 3))


def test_types_are_treated_as_the_library_treats_them():
    tens = np.full(10, 200, np.uint8)
    assert parse("i->", tens)(tens) == np.einsum("i->", tens) == 208
    assert parse("i->", tens)(torch.from_numpy(tens)) == 2000
    with pytest.raises(EinsumError, match="library refuses"):
        parse("i,i->", (2,), (2,))(torch.ones(2), torch.ones(2, dtype=torch.float64))


def test_a_diagonal_is_a_view_that_writes_through():
    a = np.ones((3, 3))
    parse("ii->i", a)(a)[:] = 0
    assert np.array_equal(a, 1 - np.eye(3))


def test_limits():
    assert parse(",".join("i" * 63)).sizes == {"i": None}
    with pytest.raises(EinsumError, match="numpy takes 63"):
        parse(",".join("i" * 64))
    with pytest.raises(EinsumError, match="letters run out"):
        parse("...a", (1,) * 60)
    with pytest.raises(EinsumError, match="the limit is"):
        parse("i" * 2001)


# ---- letters ----


def test_every_letter_is_explained():
    e = parse("ik,kj->ij", (5, 1), (3, 10))
    assert [(x.name, x.words, x.size, x.axes, x.output_axis) for x in e.letters] == [
        ("i", ("kept",), 5, ((0, 0),), 0),
        ("k", ("summed", "stretched"), 3, ((0, 1), (1, 0)), None),
        ("j", ("kept",), 10, ((1, 1),), 1),
    ]
    assert e.letters[1].sentence == "k is not in the output: it is summed. In a it has size 1 and is stretched to 3."
    assert e.letters[0].sentence == "i is in the output: it is kept, and becomes axis 0 of the result."
    (letter,) = parse("ii->i", (3, 3)).letters
    assert letter.words == ("kept", "diagonal") and letter.sentence.endswith("only the diagonal is read.")
    assert parse("ij,kl->il").letters[1].sentence == "j is not in the output: it is summed, on its own."


def test_the_implicit_rule_is_explained():
    implicit = parse("zy,yx")
    assert (implicit.output, implicit.implicit) == ("xz", True)
    assert [x.sentence for x in implicit.letters] == [
        "There is no arrow, and z appears once in the inputs: it is kept.",
        "There is no arrow, and y appears twice in the inputs: it is summed.",
        "There is no arrow, and x appears once in the inputs: it is kept.",
    ]
    assert [parse(text).output for text in ("jI", "ji", "i,ij", "...i,...i", "ii")] == ["Ij", "ij", "j", "...", ""]


# ---- cells of the result ----


def test_the_cells_behind_a_cell_of_the_result_add_up_to_it():
    tried = 0
    for equation, shapes in random_equations(300, seed=3):
        operands = operands_of(shapes)
        e, expected = parse(equation, *operands), np.einsum(equation, *operands)
        for index in list(np.ndindex(expected.shape))[:3]:
            cell = e.cells(index, *operands)
            assert cell.total == len(cell.products) and cell.more == 0
            for product in cell.products:
                assert product.factors == tuple(x[i] for x, i in zip(operands, product.indices, strict=True))
            assert np.isclose(cell.value, expected[index])
            assert np.isclose(sum(product.value for product in cell.products), expected[index])
            tried += 1
    assert tried > 300


def test_cells_are_bounded_and_need_no_values():
    e = parse("ik,kj->ij", (5, 784), (784, 10))
    cell = e.cells((2, 3), most=2)
    assert [product.indices for product in cell.products] == [((2, 0), (0, 3)), ((2, 1), (1, 3))]
    assert (cell.total, cell.more, cell.value) == (784, 782, None)
    a, b = np.ones((5, 784)), np.ones((784, 10))
    assert e.cells((2, 3), a, b, most=2).value == 784  # the whole sum, not only what is listed
    with pytest.raises(IndexError, match="not in a result of shape"):
        e.cells((5, 0))
    with pytest.raises(EinsumError, match="sizes are not known"):
        parse("i->").cells(())


# ---- meaning ----


def test_sameness_is_judged_by_meaning():
    same = einsum.same
    assert same(parse("ab,bc->ac"), parse("ik,kj->ij", (2, 3), (3, 4)))
    assert same(parse("ab,bc"), parse("ik,kj->ij")) and not same(parse("zy,yx"), parse("ik,kj->ij"))
    assert not same(parse("kj,ik->ij"), parse("ik,kj->ij")) and same(
        parse("kj,ik->ij"), parse("ik,kj->ij"), commuted=True
    )
    assert not same(parse("ii->i"), parse("ij->i")) and not same(parse("i,i->i"), parse("i->i"))
    assert same(parse("...ij->...ji", (2, 3, 4)), parse("bij->bji")) and same(parse("...i->..."), parse("...k->..."))
    assert not same(parse("ik,jk->ij"), parse("ik,jk->ji"), commuted=False)
    assert same(parse("ik,jk->ij"), parse("ik,jk->ji"), commuted=True)


def test_sameness_follows_values():
    """Equations of one kind of shape that mean the same have the same values, and those that differ do not."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((3, 3)), rng.standard_normal((3, 3))
    texts = [
        "ij,jk->ik",
        "ab,bc->ac",
        "ij,jk->ki",
        "ij,kj->ik",
        "ji,jk->ik",
        "ij,ij->ij",
        "ij,ij->ji",
        "ij,ji->ij",
        "ij,kl->il",
    ]
    for one in texts:
        for other in texts:
            equal = np.allclose(np.einsum(one, a, b), np.einsum(other, a, b))
            assert einsum.same(parse(one), parse(other)) == equal, (one, other)


# ---- costs ----


def test_costs_of_the_three_ways():
    loops, expression, equation = parse("ik,kj->ij", (5, 784), (784, 10)).costs(itemsize=4)
    assert (loops.rendering, loops.multiplications, loops.additions, loops.intermediate_bytes) == (
        "loops",
        39200,
        39200,
        0,
    )
    assert (expression.multiplications, expression.additions) == (39200, 39200 - 50)
    assert expression.intermediate_bytes == 5 * 784 * 10 * 4  # m·k·n
    assert (equation.multiplications, equation.intermediate_bytes) == (39200, 0)
    *_, outer = parse("i,j->ij", (3,), (4,)).costs()
    assert (outer.multiplications, outer.additions, outer.intermediate_bytes) == (12, 0, 0)


def test_the_intermediate_is_what_numpy_allocates():
    for equation, shapes in random_equations(300, seed=6):
        e = parse(equation, *shapes)
        operands = dict(zip(e.names, operands_of(shapes), strict=False))
        text = e.expression()
        if e.summed and len(shapes) > 1:
            product = eval(text.rpartition(".sum(")[0], {"np": np, **operands})
            assert e.costs(8)[1].intermediate_bytes >= product.nbytes
            assert len(shapes) > 2 or e.costs(8)[1].intermediate_bytes == product.nbytes


def test_another_output_of_the_same_inputs():
    e = parse("ik,kj->ij", (5, 784), (784, 10))
    assert e.with_output("ji").shape == (10, 5) and e.with_output("").summed == "ikj"
    assert parse("...i->i...").with_output("...").equation == "...i->..."
    for wrong, rule in (
        ("il", "output-unknown"),
        ("ii", "output-repeats"),
        ("i,j", "output-comma"),
        ("i j!", "character"),
    ):
        with pytest.raises(EinsumError) as refused:
            e.with_output(wrong)
        assert refused.value.rule == rule
