"""What does a class that comes at once get? A hundred visitors open lessons of this course at the same moment.

The server is the one that `voila lessons/` starts, its pool filled, each lesson with one more cell: a slider whose
picture matplotlib draws. Visitors are spread over the lessons. One who gets in moves that slider and waits for its
picture; the others must get the "class is full" page. First thirty come to a server whose kernels are processes of
their own, of which it has ten; then a hundred to one whose kernels are forks. Then ten of the hundred go on moving
their sliders, each once a second, and after that again without a pause, as long drags do; in turn with as many
visitors of stock Voila, which ten fill. Last all close their tabs, and what is left is compared with what was there
before. Memory is PSS, of the server and everything below it. Visitors are no browsers, and run on the same machine:
what a browser needs to draw is not in these figures, what the visitors need is.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from benchmarks import _held, _lessons
from benchmarks._lessons import BEFORE, FORKS, STOCK
from benchmarks._table import compared, human, p95, row
from tests.support import servers
from tests.support.visitors import come, slide

MACHINE_MB = 8 * 1024  # what it may take altogether


@dataclass
class Size:
    """How many come to each server, how many of them move on, and how often in a row."""

    lessons: dict
    before: int = 30
    slots: int = 10
    come: int = 100
    move: int = 10
    moves: int = 10
    rounds: int = 3


def figures(quick=False):
    """Yield the rows of both rushes."""
    if quick:
        return of(Size(_lessons.notebooks(_lessons.NAMES[:2]), before=6, slots=3, come=12, move=3, moves=5, rounds=2))
    return of(Size(_lessons.notebooks()))


def of(size):
    """Yield the rows for crowds of that size."""
    slots = f"--LessonKernelManager.max_kernels={size.slots}"
    with _lessons.serve(BEFORE, size.lessons, _lessons.PREHEATED, slots) as server:
        yield from Rush(BEFORE, server, size).rows(size.before)
    if FORKS in _lessons.own():
        with _lessons.serve(FORKS, size.lessons, _lessons.PREHEATED, *_lessons.ROOM) as server:
            yield from Rush(FORKS, server, size).rows(size.come, and_then=_move_beside_stock)


class Rush:
    """Visitors who come to one server at once, and leave."""

    def __init__(self, kind, server, size):
        self.kind, self.server, self.size = kind, server, size
        self.visitors, self.inside, self.errors = [], [], []

    def rows(self, count, and_then=None):
        """Yield what they got; `and_then(self)` yields rows while they are there."""
        names = list(self.size.lessons)
        before = self._at_rest()
        standing = _held.tree(self.server) if self.kind == FORKS else {self.server.process.pid}
        self._come([names[turn % len(names)] for turn in range(count)])
        yield from self._fates()
        yield from self._memory(before, standing)
        if and_then:
            yield from and_then(self)
        for visitor in self.visitors:
            visitor.leave()
        after, was = ("{} processes, {:,.0f} MB".format(*each) for each in (self._at_rest(), before))
        yield self.row("after they left", after, beside=f"before they came: {was}")

    def _come(self, lessons):
        """Lets a visitor of each of the lessons come, all at once; what keeps one out is no reason to end."""
        with ThreadPoolExecutor(len(lessons)) as at_once:
            for arrival in [at_once.submit(come, self.server, lesson) for lesson in lessons]:
                try:
                    self.visitors.append(arrival.result())
                except Exception as error:
                    self.errors.append(f"{type(error).__name__}: {error}"[:200])
        self.inside = [visitor for visitor in self.visitors if visitor.picture_s]

    def row(self, figure, *cells, **named):
        """A row of this crowd."""
        return row(f"{len(self.visitors) + len(self.errors)} visitors at once, {self.kind}: {figure}", *cells, **named)

    def _at_rest(self):
        """(processes, MB) of the server and all below it, once no visitor is there and the lessons wait for some."""
        lessons = len(self.size.lessons)
        _lessons.wait_until_filled(self.server, min(lessons, self.server.health()["max_kernels"]))
        most = lessons + 1 + (self.kind == FORKS)
        servers.wait_until(lambda: len(_held.tree(self.server)) <= most, "processes are left over", 60)
        pids = _held.tree(self.server)
        return len(pids), _held.memory_mb(pids)

    def _fates(self):
        fate = Counter({"a lesson with a working slider": len(self.inside)})
        fate["class is full"] = sum("The class is full" in visitor.page for visitor in self.visitors)
        fate["error"] = len(self.visitors) + len(self.errors) - fate.total()
        said = "; ".join(sorted(set(self.errors))[:3])
        yield self.row("what they got", ", ".join(f"{number} × {what}" for what, number in fate.items()), beside=said)
        pages = [visitor.page_s for visitor in self.inside]
        yield self.row("the lesson, to its last cell", human(median(pages)), f"p95 {human(p95(pages))}")
        pictures = [visitor.picture_s for visitor in self.inside]
        figure = "first move of a slider → its picture, while the others come"
        yield self.row(figure, human(median(pictures)), f"p95 {human(p95(pictures))}")

    def _memory(self, before, standing):
        pids = _held.tree(self.server)
        each = [_held.memory_mb([pid]) for pid in pids - standing]
        own = [_held.memory_mb([pid], _held.USS) for pid in pids - standing]
        beside = f"their own (USS): {median(own):.0f} MB, at most {max(own):.0f} MB"
        yield self.row("memory of one", f"{median(each):.0f} MB", f"at most {max(each):.0f} MB", beside=beside)
        together = _held.memory_mb(pids)
        said = "below" if together < MACHINE_MB else "above"
        beside = f"{said} 8 GiB; {before[1]:,.0f} MB before they came"
        yield self.row("memory of everything together", f"{together:,.0f} MB", beside=beside)


def _move_beside_stock(rush):
    with _lessons.serve(STOCK, rush.size.lessons, stock={}) as stock:
        yield from moving(rush, stock)


def moving(rush, stock):
    """Yield rows: some of those inside move their sliders, in turn with visitors of stock Voila."""
    size = rush.size
    peers = {rush.kind: rush.inside[: size.move], STOCK: _fill(stock, size)}
    for pause_s, how in ((1.0, "once a second"), (0.0, "without a pause")):
        seconds = {kind: [] for kind in peers}
        for turn in range(size.rounds):
            for kind, visitors in peers.items():
                seconds[kind] += _all_move(visitors, size.moves, turn, pause_s)
        own, theirs = seconds.values()
        shared = min(len(own), len(theirs))  # a page of stock Voila that hangs has no visitor
        moved = compared("", own[:shared], {STOCK: theirs[:shared]}) if shared else row("")
        yield rush.row(
            f"a slider → its picture while {len(peers[rush.kind])} move {how}",
            human(median(own)),
            f"p95 {human(p95(own))}",
            moved["ratio"],
            f"{moved['beside']} ({len(peers[STOCK])} visitors there, all of them moving)",
        )


def _fill(stock, size):
    """Visitors of stock Voila, one after the other: all at once would take minutes. A page that hangs has none."""
    names, inside = list(size.lessons), []
    for turn in range(size.move):
        with suppress(_lessons.Hung):
            inside.append(_lessons.come_within(stock, names[turn % len(names)]))
    return inside


def _all_move(visitors, moves, turn, pause_s):
    """Seconds of each move of these visitors, who move at the same time."""

    def move(at, visitor):
        time.sleep(pause_s * at / len(visitors))  # not all in the same instant
        seconds = []
        for number in range(moves):
            seconds.append(slide(visitor, 1 + (7 * number + turn) % 49))
            time.sleep(max(0.0, pause_s - seconds[-1]))
        return seconds

    with ThreadPoolExecutor(len(visitors) or 1) as hands:
        return [taken for each in hands.map(move, range(len(visitors)), visitors) for taken in each]
