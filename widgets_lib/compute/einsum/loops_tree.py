"""The statements of nested loops: which loops, which line sums, where the result starts. Nothing is judged here but
what can't be read.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from widgets_lib.compute.parsing import MAX_ELEMENTS

from .errors import Span
from .source import Source


@dataclass(frozen=True)
class Loop:
    """`for name in range(size)`; size is None where only the operands can tell."""

    name: str
    size: int | None
    node: ast.For


@dataclass(frozen=True)
class Access:
    """An array and its index: an Index for each axis. name: of the array."""

    name: str
    axes: "tuple[Index, ...]"
    node: ast.expr


@dataclass(frozen=True)
class Index:
    """The index of one axis: a loop's name, or "" for a plain 0; is_zero: it is written 0*name."""

    name: str
    is_zero: bool
    span: Span


@dataclass(frozen=True)
class Line:
    """A statement and the loops around it. kind: "start", of a result; "sum", of products; "store", of a total."""

    kind: str
    node: ast.Assign | ast.AugAssign
    loops: tuple[Loop, ...]


@dataclass
class Nest:
    """What was found in the text. accesses and target: of the line that sums, once they were read."""

    lines: list[Line] = field(default_factory=list)
    target: Access | None = None
    factors: list[Access] = field(default_factory=list)
    loops: tuple[Loop, ...] = ()

    @property
    def kept(self) -> set[str]:
        """The loops that index the result."""
        return {index.name for index in self.target.axes} if self.target else set()

    def of_kind(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]


# ---- statements ----


def walk(source: Source, body: Sequence[ast.stmt], loops: tuple[Loop, ...], nest: Nest) -> None:
    for node in body:
        if isinstance(node, ast.For):
            loop = _loop(source, node)
            if any(loop.name == other.name for other in loops):
                raise source.fault(
                    f"there is a loop over {loop.name} inside a loop over {loop.name}", [node.target], "loop-twice"
                )
            walk(source, node.body, (*loops, loop), nest)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            kind = _kind(source, node, nest)
            if kind:
                nest.lines.append(Line(kind, node, loops))
        elif not isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
            message = "only “for”, a start at zero and a line that sums can be read here"
            raise source.fault(message, [node], "statement")


def _loop(source: Source, node: ast.For) -> Loop:
    call = node.iter
    if not isinstance(node.target, ast.Name) or node.orelse:
        raise source.fault("a loop has one variable, as in “for i in range(5):”", [node], "loop")
    in_range = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"
    if not isinstance(call, ast.Call) or not in_range or call.keywords or not call.args:
        message = "a loop goes over a whole axis, as in “for i in range(5):”"
        raise source.fault(message, [call], "loop")
    if len(call.args) > 2 or (len(call.args) == 2 and not is_zero(call.args[0])):
        end = source.text[slice(*source.span(call.args[1]))]
        edits = [(source.with_changed(source.span(call), f"range({end})"), "Goes over the whole axis.")]
        raise source.fault("a loop goes over a whole axis: from 0 on, in steps of 1", [call], "loop", edits)
    return Loop(node.target.id, read_size(source, call.args[-1]), node)


def read_size(source: Source, node: ast.expr) -> int | None:
    """A size that is written as a number; None for one that a name, a shape or len() stands for."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        if node.value <= MAX_ELEMENTS:
            return node.value
        raise source.fault("this size is too large for an array", [node], "size")
    free = isinstance(node, (ast.Name, ast.Subscript, ast.Attribute))
    if free or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"):
        return None
    message = "a size is a whole number, as in range(5), or comes from a shape, as in range(a.shape[0])"
    raise source.fault(message, [node], "size")


def _kind(source: Source, node: ast.Assign | ast.AugAssign, nest: Nest) -> str:
    if isinstance(node, ast.AugAssign):
        return "sum"
    if len(node.targets) != 1:
        raise source.fault("use one “=” per line", [node], "statement")
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) or (isinstance(value, ast.Subscript) and isinstance(value.value, ast.Attribute)):
        shape = value.value if isinstance(value, ast.Subscript) else value
        if isinstance(shape, ast.Attribute) and shape.attr == "shape":
            return ""  # m, k = a.shape
        raise source.fault("the only line with several names is one like m, k = a.shape", [node], "statement")
    if is_zero(value) or isinstance(value, ast.Call):
        return "start"
    totals = {name_of(line.node.target) for line in nest.lines if isinstance(line.node, ast.AugAssign)}
    return "store" if isinstance(value, ast.Name) and value.id in totals else "sum"


def is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0


def name_of(node: ast.expr) -> str:
    """The name of an array in a[i], a[i][j] or a; "" of anything else."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def target_of(node: ast.Assign | ast.AugAssign) -> ast.expr:
    return node.target if isinstance(node, ast.AugAssign) else node.targets[0]


