"""Prepared expressions of about a dozen numbers, computed forwards and differentiated backwards a step at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from widgets_lib.compute.formatting import MINUS, join_words

from .autograd import Value, apply, as_number, write

# The local gradients of `autograd.OPERATIONS` as formulas, of operands a, b and the value y.
FORMULAS = {
    "+": ("1", "1"),
    "-": ("1", "−1"),
    "*": ("{b}", "{a}"),
    "/": ("1 / {b}", "−{y} / {b}"),
    "**": ("{b} · {a}", ""),  # of a square: the only power here
    "exp": ("{y}",),
    "log": ("1 / {a}",),
    "tanh": ("1 − {y}²",),
    "relu": ("(1 where {a} > 0, else 0)",),
}


class Statement(NamedTuple):
    """One line of a program: a name and the operation that makes it, of names or plain numbers."""

    name: str
    op: str
    operands: tuple[str | float, ...]

    @property
    def code(self) -> str:
        """As Python writes it on `autograd.Value`s: "p = w * x", "a = z.tanh()"."""
        if len(self.operands) == 1:
            return f"{self.name} = {self.operands[0]}.{self.op}()"
        return f"{self.name} = {write(self.op, *self.operands)}"

    def formula(self, place: int) -> str:
        """The local gradient by the operand at this place, in names: "x" of p = w * x by w."""
        names = dict(
            zip(
                "ab", (f"{x:g}".replace("-", MINUS) if isinstance(x, float) else x for x in self.operands), strict=False
            )
        )
        return FORMULAS[self.op][place].format(y=self.name, **names)


@dataclass(frozen=True)
class Expression:
    """A program of statements, the last of which is differentiated."""

    key: str
    title: str
    point: str
    """What it shows, in a sentence."""
    inputs: dict[str, float]
    statements: tuple[Statement, ...]
    places: dict[str, tuple[int, float]]
    """(column, row) of each name in a drawing; values flow from column 0 on."""

    @property
    def end(self) -> str:
        return self.statements[-1].name


def _expression(
    key: str, title: str, point: str, inputs: dict[str, tuple[float, int, float]], *lines: tuple[Any, ...]
) -> Expression:
    """inputs: name -> (value, column, row); lines: (name, operation, operands, column, row)."""
    places = {name: (column, row) for name, (_, column, row) in inputs.items()}
    places |= {name: (column, row) for name, _, _, column, row in lines}
    values = {name: value for name, (value, _, _) in inputs.items()}
    return Expression(key, title, point, values, tuple(Statement(*line[:3]) for line in lines), places)


EXPRESSIONS = {
    expression.key: expression
    for expression in (
        _expression(
            "neuron",
            "a neuron and its loss",
            "A neuron with two inputs: each weight’s gradient is the product of the local gradients on its way to the "
            "loss.",
            {
                "w1": (0.5, 0, 0),
                "x1": (2.0, 0, 1),
                "w2": (-1.5, 0, 2),
                "x2": (1.0, 0, 3),
                "b": (0.25, 2, 2.75),
                "y": (1.0, 4, 2.75),
            },
            ("p1", "*", ("w1", "x1"), 1, 0.5),
            ("p2", "*", ("w2", "x2"), 1, 2.5),
            ("s", "+", ("p1", "p2"), 2, 1.5),
            ("z", "+", ("s", "b"), 3, 1.5),
            ("a", "tanh", ("z",), 4, 1.5),
            ("e", "-", ("a", "y"), 5, 1.5),
            ("loss", "**", ("e", 2.0), 6, 1.5),
        ),
        _expression(
            "line",
            "a line and its loss",
            "One weight and one bias: the gradient of b is that of e, and the gradient of w is x times as large.",
            {"w": (3.0, 0, 0), "x": (2.0, 0, 1), "b": (-1.0, 1, 1.75), "y": (4.0, 2, 1.75)},
            ("p", "*", ("w", "x"), 1, 0.5),
            ("s", "+", ("p", "b"), 2, 0.5),
            ("e", "-", ("s", "y"), 3, 0.5),
            ("loss", "**", ("e", 2.0), 4, 0.5),
        ),
        _expression(
            "twice",
            "a value used more than once",
            "x is used three times: a gradient arrives on each of its edges, and they add up.",
            {"x": (1.5, 0, 0.5), "w": (-1.0, 0, 2)},
            ("q", "**", ("x", 2.0), 1, 0),
            ("r", "*", ("x", "w"), 1, 1.5),
            ("s", "+", ("q", "r"), 2, 0.5),
            ("loss", "*", ("s", "x"), 3, 1.25),
        ),
        _expression(
            "softmax",
            "softmax and cross-entropy",
            "Two scores and the right label 0: what arrives at s0 is p − 1, and at s1 the probability of 1.",
            {"s0": (1.0, 0, 0), "s1": (2.0, 0, 1.5)},
            ("e0", "exp", ("s0",), 1, 0),
            ("e1", "exp", ("s1",), 1, 1.5),
            ("t", "+", ("e0", "e1"), 2, 1.5),
            ("p", "/", ("e0", "t"), 3, 0.5),
            ("l", "log", ("p",), 4, 0.5),
            ("loss", "*", (-1.0, "l"), 5, 0.5),
        ),
        _expression(
            "relu",
            "a ReLU that is off",
            "z is below 0, so ReLU’s local gradient is 0, and nothing that made z hears of the loss.",
            {"w": (-1.0, 0, 0), "x": (2.0, 0, 1), "b": (0.5, 1, 1.75), "y": (1.0, 3, 1.75)},
            ("p", "*", ("w", "x"), 1, 0.5),
            ("z", "+", ("p", "b"), 2, 0.5),
            ("a", "relu", ("z",), 3, 0.5),
            ("e", "-", ("a", "y"), 4, 0.5),
            ("loss", "**", ("e", 2.0), 5, 0.5),
        ),
    )
}


def find_expression(key: str) -> Expression:
    """The Expression of a key. Raises: ValueError that names those there are."""
    if key not in EXPRESSIONS:
        raise ValueError(f"there is no expression {key!r}: {join_words(list(EXPRESSIONS))} are known")
    return EXPRESSIONS[key]


class Arrow(NamedTuple):
    """From an operand to what it helps to make, with the local gradient that is kept there."""

    source: str
    target: str
    local: float
    formula: str


class Moment(NamedTuple):
    """A step: "forward" makes `name`, "seed" sets the end's gradient to 1, "backward" carries `product` over an arrow."""

    kind: str
    name: str
    arrow: int | None = None
    product: float | None = None
    grads: Mapping[str, float] = {}
    """The gradient of each name after this step, of those that have one yet."""


