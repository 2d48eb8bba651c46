"""The Makefile's installing steps: when one fails, a person reads what the tool itself said.

The tools are scripts of two lines that stand in a copy's .venv/, so nothing is installed.
"""

import os
import shutil
import subprocess

import pytest

from tests.support import servers

LONG_OUTPUT = "\n".join(f"line {number}" for number in range(100))
IGNORED = "WARNING: Location '/no/such/place' is ignored: it is either a non-existing path or lacks a specific scheme."


@pytest.fixture
def copy(tmp_path):
    """A folder with the Makefile and what its installing steps read; .venv/bin holds only an interpreter that works."""
    for name in ("Makefile", "pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(servers.ROOT / name, tmp_path)
    shutil.copytree(servers.ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv/bin").mkdir(parents=True)
    tool(tmp_path, "python")
    for stamp in (".python", ".app", ".test"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def tool(folder, name, says="", status=0, when=""):
    """Puts a command into .venv/bin that prints `says` and ends with `status`, if its arguments contain `when`."""
    path = folder / ".venv/bin" / name
    path.write_text(
        f"#!/bin/sh\ncase \"$*\" in *'{when}'*) cat >&2 <<'SAYS'\n{says}\nSAYS\nexit {status};; esac\nexit 0\n"
    )
    path.chmod(0o755)


def make(folder, *arguments):
    # As a person runs it, not as a part of the `make test` that may be running this.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, env=alone)


def test_a_failed_pip_shows_its_last_lines(copy):
    (copy / ".venv/.app").unlink()
    says = f"{IGNORED}\n{LONG_OUTPUT}\nERROR: No matching distribution found for torch==2.13.0"
    tool(copy, "python", says, status=7, when="pip install")
    done = make(copy, "app")
    assert done.returncode != 0
    first, *rest = done.stderr.splitlines()
    assert first.startswith("Installing Python packages failed:") and first.endswith("ended with exit status 7.")
    assert "    ERROR: No matching distribution found for torch==2.13.0" in rest
    assert "line 90" in done.stderr and "line 50" not in done.stderr and IGNORED not in done.stderr
    assert not (copy / ".venv/.app").exists()


def test_a_failed_npm_shows_its_last_lines(copy):
    tool(copy, "node")
    tool(copy, "npm", "npm error code ENOTFOUND\nnpm error network request failed", status=1, when="ci")
    done = make(copy, "node_modules/.package-lock.json")
    assert done.returncode != 0
    assert done.stderr.startswith("Installing JavaScript packages failed:")
    assert "    npm error code ENOTFOUND\n    npm error network request failed\n" in done.stderr


def test_a_step_that_works_says_nothing_of_its_own(copy):
    (copy / ".venv/.app").unlink()
    tool(copy, "python", f"{IGNORED}\nA new release of pip is available", when="pip install")
    done = make(copy, ".venv/.app")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Installing into .venv/; the first time takes some minutes …\n"


@pytest.mark.parametrize("status", [0, 3])
def test_quietly_ends_with_the_commands_own_status(status):
    command = [servers.ROOT / "scripts/quietly", "A step", "sh", "-c", f"exit {status}"]
    assert subprocess.run(command, capture_output=True).returncode == status


def test_an_old_python_is_told_in_one_line(copy):
    (copy / ".venv/.python").unlink()
    tool(copy, "python2.7", status=1)
    done = make(copy, "app", f"PYTHON={copy / '.venv/bin/python2.7'}")
    assert done.returncode != 0
    assert done.stdout == ""
    first, *rest = done.stderr.splitlines()
    assert first.startswith("Python 3.10 or newer is needed")
    assert all(line.startswith("make:") for line in rest)
