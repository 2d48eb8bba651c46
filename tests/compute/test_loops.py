"""The strategies of the stepper: the code that is shown runs, and the moments are what it really does."""

import sys

import numpy as np
import pytest
import torch

from widgets_lib.compute import matmul
from widgets_lib.compute.matmul import loops

A, B = loops.example()
SIZES = [(3, 4, 2), (1, 1, 1), (5, 5, 5), (1, 6, 2), (6, 1, 1), (2, 3, 1)]


def operands(m, k, n):
    return np.arange(1, m * k + 1).reshape(m, k) - 4, np.arange(1, k * n + 1).reshape(k, n)


def run_watched(strategy, a, b):
    """Run the code as the learner reads it; returns c and, for each run of the innermost line, (index, c after it)."""
    code = compile("\n".join(strategy.lines), "<strategy>", "exec")
    names = {"torch": torch, "a": torch.tensor(a), "b": torch.tensor(b)}
    seen, running = [], []

    def on_line(frame, event, _):
        if frame.f_code is not code:
            return None
        if event == "line":
            if running:
                seen.append((running.pop(), names["c"].clone().numpy()))
            if frame.f_lineno == len(strategy.lines):
                running.append(tuple(names[axis] for axis in strategy.loops))
        return on_line

    previous = sys.gettrace()
    sys.settrace(on_line)
    try:
        exec(code, names)
    finally:
        sys.settrace(previous)
    return names["c"].numpy(), seen


@pytest.mark.parametrize("key", loops.STRATEGIES)
@pytest.mark.parametrize(("m", "k", "n"), SIZES)
def test_moments_are_what_the_shown_code_does(key, m, k, n):
    strategy = loops.STRATEGIES[key]
    a, b = operands(m, k, n)
    c, seen = run_watched(strategy, a, b)
    np.testing.assert_array_equal(c, a @ b)
    moments, terms = strategy.moments(m, k, n), loops.terms(a, b)
    assert len(seen) == len(moments) == strategy.python_steps(m, k, n)
    for step, (moment, (index, c_then)) in enumerate(zip(moments, seen, strict=True), start=1):
        assert tuple(getattr(moment, axis) for axis in strategy.loops) == index
        np.testing.assert_array_equal(terms.c_after(moments[:step]), c_then)


def test_a_moment_names_the_loops_that_moved_on():
    def moved(key):
        strategy = loops.STRATEGIES[key]
        return ["".join(strategy.lines[line].split()[1] for line in t.lines[:-1]) for t in strategy.moments(2, 2, 2)]

    assert moved("ijk") == ["ijk", "k", "jk", "k", "ijk", "k", "jk", "k"]
    assert moved("kij") == ["kij", "j", "ij", "j", "kij", "j", "ij", "j"]
    assert moved("dot") == ["ij", "j", "ij", "j"]
    assert moved("broadcast") == ["i", "i"]
    assert moved("outer") == ["k", "k"]


@pytest.mark.parametrize(
    ("key", "steps"), [("ijk", 39_200), ("kij", 39_200), ("dot", 50), ("broadcast", 5), ("outer", 784)]
)
def test_python_steps_of_five_digits(key, steps):
    assert loops.STRATEGIES[key].python_steps(5, 784, 10) == steps


@pytest.mark.parametrize(
    ("key", "backend"), [("ijk", "python"), ("kij", "python-kij"), ("dot", "dot"), ("broadcast", "broadcast")]
)
def test_strategy_is_the_rung_of_the_ladder(key, backend):
    strategy, rung = loops.STRATEGIES[key], matmul.BACKENDS[backend]
    assert strategy.python_steps(5, 784, 10) == rung.python_steps(5, 784, 10)
    loop_lines = [line.strip() for line in strategy.lines[loops.START + 1 :]]
    rung_lines = [line.strip() for line in rung.code.splitlines()]
    at = rung_lines.index(loop_lines[0])
    assert rung_lines[at : at + len(loop_lines)] == loop_lines


@pytest.mark.parametrize("key", loops.STRATEGIES)
def test_moments_of_a_corner_are_those_that_stay_inside_it(key):
    strategy = loops.STRATEGIES[key]
    inside = [
        moment
        for moment in strategy.moments(5, 5, 5)
        if (moment.i or 0) < 3 and (moment.k or 0) < 4 and (moment.j or 0) < 2
    ]
    assert tuple(inside) == strategy.moments(3, 4, 2)


def test_terms_hold_every_product_and_partial_sum():
    terms = loops.terms(A, B)
    np.testing.assert_array_equal(terms.products, np.einsum("ik,kj->ijk", A, B))
    np.testing.assert_array_equal(terms.sums[:, :, -1], A @ B)
    np.testing.assert_array_equal(terms.sums[:, :, 2], A[:, :2] @ B[:2])
    np.testing.assert_array_equal(terms.sums[:, :, 0], 0)


@pytest.mark.parametrize(
    "convert", [torch.tensor, np.array, lambda x: x, lambda x: torch.tensor(x, requires_grad=True)]
)
def test_takes_tensors_arrays_and_lists(convert):
    terms = loops.terms(convert([[0.5, -1.0]]), convert([[2.0], [3.0]]))
    np.testing.assert_array_equal(terms.sums, [[[0, 1, -2]]])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.ones((3, 4)), np.ones((3, 2)), r"\(3, 4\) and \(3, 2\) do not fit"),
        (np.ones((3, 0)), np.ones((0, 2)), r"a is \(3, 0\) and b is \(0, 2\): along an axis of size 0"),
        (np.ones((0, 3)), np.ones((3, 2)), r"a is \(0, 3\)"),
        (np.ones((5, 784)), np.ones((784, 10)), r"a is \(5, 784\).*a\[:5, :6\] and b\[:6, :6\]"),
        (np.ones(3), np.ones((3, 2)), r"\(3,\) and \(3, 2\)"),
        ([["x"]], [[1]], "a can’t be read as a matrix of numbers: 'x'"),
        ([[1]], [[1j]], "b can’t be read as a matrix of numbers: complex"),
        ([[1, 2], [3]], [[1]], "a can’t be read as a matrix of numbers"),
        ([[1]], [[None]], "b can’t be read as a matrix of numbers: None"),
    ],
)
def test_what_can_not_be_stepped_through_is_explained(a, b, message):
    with pytest.raises(ValueError, match=message):
        loops.terms(a, b)


def test_example_digits_differ_within_each_row_and_column():
    for matrix in loops.example():
        for line in (*matrix, *matrix.T):
            assert len(set(line.tolist())) == 5 and line.min() >= 0 and line.max() <= 9


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.array([[2**40, -(2**40)]]), np.array([[2**30], [7]])),
        (np.array([[2**63 - 1]], np.int64), np.array([[2, 1]])),
        (np.array([[2**64 - 3, 5]], np.uint64), np.array([[1], [1]], np.uint8)),
        (torch.tensor([[-(2**63)]]), torch.tensor([[-1]])),
    ],
)
def test_large_whole_numbers_are_exact(a, b):
    exact_a, exact_b = ([[int(value) for value in row] for row in x.tolist()] for x in (a, b))
    computed = loops.terms(a, b)
    assert computed.a.tolist() == exact_a and computed.b.tolist() == exact_b
    expected = [
        [sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*exact_b, strict=True)]
        for row in exact_a
    ]
    assert computed.sums[:, :, -1].tolist() == expected


def test_whole_numbers_beside_others_are_floats():
    computed = loops.terms(np.array([[2**63]], np.uint64), [[0.5]])
    assert computed.sums[0, 0].tolist() == [0, 2.0**62]
