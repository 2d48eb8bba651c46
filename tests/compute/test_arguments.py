"""What was checked is what is used: whole numbers of any kind come out as plain ints, and no others get in."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from widgets_lib.compute import broadcasting, iterators, matmul, mnist, rng, scales, strides, timing
from widgets_lib.compute._integers import check_count, check_flag, check_integer, check_positive
from widgets_lib.compute.rng import forks


def plain(fork):
    return json.dumps([fork.seed, [process.pid for process in fork.processes], fork.before])


WHOLE = [np.int16(5), np.uint64(5), torch.tensor(5), np.array(5)]


@pytest.mark.parametrize("five", WHOLE, ids=lambda value: type(value).__name__)
def test_whole_numbers_of_any_library_come_out_as_ints(five):
    fork = rng.describe_fork("python", children=five, draws_before=five, draws_after=five, seed=five)
    assert plain(fork) == plain(rng.describe_fork("python", 5, 5, 5, seed=5))
    layout = strides.describe(np.zeros((9, 9)))
    assert json.dumps(layout.position((five, five))) == "50"
    assert layout.elements_at(five) == [(0, 5)] and layout.corner(five).shape == (5, 5)
    assert json.dumps(strides.contiguous_stride((five, five))) == "[5, 1]"
    view = strides.as_strided(five, (five,), (five,), itemsize=five)
    assert {type(n) for n in (*view.layout.shape, view.layout.itemsize, view.layout.storage_size)} == {int}
    assert json.dumps(broadcasting.broadcast((five, 1), (five,)).shape) == "[5, 5]"
    assert json.dumps(broadcasting.source_index((five, five), (1, 9))) == "[0, 5]"
    generator = rng.WichmannHill(five)
    assert json.dumps(generator.state) == json.dumps(rng.WichmannHill(5).state)
    assert list(iterators.chunks("abcdefg", five)) == ["abcde", "fg"]
    assert len(mnist.first_digits(five)[0]) == 5
    assert scales.size_stops(five) == [1, 2, 3, 4, 5]


def test_process_ids_of_numpy_are_ids():
    fork = rng.describe_fork(reseeding="pid", children=1, pids=np.array([40, 41], np.int32))
    assert [type(process.pid) for process in fork.processes] == [int, int]


def test_a_state_of_numpy_is_a_state():
    generator = rng.WichmannHill(0)
    generator.state = np.array([5, 6, 7], np.uint16)
    assert json.dumps(generator.state) == "[5, 6, 7]"


LAYOUT = strides.describe(np.zeros((2, 3)))
USES = {
    "a position": lambda x: LAYOUT.position((0, x)),
    "a position in a vector": lambda x: strides.describe(np.zeros(3)).position(x),
    "a cell": lambda x: LAYOUT.elements_at(x),
    "a cell's readers": lambda x: LAYOUT.readers(x),
    "a corner": lambda x: LAYOUT.corner(x),
    "a size": lambda x: strides.contiguous_stride((x, 2)),
    "an index of a result": lambda x: broadcasting.source_index((x, 0), (3,)),
    "an index after a repair": lambda x: broadcasting.moved_from((x, 0), (0,), (3,), (3, 1)),
    "cells to read": lambda x: strides.values(np.zeros(3), [x]),
    "a cell to write": lambda x: strides.write(np.zeros(3), x, 1),
    "a process id": lambda x: rng.describe_fork(reseeding="pid", children=1, pids=[1, x]),
    "a number of digits": lambda x: mnist.first_digits(x),
    "a number of draws": lambda x: rng.WichmannHill(0).draw(x),
    "the largest size": lambda x: scales.size_stops(x),
}


@pytest.mark.parametrize("value", [1.0, 0.5, np.float32(1), Fraction(1), "1", None, 1j, torch.tensor(1.0)])
@pytest.mark.parametrize("use", USES)
def test_what_is_not_whole_is_refused_and_not_rounded(use, value):
    with pytest.raises(TypeError, match=r"whole number|not a number|these numbers make an array of objects"):
        USES[use](value)


@pytest.mark.parametrize("use", [use for use in USES if use not in ("a process id", "a number of digits", "a number of draws", "the largest size")])  # fmt: skip
@pytest.mark.parametrize("value", [True, np.False_])
def test_a_truth_value_is_no_position(use, value):
    with pytest.raises(TypeError):
        USES[use](value)


@pytest.mark.parametrize("generator", ["torch", "python"])
@pytest.mark.parametrize("seed", [-1, -(2**63), -123_456])
def test_negative_seeds_that_a_library_takes_are_taken(generator, seed):
    fork = rng.describe_fork(generator, children=1, draws_after=3, draws_before=1, seed=seed)
    if generator == "torch":
        expected = torch.rand(4, generator=torch.Generator().manual_seed(seed)).tolist()
    else:
        expected = [(g := __import__("random").Random(seed)).random(), *(g.random() for _ in range(3))]
    assert [*fork.before, *(draw.value for draw in fork.processes[0].draws)] == expected
    for reseeding in ("pid", "urandom"):
        assert rng.describe_fork(generator, seed=seed, reseeding=reseeding).unavailable is None
    with pytest.raises(ValueError, match=r"SeedSequence.spawn is at least 0"):
        rng.describe_fork(generator, seed=seed, reseeding="spawn")


@pytest.mark.parametrize(
    ("generator", "seed"),
    [("torch", -(2**63) - 1), ("numpy-legacy", -1), ("numpy-generator", -1), ("wichmann-hill", -7)],
)
def test_negative_seeds_that_a_library_refuses_are_refused(generator, seed):
    with pytest.raises(ValueError, match="at least"):
        rng.describe_fork(generator, seed=seed)


def test_a_real_fork_with_a_negative_seed_draws_what_was_predicted():
    real = rng.real_fork("python", children=1, draws=2, seed=np.int64(-5))
    assert forks.compare(rng.describe_fork("python", 1, 0, 2, seed=-5), real)[0] is True


@pytest.mark.parametrize("budget_s", ["0.5", None, math.nan, math.inf, -0.1, True, 1j])
def test_a_budget_is_a_number_of_seconds(budget_s):
    with pytest.raises((TypeError, ValueError), match="budget_s is a number"):
        timing.measure(lambda: None, budget_s=budget_s)


def test_the_checks_themselves():
    assert check_integer(True, "n") == 1  # as Python has it
    assert check_count(np.int8(3), "n") == 3 and check_flag(np.True_, "f") is True
    assert check_positive(Fraction(1, 2), "x") == 0.5 and type(check_positive(np.float32(2), "x")) is float
    for value in (1, "no", None, np.int64(1)):
        with pytest.raises(TypeError, match="f is True or False, not"):
            check_flag(value, "f")
    for value in (0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="x is a number above 0, not"):
            check_positive(value, "x")
    assert check_positive(0, "x", zero=True) == 0


def test_operands_of_whole_sizes_only():
    with pytest.raises((TypeError, ValueError)):
        matmul.operands(2.5, 3, 4)
