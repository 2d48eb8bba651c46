"""Every public widget has all that belongs to one, and is met somewhere: a test names what is missing."""

import re

import pytest

from scripts.facts import ROOT
from tests.support.catalog import widgets


def belongings(name, stem):
    """(what it is, whether it is there) of all that belongs to a widget."""
    triple = [f"widgets_lib/widgets/{stem}/{stem}.{suffix}" for suffix in ("py", "js", "css")]
    tests = [f"tests/widgets/test_{stem}.py", f"tests/js/{stem}.test.js"]
    for path in triple + tests:
        yield path, (ROOT / path).is_file()
    shown = [*(ROOT / "lessons").glob("*.ipynb"), ROOT / f"tests/browser/test_{stem}.py"]
    yield "lesson or browser test that shows it", any(f"wl.{name}(" in text(path) for path in shown)
    known = re.compile(rf"`(wl\.)?{name}\b")
    yield "line in README.md (make docs)", bool(known.search(text(ROOT / "README.md")))
    yield "line in CHANGELOG.md", bool(known.search(text(ROOT / "CHANGELOG.md")))


def text(path):
    return path.read_text("utf-8") if path.is_file() else ""


def lacks(name, stem):
    """ "RandomStream has no tests/js/stream.test.js", or "" if all is there."""
    missing = [what for what, there in belongings(name, stem) if not there]
    return f"{name} has no {' and no '.join(missing)}" if missing else ""


@pytest.mark.parametrize("name", widgets())
def test_a_widget_has_all_that_belongs_to_one(name):
    assert lacks(name, widgets()[name]._stem.name) == ""


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    for path in ("widgets_lib/widgets/dice/dice.py", "tests/js/dice.test.js", "lessons/01_dice.ipynb", "README.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("wl.Dice() `wl.Dice`")
    assert lacks("Dice", "dice") == (
        "Dice has no widgets_lib/widgets/dice/dice.js and no widgets_lib/widgets/dice/dice.css "
        "and no tests/widgets/test_dice.py and no line in CHANGELOG.md"
    )
