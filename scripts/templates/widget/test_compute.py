"""What WidgetName shows, against arithmetic of another kind."""

import pytest

from widgets_lib.compute import widget_stem


@pytest.mark.parametrize("n", [1, 5, 20])
def test_a_square_is_the_sum_of_the_first_odd_numbers(n):
    found = widget_stem.squares(n)
    assert found.values == tuple(sum(range(1, 2 * number, 2)) for number in range(1, n + 1))
    assert f"{n * (n + 1) * (2 * n + 1) // 6:,}." in found.sentence


@pytest.mark.parametrize("n", [0, 21, 2.5, "3"])
def test_what_is_no_size_is_refused_in_words(n):
    with pytest.raises((TypeError, ValueError), match="n is "):
        widget_stem.squares(n)
