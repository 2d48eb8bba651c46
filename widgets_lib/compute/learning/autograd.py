"""The whole of backpropagation, on single numbers: each remembers what it was made of and how fast it changes with that.

    w, x = Value(3.0), Value(2.0)
    loss = (w * x - 5.0) ** 2
    loss.backward()
    w.grad                        # 4.0: raise w by a little, and the loss rises by four times as much

A plain number can't change, so no edge leads to it. Only what is asked for in `OPERATIONS` is calculus; the rest is the
chain rule, a product for each edge and a sum for each value.

Source: reverse-mode differentiation, S. Linnainmaa's thesis, Helsinki 1970; for neural networks P. Werbos, "Applications
of advances in nonlinear sensitivity analysis", 1982.
"""

import itertools
import math
import numbers
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

# operation -> (its value, its local gradients: the derivative by each operand), of operands a, b and its value y
OPERATIONS: dict[str, tuple[Callable[..., float], tuple[Callable[..., float], ...]]] = {
    "+": (lambda a, b: a + b, (lambda a, b, y: 1.0, lambda a, b, y: 1.0)),
    "-": (lambda a, b: a - b, (lambda a, b, y: 1.0, lambda a, b, y: -1.0)),
    "*": (lambda a, b: a * b, (lambda a, b, y: b, lambda a, b, y: a)),
    "/": (lambda a, b: a / b, (lambda a, b, y: 1 / b, lambda a, b, y: -y / b)),
    "**": (lambda a, b: a**b, (lambda a, b, y: b and b * a ** (b - 1), lambda a, b, y: y * math.log(a))),
    "exp": (math.exp, (lambda a, y: y,)),
    "log": (math.log, (lambda a, y: 1 / a,)),
    "tanh": (math.tanh, (lambda a, y: 1 - y * y,)),
    "relu": (lambda a: max(a, 0.0), (lambda a, y: float(a > 0),)),
}


class Edge(NamedTuple):
    """From a value to an operand that it was made of, with the local gradient: its derivative by that operand."""

    source: "Value"
    local: float


class Step(NamedTuple):
    """One step backward: `product`, which is value.grad × edge.local, was added to the grad of the edge's source."""

    value: "Value"
    edge: Edge
    product: float


class Value:
    """A number `data`, the `op` and `edges` that it came by, and `grad`: the derivative of the graph's end by it."""

    def __init__(self, data: float, op: str = "", edges: tuple[Edge, ...] = ()) -> None:
        self.data, self.op, self.edges, self.grad = as_number(data), op, edges, 0.0
        self.age = next(_ages)  # a value is younger than what it was made of

    def order(self) -> list["Value"]:
        """All that this value was made of, and itself, each after its operands: the order of the forward steps."""
        found, waiting = {self}, [self]
        while waiting:
            new = {edge.source for edge in waiting.pop().edges} - found
            found |= new
            waiting += new
        return sorted(found, key=lambda value: value.age)

    def backward_steps(self) -> Iterator[Step]:
        """The graph backwards, edge by edge; each step is done when it is handed out."""
        order = self.order()
        for value in order:
            if value.edges:  # what was computed begins at 0; inputs add up until somebody sets them to 0, as in torch
                value.grad = 0.0
        self.grad += 1.0
        for value in reversed(order):
            for edge in value.edges:
                product = value.grad * edge.local
                edge.source.grad += product
                yield Step(value, edge, product)

    def backward(self) -> None:
        """Add to the `grad` of every value in the graph the derivative of this value by it."""
        for _ in self.backward_steps():
            pass

    # fmt: off
    def __add__(self, b: "Value | float") -> "Value": return apply("+", self, b)
    def __radd__(self, a: float) -> "Value": return apply("+", a, self)
    def __sub__(self, b: "Value | float") -> "Value": return apply("-", self, b)
    def __rsub__(self, a: float) -> "Value": return apply("-", a, self)
    def __mul__(self, b: "Value | float") -> "Value": return apply("*", self, b)
    def __rmul__(self, a: float) -> "Value": return apply("*", a, self)
    def __truediv__(self, b: "Value | float") -> "Value": return apply("/", self, b)
    def __rtruediv__(self, a: float) -> "Value": return apply("/", a, self)
    def __pow__(self, b: "Value | float") -> "Value": return apply("**", self, b)
    def __rpow__(self, a: float) -> "Value": return apply("**", a, self)
    def __neg__(self) -> "Value": return apply("*", -1.0, self)
    def exp(self) -> "Value": return apply("exp", self)
    def log(self) -> "Value": return apply("log", self)
    def tanh(self) -> "Value": return apply("tanh", self)
    def relu(self) -> "Value": return apply("relu", self)
    # fmt: on

    def __repr__(self) -> str:
        return f"Value({self.data:g}, grad={self.grad:g})"


_ages = itertools.count()


def apply(op: str, *operands: Value | float) -> Value:
    """The Value of an operation, a key of OPERATIONS, with the local gradient on the edge to each operand.

    Raises: ValueError in words where the value or a derivative is not defined, or too large for a float.
    """
    forward, derivatives = OPERATIONS[op]
    numbers_ = [x.data if isinstance(x, Value) else as_number(x) for x in operands]
    try:
        y = as_number(forward(*numbers_))
        edges = [
            Edge(x, as_number(derivative(*numbers_, y)))
            for x, derivative in zip(operands, derivatives, strict=True)
            if isinstance(x, Value)
        ]
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValueError(f"{write(op, *numbers_)} {_reason(op, error)}") from None
    return Value(y, op, tuple(edges))


def as_number(x: Any) -> float:
    """x as a float. Raises: TypeError for what is no real number, ValueError for nan and infinities."""
    if isinstance(x, bool) or not isinstance(x, numbers.Real):
        raise TypeError(f"a value holds one number, not {x!r} ({type(x).__name__})")
    if not math.isfinite(x):
        raise ValueError(f"a value is a finite number, not {float(x)}")
    return float(x)


def write(op: str, *operands: object) -> str:
    """An operation as mathematics writes it: "a + b", "a**2", "log(a)"; operands are names or numbers."""
    a, *rest = (f"{x:g}" if isinstance(x, float) else str(x) for x in operands)
    if not rest:
        return f"{op}({a})"
    if op == "**":
        return f"({a})**{rest[0]}" if a.startswith("-") else f"{a}**{rest[0]}"
    return f"{a} {op} {rest[0]}"


def _reason(op: str, error: Exception) -> str:
    if isinstance(error, OverflowError) or "inf" in str(error):
        return "is too large for a float"
    if op == "log":
        return "has no value: only numbers above 0 have a logarithm"
    if isinstance(error, ZeroDivisionError):
        return "has no value, or no slope: it would divide by 0"
    return "has no value, or no slope: a power of a negative number needs a whole exponent that stays the same"
