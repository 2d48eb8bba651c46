"""Every public widget is found, can be made, and has its own tests."""

from pathlib import Path

import pytest

import widgets_lib as wl
from tests.support.catalog import widget_expressions, widgets

TESTS = Path(__file__).parents[1]


def test_the_catalog_holds_every_class_among_the_public_names():
    assert set(widgets()) == {name for name in wl.__all__ if isinstance(getattr(wl, name), type)}
    assert list(widget_expressions()) == list(widgets())


@pytest.mark.parametrize(("name", "expression"), widget_expressions().items())
def test_a_widget_s_example_makes_it(name, expression):
    assert type(eval(expression, {"wl": wl})).__name__ == name


@pytest.mark.parametrize(("name", "widget"), widgets().items())
def test_every_widget_has_its_own_tests(name, widget):
    stem = widget._stem.name
    wanted = [TESTS / f"widgets/test_{stem}.py", TESTS / f"js/{stem}.test.js"]
    missing = [str(path.relative_to(TESTS.parent)) for path in wanted if not path.exists()]
    assert not missing, f"{name} has no {' and no '.join(missing)}"
