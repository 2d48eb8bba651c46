"""What happens at the end of a cell, and under it; `wl.Variants` runs code in place of a cell."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Say = Callable[[str], object]


class _Here(threading.local):
    """What stands in for a cell on this thread: who shows the line under it, and what waits for its end."""

    say: Say | None = None
    waiting: list[Callable[[], object]] | None = None


_here = _Here()


def shell() -> Any:
    """The IPython shell that runs the notebook's cells; None in a plain Python program."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


@contextmanager
def in_place_of_a_cell(say: Say) -> Iterator[None]:
    """The code inside, on this thread, is a cell of its own: `after_cell` waits for its end, `say` shows its line."""
    waiting: list[Callable[[], object]] = []
    before = _here.say, _here.waiting
    _here.say, _here.waiting = say, waiting
    try:
        try:
            yield
        finally:
            for callback in waiting:
                callback()
    finally:
        _here.say, _here.waiting = before


def line_under() -> Say | None:
    """What shows a line under the code that runs; None in a true cell, which has an output of its own."""
    return _here.say


def after_cell(callback: Callable[[], object]) -> None:
    """Call back when the cell that runs has ended, with all that it defines; at once in a plain Python program."""
    if _here.waiting is not None:
        _here.waiting.append(callback)
        return
    running = shell()
    if running is None:
        callback()
        return

    def once(*_: Any) -> None:
        running.events.unregister("post_run_cell", once)
        callback()

    running.events.register("post_run_cell", once)
