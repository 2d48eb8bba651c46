"""An expression with one thing changed, which is often what was meant: a sum’s axis, a None’s place, a transpose."""

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .errors import Span
from .source import Source

MAX_ITEMS = 4  # of an index whose orders are all tried


@dataclass(frozen=True)
class Edit:
    """rule: of the mistake that it repairs; spans: what it changes; text: the whole text then; message: a sentence."""

    rule: str
    spans: tuple[Span, ...]
    text: str
    message: str


def other_sums(source: Source, node: ast.expr, most: int = 6) -> Iterator[Edit]:
    """The text with another axis in one of its sums, .sum(1) or np.sum(x, axis=1)."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "sum":
            axes = [*call.args[-1:], *(each.value for each in call.keywords if each.arg in ("axis", "dim"))]
            for axis in axes[-1:]:
                for number in range(most if isinstance(axis, (ast.Constant, ast.UnaryOp)) else 0):
                    span = source.span(axis)
                    text = source.with_changed(span, str(number))
                    yield Edit("sum-axis", (span,), text, f"Sums over axis {number}.")


def other_nones(source: Source, node: ast.expr) -> Iterator[Edit]:
    """The text with the Nones of one index in other places, then of two."""
    ways: list[list[tuple[ast.Subscript, str]]] = []
    for each in ast.walk(node):
        items = items_of(each) if isinstance(each, ast.Subscript) else []
        if isinstance(each, ast.Subscript) and len(items) <= MAX_ITEMS:
            orders = dict.fromkeys(itertools.permutations([source.code(item) for item in items]))
            base = source.code(each.value)
            ways.append([(each, f"{base}[{', '.join(order)}]") for order in orders])
    single = [[way] for own in ways for way in own]
    double = [list(pair) for one, two in itertools.combinations(ways, 2) for pair in itertools.product(one, two)]
    for changes in single + double:
        text, spans = source.text, []
        for subscript, new in sorted(changes, key=lambda change: source.span(change[0]), reverse=True):
            start, end = source.span(subscript)
            text = text[:start] + new + text[end:]
            spans += [source.span(item) for item in items_of(subscript) if source.code(item) != ":"]
        message = "Puts None where the other operand has an axis that this one lacks."
        yield Edit("none", tuple(spans), text, message)


def other_transposes(source: Source, node: ast.expr) -> Iterator[Edit]:
    """The text with one operand of a @ transposed, or not any more."""
    for product in ast.walk(node):
        if not isinstance(product, ast.BinOp) or not isinstance(product.op, ast.MatMult):
            continue
        for side in (product.left, product.right):
            span = source.span(side)
            if isinstance(side, ast.Attribute) and side.attr == "T":
                text = source.with_changed(span, source.code(side.value))
                yield Edit("transpose", (span,), text, "Removes .T.")
            elif isinstance(side, ast.Name):
                yield Edit("transpose", (span,), source.with_changed(span, f"{side.id}.T"), f"Transposes {side.id}.")


def items_of(node: ast.Subscript) -> Sequence[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
