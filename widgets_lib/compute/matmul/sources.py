"""The source of a rung and of the compiled kernels it calls, as a learner reads it."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

UNREADABLE = "# The source of this function can't be read: it isn't in a Python file or a notebook cell."


def function_source(function: Callable, *, decorators: bool = True) -> str:
    """The source of a function, starting at column 0; a comment that says so where it can't be read."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # made by exec, compiled, or a builtin
        return UNREADABLE
    return source if decorators else _without_decorators(source)


def kernel_sources(kernel: str | None) -> Iterator[str]:
    """Sources of the functions "module:name name module:name …", read without importing a module.

    A module is one of this package, or with a dot one of another in `compute`: "gpu.kernels".
    """
    module = ""
    for word in (kernel or "").split():
        before, _, name = word.rpartition(":")
        module = before or module
        home = Path(__file__).parents[1] if "." in module else Path(__file__).parent
        try:
            functions = _functions(home.joinpath(*module.split(".")).with_suffix(".py"))
        except OSError:
            yield f"# The source of {module}:{name} can't be read."
            continue
        if name in functions:
            yield functions[name]


@cache  # each ladder lists them, and a page has several
def _functions(file: Path) -> dict[str, str]:
    """The sources of a module's functions, by name. Raises: OSError."""
    text = file.read_text(encoding="utf-8")
    lines, found = text.splitlines(), {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found[node.name] = textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
    return found


def _without_decorators(source: str) -> str:
    try:
        node = ast.parse(source).body[0]
    except SyntaxError:  # a lambda in the middle of an expression
        return source
    return "".join(source.splitlines(keepends=True)[node.lineno - 1 :])
