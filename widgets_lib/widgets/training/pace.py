"""How far a training is, and how long it will take at the pace so far."""

from time import perf_counter


class Pace:
    """Begins now, at a step, towards another."""

    def __init__(self, first: int, goal: int) -> None:
        self._first, self._goal, self._since = first, max(goal, first + 1), perf_counter()

    def at(self, step: int) -> tuple[float, float]:
        """(the fraction that is done, seconds that are left)."""
        done = (step - self._first) / (self._goal - self._first)
        left_s = (perf_counter() - self._since) * (1 - done) / done if done else 0.0
        return round(done, 3), left_s
