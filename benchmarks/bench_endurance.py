"""Does it stay as it is? A thousand opens of all lessons, by five visitors at a time who read, move a slider and leave.

After each hundred, when nobody is there, the memory of the server and everything below it is taken: that which no file
gives back, since pages of libraries count less when other programs map them, too. "Left behind" is what there is more
of than after the first hundred opens: processes, their threads and descriptors (open files and sockets), ports, files on
disk, shared memory. A visit hangs if its page or its picture is not there after two minutes. Stock Voila, whose opens
take many times as long, is opened once after each hundred.

A run that is cut short has said what it found up to then.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median

from benchmarks import _held, _lessons
from benchmarks._table import human, p95, row
from tests.support import leftovers, servers

SETTLE_S = 5


@dataclass
class Size:
    """So many opens, `at_once` at a time; after each `step` a peer is opened once, and the server is looked at."""

    lessons: dict
    opens: int = 1000
    step: int = 100
    at_once: int = 5


@dataclass
class Visits:
    """What came of visits to one server."""

    seconds: list = field(default_factory=list)  # from asking for the page to the slider's picture
    hung: int = 0
    refused: int = 0
    errors: list = field(default_factory=list)

    def __str__(self):
        fate = f"{self.hung} hung, {self.refused} refused, {len(self.errors)} errors"
        return f"{fate} ({'; '.join(sorted(set(self.errors))[:3])})" if self.errors else fate


def figures(quick=False):
    """Yield a row after each hundred opens, then those of the whole."""
    lessons = _lessons.notebooks(_lessons.NAMES[-2:] if quick else _lessons.NAMES)
    return of(Size(lessons, opens=60, step=20) if quick else Size(lessons))


def of(size):
    """Yield the rows of a run of that size."""
    kind = _lessons.own()[0]
    with (
        _lessons.serve(kind, size.lessons, _lessons.PREHEATED, *_lessons.ROOM) as own,
        _lessons.serve(_lessons.STOCK, size.lessons) as stock,
    ):
        yield from run({kind: own, _lessons.STOCK: stock}, size)


def run(started, size):
    """Yield the rows of a run on these {kind: server}, of which the first is looked at."""
    own, server = next(iter(started.items()))
    visits = {kind: Visits() for kind in started}
    looks = []
    _lessons.wait_until_filled(server, len(size.lessons))
    for opened in range(0, size.opens, size.step):
        _open(started, visits, size, opened)
        looks.append(Look.at(server, size, *looks[:1]))
        yield looks[-1].row(f"at rest after {opened + size.step} opens, {own}")
    yield from _whole(size, own, visits, looks)


@dataclass
class Look:
    """A server with nobody there: MB of all, MB of the server's own process, what there is, and what was not before."""

    all_mb: float
    server_mb: float
    there: dict
    left: dict

    @classmethod
    def at(cls, server, size, first=None):
        """Looks once nobody is there, and what is on its way out has had time to go."""
        _lessons.wait_until_filled(server, len(size.lessons))
        if first:
            with suppress(TimeoutError):
                servers.wait_until(lambda: not leftovers.left(server, first.there), "", SETTLE_S)
        else:
            time.sleep(SETTLE_S)
        left = leftovers.left(server, first.there) if first else {}
        pids = _held.tree(server)
        server_mb = _held.memory_mb([server.process.pid], _held.KEPT)
        return cls(_held.memory_mb(pids, _held.KEPT), server_mb, leftovers.holdings(server), left)

    def row(self, figure):
        """The row of this look."""
        numbers = {kind: there if isinstance(there, int) else len(there) for kind, there in self.there.items()}
        beside = ", ".join(f"{number} {kind}" for kind, number in numbers.items())
        return row(figure, f"{self.all_mb:.1f} MB", f"the server itself {self.server_mb:.1f} MB", beside=beside)

    def left_behind(self):
        """What there is more of than at the first look, in words."""
        return "; ".join(f"{kind}: {more}" for kind, more in self.left.items()) or "nothing"


def _open(started, visits, size, opened):
    """Opens `size.step` more lessons on the first server, then one on each other."""
    names = list(size.lessons)
    (own, server), *peers = started.items()
    turns = [names[(opened + at) % len(names)] for at in range(size.step)]
    with ThreadPoolExecutor(size.at_once) as at_once:
        list(at_once.map(lambda name: _visit(server, name, visits[own]), turns))
    for kind, peer in peers:
        _visit(peer, turns[0], visits[kind])


def _visit(server, lesson, found):
    start = time.perf_counter()
    try:
        visitor = _lessons.come_within(server, lesson)
    except _lessons.Hung:
        found.hung += 1
    except Exception as error:  # it counts, and the others go on
        found.errors.append(f"{type(error).__name__}: {error}"[:200])
    else:
        if visitor.picture_s is None:
            found.refused += 1
        else:
            found.seconds.append(time.perf_counter() - start)
        visitor.leave()


def _whole(size, own, visits, looks):
    """Yield the rows of the whole run."""
    beside = "; ".join(
        f"{kind}: {each}, of {each.hung + each.refused + len(each.errors) + len(each.seconds)}"
        for kind, each in visits.items()
        if kind != own
    )
    yield row(f"what {size.opens} opens came to, {own}", str(visits[own]), beside=beside)
    yield _times(own, visits)
    first, last = looks[0], looks[-1]
    most = max(look.all_mb for look in looks)
    yield row(
        f"memory, last {size.opens - size.step} opens, {own}",
        f"{last.all_mb / first.all_mb - 1:+.1%}",
        f"at most {most / first.all_mb - 1:+.1%}",
        beside=f"the server itself {last.server_mb - first.server_mb:+.1f} MB",
    )
    for steps in sorted({min(2, len(looks) - 1), len(looks) - 1}):
        if steps:
            gone = f"{steps * size.step} visits after the first {size.step}"
            yield row(f"left behind by {gone}, {own}", looks[steps].left_behind())


def _times(own, visits):
    mine, peers = visits[own].seconds, {kind: each.seconds for kind, each in visits.items() if kind != own}
    said = [f"{kind}: {human(median(times))}, at most {human(max(times))}" for kind, times in peers.items() if times]
    ratios = [f"{median(times) / median(mine):.3g}× {kind}" for kind, times in peers.items() if times]
    figure = f"open → a slider's picture, {own}, visitors at once"
    return row(figure, human(median(mine)), f"p95 {human(p95(mine))}", ", ".join(ratios), "; ".join(said))
