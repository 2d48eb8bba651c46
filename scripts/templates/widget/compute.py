"""The squares of the first whole numbers: an example, to be replaced by what WidgetName computes."""

from dataclasses import dataclass

from widgets_lib.compute._integers import check_integer

MAX_N = 20


@dataclass(frozen=True)
class Squares:
    """The squares of 1 to n, and one sentence about them."""

    values: tuple[int, ...]
    sentence: str


def squares(n: int) -> Squares:
    """The squares of 1 to n. Raises: TypeError or ValueError if n is not a whole number from 1 to 20.

    Source: n² is the sum of the first n odd numbers, so the sum of the squares is n(n + 1)(2n + 1)/6.
    """
    n = check_integer(n, "n", 1, MAX_N)
    values = tuple(number * number for number in range(1, n + 1))
    return Squares(values, f"The squares of 1 to {n}; their sum is {sum(values):,}.")
