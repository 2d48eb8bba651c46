"""Facts that stand in one place each: a lesson's in its notebook, the repository's address in pyproject.toml.

The key `tensor_foundations` of a notebook's metadata holds number, title, summary, minutes and hero, the widget class
of the lesson's card. `coming.json` names only lessons that have no notebook yet.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = "tensor-foundations"
KEY = "tensor_foundations"
KEYS = ("number", "title", "summary", "minutes", "hero")
ADDRESS = re.compile(r'^\[project\.urls\]\nRepository = "https://github\.com/([\w.-]+/[\w.-]+)"\n', re.MULTILINE)


def lessons(root=ROOT):
    """[{"name": "01_data", "number": 1, "title": …}, …] of the notebooks in lessons/, in order."""
    notebooks = sorted(path for path in Path(root, "lessons").glob("*.ipynb") if not path.name.startswith("."))
    return [{"name": path.stem, **_metadata(path).get(KEY, {})} for path in notebooks]


def _metadata(path):
    return json.loads(path.read_text("utf-8"))["metadata"]


def coming(root=ROOT):
    """The entries of coming.json: {"name", "number", "title", "summary"}."""
    return json.loads(Path(root, "lessons/coming.json").read_text("utf-8"))


def address(root=ROOT):
    """ "owner/repository" on GitHub, or None while it is not known."""
    found = ADDRESS.search(Path(root, "pyproject.toml").read_text("utf-8"))
    return found and found[1]


def requirement(address):
    """What pip is asked for in a lesson's first cell, given the repository's address or None."""
    return f"{PROJECT}@git+https://github.com/{address}" if address else PROJECT
