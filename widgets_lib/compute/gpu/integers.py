"""Which expressions of a kernel are whole numbers whatever it is given: indices, sizes and sums of them.

They need no typed arithmetic, which saves a trace much time. A variable is one of them if all it is ever assigned
is; one that is computed from itself (`i += 1`, `h = h * 31 + i`) is left out, for it could outgrow 64 bits.
"""

import ast
from collections.abc import Iterator

from .source import Resolver

_SIZES = ("threadIdx", "blockIdx", "blockDim", "gridDim")
_EXACT = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
Assigned = list[tuple[ast.expr, ast.expr | None]]


class Integers:
    """The whole-number expressions of one function."""

    def __init__(self, function: ast.FunctionDef, resolver: Resolver):
        self.resolver, self.names = resolver, set[str]()
        assigned: dict[str, list[ast.expr | None]] = {}
        for target, value in _assignments(function):
            for name, part in self._parts(target, value):
                assigned.setdefault(name, []).append(part)
        for argument in function.args.args:
            assigned[argument.arg] = [None]
        grown = True
        while grown:
            found = {n for n, parts in assigned.items() if all(p is not None and self.proves(p) for p in parts)}
            grown, self.names = found > self.names, found

    def proves(self, node: ast.AST) -> bool:
        """Whether the expression is a whole number on every path."""
        if isinstance(node, ast.Constant):
            return type(node.value) is int
        if isinstance(node, ast.Name):
            return node.id in self.names or type(self.resolver.value(node)) is int
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, _EXACT) and self.proves(node.left) and self.proves(node.right)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, (ast.USub, ast.UAdd)) and self.proves(node.operand)
        if isinstance(node, ast.IfExp):
            return self.proves(node.body) and self.proves(node.orelse)
        if isinstance(node, ast.Subscript):
            return is_shape(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr in ("ndim", "size") or self._cuda_size(node) or type(self.resolver.value(node)) is int
        return isinstance(node, ast.Call) and self._call(node)

    def _cuda_size(self, node: ast.Attribute) -> bool:
        path = self.resolver.cuda(node) or ()
        return (len(path) == 2 and path[0] in _SIZES) or path in (("laneid",), ("warpsize",))

    def _call(self, node: ast.Call) -> bool:
        if self.resolver.cuda(node.func) in (("grid",), ("gridsize",)):
            return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 1
        called = self.resolver.value(node.func)
        return called is len or (called in (min, max) and len(node.args) > 1 and all(map(self.proves, node.args)))

    def _parts(self, target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
        """Each name that an assignment gives a value, with that value's expression, or None if it isn't seen."""
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for place, part in enumerate(target.elts):
                yield from self._parts(part, self._part(value, place))

    def _part(self, value: ast.expr | None, place: int) -> ast.expr | None:
        if isinstance(value, (ast.Tuple, ast.List)):
            return value.elts[place] if place < len(value.elts) else None
        sizes = value is not None and is_shape(value)
        if isinstance(value, ast.Call):
            sizes = self.resolver.cuda(value.func) in (("grid",), ("gridsize",))
        return ast.Constant(0) if sizes else None  # some whole number


def is_shape(node: ast.AST) -> bool:
    """Whether the expression is `x.shape` or `x.strides`, a tuple of whole numbers."""
    return isinstance(node, ast.Attribute) and node.attr in ("shape", "strides")


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield target, node.value
        elif isinstance(node, ast.AnnAssign):
            yield node.target, node.value
        elif isinstance(node, ast.AugAssign):
            yield node.target, None
        elif isinstance(node, ast.NamedExpr):
            yield node.target, node.value
        elif isinstance(node, ast.For):
            ranged = isinstance(node.iter, ast.Call) and getattr(node.iter.func, "id", "") == "range"
            yield node.target, ast.Constant(0) if ranged else None


def local_names(function: ast.FunctionDef) -> frozenset[str]:
    """The names that a function assigns, its parameters among them."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(stored | {argument.arg for argument in function.args.args})
