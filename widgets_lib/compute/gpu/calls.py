"""What a kernel calls: cuda's own names, functions of math and numpy, types, and device functions."""

import ast
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from . import arithmetic
from .errors import KernelError

if TYPE_CHECKING:
    from .program import Program, Unit

_PREFIX = "__gpu_"
_SIZES = ("threadIdx", "blockIdx", "blockDim", "gridDim")
ATOMICS = ("add", "sub", "max", "min")
_KNOWN = (
    "cuda.grid, gridsize, threadIdx, blockIdx, blockDim, gridDim, laneid, warpsize, syncthreads, shared.array, "
    "local.array, and atomic.add, sub, max and min"
)


class Calls(ast.NodeTransformer):
    """Calls and the values of `cuda`, rewritten for one function; `Rewriter` adds the rest."""

    def __init__(self, program: "Program", unit: "Unit"):
        self.program, self.unit = program, unit
        self.assigned_to: str | None = None
        """The variable that the value in hand is assigned to: what a new shared array is called."""
        self._numbers = count()

    # ---- small pieces of code ----

    def error(self, message: str, node: ast.AST) -> KernelError:
        return KernelError(message, getattr(node, "lineno", None), self.unit.shown)

    def name(self, name: str, store: bool = False) -> ast.Name:
        return ast.Name(name, ast.Store() if store else ast.Load())

    def temporary(self) -> str:
        return f"{_PREFIX}held_{next(self._numbers)}"

    def call(self, name: str, arguments: Sequence[ast.expr], at: ast.AST) -> ast.Call:
        """A call of one of ours, in the place of a node."""
        return ast.copy_location(ast.Call(self.name(_PREFIX + name), list(arguments), []), at)

    def state(self, method: str, arguments: Sequence[ast.expr], at: ast.AST) -> ast.Call:
        """A call of a method of the running thread."""
        called = ast.Attribute(self.name(_PREFIX + "t"), method, ast.Load())
        return ast.copy_location(ast.Call(called, list(arguments), []), at)

    # ---- cuda's values ----

    def cuda_value(self, path: tuple[str, ...], node: ast.expr) -> ast.expr:
        """`cuda.threadIdx.x` and its like."""
        thread = self.name(_PREFIX + "t")
        if path and path[0] in _SIZES and (len(path) == 1 or path[1:] in (("x",), ("y",), ("z",))):
            made: ast.expr = thread
            for part in path:
                made = ast.Attribute(made, part, ast.Load())
            return ast.copy_location(made, node)
        if path == ("laneid",):
            number = ast.Attribute(thread, "number", ast.Load())
            return ast.copy_location(ast.BinOp(number, ast.Mod(), ast.Constant(32)), node)
        if path == ("warpsize",):
            return ast.copy_location(ast.Constant(32), node)
        if path in (("syncthreads",), ("grid",), ("gridsize",)):
            raise self.error(f"{ast.unparse(node)} is a function: call it, with ()", node)
        raise self.error(f"{ast.unparse(node)} is not followed by a trace, which knows {_KNOWN}", node)

    # ---- calls ----

    def is_device(self, node: ast.Call) -> bool:
        """Whether the call leads to a device function."""
        return self._device(node) is not None

    def _device(self, node: ast.Call) -> "Unit | None":
        resolver = self.unit.resolver
        for function in self.unit.calls:
            value = resolver.value(node.func)
            if value is function or function in (getattr(value, "py_func", None), getattr(value, "fn", None)):
                return self.program.units[function]
        return None

    def visit_Call(self, node: ast.Call) -> Any:
        path = self.unit.resolver.cuda(node.func)
        if path is not None:
            return self._cuda_call(path, node)
        device = self._device(node)
        if device:
            return self._device_call(device, node)
        if node.keywords:
            raise self.error(f"{ast.unparse(node.func)} is called with a keyword: pass plain arguments", node)
        if self.unit.resolver.value(node.func) is range:
            return self.state("loop_range", [ast.Constant(node.lineno), *map(self.visit, node.args)], node)
        called = self._plain_function(node)
        return ast.copy_location(ast.Call(self.name(called), [self.visit(each) for each in node.args], []), node)

    def _device_call(self, device: "Unit", node: ast.Call) -> ast.expr:
        parameters, given = device.source.parameters, len(node.args) + len(node.keywords)
        if given != len(parameters):
            takes = f"{device.source.name} takes {len(parameters)} arguments ({', '.join(parameters)})"
            raise self.error(f"{takes} and is given {given}", node)
        keywords = [ast.keyword(each.arg, self.visit(each.value)) for each in node.keywords]
        arguments = [self.name(_PREFIX + "t"), ast.Constant(self.program.place()), *map(self.visit, node.args)]
        call: ast.expr = ast.copy_location(ast.Call(self.name(device.name), arguments, keywords), node)
        return ast.copy_location(ast.YieldFrom(call), node) if device.waits else call

    def _plain_function(self, node: ast.Call) -> str:
        """The name of what stands for a builtin, a type, or a function of math or numpy."""
        value, text = self.unit.resolver.value(node.func), ast.unparse(node.func)
        dtype = dtype_of(value)
        if isinstance(value, type) and value in (int, float, bool):
            return self.program.inject(arithmetic.BUILTINS[value])
        if dtype is not None and not isinstance(value, str):
            return self.program.inject(arithmetic.converter(dtype))
        try:
            if value in arithmetic.BUILTINS:
                return self.program.inject(arithmetic.BUILTINS[value])
        except TypeError:  # not hashable: none of them
            pass
        if isinstance(value, np.ufunc) or getattr(value, "__module__", None) == "math":
            return self.program.inject(arithmetic.single(value))
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in self.unit.resolver.local:
            raise self.error(f"a kernel can’t call {text}(): write out what it does, in a loop", node)
        if isinstance(node.func, ast.Name) and node.func.id in self.unit.resolver.local:
            raise self.error(f"{text} is no function here: define it above the kernel", node)
        if isinstance(node.func, ast.Name) and not self.unit.resolver.known(node.func.id):
            raise self.error(f"the name `{text}` is not known: define it above the kernel", node)
        raise self.error(
            f"a kernel can’t call {text}(): a GPU runs arithmetic, math’s functions and functions with @cuda.jit", node
        )

    def _cuda_call(self, path: tuple[str, ...], node: ast.Call) -> ast.expr:
        if path in (("grid",), ("gridsize",)):
            if len(node.args) != 1:
                raise self.error(f"cuda.{path[0]} takes the number of axes: cuda.{path[0]}(1), (2) or (3)", node)
            return self.state(path[0], [self.visit(node.args[0])], node)
        if path == ("syncthreads",):
            if node.args:
                raise self.error("cuda.syncthreads() takes nothing", node)
            self.program.barriers.append((node.lineno, self.unit.shown))
            return ast.copy_location(ast.Yield(ast.Constant(len(self.program.barriers) - 1)), node)
        if path in (("shared", "array"), ("local", "array")):
            return self._new_array(path[0], node)
        if len(path) == 2 and path[0] == "atomic" and path[1] in ATOMICS:
            return self._atomic(path[1], node)
        raise self.error(f"{ast.unparse(node.func)} is not followed by a trace, which knows {_KNOWN}", node)

    def _new_array(self, space: str, node: ast.Call) -> ast.expr:
        given = dict(zip(("shape", "dtype"), node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
        if set(given) != {"shape", "dtype"}:
            raise self.error(f"cuda.{space}.array takes a shape and a type: ((16, 16), float32)", node)
        for part in ast.walk(given["shape"]):
            if isinstance(part, ast.Name) and part.id in self.unit.resolver.local and not self._constant(part.id):
                raise self.error(
                    f"the shape of a {space} array is fixed before the kernel runs, and `{part.id}` is not: "
                    "write a number, or a name that is defined above the kernel",
                    node,
                )
        kind = given["dtype"]
        dtype = dtype_of(kind.value if isinstance(kind, ast.Constant) else self.unit.resolver.value(kind))
        if dtype is None:
            known = ", ".join(arithmetic.SCALARS)
            raise self.error(f"{ast.unparse(given['dtype'])} is no type that a trace knows: {known}", node)
        title = self.assigned_to or f"the {space} array of line {node.lineno}"
        place = ast.Constant(self.program.place())
        here = self.name(_PREFIX + "here") if self.unit.number else ast.Constant(0)  # which call of the function
        arguments = [self.name(_PREFIX + "t"), ast.Constant(space), place, here, ast.Constant(title)]
        return self.call(
            "new_array", [*arguments, self.visit(given["shape"]), self.name(self.program.inject(dtype))], node
        )

    def _constant(self, name: str) -> bool:
        """Whether a variable is assigned once, a number."""
        assigned = [
            node.value
            for node in ast.walk(self.unit.source.tree)
            if isinstance(node, ast.Assign) and any(getattr(t, "id", None) == name for t in node.targets)
        ]
        stored = [
            node
            for node in ast.walk(self.unit.source.tree)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        ]
        return len(stored) == len(assigned) == 1 and isinstance(assigned[0], ast.Constant)

    def _atomic(self, name: str, node: ast.Call) -> ast.expr:
        if len(node.args) != 3 or node.keywords:
            raise self.error(f"cuda.atomic.{name} takes an array, an index and a value", node)
        array, index, value = node.args
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        site = self.place_of_access("atomic", node.lineno, array, parts)
        given = [ast.Constant(name), *map(self.visit, (array, index, value)), ast.Constant(site)]
        return self.call("atomic", given, node)

    def place_of_access(
        self, kind: str, line: int, array: ast.expr, index: Sequence[ast.expr], augmented: str = ""
    ) -> int:
        raise NotImplementedError


def dtype_of(value: Any) -> np.dtype | None:
    """The element type that a name of numpy, numba or Python, or a text, stands for; None for anything else."""
    if value in (float, int, bool) and isinstance(value, type):
        return np.dtype({float: "float64", int: "int64", bool: "bool"}[value])
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return arithmetic.SCALARS.get(np.dtype(value).name)
    name = value if isinstance(value, str) else getattr(value, "name", None)
    if not isinstance(value, str) and not type(value).__module__.startswith("numba"):
        return None
    return arithmetic.SCALARS.get("bool" if name == "boolean" else str(name))
