"""The rules of import, read from the sources: no circle, one direction, one place that re-exports.

`compute` stands alone, `widgets` stand on it, `app` knows neither. Imports inside functions count; those under
TYPE_CHECKING do not, for they never run.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "widgets_lib").rglob("*.py"))
}
RE_EXPORTS = {  # outside a package's __init__, with the reason
    "widgets_lib.app.entry": "voila.json names the kernel manager there",
    "widgets_lib.compute.timing": "lessons call timing.human and timing.count",
    "widgets_lib.compute.loops": "the former place of compute.matmul.loops",
}
IMPORTS_INSIDE = {  # modules whose functions import without a comment each, with the reason
    "widgets_lib.compute.matmul.rungs": "learners read this code; its docstring says why",
}


@dataclass(frozen=True)
class Import:
    """One imported name of ours: the module it is taken from, and where that is done."""

    module: str
    name: str | None  # None for a whole module
    line: int
    inside: bool  # a function


class _Imports(ast.NodeVisitor):
    """The imports of our own modules, in one source."""

    def __init__(self, name, is_package):
        self.package = name if is_package else name.rpartition(".")[0]
        self.found, self.depth = [], 0

    def visit_FunctionDef(self, node):
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_If(self, node):
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self.generic_visit(node)
        else:
            for statement in node.orelse:
                self.visit(statement)

    def visit_Import(self, node):
        for alias in node.names:
            self.add(alias.name, None, node.lineno)

    def visit_ImportFrom(self, node):
        parents = self.package.split(".")[: len(self.package.split(".")) + 1 - node.level] if node.level else []
        source = ".".join([*parents, *([node.module] if node.module else [])])
        for alias in node.names:
            if f"{source}.{alias.name}" in PATHS:
                self.add(f"{source}.{alias.name}", None, node.lineno)
            else:
                self.add(source, alias.asname or alias.name, node.lineno)

    def add(self, module, name, line):
        if module.partition(".")[0] == "widgets_lib":
            self.found.append(Import(module, name, line, bool(self.depth)))


def imports(name, source=None):
    path = PATHS.get(name)
    visitor = _Imports(name, path is not None and path.name == "__init__.py")
    visitor.visit(ast.parse(path.read_text("utf-8") if source is None else source))
    return visitor.found


def circle(graph):
    """A circle in {node: nodes it leads to} as a list that ends where it begins; None if there is none."""
    done, trail = set(), []

    def follow(node):
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return None
        trail.append(node)
        found = next(filter(None, map(follow, graph.get(node, ()))), None)
        trail.pop()
        done.add(node)
        return found

    return next(filter(None, map(follow, graph)), None)


ALL = {name: imports(name) for name in PATHS}


def test_no_module_imports_itself_by_way_of_others():
    graph = {name: sorted({each.module for each in found}) for name, found in ALL.items()}
    assert circle(graph) is None


def test_every_import_of_ours_is_there():
    assert {each.module for found in ALL.values() for each in found} <= set(PATHS)


@pytest.mark.parametrize(
    ("part", "others"),
    [
        ("widgets_lib.compute", ("widgets_lib.widgets", "widgets_lib.app")),
        ("widgets_lib.widgets", ("widgets_lib.app",)),
        ("widgets_lib.app", ("widgets_lib.compute", "widgets_lib.widgets")),
    ],
)
def test_imports_go_one_way(part, others):
    against = [
        f"{name}:{each.line} imports {each.module}"
        for name, found in ALL.items()
        for each in found
        if name.startswith(part) and each.module.startswith(others)
    ]
    assert not against


def used_names(source):
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("name", [name for name, path in PATHS.items() if path.name != "__init__.py"])
def test_only_a_package_re_exports(name):
    used = used_names(PATHS[name].read_text("utf-8"))
    passed_on = [each.name for each in ALL[name] if each.name and each.name not in used]
    assert bool(passed_on) == (name in RE_EXPORTS), f"{name} imports {', '.join(passed_on)} and does not use it"


def test_no_unused_import_is_excused():
    assert not [name for name, path in PATHS.items() if "noqa: F401" in path.read_text("utf-8")]


def reason_is_given(name, line):
    lines = PATHS[name].read_text("utf-8").splitlines()
    return "#" in lines[line - 1] or lines[line - 2].lstrip().startswith("#")


def test_an_import_inside_a_function_says_why():
    inside = {(name, each.line) for name, found in ALL.items() for each in found if each.inside}
    silent = [f"{name}:{line}" for name, line in sorted(inside) if not reason_is_given(name, line)]
    assert not [place for place in silent if place.partition(":")[0] not in IMPORTS_INSIDE]
    assert {name for name, _ in inside} >= set(IMPORTS_INSIDE)


# ---- the reader itself ----


def test_a_circle_is_found_wherever_it_is():
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert circle({"a": ["a"]}) == ["a", "a"]
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) is None


def test_imports_are_read_in_every_form():
    source = (
        "import widgets_lib.compute.timing\n"
        "from widgets_lib.compute import rng, timing as clock\n"
        "from .matrices import sizes as shape\n"
        "from .. import mnist\n"
        "from . import worker\n"
        "import numpy as np\n"
        "if TYPE_CHECKING:\n    from widgets_lib.app import health\nelse:\n    import widgets_lib.app\n"
        "def f():\n    from ..rng.forks import check_choice\n"
    )
    found = imports("widgets_lib.compute.matmul.loops", source)
    assert [(each.module.removeprefix("widgets_lib."), each.name, each.inside) for each in found] == [
        ("compute.timing", None, False),
        ("compute.rng", None, False),
        ("compute.timing", None, False),
        ("compute.matmul.matrices", "shape", False),
        ("compute.mnist", None, False),
        ("compute.matmul.worker", None, False),
        ("app", None, False),
        ("compute.rng.forks", "check_choice", True),
    ]
