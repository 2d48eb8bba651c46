"""What does JupyterHub on one machine cost? Ten learners follow its link at the same moment.

The hub is the one that `make hub` starts, with its proxy, its culler and a server for each learner. Each opens one of the
course's lessons as an app (with one more cell: a slider whose picture matplotlib draws), moves the slider, and runs torch
in a notebook. Then half of them go on moving it; the others close their tabs and do nothing until the hub has ended
their servers, after `IDLE_S` seconds of idleness. Memory is PSS. Learners are no browsers: what a browser needs to draw is
not in these figures.
"""

import os
import shutil
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import nbformat
import psutil

from benchmarks._table import human, p95, row
from tests.support import servers
from tests.support.hub import Learner, Lesson, Notebook, family, hub
from tests.support.visitors import SLIDER

LESSONS = servers.ROOT / "lessons"
IDLE_S, QUICK_IDLE_S = 240, 60  # more than a lesson takes to open beside nine others: nothing passes meanwhile
KINDS = {  # what is in a process's command line, in the order in which it is looked for
    "configurable-http-proxy": "proxy",
    "jupyterhub_idle_culler": "culler",
    "jupyterhub-singleuser": "a learner’s server",
    "-m voila": "the app of one learner",
    "ipykernel_launcher": "a kernel",
    "jupyterhub -f": "hub",
}


def figures(quick=False):
    """Yield the rows of one class, from its arrival to its end."""
    count = 2 if quick else 10
    with tempfile.TemporaryDirectory() as folder:
        course, data = Path(folder, "lessons"), Path(folder, "hub")
        shutil.copytree(LESSONS, course, ignore=shutil.ignore_patterns("data"))
        data.mkdir()
        names = sorted(path.name for path in course.glob("*.ipynb"))
        for name in names:
            lesson = nbformat.read(course / name, as_version=4)
            lesson.cells.append(nbformat.v4.new_code_cell(SLIDER))
            servers.write_notebook(lesson, course / name)
        idle_s = QUICK_IDLE_S if quick else IDLE_S
        settings = {
            "HUB_IDLE_S": str(idle_s),
            "HUB_CULL_EVERY_S": "5",
            "HUB_ACTIVITY_S": "5",
            "HUB_LESSONS": str(course),
        }
        with hub(data, **settings) as server:
            yield from _class(server, [names[turn % len(names)] for turn in range(count)], idle_s)


def _class(server, names, idle_s):
    with ThreadPoolExecutor(len(names)) as at_once:
        learners = list(at_once.map(lambda _: _timed(Learner(server), "come"), names))
        yield _times(f"{len(names)} learners at once: from the link to the course on their own server", learners)
        lessons = list(at_once.map(_open, [learner for learner, _ in learners], names))
        yield _times("… each a lesson as an app, to its last cell", lessons)
        moved = list(at_once.map(_move, [lesson for lesson, _ in lessons]))
        yield _times("… a slider, through both proxies and the kernel, to its picture", moved)
        yield from _memory(server, "an app open")
        books = list(at_once.map(_notebook, [learner for learner, _ in learners], names))
        yield _times("… the same lesson as a notebook: a kernel that has imported torch", books)
        yield from _memory(server, "and a notebook", only="a kernel")
        for book, _ in books:
            book.leave()
        yield _culling([learner for learner, _ in learners], [lesson for lesson, _ in lessons], at_once, idle_s)


def _timed(actor, method, *arguments):
    start = time.perf_counter()
    result = getattr(actor, method)(*arguments)
    if isinstance(result, tuple):
        assert result[0] == 200, result
    return actor, time.perf_counter() - start


def _open(learner, name):
    start = time.perf_counter()
    lesson = Lesson(learner, name)
    assert lesson.kernel, (lesson.status, lesson.page[-500:])
    return lesson.connect(), time.perf_counter() - start


def _move(lesson, value=20):
    if not hasattr(lesson, "slider"):
        lesson.slider = next(key for key, state in lesson.states().items() if state.get("max") == 50)
    start = time.perf_counter()
    answers = lesson.until_idle(lesson.move(lesson.slider, value=value))
    assert any(each["header"]["msg_type"] == "display_data" for each in answers), "no picture"
    return lesson, time.perf_counter() - start


def _notebook(learner, name):
    start = time.perf_counter()
    book = Notebook(learner, name).connect()
    assert book.run("import torch; print(torch.ones(3).sum().item())") == "3.0\n"
    return book, time.perf_counter() - start


def _times(figure, pairs):
    seconds = [each for _, each in pairs]
    return row(figure, human(median(seconds)), f"p95 {human(p95(seconds))}")


def _memory(server, when, only=None):
    found = defaultdict(list)
    for process in [psutil.Process(server.process.pid), *family(server.process)]:
        line = " ".join(process.cmdline())
        kind = next((kind for part, kind in KINDS.items() if part in line), None)
        if kind and servers.is_running(process.pid):
            found[kind].append(servers.memory_mb(process.pid))
    for kind in [only] if only else KINDS.values():
        if found[kind]:
            spread = f"{min(found[kind]):.0f} to {max(found[kind]):.0f} MB" if len(found[kind]) > 1 else ""
            yield row(
                f"memory, {when}: {kind}", f"{median(found[kind]):.0f} MB", spread, beside=f"{len(found[kind])} of them"
            )
    total = sum(map(sum, found.values()))
    yield row(f"memory, {when}: everything", f"{total:.0f} MB")


def _culling(learners, lessons, at_once, idle_s):
    """Half go on; waits until the others' servers have ended, and the time that it took after the last sign of life."""
    half = len(learners) // 2
    idle, busy = learners[half:], lessons[:half]
    for lesson in lessons[half:]:
        lesson.leave()  # a tab that stays open is not idle
    start, pictures = time.perf_counter(), 0
    while any(each.processes() for each in idle):
        if time.perf_counter() - start > 10 * idle_s:
            raise TimeoutError("idle servers go on")
        pictures += len(list(at_once.map(_move, busy, [pictures % 40 + 5] * half)))
        for lesson in busy:
            assert lesson.server.get(f"api/kernels/{lesson.kernel}")[0] == 200  # as a page does that is seen
        time.sleep(1)
    took = time.perf_counter() - start
    assert all(each.processes() for each in learners[:half]), "a server in use was ended"
    beside = f"the {half} others went on, with {pictures} pictures; load {os.getloadavg()[0]:.0f} at the end"
    return row(f"{len(idle)} servers that nobody uses: ended, {idle_s} s being the limit", human(took), beside=beside)
