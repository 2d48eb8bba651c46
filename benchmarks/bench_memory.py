"""What does one more visitor of a lesson cost in memory? Beside stock Voila, lesson by lesson, in turn.

A few visitors open the same lesson one after the other, each reads the state of every widget and moves a slider. What
the server and everything below it have grown by, divided by the visitors, is what one costs: the memory that no file
gives back, since pages of libraries count less when other programs map them, too. USS is what only that visitor's
processes have. "Forks off" is this server with kernels that are processes of their own. No kernel is preheated there,
for it would be there before its visitor.
"""

from contextlib import ExitStack, suppress
from dataclasses import dataclass

from benchmarks import _held, _lessons
from benchmarks._table import row
from tests.support import servers

TRIES = 3  # a page of stock Voila may hang


@dataclass
class Cost:
    """MB of one visitor."""

    kept: float
    uss: float

    def __str__(self):
        return f"{self.kept:,.0f} MB, USS {self.uss:,.0f} MB"


def figures(quick=False):
    """Yield a row for each lesson."""
    return of(_lessons.notebooks(_lessons.NAMES[3:4] if quick else _lessons.NAMES), 3)


def of(lessons, visitors):
    """Yield a row for each of these lessons with so many visitors."""
    kinds = [*_lessons.own(), _lessons.STOCK]
    with ExitStack() as stack:
        started = {}
        for kind in kinds[:-1]:
            options = [_lessons.PREHEATED] if kind == _lessons.FORKS else []
            started[kind] = stack.enter_context(_lessons.serve(kind, lessons, *options, *_lessons.ROOM))
        if _lessons.FORKS in started:
            _lessons.wait_until_filled(started[_lessons.FORKS], len(lessons))
        for name, lesson in lessons.items():
            costs = {kind: cost(server, name, visitors) for kind, server in started.items()}
            costs[_lessons.STOCK] = cost_of_stock(name, lesson, visitors)
            yield compared(name, costs)


def compared(lesson, costs):
    """The row of a lesson whose {kind: Cost} these are, the first beside the others."""
    (kind, own), *peers = costs.items()
    return row(
        f"one more visitor of {lesson}, {kind}",
        f"{own.kept:,.0f} MB",
        f"USS {own.uss:,.0f} MB",
        ", ".join(f"{peer.kept / own.kept:.3g}× less than {name}" for name, peer in peers if peer),
        "; ".join(f"{name}: {peer or 'hung each time'}" for name, peer in peers),
    )


def cost_of_stock(name, lesson, visitors):
    """The Cost on a server of its own, for it keeps the kernels of closed tabs; None if it hung each time."""
    for _ in range(TRIES):
        with suppress(_lessons.Hung), _lessons.serve(_lessons.STOCK, {name: lesson}, stock={}) as stock:
            return cost(stock, name, visitors, closes=False)
    return None


def cost(server, lesson, count, closes=True):
    """The Cost of so many visitors who are there together. `closes`: whether their kernels go when they leave."""
    before = _held.tree(server)
    memory_mb = _held.memory_mb(before, _held.KEPT)
    visitors = [_lessons.come_within(server, lesson) for _ in range(count)]
    after = _held.tree(server)
    grown_mb = _held.memory_mb(after, _held.KEPT) - memory_mb
    own_mb = _held.memory_mb(after - before, _held.USS)
    for visitor in visitors:
        visitor.leave()
    if closes:
        servers.wait_until(lambda: _held.tree(server) <= before, "a kernel stays", 60)
    return Cost(grown_mb / count, own_mb / count)
