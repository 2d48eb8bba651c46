"""The scalar engine against torch in float64 and against finite differences, on expressions drawn at random."""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from widgets_lib.compute.learning.autograd import OPERATIONS, Value, apply, write

ONE = ["exp", "log", "tanh", "relu"]
TWO = ["+", "-", "*", "/", "**"]
INPUTS = 4

floats = st.floats(-3, 3).map(lambda x: round(x, 3))
# each step takes an operation and the places of its operands among all values so far; values are used again and again
steps = st.lists(st.tuples(st.sampled_from(ONE + TWO), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12)


def build(leaves, program, call):
    values = list(leaves)
    for op, first, second in program:
        operands = [values[first % len(values)], values[second % len(values)]][: 1 if op in ONE else 2]
        values.append(call(op, *operands))
    return values[-1]


def in_torch(op, a, b=None):
    two = {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div, "**": torch.pow}
    return getattr(torch, op)(a) if op in ONE else two[op](a, b)


@given(st.lists(floats, min_size=INPUTS, max_size=INPUTS), steps)
def test_gradients_of_random_expressions_are_those_of_torch(numbers, program):
    leaves = [Value(x) for x in numbers]
    try:
        end = build(leaves, program, apply)
    except ValueError:
        assume(False)
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    reference = build(theirs, program, in_torch)
    reference.backward()
    assert end.data == pytest.approx(reference.item(), rel=1e-9, abs=1e-12)
    end.backward()
    for leaf, other in zip(leaves, theirs, strict=True):
        expected = 0.0 if other.grad is None else other.grad.item()
        assume(math.isfinite(expected) and abs(expected) < 1e12)
        assert leaf.grad == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("op", OPERATIONS)
@given(a=st.floats(0.2, 2), b=st.floats(0.2, 2))
def test_each_local_gradient_is_a_finite_difference(op, a, b):
    operands = [Value(a), Value(b)][: 1 if op in ONE else 2]
    y = apply(op, *operands)
    assert [edge.source for edge in y.edges] == operands
    for place, edge in enumerate(y.edges):
        h = 1e-5
        up, down = ([x.data + (h if i == place else 0) * sign for i, x in enumerate(operands)] for sign in (1, -1))
        slope = (apply(op, *map(Value, up)).data - apply(op, *map(Value, down)).data) / (2 * h)
        assert edge.local == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("x", [0.0, -1.0, 2.0])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5])
def test_a_power_with_a_plain_exponent_has_one_edge_and_torchs_slope(x, exponent):
    theirs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = theirs**exponent
    y.backward()
    if not (math.isfinite(y.item()) and math.isfinite(theirs.grad.item())):
        with pytest.raises(ValueError, match="no slope"):
            Value(x) ** exponent
        return
    mine = Value(x)
    power = mine**exponent
    power.backward()
    assert (power.data, mine.grad, len(power.edges)) == pytest.approx((y.item(), theirs.grad.item(), 1), rel=1e-14)


def test_plain_numbers_stand_on_either_side():
    x = Value(2.0)
    made = [1 + x, x + 1, 1 - x, x - 1, 3 * x, x * 3, 1 / x, x / 4, 3**x, x**3, -x]
    assert [y.data for y in made] == [3, 3, -1, 1, 6, 6, 0.5, 0.5, 9, 8, -2]
    slopes = []
    for y in made:
        x.grad = 0.0
        y.backward()
        slopes.append(x.grad)
    assert slopes == pytest.approx([1, 1, -1, 1, 3, 3, -0.25, 0.25, 9 * math.log(3), 12, -1])


def test_inputs_add_up_until_set_to_zero_and_what_is_computed_does_not():
    def graph(x):
        middle = x * x
        return middle, middle * 3

    x, theirs = Value(2.0), torch.tensor(2.0, requires_grad=True)
    middle, end = graph(x)
    reference = graph(theirs)[1]
    for _ in range(3):
        end.backward()
        reference.backward(retain_graph=True)
        assert x.grad == theirs.grad.item()
    assert (x.grad, middle.grad) == (36, 3)
    x.backward()
    assert x.grad == 37


def test_steps_go_forwards_in_order_and_backwards_edge_by_edge():
    w, x, b = Value(3.0), Value(2.0), Value(1.0)
    p = w * x
    s = p + b
    e = s**2
    assert e.order() == [w, x, b, p, s, e]
    steps = e.backward_steps()
    assert (w.grad, p.grad) == (0, 0)
    seen = [(step.value, step.edge.source, step.edge.local, step.product) for step in steps]
    assert seen == [(e, s, 14, 14), (s, p, 1, 14), (s, b, 1, 14), (p, w, 2, 28), (p, x, 3, 42)]


def test_a_chain_of_ten_thousand_and_a_wide_sharing_come_out():
    x = y = Value(1.0)
    for _ in range(10_000):
        y = y + x * 0.001
    y.backward()
    assert x.grad == pytest.approx(11)
    y = x = Value(1.0)
    for _ in range(60):  # 2⁶⁰ ways from the end to x, and 120 edges
        y = (y + y) * 0.5
    x.grad = 0.0
    y.backward()
    assert x.grad == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Value(1.0) / 0, "1 / 0 has no value, or no slope: it would divide by 0"),
        (lambda: 0 ** Value(-1.0), r"0\*\*-1 has no value"),
        (lambda: Value(0.0).log(), r"log\(0\) has no value: only numbers above 0 have a logarithm"),
        (lambda: Value(710.0).exp(), r"exp\(710\) is too large for a float"),
        (lambda: Value(1e308) * 10, "too large for a float"),
        (
            lambda: Value(-8.0) ** (1 / 3),
            r"\(-8\)\*\*0\.333333 has no value, or no slope: a power of a negative number",
        ),
        (lambda: Value(-2.0) ** Value(2.0), "needs a whole exponent that stays the same"),
        (lambda: Value(0.0) ** 0.5, "no slope: it would divide by 0"),
        (lambda: Value(math.nan), "a value is a finite number, not nan"),
        (lambda: Value(math.inf), "not inf"),
    ],
)
def test_what_has_no_value_or_slope_says_so_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("odd", ["3", None, 1j, True, [1.0]])
def test_a_value_is_made_of_one_number(odd):
    with pytest.raises(TypeError, match="one number"):
        Value(odd)
    with pytest.raises(TypeError, match="one number"):
        Value(1.0) + odd


def test_operations_are_written_as_mathematics_does():
    assert [write("+", "a", "b"), write("**", "e", 2), write("**", -1.5, 2), write("tanh", "z")] == [
        "a + b",
        "e**2",
        "(-1.5)**2",
        "tanh(z)",
    ]
    assert repr(Value(2)) == "Value(2, grad=0)"
