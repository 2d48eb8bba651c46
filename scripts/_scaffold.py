"""What `make new-widget` and `make new-lesson` share: a refusal in words, and files that are never overwritten."""

import subprocess
import sys
from pathlib import Path

from scripts.facts import ROOT

TEMPLATES = Path(__file__).parent / "templates"


class Refused(Exception):
    """Why nothing was written, in one sentence."""


def write_new(files):
    """Writes {path: text}, all of it or nothing. Raises: Refused if one of the paths exists."""
    taken = [path for path in files if path.exists()]
    if taken:
        names = " and ".join(str(path.relative_to(ROOT)) for path in taken)
        raise Refused(f"{names} exist{'s' * (len(taken) == 1)} already.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def format_python(paths):
    """Sorts the imports of Python files and notebooks and formats them, as `make lint` wants it."""
    names = [str(path) for path in paths if path.suffix in (".py", ".ipynb")]
    for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *names], check=True)


def update_tables():
    """`make docs`, in a process of its own: this one has imported the package as it was."""
    subprocess.run([sys.executable, "-m", "scripts.tables"], cwd=ROOT, check=True)


def run(main):
    """Calls `main`, which says what it wrote; a refusal ends the program with one line."""
    try:
        main(sys.argv[1:])
    except Refused as refusal:
        sys.exit(f"Nothing was written: {refusal}")
