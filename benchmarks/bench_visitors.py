"""What does a class that comes at once get? Thirty visitors open lessons of this course at the same moment.

The server is the one that `voila lessons/` starts, its pool filled, each lesson with one more cell: a slider whose
picture matplotlib draws. Visitors are spread over the lessons. A visitor who gets in moves that slider and waits for
its picture; the others must get the "class is full" page. Then all close their tabs, and what is left is compared with what
was there before. Memory is PSS. Visitors are no browsers: what a browser needs to draw is not in these figures.
"""

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median

import nbformat

from benchmarks._table import human, p95, row
from tests.support import servers
from tests.support.visitors import SLIDER, crowd

LESSONS = servers.ROOT / "lessons"
FILL_S = 300  # for the pool: each lesson is run once, one after the other


def figures(quick=False):
    """Yield the rows of one rush."""
    count = 6 if quick else 30
    options = ["--preheat_kernel=True"] + (["--LessonKernelManager.max_kernels=3"] if quick else [])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "lessons")
        root.mkdir()
        shutil.copytree(LESSONS / "assets", root / "assets")
        names = sorted(path.name for path in LESSONS.glob("*.ipynb"))[: 2 if quick else None]
        for name in names:
            lesson = nbformat.read(LESSONS / name, as_version=4)
            lesson.cells.append(nbformat.v4.new_code_cell(SLIDER))
            servers.write_notebook(lesson, root / name)
        with servers.voila(root, folder, *options) as server:
            yield from _rush(server, [names[turn % len(names)] for turn in range(count)])


def _rush(server, lessons):
    before = _filled(server, set(lessons))
    visitors = crowd(server, lessons)
    each = [servers.memory_mb(pid) for pid in server.python()]
    inside = [visitor for visitor in visitors if visitor.status == 200]
    outside = [visitor for visitor in visitors if "The class is full" in visitor.page]
    for visitor in visitors:
        visitor.leave()
    after = _filled(server, set(lessons))

    rush = f"{len(lessons)} visitors at once"
    fate = Counter({"lesson": len(inside), "class is full": len(outside)})
    fate["error"] = len(lessons) - fate.total()
    yield row(f"{rush}: what they got", ", ".join(f"{number} {what}" for what, number in fate.items()))
    pages = [visitor.page_s for visitor in inside]
    yield row(f"{rush}: the lesson, to its last cell", human(median(pages)), f"p95 {human(p95(pages))}")
    pictures = [visitor.picture_s for visitor in inside]
    yield row(
        f"{rush}: a slider, through the kernel, to its picture", human(median(pictures)), f"p95 {human(p95(pictures))}"
    )
    yield row(f"{rush}: memory of one", f"{median(each):.0f} MB", f"at most {max(each):.0f} MB")
    yield row(
        f"{rush}: before, and after they left",
        "{} kernels, {:.0f} MB".format(*after),
        beside="before: {} kernels, {:.0f} MB".format(*before),
    )


def _filled(server, lessons):
    """(kernels, MB of them and the server together) once no visitor is there and each lesson waits for a visitor."""

    def filled():
        health = server.health()
        return health["kernels"] == 0 and health["waiting"] == min(len(lessons), health["max_kernels"])

    servers.wait_until(filled, f"the pool is not filled: {server.health()}", FILL_S)
    servers.wait_until(lambda: len(server.python()) <= len(lessons), "processes are left over", 60)
    pids = server.python()
    return len(pids), sum(map(servers.memory_mb, pids | {server.process.pid}))
