"""Runs a lesson once, with everything that is installed, and keeps what came out until the lesson or the widgets change."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from static_edition import digits

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "widgets_lib"
CELL_TIMEOUT_S = 600
DOWNLOADED = "data/mnist.pkl.gz"  # by a lesson, into its own folder
VIEW = "application/vnd.jupyter.widget-view+json"
SHOWN_BY = ("numpy", "torch", "numba", "matplotlib", "pandas", "ipywidgets", "anywidget")


@dataclass(frozen=True)
class Executed:
    """A lesson that has run: its notebook with outputs, and its widgets by the ids that the outputs name."""

    name: str
    notebook: Any
    widgets: dict[str, dict[str, Any]]


class LessonFailed(Exception):
    """A cell of a lesson raised what it was not meant to raise."""


def execute(lessons: Iterable[Path], kept: Path, at_once: int = 2) -> list[Executed]:
    """The lessons, executed now or, if neither they nor widgets_lib have changed, at an earlier time.

    kept: the folder that holds what was executed earlier.
    Raises: LessonFailed.
    """

    async def all_of_them() -> list[Executed]:
        free = asyncio.Semaphore(at_once)

        async def one(path: Path) -> Executed:
            async with free:
                return await _execute(path, kept)

        return list(await asyncio.gather(*map(one, lessons)))

    return asyncio.run(all_of_them())


async def _execute(path: Path, kept: Path) -> Executed:
    file = kept / f"{path.stem}-{_key(path)}.json"
    if file.exists():
        saved = json.loads(file.read_text("utf-8"))
        return Executed(path.stem, nbformat.from_dict(saved["notebook"]), saved["widgets"])
    print(f"{path.stem}: running it", flush=True)
    executed = await _run(path, kept)
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.glob(f"{path.stem}-*.json"):
        old.unlink()
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"notebook": executed.notebook, "widgets": executed.widgets}), "utf-8")
    new.replace(file)
    return executed


async def _run(path: Path, kept: Path) -> Executed:
    notebook = nbformat.read(path, 4)
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder, "widgets.json")
        first = nbformat.v4.new_code_cell("from static_edition import snapshot as _snapshot; _snapshot.start()")
        last = nbformat.v4.new_code_cell(f"_snapshot.finish({str(taken)!r})")
        notebook.cells = [first, *notebook.cells, last]
        where = path.parent
        if DOWNLOADED in json.dumps(
            notebook
        ):  # a page is about what a download gives, not about the machine that builds
            where = Path(folder)
            digits.provide(where / DOWNLOADED, [path.parent / DOWNLOADED, kept.parent / Path(DOWNLOADED).name])
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT_S,
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": str(where)}},
        )
        try:
            await client.async_execute(env=environment())
        except CellExecutionError as error:
            raise LessonFailed(f"{path.stem} can't be built, because one of its cells fails.\n{error}") from None
        notebook.cells = notebook.cells[1:-1]
        found = json.loads(taken.read_text("utf-8"))
        _write_out(path.stem, notebook, found)
        return Executed(path.stem, notebook, found["widgets"])


def _write_out(name: str, notebook: Any, found: dict[str, Any]) -> None:
    """Put the text of each line under a cell, which is a widget in a notebook, in the widget's place.

    Raises: LessonFailed for any other widget that is not one of widgets_lib's.
    """
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        view = output.get("data", {}).get(VIEW, {}).get("model_id")
        if view in found["lines"]:
            output["data"] = {"text/html": found["lines"][view]}
        elif view and view not in found["widgets"]:
            raise LessonFailed(f"{name}: {output['data']['text/plain']} can't be in a page without a server.")


def environment() -> dict[str, str]:
    """That of a kernel: this checkout comes first, wherever the package is installed from."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _key(lesson: Path) -> str:
    """Changes with the lesson and with everything that its outputs depend on."""
    return hashlib.sha256(lesson.read_bytes() + _surroundings()).hexdigest()[:16]


@cache
def _surroundings() -> bytes:
    parts = [python_version().encode()]
    for name in SHOWN_BY:
        try:
            parts.append(version(name).encode())
        except PackageNotFoundError:
            parts.append(b"none")
    files = [*library_files(), *(Path(__file__).with_name(f"{name}.py") for name in ("execute", "snapshot", "digits"))]
    return b"".join(hashlib.sha256(part).digest() for part in [*parts, *(file.read_bytes() for file in files)])


def library_files() -> list[Path]:
    """The files of widgets_lib that a lesson can depend on: all but the app and its own pages."""
    found = (file for file in LIBRARY.rglob("*") if file.is_file() and file.suffix != ".md")
    return sorted(file for file in found if file.parent.name != "__pycache__" and (LIBRARY / "app") not in file.parents)
