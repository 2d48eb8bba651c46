import pytest

import widgets_lib as wl


def test_a_change_is_computed():
    widget = wl.WidgetName()
    assert widget.values == [1, 4, 9, 16, 25]
    widget.n = 2
    assert widget.values == [1, 4] and widget.sentence == "The squares of 1 to 2; their sum is 5."


def test_start_again_goes_back_to_the_first_size():
    widget = wl.WidgetName(n=3)
    widget.n = 2
    widget._on_msg({"restart": True}, [])
    assert widget.n == 3 and widget.values == [1, 4, 9]


def test_a_bad_size_is_refused_at_the_author_and_shown_to_the_learner():
    with pytest.raises(ValueError, match="21"):
        wl.WidgetName(n=21)
    widget = wl.WidgetName()
    widget.n = 21
    assert "21" in widget.error and widget.values == [1, 4, 9, 16, 25]
    widget.n = 1
    assert widget.error == ""
