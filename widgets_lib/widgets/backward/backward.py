"""BackwardStepper: backpropagation over a graph of about a dozen numbers, an edge at a time."""

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from widgets_lib.compute.learning import graphs
from widgets_lib.compute.parsing import read_number
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import record, text
from widgets_lib.widgets.backward.picture import picture_of

LARGEST = 1_000  # of an input: larger numbers do not fit into the drawing


class BackwardStepper(Widget):
    """A graph of numbers, forwards and backwards a step at a time: each edge’s local gradient, each product written out.

    wl.BackwardStepper()
    wl.BackwardStepper("softmax", s0=3, s1=-1)

    expression: "neuron", "line", "twice", "softmax" or "relu". Further keywords set its inputs, which can be edited.
    Raises: ValueError in words for an unknown expression or input, and for numbers with which it has no value.
    """

    messages = {"set": record(name=text, text=text)}
    inputs = ("expression", "values")

    expression = traitlets.Unicode(help="The expression that is shown, by its key.").tag(sync=True)
    values = traitlets.Dict(help="Expression -> input -> number, of the inputs that differ from the usual.").tag(
        sync=True
    )
    expressions = traitlets.List(help="[key, title] of each expression.").tag(sync=True)
    picture = traitlets.Dict(help="All that is drawn and said, at each step: see picture.py.").tag(sync=True)

    def __init__(self, expression: str = "neuron", **inputs: float) -> None:
        usual = graphs.find_expression(expression).inputs
        for name in inputs:
            if name not in usual:
                raise ValueError(f"BackwardStepper: “{expression}” has no input {name!r}, but {', '.join(usual)}")
        super().__init__(
            expression=expression,
            values={expression: inputs} if inputs else {},
            expressions=[[each.key, each.title] for each in graphs.EXPRESSIONS.values()],
        )
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        chosen = graphs.find_expression(self.expression)
        for key in self.values:  # those that are not shown too, or choosing one would fail
            _inputs_of(graphs.find_expression(key), self.values)
        self.picture = picture_of(chosen, _inputs_of(chosen, self.values))

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "set" in content:
            self.set_input(content["set"]["name"], content["set"]["text"])
        else:
            super()._on_custom_msg(content, buffers)

    def set_input(self, name: str, typed: str) -> None:
        """Set an input of the expression to a typed number, such as "0.5", "−3" or "1/3".

        Raises: ValueError in words, and nothing changes, if it can't be read or the expression has no value there.
        """
        chosen = graphs.find_expression(self.expression)
        try:
            number = float(read_number(typed))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        values = {**self.values, chosen.key: {**self.values.get(chosen.key, {}), name: number}}
        graphs.walk(chosen, _inputs_of(chosen, values))
        self.values = values


def _inputs_of(expression: graphs.Expression, values: Mapping[str, Any]) -> dict[str, float]:
    """All inputs of an expression. Raises: ValueError in words for what it doesn't have, or no usual number."""
    own = values.get(expression.key, {})
    if not isinstance(own, Mapping) or not set(own) <= set(expression.inputs):
        raise ValueError(f"these are not inputs of “{expression.title}”: {reprlib.repr(own)}")
    for name, number in own.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not -LARGEST <= number <= LARGEST:
            raise ValueError(
                f"{name} is a number from −{LARGEST:,} to {LARGEST:,}, such as 0.5, not {reprlib.repr(number)}"
            )
    return {**expression.inputs, **{name: float(number) for name, number in own.items()}}
