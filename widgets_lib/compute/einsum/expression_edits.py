"""An expression with one thing changed, which is often what was meant: a sum’s axis, a None’s place, a transpose."""

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from widgets_lib.compute.formatting import join_words

from .errors import Span
from .source import LIBRARIES, Source

MAX_ITEMS = 5  # of an index whose orders are all tried
MAX_AXES = 6  # that a sum may go over

Change = tuple[ast.Subscript, str]  # what is written in its place


@dataclass(frozen=True)
class Edit:
    """rule: of the mistake that it repairs; spans: what it changes; text: the whole text then; message: a sentence."""

    rule: str
    spans: tuple[Span, ...]
    text: str
    message: str


def other_sums(source: Source, node: ast.expr) -> Iterator[Edit]:
    """The text with other axes in one of its sums, .sum(1), .sum((0, 2)), .sum() or np.sum(x, axis=1)."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "sum":
            of_library = isinstance(call.func.value, ast.Name) and call.func.value.id in LIBRARIES
            axes = [*call.args[of_library:], *(each.value for each in call.keywords if each.arg in ("axis", "dim"))][
                -1:
            ]
            end = source.span(call)[1] - 1
            span = source.span(axes[0]) if axes else (end, end)
            between = ", " if of_library and not axes else ""
            marked = (span if axes else (end - 1, end + 1),)
            if axes and axes[0] in call.args:
                behind = (source.span(call.args[0])[1] if of_library else span[0]), span[1]
                yield Edit("sum-axis", marked, source.with_changed(behind, ""), "Sums over all axes.")
            now = len(axes[0].elts) if axes and isinstance(axes[0], ast.Tuple) else len(axes)
            for some in _axes_near(now):
                new = str(some[0]) if len(some) == 1 else f"({', '.join(map(str, some))})"
                what = f"axis {some[0]}" if len(some) == 1 else f"the axes {join_words(list(map(str, some)))}"
                yield Edit("sum-axis", marked, source.with_changed(span, between + new), f"Sums over {what}.")


def _axes_near(many: int) -> Iterator[tuple[int, ...]]:
    """Axes to sum over: first as many as there are now, then other numbers of them."""
    for number in sorted(range(1, MAX_AXES), key=lambda number: abs(number - many)):
        yield from itertools.combinations(range(MAX_AXES), number)


def other_nones(source: Source, node: ast.expr) -> Iterator[Edit]:
    """The text with the Nones of one index in other places, one less or one more; then with those of two moved."""
    moved: list[list[Change]] = []
    others: list[list[Change]] = []
    for each in ast.walk(node):
        items = items_of(each) if isinstance(each, ast.Subscript) else []
        if isinstance(each, ast.Subscript) and len(items) <= MAX_ITEMS:
            own = [source.code(item) for item in items]
            less = [own[:at] + own[at + 1 :] for at, code in enumerate(own) if code == "None"]
            more = [[*own[:at], "None", *own[at:]] for at in range(len(own) + 1)]
            base = source.code(each.value)
            written = [
                dict.fromkeys(f"{base}[{', '.join(items)}]" for items in ways)
                for ways in (itertools.permutations(own), [each for each in [*less, *more] if each])
            ]
            moved.append([(each, new) for new in written[0]])
            others.append([(each, new) for new in written[1]])
    single = [[way] for own in moved for way in own] + [[way] for own in others for way in own]
    double = [list(pair) for one, two in itertools.combinations(moved, 2) for pair in itertools.product(one, two)]
    for changes in single + double:
        text, spans = source.text, []
        for subscript, new in sorted(changes, key=lambda change: source.span(change[0]), reverse=True):
            start, end = source.span(subscript)
            text = text[:start] + new + text[end:]
            spans += [source.span(item) for item in items_of(subscript) if source.code(item) != ":"]
        message = "Puts None where the other operand has an axis that this one lacks."
        yield Edit("none", tuple(spans) or (source.span(changes[0][0]),), text, message)


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
