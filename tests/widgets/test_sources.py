"""JavaScript and stylesheets keep to 120 columns; the formatter breaks code and leaves comments and names of tests."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "widgets_lib").rglob("*.js"),
    *(ROOT / "widgets_lib").rglob("*.css"),
    *(ROOT / "tests/js").rglob("*.js"),
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_is_longer_than_120_characters(path):
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    assert [(number, line) for number, line in lines if len(line) > 120] == []


def test_sources_are_found_in_every_folder():
    assert {"shared", "strides", "static", "js"} <= {path.parent.name for path in SOURCES}
