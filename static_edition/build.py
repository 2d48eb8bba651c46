"""The whole site, step by step."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from static_edition import archive, bundle, check, home, measure, offline, parts, render, weigh
from static_edition.execute import ROOT, LessonFailed, execute
from static_edition.files import Site
from static_edition.formulas import FormulaFailed
from widgets_lib.app.course import Lesson, course, neighbours
from widgets_lib.compute import mnist

PIECE_BYTES = 2**19
PROBLEMS = (LessonFailed, parts.PartMissing, archive.ArchiveFailed, FormulaFailed, bundle.BundleFailed, render.Changed)


class BuildFailed(Exception):
    """The site can't be built, in words for whoever builds it."""


def build(out: Path, names: Sequence[str], lessons: Path, keep: Path, strict: bool = True) -> list[weigh.Weight]:
    """Write the site with these lessons, or with all, to the folder `out`; returns what its pages weigh.

    strict: without it differences and bounds that are passed are printed, and the site is written all the same.
    Raises: BuildFailed, and then `out` is as it was.
    """
    chosen = _chosen(lessons, names)
    new = out.with_name(f"{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    keep.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    try:
        _write(Site(new), chosen, lessons, keep, problems)
    except PROBLEMS as error:
        shutil.rmtree(new, ignore_errors=True)
        raise BuildFailed(str(error)) from error
    weights = weigh.weigh(new)
    try:
        weigh.hold_bounds(weights)
    except weigh.TooHeavy as error:
        problems.append(str(error))
    if problems and strict:
        shutil.rmtree(new)
        raise BuildFailed("\n\n".join(problems))
    for problem in problems:
        print(problem)
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)
    return weights


def _chosen(folder: Path, names: Sequence[str]) -> list[Lesson]:
    there = [lesson for lesson in course(folder) if lesson.path]
    unknown = set(names) - {lesson.name for lesson in there}
    if unknown:
        known = ", ".join(lesson.name for lesson in there)
        raise BuildFailed(f"There is no lesson {', '.join(sorted(unknown))} in {folder.name}/. There are: {known}.")
    return [lesson for lesson in there if not names or lesson.name in names]


def _write(site: Site, chosen: list[Lesson], lessons: Path, keep: Path, problems: list[str]) -> None:
    executed = execute([lessons / str(lesson.path) for lesson in chosen], keep / "executed")
    pages = [render.page_of(lesson, ran) for lesson, ran in zip(chosen, executed, strict=True)]
    has_ladder = any(widget["class"] == "MatmulLadder" for page in pages for widget in page.widgets().values())
    book = measure.book(keep) if has_ladder else {}
    pages, lines = check.settle(pages, book)
    try:
        check.complain(lines)
    except check.Differs as error:
        problems.append(str(error))
    shared = render.write_shared(site)
    python = write_python(site, keep)
    around = render.Around(shared, python, book, keep)
    for page in pages:
        previous, following = neighbours(chosen, str(page.lesson.path))
        links = {"path": page.lesson.path, "home": "./", "previous": _link(previous), "next": _link(following)}
        render.render(site, page, around, links)
    home.write_home(site, chosen, lessons, shared.home)
    home.write_not_found(site)
    render.write_jupyter_sheets(site)
    site.write(".nojekyll", "")
    offline.write_worker(site)  # last: it lists what there is


def _link(lesson: Lesson | None) -> dict[str, str] | None:
    return None if lesson is None else {"address": f"{lesson.name}.html", "label": lesson.label}


def write_python(site: Site, keep: Path) -> render.Python:
    """Write Pyodide, its library, the archive of the widgets' Python, and the digits."""
    packed, library = archive.build(keep)
    pyodide = parts.pyodide()
    files = {name: (pyodide / name).read_bytes() for name in parts.PARTS["pyodide"]["files"]}
    files[parts.PARTS["pyodide"]["library"]] = library
    whole = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
    folder = f"static/pyodide.{whole}"
    for name, data in files.items():
        site.write(f"{folder}/{name}", data)
    digits = {"mnist.npz": mnist.BUNDLED.read_bytes(), mnist.SUMS.name: mnist.pack_sums()}
    lazy = {name: write_pieces(site, name, data) for name, data in digits.items()}
    return render.Python(site.add("static/python.zip", packed), f"{folder}/", lazy)


def write_pieces(site: Site, name: str, data: bytes) -> dict[str, Any]:
    """Write a file in pieces: a page fetches only those that it reads, from any web space, and knows how far it is."""
    parts = [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]
    addresses = [site.add(f"static/digits/{name}.{at:02}", part) for at, part in enumerate(parts)]
    return {"bytes": len(data), "piece": PIECE_BYTES, "addresses": addresses}


__all__ = ["ROOT", "BuildFailed", "build"]
