"""Which cells of a lesson wait for a prediction: those behind a question, up to the next question or heading.

A question is a code cell with the tag `question`. Questions with nothing between them share what follows the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbformat.v4 import new_markdown_cell

QUESTION = "question"
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r" {0,3}(#{1,6}(\s|$)|<h[1-6][\s>])", re.IGNORECASE)
UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Veil:
    """Cells `first` to `last`, which wait for the cells `questions`; all are positions in the list of cells."""

    questions: tuple[int, ...]
    first: int
    last: int


def is_question(cell: Any) -> bool:
    """Whether the cell asks something; one without an id can't be found in the page, and so doesn't count."""
    return cell["cell_type"] == "code" and QUESTION in cell["metadata"].get("tags", ()) and bool(cell.get("id"))


def question_ids(cells: Iterable[Any]) -> list[str]:
    """The ids of the cells that ask, in order."""
    return [cell["id"] for cell in cells if is_question(cell)]


def has_widget(cell: Any) -> bool:
    """Whether a cell that has run shows a widget."""
    return any(WIDGET in output.get("data", ()) for output in cell.get("outputs", ()))


def find_veils(cells: list[Any]) -> tuple[list[Any], list[Veil]]:
    """(cells, veils). A Markdown cell with a heading further down becomes two where the first part waits."""
    arranged: list[Any] = []
    veils: list[Veil] = []
    questions: list[int] = []
    first: int | None = None  # of the cells that wait

    def end_veil() -> None:
        nonlocal first
        if first is not None:
            veils.append(Veil(tuple(questions), first, len(arranged) - 1))
            questions.clear()
        first = None

    for cell in cells:
        if is_question(cell):
            end_veil()
            questions.append(len(arranged))
        elif questions:
            before, after = _split_at_heading(cell)
            if before is not None:
                first = len(arranged) if first is None else first
                arranged.append(before)
            if after is not None:
                end_veil()
                questions.clear()
            cell = after
        if cell is not None:
            arranged.append(cell)
    end_veil()
    return arranged, veils


def _split_at_heading(cell: Any) -> tuple[Any | None, Any | None]:
    """(what stands before the first heading, the heading and the rest): cells, of which one may be None."""
    lines = cell["source"].splitlines(keepends=True) if cell["cell_type"] == "markdown" else []
    at = _heading_line(lines)
    if at is None:
        return cell, None
    lead = "".join(lines[:at])
    if not lead.strip():
        return None, cell
    cell["source"] = "".join(lines[at:])
    return new_markdown_cell(lead, id=f"{cell.get('id', '')}-lead"), cell


def _heading_line(lines: list[str]) -> int | None:
    """The line where a Markdown text has its first heading, outside blocks of code; None if it has none."""
    fence = ""
    for at, line in enumerate(lines):
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif match := FENCE.match(line):
            fence = match[1]
        elif HEADING.match(line):
            return at
        elif at and UNDERLINE.match(line) and _is_text(lines[at - 1]):
            return _paragraph_start(lines, at - 1)
    return None


def _is_text(line: str) -> bool:
    """Whether a line may belong to a paragraph, which a line of = or - below it makes a heading."""
    return bool(line.strip()) and not re.match(r" {4}| {0,3}([>|*+-]|\d+[.)])", line)


def _paragraph_start(lines: list[str], at: int) -> int:
    while at and _is_text(lines[at - 1]):
        at -= 1
    return at
