"""An order that is being made, contraction by contraction, against numpy.einsum_path and opt_einsum."""

from itertools import permutations

import numpy as np
import opt_einsum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import plant

CHAIN = einsum.parse("ab,bc,cd,de->ae", (2, 3), (3, 4), (4, 5), (5, 6))


def test_choices_cost_what_numpy_counts_for_them():
    e = einsum.parse("ij,jk,k->i", (30, 40), (40, 50), (50,))
    choices = plant(e).choices()
    assert {pair: (made.letters, made.shape) for pair, made in choices.items()} == {
        (0, 1): ("ik", (30, 50)),
        (0, 2): ("ijk", (30, 40, 50)),
        (1, 2): ("j", (40,)),
    }
    for pair in choices:
        whole = plant(e, [pair]).completed()
        _, info = opt_einsum.contract_path(e.equation, *e.shapes, shapes=True, optimize=list(whole.order))
        assert whole.path.flops == info.opt_cost
        assert whole.path.largest == info.largest_intermediate


@given(st.permutations(range(4)), st.data())
@settings(max_examples=60, deadline=None)
def test_any_order_that_is_dragged_gives_the_same_result_and_numpys_count(first, data):
    forest = plant(CHAIN)
    while len(forest.free) > 1:
        pair = data.draw(st.sampled_from(list(forest.choices())))
        forest = forest.contracted(*pair)
    arrays = [np.random.default_rng(k).random(shape) for k, shape in enumerate(CHAIN.shapes)]
    assert einsum.contract(CHAIN, arrays, forest.order) == pytest.approx(np.linalg.multi_dot(arrays))
    _, info = opt_einsum.contract_path(CHAIN.equation, *arrays, optimize=list(forest.order))
    assert forest.path.flops == info.opt_cost


def test_contracting_what_is_used_already_takes_apart_what_was_made_of_it():
    forest = plant(CHAIN, [(0, 1), (2, 3), (4, 5)])
    again = forest.contracted(1, 2)
    assert again.pairs == ((1, 2),)
    assert [node.letters for node in again.nodes][4:] == ["bd"]
    kept = forest.contracted(0, 5)  # 5 is c and d together, and stays
    assert kept.pairs == ((2, 3), (0, 4))


def test_taking_apart_takes_all_that_stands_on_it():
    forest = plant(CHAIN, [(0, 1), (2, 3), (4, 5)])
    assert forest.apart(6).pairs == ((0, 1), (2, 3))
    assert forest.apart(4).pairs == ((2, 3),)
    assert plant(CHAIN, [(0, 1), (2, 4), (3, 5)]).apart(4).pairs == ()


def test_the_last_two_are_contracted_and_no_others():
    assert plant(CHAIN).completed().pairs == ()
    assert plant(CHAIN, [(0, 1), (2, 3)]).completed().pairs == ((0, 1), (2, 3), (4, 5))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plant(CHAIN, [(0, 0)]), "two different arrays"),
        (lambda: plant(CHAIN, [(0, 1, 2)]), "two different arrays"),
        (lambda: plant(CHAIN, [(0, 9)]), "9 is not there"),
        (lambda: plant(CHAIN, [(0, 1), (0, 2)]), "0 is not there"),
        (lambda: plant(CHAIN).contracted(0, 7), "there is no array 7"),
        (lambda: plant(CHAIN).contracted(2, 2), "part of the other"),
        (lambda: plant(CHAIN, [(0, 1)]).contracted(1, 4), "part of the other"),
        (lambda: plant(CHAIN).apart(1), "not made by a contraction"),
        (lambda: plant(einsum.parse("ab,bc->ac")), "sizes are not known"),
    ],
)
def test_what_is_no_order_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_every_order_of_four_is_reached_and_none_beats_the_best():
    best = einsum.paths(CHAIN)["optimal"].flops
    costs = set()
    for a, b, c, d in permutations(range(4)):
        for pairs in ([(a, b), (c, 4), (d, 5)], [(a, b), (c, d), (4, 5)]):
            costs.add(plant(CHAIN, pairs).path.flops)
    assert min(costs) == best and len(costs) > 3
