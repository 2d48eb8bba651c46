"""One function of a kernel, rewritten: every access, barrier, loop and operation that a trace has to see.

c[i, j] = total          store(total, c, (i, j), site)
total += a[i, k] * x     total = add(total, multiply(load2(a, i, k, site), x))
cuda.syncthreads()       yield barrier
cuda.threadIdx.x         t.threadIdx.x
dot(a, b)                dot(t, place, a, b)            or `yield from` it, where it waits
"""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arithmetic
from .calls import Calls
from .integers import is_shape
from .recording import Site

if TYPE_CHECKING:
    from .program import Program, Unit

PREFIX = "__gpu_"
_BRANCHES = (ast.If, ast.IfExp, ast.BoolOp, ast.For, ast.While, ast.Break, ast.Continue, ast.Return)
_ATTRIBUTES = ("shape", "ndim", "size", "dtype", "x", "y", "z")


def rewrite(program: "Program", unit: "Unit") -> ast.FunctionDef:
    """The function that runs one thread; its first argument is that thread's state."""
    rewriter = Rewriter(program, unit)
    tree = unit.source.tree
    extra = ["t"] if unit.number == 0 else ["t", "call"]
    parameters = [ast.arg(PREFIX + name) for name in extra] + [ast.arg(p.arg) for p in tree.args.args]
    body = rewriter.block(tree.body)
    if unit.number:
        body = rewriter.as_call(body)
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    return ast.copy_location(ast.FunctionDef(unit.name, arguments, body, []), tree)


