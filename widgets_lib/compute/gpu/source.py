"""A kernel's text, and what the names in it stand for."""

import ast
import builtins
import inspect
import linecache
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from . import names
from .errors import KernelError

MISSING = object()
_texts = count(1)
_HOMES = ("numba.cuda", "numba_cuda", "widgets_lib.compute.gpu.names")


@dataclass(frozen=True)
class Source:
    """The text of one function, parsed, and its surroundings."""

    name: str
    text: str
    """As written, with its decorators, from column 0; line 1 is its first line."""
    tree: ast.FunctionDef = field(repr=False)
    function: FunctionType = field(repr=False)
    namespace: Mapping[str, Any] = field(repr=False)
    """What its globals and the variables around it are."""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(argument.arg for argument in self.tree.args.args)


def read(kernel: Any, text: str | None = None) -> Source:
    """The source of a function, of one that `cuda.jit` has wrapped, or of a text that ends with one.

    text: the function's source, where Python can't find it.
    Raises: KernelError if there is no source, or it is no plain function; TypeError for what is no kernel at all.
    """
    function = python_function(_made_from(kernel) if isinstance(kernel, str) else kernel)
    if function is None:
        raise TypeError(f"a kernel is a function or its text, not a {type(kernel).__name__}")
    name = function.__name__
    if text is None:
        try:
            text = inspect.getsource(function)
        except (OSError, TypeError):
            raise KernelError(
                "its source can’t be read: define it in a cell or a file, or pass source=…", None, name
            ) from None
    text = textwrap.dedent(text)
    try:
        found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError as error:
        raise KernelError(f"not Python: {error.msg}", error.lineno, name) from None
    if not found:
        raise KernelError("a kernel is written with def", None, name)
    return Source(name, text, found[-1], function, _namespace(function))


def python_function(kernel: Any) -> FunctionType | None:
    """The function behind a kernel: itself, or what `cuda.jit` or the simulator wrapped; None if there is none."""
    for wrapped in (kernel, getattr(kernel, "py_func", None), getattr(kernel, "fn", None)):
        if isinstance(wrapped, FunctionType):
            return wrapped
    return None


def _namespace(function: FunctionType) -> Mapping[str, Any]:
    around = {}
    for name, held in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            around[name] = held.cell_contents
        except ValueError:  # not assigned yet
            continue
    return {**function.__globals__, **around} if around else function.__globals__


def _made_from(text: str) -> Callable[..., Any]:
    """The last function that a text defines; imports of GPU libraries are left out, for the trace has their names."""
    text = textwrap.dedent(text)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise KernelError(f"not Python: {error.msg}", error.lineno) from None
    tree.body = [node for node in tree.body if not _imports_a_gpu_library(node)]
    found = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not found:
        raise KernelError("the text defines no function: a kernel is written with def")
    filename = f"<kernel {next(_texts)}>"
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
    known: dict[str, Any] = {"math": math, "np": np, "__name__": filename}
    known |= {name: getattr(names, name) for name in ("cuda", "float32", "float64", "int32", "int64")}
    exec(compile(tree, filename, "exec"), known)
    made: Callable[..., Any] = known[found[-1]]
    return made


def _imports_a_gpu_library(node: ast.stmt) -> bool:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    return any(name.split(".")[0] in ("numba", "numba_cuda", "numba_cuda_mlir") for name in modules)


# ---- names ----


@dataclass(frozen=True)
class Resolver:
    """What an expression of a function stands for before any thread runs."""

    source: Source
    local: frozenset[str]
    """The names that the function assigns itself."""

    def value(self, node: ast.AST) -> Any:
        """The object that a name or a dotted name stands for; MISSING if it is local, unknown or no name."""
        if isinstance(node, ast.Name) and node.id not in self.local:
            found = self.source.namespace.get(node.id, MISSING)
            return getattr(builtins, node.id, MISSING) if found is MISSING else found
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            if isinstance(owner, ModuleType):
                return getattr(owner, node.attr, MISSING)
        return MISSING

    def known(self, name: str) -> bool:
        """Whether a name means anything before the function runs."""
        return name in self.source.namespace or hasattr(builtins, name)

    def cuda(self, node: ast.AST) -> tuple[str, ...] | None:
        """The names after `cuda` in `cuda.shared.array`; None if the node is no such thing."""
        if isinstance(node, ast.Attribute):
            before = self.cuda(node.value)
            if before is not None:
                return (*before, node.attr)
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        value = self.value(node)
        if _is_cuda(value) or (value is MISSING and isinstance(node, ast.Name) and self._means_cuda(node.id)):
            return ()
        name = getattr(value, "__name__", None) or type(value).__name__
        home = getattr(value, "__module__", None) or type(value).__module__
        if isinstance(node, ast.Name) and home.startswith("numba.cuda") and python_function(value) is None:
            return (node.id if not isinstance(value, type) else name,)
        return None

    def _means_cuda(self, name: str) -> bool:
        return name == "cuda" and name not in self.local


def _is_cuda(value: Any) -> bool:
    if isinstance(value, names.Cuda):
        return True
    return isinstance(value, ModuleType) and value.__name__ in (
        "numba.cuda",
        "numba_cuda.numba.cuda",
        "numba_cuda_mlir.cuda",
    )
