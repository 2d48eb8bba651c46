"""The prepared expressions, step by step, against torch and against finite differences."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from widgets_lib.compute.learning import graphs

EXPRESSIONS = list(graphs.EXPRESSIONS.values())
TORCH = {"*": torch.mul, "+": torch.add, "-": torch.sub, "/": torch.div, "**": torch.pow}


def by_torch(expression, inputs):
    """Values and gradients of every name that has one."""
    values = {name: torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for name, x in inputs.items()}
    for name, op, operands in expression.statements:
        taken = [values[x] if isinstance(x, str) else torch.tensor(x, dtype=torch.float64) for x in operands]
        values[name] = TORCH[op](*taken) if len(taken) == 2 else getattr(torch, op)(*taken)
        values[name].retain_grad()
    values[expression.end].backward()
    return values, {name: value.grad.item() for name, value in values.items()}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda each: each.key)
@given(data=st.data())
def test_values_and_gradients_are_torchs(expression, data):
    numbers = st.floats(-3, 3).map(lambda x: round(x, 2))
    inputs = {name: data.draw(numbers) for name in expression.inputs}
    walk = graphs.walk(expression, inputs)
    values, grads = by_torch(expression, inputs)
    assert walk.values == pytest.approx({name: value.item() for name, value in values.items()}, rel=1e-9, abs=1e-12)
    assert dict(walk.grads) == pytest.approx(grads, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda each: each.key)
def test_a_formula_is_the_local_gradient_it_stands_for(expression):
    walk = graphs.walk(expression, expression.inputs)
    for arrow in walk.arrows:
        text = arrow.formula.replace("−", "-").replace("·", "*").replace("²", "**2").replace("where", "if")
        assert eval(text.replace(", else", " else"), {}, dict(walk.values)) == pytest.approx(arrow.local)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda each: each.key)
def test_its_code_computes_it_and_its_steps_go_over_each_arrow_once(expression):
    walk = graphs.walk(expression, expression.inputs)
    names = {name: graphs.Value(value) for name, value in expression.inputs.items()}
    for statement in expression.statements:
        exec(statement.code, {}, names)
    assert {name: value.data for name, value in names.items()} == walk.values
    backward = [moment.arrow for moment in walk.moments if moment.kind == "backward"]
    assert sorted(backward) == list(range(len(walk.arrows)))
    kinds = [moment.kind for moment in walk.moments]
    assert kinds == ["forward"] * len(expression.statements) + ["seed"] + ["backward"] * len(backward)
    for arrow in walk.arrows:  # a drawing's arrows go forward
        assert expression.places[arrow.source][0] < expression.places[arrow.target][0]
    assert len(set(expression.places.values())) == len(walk.values) >= 6


def test_a_value_used_three_times_adds_up_what_arrives():
    walk = graphs.walk(graphs.EXPRESSIONS["twice"], {"x": 1.5, "w": -1.0})
    arrived = [moment.grads["x"] for moment in walk.moments if moment.arrow is not None and walk.arrows[moment.arrow].source == "x"]  # fmt: skip
    assert arrived == [0.75, -0.75, 3.75]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda each: each.key)
def test_a_nudge_changes_the_end_as_the_gradient_says(expression):
    walk = graphs.walk(expression, expression.inputs)
    for name in expression.inputs:
        before, after = graphs.nudge(expression, expression.inputs, name, 1e-6)
        assert (after - before) / 1e-6 == pytest.approx(walk.grads.get(name, 0), rel=1e-4, abs=1e-5)


def test_what_can_not_be_computed_says_which_name_and_why():
    softmax = graphs.EXPRESSIONS["softmax"]
    with pytest.raises(ValueError, match=r"e0: exp\(900\) is too large for a float"):
        graphs.walk(softmax, {"s0": 900, "s1": 0})
    with pytest.raises(ValueError, match=r"l: log\(0\) has no value"):
        graphs.walk(softmax, {"s0": -745, "s1": 700})
    with pytest.raises(ValueError, match="the inputs of “softmax and cross-entropy” are s0 and s1"):
        graphs.walk(softmax, {"s0": 1})
    with pytest.raises(ValueError, match="no expression 'sum': neuron, line"):
        graphs.find_expression("sum")
