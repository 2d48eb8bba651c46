"""The whole site, step by step."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from static_edition import archive, offline, parts, render
from static_edition.execute import LIBRARY, ROOT, LessonFailed, execute
from static_edition.files import Site
from widgets_lib.app.course import Lesson, course, neighbours


class BuildFailed(Exception):
    """The site can't be built, in words for whoever builds it."""


def build(out: Path, names: Sequence[str], lessons: Path, keep: Path) -> None:
    """Write the site with these lessons, or with all, to the folder `out`."""
    chosen = _chosen(lessons, names)
    try:
        _build(out, chosen, lessons, keep)
    except (LessonFailed, parts.PartMissing) as error:
        raise BuildFailed(str(error)) from error


def _chosen(folder: Path, names: Sequence[str]) -> list[Lesson]:
    there = [lesson for lesson in course(folder) if lesson.path]
    unknown = set(names) - {lesson.name for lesson in there}
    if unknown:
        known = ", ".join(lesson.name for lesson in there)
        raise BuildFailed(f"There is no lesson {', '.join(sorted(unknown))} in {folder.name}/. There are: {known}.")
    return [lesson for lesson in there if not names or lesson.name in names]


def _build(out: Path, chosen: list[Lesson], lessons: Path, keep: Path) -> None:
    executed = execute([lessons / str(lesson.path) for lesson in chosen], keep / "executed")
    new = out.with_name(f"{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    site = Site(new)
    shared = render.write_shared(site)
    python = write_python(site, keep)
    for lesson, ran in zip(chosen, executed, strict=True):
        previous, following = neighbours(chosen, str(lesson.path))
        around = {"path": lesson.path, "home": "./", "previous": _link(previous), "next": _link(following)}
        render.render(site, render.page_of(lesson, ran), shared, python, around, [])
    site.write(".nojekyll", "")
    offline.write_worker(site)  # last: it lists what there is
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)


def _link(lesson: Lesson | None) -> dict[str, str] | None:
    return lesson and {"address": f"{lesson.name}.html", "label": lesson.label}


def write_python(site: Site, keep: Path) -> render.Python:
    """Write Pyodide, its library, the archive of the widgets' Python, and the digits."""
    packed, library = archive.build(keep / "parts")
    pyodide = parts.pyodide()
    files = {name: (pyodide / name).read_bytes() for name in parts.PARTS["pyodide"]["files"]}
    files[parts.PARTS["pyodide"]["library"]] = library
    whole = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
    folder = f"static/pyodide.{whole}"
    for name, data in files.items():
        site.write(f"{folder}/{name}", data)
    digits = site.add("static/mnist.npz", (LIBRARY / "data/mnist.npz").read_bytes())
    return render.Python(site.add("static/python.zip", packed), f"{folder}/", digits)


__all__ = ["ROOT", "BuildFailed", "build"]