@dataclass(frozen=True)
class Walk:
    """An expression with numbers: its values, its arrows, and every step forwards and then backwards."""

    expression: Expression
    values: dict[str, float]
    arrows: tuple[Arrow, ...]
    moments: tuple[Moment, ...]

    @property
    def grads(self) -> Mapping[str, float]:
        """The derivative of the end by each name."""
        return self.moments[-1].grads


def run(expression: Expression, inputs: Mapping[str, Any]) -> dict[str, Value]:
    """Every name's Value. Raises: ValueError in words, as `autograd.apply`; for an input that is missing or unknown."""
    if set(inputs) != set(expression.inputs):
        raise ValueError(f"the inputs of “{expression.title}” are {join_words(list(expression.inputs))}")
    values = {name: Value(as_number(inputs[name])) for name in expression.inputs}
    for name, op, operands in expression.statements:
        try:
            values[name] = apply(op, *(values[x] if isinstance(x, str) else x for x in operands))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return values


def walk(expression: Expression, inputs: Mapping[str, Any]) -> Walk:
    """Compute the expression, and differentiate its end. Raises as `run`."""
    values = run(expression, inputs)
    names = {value: name for name, value in values.items()}
    arrows, moments = [], []
    for statement in expression.statements:
        sources = [(place, x) for place, x in enumerate(statement.operands) if isinstance(x, str)]
        for edge, (place, source) in zip(values[statement.name].edges, sources, strict=True):
            arrows.append(Arrow(source, statement.name, edge.local, statement.formula(place)))
        moments.append(Moment("forward", statement.name))
    numbers = _numbers(values)
    grads = {expression.end: 1.0}
    moments.append(Moment("seed", expression.end, grads=dict(grads)))
    for step in values[expression.end].backward_steps():
        source = names[step.edge.source]
        grads[source] = step.edge.source.grad
        number = numbers[id(step.value), _place(step)]
        moments.append(Moment("backward", names[step.value], number, step.product, dict(grads)))
    return Walk(expression, {name: value.data for name, value in values.items()}, tuple(arrows), tuple(moments))


def _numbers(values: Mapping[str, Value]) -> dict[tuple[int, int], int]:
    """(a value's id, the place among its edges) -> the number of the arrow."""
    keys = [(id(value), place) for value in values.values() for place in range(len(value.edges))]
    return {key: number for number, key in enumerate(keys)}


def _place(step: Any) -> int:
    return next(place for place, edge in enumerate(step.value.edges) if edge is step.edge)


def nudge(expression: Expression, inputs: Mapping[str, float], name: str, by: float = 0.001) -> tuple[float, float]:
    """The end with this input as it is, and with it raised by `by`: what its gradient foretells. Raises as `run`."""
    moved = {**inputs, name: inputs[name] + by}
    return run(expression, inputs)[expression.end].data, run(expression, moved)[expression.end].data
