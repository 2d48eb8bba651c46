"""Which lessons there are and which are coming.

A notebook's metadata name its number, title, summary and minutes under the key `tensor_foundations`; `coming.json`
in the same folder names lessons that do not exist yet.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from urllib.parse import quote

from widgets_lib.app.veils import question_ids

ASSETS = "assets"  # pictures, beside the lessons

log = logging.getLogger("voila")


@dataclass(frozen=True)
class Lesson:
    """One card of the course home. `path` is relative to the served folder; None while the lesson is coming."""

    name: str
    path: str | None
    title: str
    number: int | None = None
    summary: str = ""
    minutes: int | None = None
    picture: str | None = None  # "assets/03_matmul": -light.png and -dark.png exist
    picture_alt: str = ""
    questions: tuple[str, ...] = ()  # the ids of the cells that ask

    @property
    def label(self) -> str:
        return f"{self.number} · {self.title}" if self.number is not None else self.title

    @property
    def address(self) -> str | None:
        """Relative to the server's base address."""
        return f"voila/render/{quote(self.path)}" if self.path else None


def course(root: str | Path, folder: str = "") -> list[Lesson]:
    """The lessons of `folder` in the served folder `root`, in order: those that exist and those that are coming."""
    here = Path(root, folder)
    says = _read_json(here / ASSETS / "pictures.json", dict)
    lessons = {}
    for entry in _read_json(here / "coming.json", list):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            lessons[entry["name"]] = Lesson(entry["name"], None, **_described(entry, entry["name"]))
    for file in sorted(here.glob("*.ipynb")):
        described = _metadata(file, _stamp(file))
        if described is None or file.name.startswith("."):
            continue
        name = file.stem
        picture = f"{ASSETS}/{name}"
        drawn = all((here / f"{picture}-{theme}.png").is_file() for theme in ("light", "dark"))
        lessons[name] = Lesson(
            name,
            str(Path(folder, file.name).as_posix()),
            **described,
            picture=quote(Path(folder, picture).as_posix()) if drawn else None,
            picture_alt=str(says.get(name, "")),
        )
    return sorted(lessons.values(), key=lambda lesson: (inf if lesson.number is None else lesson.number, lesson.name))


def neighbours(lessons: list[Lesson], path: str) -> tuple[Lesson | None, Lesson | None]:
    """(previous, next) of the lesson at `path` among those that exist; None at either end."""
    there = [lesson for lesson in lessons if lesson.path]
    at = next((i for i, lesson in enumerate(there) if lesson.path == path), None)
    if at is None:
        return None, None
    return (there[at - 1] if at else None), (there[at + 1] if at + 1 < len(there) else None)


def folders(root: str | Path, folder: str = "") -> list[str]:
    """Paths of the folders in `folder` that contain a notebook, for a host with lessons in several folders."""
    inner = (path for path in Path(root, folder).iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    return sorted(path.relative_to(root).as_posix() for path in inner if any(path.glob("*.ipynb")))


def _stamp(file):
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _metadata(file, stamp):
    """The facts in the notebook's metadata, or None if it cannot be read; cached until the file's `stamp` changes."""
    try:
        notebook = json.loads(file.read_text("utf-8"))
        metadata, cells = notebook["metadata"], notebook["cells"]
        own = metadata.get("tensor_foundations") or {}
        default_title = metadata.get("title") or first_heading(cells) or file.stem.replace("_", " ")
        return _described(own, default_title) | {"questions": tuple(question_ids(cells))}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s is not listed on the course home: it cannot be read as a notebook (%r)", file.name, error)
        return None


def _described(entry, default_title):
    integers = {key: entry[key] for key in ("number", "minutes") if type(entry.get(key)) is int}
    return {"title": str(entry.get("title") or default_title), "summary": str(entry.get("summary") or ""), **integers}


def first_heading(cells: list) -> str | None:
    """The text of the first level-one Markdown heading."""
    lines = (line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("# ")), None)


def _read_json(file, kind):
    """The content of an optional JSON file, or an empty `kind` if it is missing or of another type."""
    if not file.exists():
        return kind()
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read: %s", file, error)
        return kind()
    return content if isinstance(content, kind) else kind()
