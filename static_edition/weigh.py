"""What a visitor loads: to read a lesson, and once Python wakes. A site that passes the bounds is not built."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

MAX_READING_BYTES = 300_000
MAX_PYTHON_BYTES = 12_000_000
_PACKED = {".zip", ".npz", ".png"}  # a web space sends the rest compressed by gzip
_LOADED = re.compile(r'<(?:link rel="(?:stylesheet|modulepreload)" href|script(?: type="module")? src)="([^"]+)"')
_DATA = re.compile(r'<script type="application/json" id="widgets">(.*?)</script>', re.S)


@dataclass(frozen=True)
class Weight:
    """Bytes as they travel."""

    lesson: str
    reading: int
    """To read the lesson, with every widget alive."""
    python: int
    """More, once Python wakes; the digits are fetched only by what needs them."""


class TooHeavy(Exception):
    """A page has passed a bound; the message says which, and by how much."""


def weigh(site: Path) -> list[Weight]:
    """Every lesson of a built site, in order."""
    return [_weigh(site, page) for page in sorted(site.glob("*.html")) if _DATA.search(page.read_text("utf-8"))]


def hold_bounds(weights: list[Weight]) -> None:
    """Raises: TooHeavy."""
    lines = []
    for weight in weights:
        for bytes_, most, what in (
            (weight.reading, MAX_READING_BYTES, "to be read"),
            (weight.python, MAX_PYTHON_BYTES, "for Python"),
        ):
            if bytes_ > most:
                lines.append(f"  {weight.lesson} loads {bytes_:,} bytes {what}; the bound is {most:,}")
    if lines:
        raise TooHeavy("Pages are too heavy (static_edition/weigh.py has the bounds):\n" + "\n".join(lines))


def _weigh(site: Path, page: Path) -> Weight:
    text = page.read_text("utf-8")
    found = _DATA.search(text)
    assert found
    python = json.loads(found[1])["python"]
    pyodide = [file for file in (site / python["pyodide"]).iterdir() if file.name != "package.json"]
    reading = [page, *(site / address for address in dict.fromkeys(_LOADED.findall(text)))]
    return Weight(
        page.stem,
        sum(map(travelling, reading)),
        sum(map(travelling, [*pyodide, site / python["archive"], site / python["recipes"]])),
    )


def travelling(file: Path) -> int:
    """The bytes of a file on its way to a browser."""
    data = file.read_bytes()
    return len(data) if file.suffix in _PACKED else len(gzip.compress(data, 6, mtime=0))
