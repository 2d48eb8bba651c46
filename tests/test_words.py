"""Words that a reader meets are set as in a book: an apostrophe is curly."""

import ast
import re

from tests.support.servers import ROOT

STRAIGHT = re.compile(r"(?<=[A-Za-z])'(?=[a-z])")
FILES = sorted(path for room in ("compute", "widgets") for path in (ROOT / "widgets_lib" / room).rglob("*.py"))


def texts(tree):
    """(line, text) of a module's strings, but for docstrings, traits' help, and comments in code that is shown."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "help":
            silent |= {id(part) for part in ast.walk(node.value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and _begins_as_code(node.values[:1]):
            silent |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in silent and not _begins_as_code([node]):
            yield node.lineno, node.value


def _begins_as_code(parts):
    return any(isinstance(part, ast.Constant) and str(part.value).startswith("# ") for part in parts)


def test_apostrophes_are_curly():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:80]}"
        for path in FILES
        for line, text in texts(ast.parse(path.read_text("utf-8")))
        if STRAIGHT.search(text)
    ]
    assert found == []


def test_the_straight_ones_are_found():
    tree = ast.parse(
        "'''don't'''\nn = Int(help=\"can't\")\nraise ValueError(f\"{n} can't be\")\ns = \"# it isn't\"\nt = f\"# {n} isn't\""
    )
    assert [line for line, text in texts(tree) if STRAIGHT.search(text)] == [3]