def value_of(source: Source, node: ast.Assign | ast.AugAssign) -> ast.expr:
    if isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Add):
        sign = source.between(node.target, node.value, "=")
        sign = (sign[0] - 1, sign[1])
        edits = [(source.with_changed(sign, "+="), "Adds each product to the result.")]
        raise source.fault("each product is added to the result: use “+=”", [sign], "accumulate", edits)
    return node.value


def only_sum(source: Source, nest: Nest) -> Line:
    sums = nest.of_kind("sum")
    if not sums:
        message = "no line adds products to a result, as c[i, j] += a[i, k] * b[k, j] does"
        raise source.fault(message, [(0, len(source.text))], "no-sum")
    if len(sums) > 1:
        raise source.fault("there should be a single line that sums", [line.node for line in sums[1:]], "one-line")
    return sums[0]


# ---- the line that sums ----


def read_target(source: Source, nest: Nest, line: Line) -> Access:
    """The result as it is indexed: where the line writes to, or where the total that it sums is stored."""
    target = read_access(source, target_of(line.node))
    stores = nest.of_kind("store")
    if len(stores) > 1:
        raise source.fault("the total should be stored once", [each.node for each in stores[1:]], "one-line")
    return read_access(source, target_of(stores[0].node)) if stores and not target.axes else target


def read_factors(source: Source, node: ast.expr) -> list[Access]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return read_factors(source, node.left) + read_factors(source, node.right)
    if isinstance(node, ast.BinOp):
        sign = {ast.Add: "+", ast.Sub: "-", ast.Div: "/", ast.MatMult: "@"}.get(type(node.op), "")
        place = source.between(node.left, node.right, sign)
        edits = [(source.with_changed(place, "*"), "Multiplies instead.")] if sign else []
        message = "einsum multiplies its operands, with “*”, and then sums the products"
        raise source.fault(message, [place], "plus" if sign == "+" else "product", edits)
    return [read_access(source, node)]


def read_access(source: Source, node: ast.expr) -> Access:
    name, inner = name_of(node), node
    axes: list[ast.expr] = []
    while isinstance(inner, ast.Subscript):
        index = inner.slice
        axes = [*(index.elts if isinstance(index, ast.Tuple) else [index]), *axes]
        inner = inner.value
    if not name:
        message = "this should be an array with its index, as in a[i, k]: einsum has no other numbers and no functions"
        raise source.fault(message, [node], "operand")
    return Access(name, tuple(_index(source, each) for each in axes), node)


def _index(source: Source, node: ast.expr) -> Index:
    if isinstance(node, ast.Name):
        return Index(node.id, False, source.span(node))
    if is_zero(node):
        return Index("", True, source.span(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for zero, other in ((node.left, node.right), (node.right, node.left)):
            if is_zero(zero) and isinstance(other, ast.Name):
                return Index(other.id, True, source.span(node))
    message = "an index is a loop variable, as in a[i, k], or 0*k for an axis of size 1 that is stretched"
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    edits = [(source.with_changed(source.span(node), name), f"Indexes with {name} alone.") for name in names[:2]]
    raise source.fault(message, [node], "index", edits)
