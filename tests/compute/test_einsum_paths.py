"""Orders of contraction held against numpy.einsum_path and opt_einsum: counts, largest intermediate, value."""

import itertools
import random
import re

import numpy as np
import opt_einsum
import pytest
import torch

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import EinsumError, contract, describe_order, from_nodes, parse, paths
from widgets_lib.compute.einsum.orders import check_order, greedy_order, left_to_right, optimal_order

from .einsum_equations import COMPUTED, LONG, SIZES_OF_MORE, operands_of, random_equations, shapes_by_letters

THREE_AND_MORE = [each for each in COMPUTED + LONG if each.count(",") > 1 and "." not in each]
CHAIN = parse("ij,jk,k->i", (1000, 1000), (1000, 1000), (1000,))


def zeros(e):
    return [np.broadcast_to(0.0, shape) for shape in e.shapes]


def numpy_counts(e, order):
    """The operations and the largest intermediate that numpy prints for an order, in its four digits."""
    _, text = np.einsum_path(e.equation, *zeros(e), optimize=["einsum_path", *order])
    return tuple(
        re.search(f"{name}: *([0-9.e+]+)", text)[1] for name in ("Optimized FLOP count", "Largest intermediate")
    )


def opt_einsum_counts(e, order):
    _, info = opt_einsum.contract_path(e.equation, *zeros(e), optimize=list(order))
    return int(info.opt_cost), int(info.largest_intermediate)


@pytest.mark.parametrize("equation", THREE_AND_MORE)
def test_counts_are_those_of_numpy_and_opt_einsum(equation):
    e = parse(equation, *shapes_by_letters(equation, SIZES_OF_MORE))
    for path in paths(e, left_to_right(len(e.inputs))).values():
        assert numpy_counts(e, path.order) == (f"{path.flops + 1:.3e}", f"{path.largest:.3e}"), path.key
        assert opt_einsum_counts(e, path.order) == (path.flops, path.largest), path.key
        assert path.flops == sum(step.flops for step in path.steps)


@pytest.mark.parametrize("equation", THREE_AND_MORE)
def test_greedy_is_numpys_and_optimal_the_best(equation):
    e = parse(equation, *shapes_by_letters(equation, SIZES_OF_MORE))
    found, _ = np.einsum_path(e.equation, *zeros(e), optimize=True)
    assert list(greedy_order(e)) == [tuple(sorted(step)) for step in found[1:]]
    best = paths(e)["optimal"]
    assert best.flops <= paths(e)["greedy"].flops
    if len(e.inputs) < 6 and set("".join(e.inputs)) != set(e.output):  # what sums nothing numpy leaves in one step
        order, _ = np.einsum_path(e.equation, *zeros(e), optimize=("optimal", 2**60))
        assert best.flops == describe_order(e, order).flops
    if len(e.inputs) < 7:
        _, info = opt_einsum.contract_path(e.equation, *zeros(e), optimize="optimal")
        assert best.flops <= info.opt_cost  # it weighs traces otherwise, and may miss the best


def test_no_order_of_pairs_is_better_than_the_best():
    for equation, shapes in random_equations(60, seed=8):
        e = parse(equation, *shapes)
        if len(e.inputs) == 4:
            every = [
                describe_order(e, [first, second, (0, 1)]).flops
                for first in itertools.combinations(range(4), 2)
                for second in itertools.combinations(range(3), 2)
            ]
            assert paths(e)["optimal"].flops == min(every)


def test_a_thousand_times_between_orders():
    found = paths(CHAIN, own=[(0, 1), (0, 1)])
    assert found["left to right"].flops == found["own"].flops == 2 * 10**9 + 2 * 10**6
    assert found["optimal"].flops == found["greedy"].flops == 4 * 10**6
    assert found["at once"].flops == 3 * 10**9
    assert (found["own"].largest, found["optimal"].largest) == (10**6, 10**3)
    assert [step.equation for step in found["optimal"].steps] == ["jk,k->j", "ij,j->i"]
    assert [(step.nodes, step.node) for step in found["optimal"].steps] == [((1, 2), 3), ((0, 3), 4)]


def test_every_order_computes_the_value():
    draw = random.Random(3)
    for equation, shapes in random_equations(300, seed=9):
        operands = operands_of(shapes)
        e, expected = parse(equation, *operands), np.einsum(equation, *operands)
        own = [tuple(draw.sample(range(left), 2)) for left in range(len(operands), 1, -1)] or [(0,)]
        for path in paths(e, own).values():
            np.testing.assert_allclose(contract(e, operands, path.order), expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(contract(e, operands, own, optimize=True), expected, rtol=1e-9, atol=1e-9)
        value = contract(e, [torch.from_numpy(x) for x in operands], own)
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9)


def test_steps_read_as_they_are_run():
    e = parse("ab,bc,cd->ad", (2, 3), (3, 4), (4, 5))
    path = describe_order(e, ["einsum_path", (1, 2), (0, 1)])
    assert path.order == ((1, 2), (0, 1)) and [s.equation for s in path.steps] == ["bc,cd->bd", "ab,bd->ad"]
    assert [s.elements for s in path.steps] == [15, 10] and [s.flops for s in path.steps] == [120, 60]


def test_a_tree_of_nodes_is_an_order():
    assert from_nodes([(1, 2), (0, 3)], 3) == ((1, 2), (0, 1))
    for equation in LONG:
        e = parse(equation, *shapes_by_letters(equation))
        path = paths(e)["optimal"]
        assert from_nodes([step.nodes for step in path.steps], len(e.inputs)) == path.order
        assert opt_einsum.paths.ssa_to_linear([step.nodes for step in path.steps]) == [
            tuple(sorted(step)) for step in path.order
        ]
    with pytest.raises(ValueError, match="0 is not there in step 1"):
        from_nodes([(0, 1), (0, 2)], 3)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ([(0, 1)], "leaves 2 arrays"),
        ([(0, 1), (0, 2)], r"step 1 is \(0, 2\)"),
        ([(0, 0), (0, 1)], "different positions"),
        ([(0, 1), (0, 1), (0, 1)], "step 2"),
        ([()], "step 0"),
        ([(0, -1)], "at least 0"),
        ([], "leaves 3 arrays"),
    ],
)
def test_orders_that_do_not_fit_are_refused(order, words):
    with pytest.raises(ValueError, match=words):
        check_order(order, 3)


def test_bounds():
    e = parse(",".join("i" * 11), *[(2,)] * 11)
    assert "optimal" not in paths(e) and paths(e)["greedy"].flops
    with pytest.raises(ValueError, match="up to 10 operands, not 11"):
        optimal_order(e)
    with pytest.raises(EinsumError, match="sizes are not known"):
        paths(parse("i,i,i"))
    assert paths(parse("i->", (3,)))["optimal"].order == ((0,),)


def test_presets_are_equations_with_a_name():
    assert len(einsum.PRESETS) >= 12
    for key, preset in einsum.PRESETS.items():
        e = parse(preset.equation, *preset.shapes)
        assert key == preset.key and e.equation == preset.equation
        assert e.named() or key == "apart"
        np.testing.assert_allclose(
            e(*operands_of(preset.shapes)), np.einsum(preset.equation, *operands_of(preset.shapes))
        )
