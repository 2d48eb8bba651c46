"""The public names have types: a type checker sees each of them, and the marker file travels with the package."""

import ast
import subprocess
import sys
from pathlib import Path

import widgets_lib as wl

ROOT = Path(__file__).parents[1]
INIT = ROOT / "widgets_lib/__init__.py"


def imports_for_type_checkers():
    """{name: module} of what `widgets_lib/__init__.py` imports under TYPE_CHECKING, each as itself."""
    (guarded,) = [
        node
        for node in ast.parse(INIT.read_text("utf-8")).body
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    ]
    names = {}
    for statement in guarded.body:
        assert isinstance(statement, ast.ImportFrom)
        for alias in statement.names:
            assert alias.asname == alias.name, f"write `import {alias.name} as {alias.name}`: that is a re-export"
            names[alias.name] = statement.module
    return names


def test_the_public_names_and_the_imports_for_type_checkers_agree():
    imported = imports_for_type_checkers()
    assert imported == {name: f"widgets_lib{module}" for name, module in wl._PUBLIC.items()}
    assert wl.__all__ == ["__version__", *wl._PUBLIC]
    assert set(wl.__all__) <= set(dir(wl))


def type_check(tmp_path, program):
    path = tmp_path / "program.py"
    path.write_text(program, "utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", path]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_a_type_checker_sees_every_public_name_and_no_other(tmp_path):
    names = wl.__all__
    program = "import widgets_lib as wl\n" + "".join(f"reveal_type(wl.{name})\n" for name in names) + "wl.Missing\n"
    lines = type_check(tmp_path, program).stdout.splitlines()
    seen = [line.partition("Revealed type is ")[2] for line in lines if "Revealed type" in line]
    assert len(seen) == len(names), "\n".join(lines)
    untyped = [name for name, found in zip(names, seen, strict=True) if found.strip('"') == "Any"]
    assert not untyped, f"no type is seen for {', '.join(untyped)}"
    assert any('Module has no attribute "Missing"' in line for line in lines)


def test_a_wrong_argument_of_a_public_name_is_found(tmp_path):
    program = 'import widgets_lib as wl\nwl.MatmulLadder(m="five")\nwl.MatmulLadder(m=5)\n'
    result = type_check(tmp_path, program)
    assert 'program.py:2: error: Argument "m" to "MatmulLadder" has incompatible type "str"' in result.stdout
    assert "program.py:3" not in result.stdout


def test_the_package_says_that_it_has_types():
    assert (ROOT / "widgets_lib/py.typed").read_bytes() == b""