class Rewriter(Calls):
    """Statements and operators; what calls become is in `Calls`."""

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements, rewritten; one may become several."""
        made: list[ast.stmt] = []
        for statement in statements:
            result = self.visit(statement)
            made += result if isinstance(result, list) else [result]
        return made or [ast.Pass()]

    def as_call(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The body of a device function: its accesses belong to the place that it is called from."""
        before = ast.parse(
            f"{PREFIX}p = {PREFIX}t.path\n{PREFIX}t.mark({PREFIX}p, {PREFIX}call, 0)\n{PREFIX}here = {PREFIX}t.path"
        ).body
        after = ast.parse(f"{PREFIX}t.resume({PREFIX}p)").body
        return [*before, ast.Try(body, [], [], after)]

    # ---- statements ----

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        self.assigned_to = target.id if isinstance(target, ast.Name) else None
        value = self.visit(node.value)
        self.assigned_to = None
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            return self.stored(target, value, node)
        if not any(isinstance(each, ast.Subscript) for t in node.targets for each in ast.walk(t)):
            return ast.copy_location(ast.Assign(node.targets, value), node)
        held = self.temporary()
        made: list[ast.stmt] = [ast.copy_location(ast.Assign([self.name(held, store=True)], value), node)]
        for each in node.targets:
            made += self._given(each, self.name(held), node)
        return made

    def _given(self, target: ast.expr, value: ast.expr, at: ast.stmt) -> list[ast.stmt]:
        """`target = value` as statements that store into cells one by one."""
        if isinstance(target, ast.Subscript):
            return [self.stored(target, value, at)]
        if not isinstance(target, (ast.Tuple, ast.List)):
            return [ast.copy_location(ast.Assign([target], value), at)]
        parts = [self.temporary() for _ in target.elts]
        stored: list[ast.expr] = [self.name(part, store=True) for part in parts]
        unpacked = ast.Tuple(stored, ast.Store())
        made: list[ast.stmt] = [ast.copy_location(ast.Assign([unpacked], value), at)]
        for part, each in zip(parts, target.elts, strict=True):
            made += self._given(each, self.name(part), at)
        return made

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        if isinstance(node.target, ast.Subscript):
            return self._augmented(node, node.target)
        exact = self.unit.integers.proves(node.target) and self.unit.integers.proves(node.value)
        old = ast.copy_location(ast.Name(ast.unparse(node.target), ast.Load()), node)
        value = self.operation(node.op, old, self.visit(node.value), exact, node)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def _augmented(self, node: ast.AugAssign, target: ast.Subscript) -> ast.stmt:
        """`a[i] += x`: the array and its indices are found once, then read, then written."""
        array, index = self.split(target)
        holders = [self.temporary() for _ in (array, *index)]
        found = [
            ast.NamedExpr(self.name(held, store=True), self.visit(part))
            for held, part in zip(holders, (array, *index), strict=True)
        ]
        old = self.loaded(found[0], found[1:], self.site("read", target, augmented=type(node.op).__name__), target)
        value = self.operation(node.op, old, self.visit(node.value), False, node)
        again: list[ast.expr] = [self.name(held) for held in holders]
        number = ast.Constant(self.site("write", target, augmented=type(node.op).__name__))
        stored = self.call("store", [value, again[0], ast.Tuple(again[1:], ast.Load()), number], target)
        return ast.copy_location(ast.Expr(stored), node)

    def stored(self, target: ast.Subscript, value: ast.expr, at: ast.stmt) -> ast.stmt:
        """`target = value` for one cell."""
        array, index = self.split(target)
        if any(isinstance(part, ast.Slice) for part in index):
            raise self.error("a kernel writes one cell at a time: write a loop", target)
        number = ast.Constant(self.site("write", target))
        places = ast.Tuple([self.visit(part) for part in index], ast.Load())
        return ast.copy_location(ast.Expr(self.call("store", [value, self.visit(array), places, number], target)), at)

    def visit_Raise(self, node: ast.Raise) -> Any:
        return node  # what it says is constant

    def visit_For(self, node: ast.For) -> Any:
        if any(isinstance(each, (ast.Subscript, ast.Attribute)) for each in ast.walk(node.target)):
            raise self.error("a loop counts in a variable of its own", node)
        body = self.block(node.body)
        orelse = self.block(node.orelse) if node.orelse else []
        loop = ast.copy_location(ast.For(node.target, self.visit(node.iter), body, orelse), node)
        return self._marked(loop, node)

    def visit_While(self, node: ast.While) -> Any:
        tick = self.state("tick", [ast.Constant(node.lineno)], node)
        body = [ast.copy_location(ast.Expr(tick), node), *self.block(node.body)]
        orelse = self.block(node.orelse) if node.orelse else []
        loop = ast.copy_location(ast.While(self.visit(node.test), body, orelse), node)
        return self._marked(loop, node)

    def _marked(self, loop: "ast.For | ast.While", original: "ast.For | ast.While") -> list[ast.stmt]:
        """A loop whose rounds are told apart, so that the accesses of a warp's lanes pair up round by round.

        One without branches needs no marks: its n-th access is that of its n-th round.
        """
        branching = isinstance(original, ast.While) or any(
            isinstance(node, _BRANCHES) or (isinstance(node, ast.Call) and self.is_device(node))
            for statement in original.body
            for node in ast.walk(statement)
        )
        if not branching:
            return [loop]
        number = self.program.place()
        path, turn = f"{PREFIX}path_{number}", f"{PREFIX}turn_{number}"
        before = ast.parse(f"{path} = {PREFIX}t.path\n{turn} = 0").body
        mark = ast.parse(f"{PREFIX}t.mark({path}, {number}, {turn})\n{turn} += 1").body
        after = ast.parse(f"{PREFIX}t.resume({path})").body
        loop.body = [*mark, *loop.body]
        for statement in (*before, *mark, *after):
            for node in ast.walk(statement):
                ast.copy_location(node, original)
        return [*before, loop, *after]

    # ---- expressions ----

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        exact = self.unit.integers.proves(node)
        literal = isinstance(node.right, ast.Constant) and type(node.right.value) is int
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow) and literal:
            return self.call("power_literal", [left, right], node)
        return self.operation(node.op, left, right, exact, node)

    def operation(self, op: ast.operator, left: ast.expr, right: ast.expr, exact: bool, at: ast.AST) -> ast.expr:
        """An operator on two values, typed unless both are surely whole numbers."""
        if exact:
            return ast.copy_location(ast.BinOp(left, op, right), at)
        return self.call(type(op).__name__, [left, right], at)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.USub) or isinstance(node.operand, ast.Constant):
            return self.generic_visit(node)
        if self.unit.integers.proves(node.operand):
            return self.generic_visit(node)
        return self.call("negate", [self.visit(node.operand)], node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        """Compared as numba compares: a float32 with a float64 as float64."""
        parts = [self._widened(part) for part in (node.left, *node.comparators)]
        return ast.copy_location(ast.Compare(parts[0], node.ops, parts[1:]), node)

    def _widened(self, node: ast.expr) -> ast.expr:
        surely = isinstance(node, ast.Constant) or self.unit.integers.proves(node)
        made: ast.expr = self.visit(node)
        return made if surely else self.call("wide", [made], node)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if is_shape(node.value):
            return self.generic_visit(node)
        array, index = self.split(node)
        found = [self.visit(part) for part in index]
        return self.loaded(self.visit(array), found, self.site("read", node), node)

    def visit_Slice(self, node: ast.Slice) -> Any:
        limits = [self.visit(part) if part else ast.Constant(None) for part in (node.lower, node.upper, node.step)]
        return ast.copy_location(ast.Call(self.name(self.program.inject(slice)), limits, []), node)

    def loaded(self, array: ast.expr, index: list[Any], site: int, at: ast.AST) -> ast.expr:
        """The value of a cell, or a view where indices are missing or slices."""
        sliced = (
            any(isinstance(part, ast.Slice) for part in self.split(at)[1]) if isinstance(at, ast.Subscript) else False
        )
        if len(index) in (1, 2) and not sliced:
            return self.call(f"load{len(index)}", [array, *index, ast.Constant(site)], at)
        return self.call("load", [array, ast.Tuple(index, ast.Load()), ast.Constant(site)], at)

    def split(self, node: ast.Subscript) -> tuple[ast.expr, list[ast.expr]]:
        """The array and the indices of `a[i, j]` and of `a[i][j]`."""
        own = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        inner = node.value
        if isinstance(inner, ast.Subscript) and not is_shape(inner.value):
            array, index = self.split(inner)
            if not any(isinstance(part, ast.Slice) for part in (*index, *own)):
                return array, [*index, *own]
        return inner, own

    def site(self, kind: str, node: ast.Subscript, augmented: str = "") -> int:
        """The number of this place of access."""
        array, index = self.split(node)
        return self.place_of_access(kind, node.lineno, array, index, augmented)

    def place_of_access(
        self, kind: str, line: int, array: ast.expr, index: Sequence[ast.expr], augmented: str = ""
    ) -> int:
        literal = tuple(isinstance(_unsigned(part), ast.Constant) for part in index)
        texts = tuple(ast.unparse(part) for part in index)
        return self.program.site(Site(kind, line, self.unit.shown, ast.unparse(array), texts, literal, augmented))

    def visit_Name(self, node: ast.Name) -> Any:
        resolver = self.unit.resolver
        if resolver.cuda(node) is not None:
            return self.cuda_value(resolver.cuda(node) or (), node)
        value = resolver.value(node)
        if isinstance(value, np.ndarray):
            made = self.program.inject(None, node.id)
            self.program.constants[made] = node.id, value
            return ast.copy_location(ast.Name(made, node.ctx), node)
        if isinstance(value, (bool, int, float, np.number, np.bool_, tuple)):
            made = self.program.inject(arithmetic.plain(value), node.id)
            return ast.copy_location(ast.Name(made, node.ctx), node)
        return node  # local; or unknown, and then the NameError has its own name

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        path = self.unit.resolver.cuda(node)
        if path is not None:
            return self.cuda_value(path, node)
        value = self.unit.resolver.value(node)
        if isinstance(value, (bool, int, float, np.number)):
            return ast.copy_location(self.name(self.program.inject(arithmetic.plain(value), node.attr)), node)
        if node.attr not in _ATTRIBUTES:
            raise self.error(f"{ast.unparse(node)} is not there in a kernel: write out what it does, in a loop", node)
        return self.generic_visit(node)


def _unsigned(node: ast.expr) -> ast.expr:
    return node.operand if isinstance(node, ast.UnaryOp) else node
