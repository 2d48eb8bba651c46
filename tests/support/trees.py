"""A copy of this tree with what `make new-widget` and `make new-lesson` write in it."""

import json
import os
import shutil
import subprocess
import sys

from tests.support.servers import ROOT

NOT_COPIED = (".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "build", "dist")
WIDGET = ("DiceRoller", "dice")
LESSON = "09_convolution"
COMING = {"name": LESSON, "number": 9, "title": "Convolution", "summary": "Slide a small window over the picture."}


def grown_copy(folder):
    """Copies the tree to `folder` and adds WIDGET and LESSON, which coming.json names, to it. Returns the copy."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
    shutil.rmtree(folder / "lessons/data", ignore_errors=True)  # what lesson 1 has downloaded
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    planned = folder / "lessons/coming.json"
    planned.write_text(json.dumps([*json.loads(planned.read_text("utf-8")), COMING]), "utf-8")
    name, stem = WIDGET
    python(folder, "-m", "scripts.new_widget", name, "--stem", stem)
    python(folder, "-m", "scripts.new_lesson", LESSON)
    return folder


def run(folder, *command):
    """The finished process of a command that finds the copy's package first, and no trace of the tests that run it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "NODE_TEST"))}
    env |= {"PYTHONPATH": str(folder), "PYTHON": sys.executable}
    env["PATH"] = f"{ROOT / '.venv/bin'}:{env['PATH']}"  # for a Node.js that pip installed
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)


def python(folder, *arguments):
    """What Python prints there; what it complains of fails the test."""
    done = run(folder, sys.executable, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pytest(folder, *arguments):
    """The output of tests that all passed there."""
    return python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)
