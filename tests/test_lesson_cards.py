"""The lesson cards: every widget can be a hero, one that was added yesterday too."""

import pytest

from scripts import draw_lesson_cards, facts
from tests.support.catalog import widget_expressions, widgets


@pytest.mark.parametrize("name", widgets())
def test_every_widget_can_be_made_for_a_card(name):
    import numpy

    import widgets_lib as wl

    made = eval(draw_lesson_cards.expression(name), {"wl": wl, "numpy": numpy})
    assert type(made).__name__ == name


def test_a_widget_without_a_scene_is_shown_as_its_example(monkeypatch):
    monkeypatch.setattr(draw_lesson_cards, "SCENES", {})
    assert draw_lesson_cards.expression("Predict") == widget_expressions()["Predict"]


def test_there_is_a_scene_for_no_widget_that_is_gone():
    assert set(draw_lesson_cards.SCENES) <= set(widgets())


def test_a_lesson_that_is_not_there_is_named():
    with pytest.raises(SystemExit, match="no lesson 99_none"):
        draw_lesson_cards.main(["99_none"])


def test_every_lesson_has_a_card_or_none_of_its_files():
    for lesson in facts.lessons():
        files = [draw_lesson_cards.ASSETS / f"{lesson['name']}-{theme}.png" for theme in ("light", "dark")]
        assert len({file.exists() for file in files}) == 1
