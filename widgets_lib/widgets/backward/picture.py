"""What BackwardStepper draws and says: nodes and arrows with their numbers as texts, and every step in a sentence."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets_lib.compute.formatting import MINUS, format_digits
from widgets_lib.compute.learning import graphs
from widgets_lib.compute.learning.autograd import write
from widgets_lib.compute.learning.graphs import Expression, Moment, Walk

NUDGE = 0.001
# The engine's own three lines, below those of the expression.
ENGINE = (
    "for value in reversed(order):",
    "    for edge in value.edges:",
    "        edge.source.grad += value.grad * edge.local",
)


def picture_of(expression: Expression, inputs: Mapping[str, float]) -> dict[str, Any]:
    """nodes, arrows, lines of code, and moments; the moment 0 is before all steps. Raises: ValueError, as graphs.walk."""
    walk = graphs.walk(expression, inputs)
    names = list(walk.values)
    lines = [statement.code for statement in expression.statements]
    moments = [_start(walk), *(_moment(walk, moment, names) for moment in walk.moments)]
    moments[-1]["said"] += " All gradients are there: press an input to see what its own means."
    return {
        "expression": expression.key,
        "nodes": [_node(walk, name, inputs) for name in names],
        "arrows": [
            {
                "source": names.index(arrow.source),
                "target": names.index(arrow.target),
                "local": _text(arrow.local),
                "formula": arrow.formula,
            }
            for arrow in walk.arrows
        ],
        "code": [*lines, f"{expression.end}.grad = 1", *ENGINE],
        "opening": len(lines) + 1,  # moments: all values are there, and the first gradient
        "moments": moments,
    }


def _node(walk: Walk, name: str, inputs: Mapping[str, float]) -> dict[str, Any]:
    column, row = walk.expression.places[name]
    is_input = name in inputs
    return {
        "name": name,
        "column": column,
        "row": row,
        "value": _text(walk.values[name]),
        "typed": _text(inputs[name], 6) if is_input else "",
        "nudged": _nudged(walk, name, inputs) if is_input else "",
    }


def _nudged(walk: Walk, name: str, inputs: Mapping[str, float]) -> str:
    """What the gradient of an input means, tried out."""
    end, grad = walk.expression.end, walk.grads.get(name, 0.0)
    try:
        before, after = graphs.nudge(walk.expression, inputs, name, NUDGE)
    except ValueError:
        return ""
    return (
        f"With {name} raised by {NUDGE}, `{end}` goes from {_text(before, 7)} to {_text(after, 7)}: it changes "
        f"{_text((after - before) / NUDGE)} times as much, and the gradient of {name} is {_text(grad)}."
    )


def _start(walk: Walk) -> dict[str, Any]:
    return {
        "kind": "start",
        "node": None,
        "arrows": [],
        "lines": [],
        "grads": [None] * len(walk.values),
        "equation": [],
        "said": f"{walk.expression.point} You can change the inputs; each step computes one value.",
    }


def _moment(walk: Walk, moment: Moment, names: list[str]) -> dict[str, Any]:
    grads = [_text(moment.grads[name]) if name in moment.grads else None for name in names]
    say = {"forward": _forward, "seed": _seed, "backward": _backward}[moment.kind]
    return {"kind": moment.kind, "node": names.index(moment.name), "grads": grads, **say(walk, moment)}


def _forward(walk: Walk, moment: Moment) -> dict[str, Any]:
    statements = walk.expression.statements
    line = next(number for number, each in enumerate(statements) if each.name == moment.name)
    statement = statements[line]
    arrows = [number for number, arrow in enumerate(walk.arrows) if arrow.target == moment.name]
    numbers = [_text(walk.values[x]) if isinstance(x, str) else _text(x) for x in statement.operands]
    names = [x if isinstance(x, str) else _text(x) for x in statement.operands]
    kept = ", ".join(f"∂{moment.name}/∂{each.source} = {_worth(each)}" for each in (walk.arrows[n] for n in arrows))
    return {
        "arrows": arrows,
        "lines": [line],
        "product": "",
        "equation": [moment.name, _written(statement.op, names), _written(statement.op, numbers), _text(walk.values[moment.name])],
        "said": f"Forward: `{statement.code}`. Each arrow keeps how fast {moment.name} changes with its operand: {kept}.",
    }  # fmt: skip


def _seed(walk: Walk, moment: Moment) -> dict[str, Any]:
    return {
        "arrows": [],
        "lines": [len(walk.expression.statements)],
        "product": "",
        "equation": [f"{moment.name}.grad", "1"],
        "said": f"Now backward. `{moment.name}` changes exactly as fast as itself, so its gradient "
        "with respect to itself is 1.",
    }


def _backward(walk: Walk, moment: Moment) -> dict[str, Any]:
    assert moment.arrow is not None and moment.product is not None
    arrow = walk.arrows[moment.arrow]
    line = next(number for number, each in enumerate(walk.expression.statements) if each.name == moment.name)
    grad, product, now = _text(moment.grads[moment.name]), _text(moment.product), moment.grads[arrow.source]
    names = f"{moment.name}.grad × ∂{moment.name}/∂{arrow.source}"
    equation = [f"{arrow.source}.grad", names, f"{_bracketed(grad)} × {_bracketed(_text(arrow.local))}", product]
    more = ""
    if abs(now - moment.product) > 1e-12 * abs(now):  # another edge brought something before
        before = _text(now - moment.product)
        equation = [
            equation[0],
            f"what was there + {names}",
            f"{_bracketed(before)} + {_bracketed(product)}",
            _text(now),
        ]
        more = f" Another arrow had brought {before} before: the two add up."
    sentence = (
        f"Backward from {moment.name} to {arrow.source}: its gradient {grad} times the local gradient "
        f"∂{moment.name}/∂{arrow.source} = {_worth(arrow)} is {product}.{more}"
    )
    engine = len(walk.expression.statements) + len(ENGINE)
    return {
        "arrows": [moment.arrow],
        "lines": [line, engine],
        "product": product,
        "equation": equation,
        "said": sentence,
    }


def _worth(arrow: graphs.Arrow) -> str:
    """A local gradient as its formula and its number: "x1 = 2", "1"."""
    number = _text(arrow.local)
    return number if arrow.formula == number else f"{arrow.formula} = {number}"


def _written(op: str, operands: list[str]) -> str:
    """An operation on texts as mathematics writes it: "2 × (−1.5)"."""
    a, *rest = operands
    if op == "**":
        return f"{_bracketed(a)}²"
    if not rest:
        return write(op, a)
    return f"{a} {'×' if op == '*' else MINUS if op == '-' else op} {_bracketed(rest[0])}"


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith(MINUS) else number


def _text(number: float, digits: int = 3) -> str:
    """A number in so many significant digits, without a negative zero."""
    return format_digits(np.float64(number + 0.0), digits)
