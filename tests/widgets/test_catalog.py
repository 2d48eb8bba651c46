"""Every public widget is found and can be made."""

import pytest

import widgets_lib as wl
from tests.support.catalog import widget_expressions, widgets


def test_the_catalog_holds_every_class_among_the_public_names():
    assert set(widgets()) == {name for name in wl.__all__ if isinstance(getattr(wl, name), type)}
    assert list(widget_expressions()) == list(widgets())


@pytest.mark.parametrize(("name", "expression"), widget_expressions().items())
def test_a_widget_s_example_makes_it(name, expression):
    assert type(eval(expression, {"wl": wl})).__name__ == name
