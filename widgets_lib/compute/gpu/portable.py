"""A kernel as one text, with all that it stands on, to be followed where neither its notebook nor its library is."""

import ast
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from . import names
from .errors import KernelError
from .source import MISSING, Resolver, Source, python_function, read

GIVEN = ("cuda", "float32", "float64", "int32", "int64", "math", "np")  # the names that every text of a kernel has
MODULES = ("math", "numpy")
MAX_NUMBERS = 4_096  # of an array that a kernel reads as a constant


def portable(kernel: Any, text: str | None = None) -> str:
    """A text that defines the kernel, and before it its device functions and the numbers that it takes from around it.

    `trace(portable(kernel), …, source=its own text)` is the same trace. It calls nothing but what a kernel may call.
    Raises: KernelError if the kernel's text can't be read, or it takes something else from around it, naming that.
    """
    source = read(kernel, text)
    return "\n\n".join([*_surroundings(source, {source.name}), _text(source)])


def _surroundings(source: Source, done: set[str]) -> Iterator[str]:
    resolver = Resolver(source, frozenset(_assigned(source.tree)))
    for node in (node for statement in source.tree.body for node in ast.walk(statement)):
        if not isinstance(node, ast.Name) or node.id in done or node.id in resolver.local:
            continue
        value = source.namespace.get(node.id, MISSING)
        if node.id in GIVEN or value is MISSING:  # as everywhere; a function of Python's own
            continue
        done.add(node.id)
        if python_function(value) is not None:
            inner = read(value)
            yield from _surroundings(inner, done)
            yield _text(inner) if inner.name == node.id else f"{_text(inner)}\n{node.id} = {inner.name}"
        else:
            yield f"{node.id} = {_written(value, node.id, source, resolver, node)}"


def _written(value: Any, name: str, source: Source, resolver: Resolver, node: ast.Name) -> str:
    """A value as an expression."""
    path = resolver.cuda(node)
    if path is not None:
        return ".".join(("cuda", *path))
    if isinstance(value, ModuleType) and value.__name__ in MODULES:
        return "np" if value is np else value.__name__
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return f"np.{value.dtype.type.__name__}({_literal(value.item())})"
    if value is None or isinstance(value, (bool, int, float, complex, str, tuple)):
        return _literal(value)
    if isinstance(value, np.ndarray) and value.size <= MAX_NUMBERS and value.dtype.kind in "biuf":
        return f"np.array({_literal(value.tolist())}, np.{value.dtype.type.__name__})"
    kind = getattr(value, "__name__", "")
    if kind in GIVEN and hasattr(names, kind):  # numba's types
        return kind
    raise KernelError(f"“{name}” is a {type(value).__name__}, which can’t be written down", node.lineno, source.name)


def _literal(value: Any) -> str:
    """As repr writes it; nan and the infinities too."""
    if isinstance(value, (tuple, list)):
        parts = ", ".join(map(_literal, value))
        return f"[{parts}]" if isinstance(value, list) else f"({parts}{',' * (len(value) == 1)})"
    return f'float("{value}")' if isinstance(value, float) and not np.isfinite(value) else repr(value)


def _text(source: Source) -> str:
    """The function's text; of what stands above it only `cuda.jit`: a decorator of the course's own would start something."""
    resolver = Resolver(source, frozenset())
    above = [each.func if isinstance(each, ast.Call) else each for each in source.tree.decorator_list]
    if all(resolver.cuda(each) == ("jit",) for each in above):
        return source.text
    return "\n".join(source.text.splitlines()[source.tree.lineno - 1 :])


def _assigned(tree: ast.FunctionDef) -> set[str]:
    parameters = {argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return parameters | stored
