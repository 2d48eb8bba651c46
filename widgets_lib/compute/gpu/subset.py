"""What of Python a kernel can use; the rest is refused before any thread runs, with the line and the remedy."""

import ast

from .errors import KernelError
from .source import Source

_REFUSED: dict[type[ast.AST], str] = {
    ast.ListComp: "a list can’t be made on a GPU: use cuda.local.array and a loop",
    ast.List: "a list can’t be made on a GPU: use cuda.local.array",
    ast.Dict: "a dictionary can’t be used on a GPU: use an array",
    ast.Set: "a set can’t be used on a GPU: use an array",
    ast.SetComp: "a set can’t be used on a GPU: use an array",
    ast.DictComp: "a dictionary can’t be used on a GPU: use an array",
    ast.GeneratorExp: "a generator can’t be used on a GPU: write a loop",
    ast.Lambda: "lambda can’t be used here: write a function with @cuda.jit(device=True) above the kernel",
    ast.ClassDef: "a class can’t be defined in a kernel",
    ast.Try: "try can’t be used on a GPU: guard the line with an if",
    ast.With: "with can’t be used on a GPU",
    ast.Global: "global can’t be used in a kernel: pass an array as an argument",
    ast.Nonlocal: "nonlocal can’t be used in a kernel: pass an array as an argument",
    ast.Import: "import above the kernel, not in it",
    ast.ImportFrom: "import above the kernel, not in it",
    ast.Yield: "yield can’t be used on a GPU",
    ast.YieldFrom: "yield can’t be used on a GPU",
    ast.Await: "await can’t be used on a GPU",
    ast.AsyncFor: "async can’t be used on a GPU",
    ast.AsyncFunctionDef: "async can’t be used on a GPU",
    ast.JoinedStr: "text can’t be made on a GPU",
    ast.Delete: "del can’t be used in a kernel",
    ast.Starred: "* can’t be used in a kernel: write the arguments out",
    ast.MatMult: "@ can’t be used in a kernel: write the loop over k",
    ast.Match: "match can’t be used in a kernel: write if and elif",
}


def check(source: Source, is_kernel: bool) -> None:
    """Let pass a function that a GPU could run.

    Raises: KernelError that names the first line with something else.
    """
    arguments = source.tree.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        raise KernelError("a kernel’s parameters are plain names, without * and /", source.tree.lineno, source.name)
    if arguments.defaults:
        raise KernelError("a kernel’s parameters have no defaults: pass each argument", source.tree.lineno, source.name)
    for statement in source.tree.body:
        for node in ast.walk(statement):
            _check_node(node, source, is_kernel)


def _check_node(node: ast.AST, source: Source, is_kernel: bool) -> None:
    line = getattr(node, "lineno", None)
    where = None if is_kernel else source.name
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        raise KernelError(_REFUSED[ast.MatMult], line, where)
    if isinstance(node, ast.FunctionDef):
        raise KernelError(f"define {node.name} above the kernel, with @cuda.jit(device=True)", line, where)
    if type(node) in _REFUSED and not (isinstance(node, ast.List) and isinstance(node.ctx, ast.Store)):
        raise KernelError(_REFUSED[type(node)], line, where)
    if is_kernel and isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        raise KernelError("a kernel returns nothing: write the result into an array", line, where)
    if isinstance(node, ast.Name) and node.id.startswith("__gpu_"):
        raise KernelError(f"the name {node.id} is taken by the trace: choose another", line, where)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
