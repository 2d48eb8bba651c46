"""What makes the site work without a network, and an app of it: a service worker, a web app manifest, icons."""

from __future__ import annotations

import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from PIL import Image

from static_edition.files import Site

HERE = Path(__file__).parent
WORKER = "service-worker.js"
_LIST = "/* build */ {}"  # in whose place the worker has the list of files
_PYTHON = re.compile(r"^static/(pyodide\.[^/]*/.*|python\.[^/]*\.zip)$")
_REST, _I, _J, _K, _PAPER = ((154, 162, 175), (0, 121, 193), (200, 90, 14), (0, 143, 104), (255, 255, 255))
_MARK = ((_REST, _J, _REST), (_I, _K, _I), (_REST, _J, _REST))


def head(site: Site) -> str:
    """What the head of every page has: the manifest and an icon, which are written."""
    return "\n".join(
        [
            f'<link rel="manifest" href="{_write_manifest(site)}">',
            f'<link rel="apple-touch-icon" href="{_write_icon(site, 180)}">',
            '<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">',
            '<meta name="theme-color" content="#16181c" media="(prefers-color-scheme: dark)">',
        ]
    )


def write_worker(site: Site) -> str:
    """Write the service worker, which lists every file that is written by now; so it comes last."""
    files = {_address(site, file): file.read_bytes() for file in sorted(site.folder.rglob("*")) if file.is_file()}
    files.pop(".nojekyll", None)
    files.pop("404.html", None)
    listed = {address: [hashlib.sha256(data).hexdigest(), len(data)] for address, data in files.items()}
    build = {
        "version": hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:12],
        "files": listed,
        "pages": {a: needs_of(data.decode()) for a, data in files.items() if a.endswith(".html")},
        "python": [address for address in listed if _PYTHON.match(address)],
    }
    text = (HERE / "browser/root" / WORKER).read_text("utf-8")
    if _LIST not in text:
        raise ValueError(f"{WORKER} has no place for the list of files")
    return site.write(WORKER, text.replace(_LIST, json.dumps(build, separators=(",", ":"))))


def _address(site: Site, file: Path) -> str:
    return file.relative_to(site.folder).as_posix()


def needs_of(page: str) -> list[str]:
    """The addresses of the site's files that a page loads: styles, scripts, modules, pictures, the manifest."""
    found: dict[str, None] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            address = dict(attributes).get({"link": "href", "script": "src", "img": "src"}.get(tag, ""))
            if address and ":" not in address:
                found[address.removeprefix("./")] = None

    Reader().feed(page)
    return list(found)


def _write_manifest(site: Site) -> str:
    icons = [
        {"src": f"../{_write_icon(site, size)}", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    manifest = {
        "name": "Tensor Foundations",
        "short_name": "Tensors",
        "description": "What stands under every tensor library, from Python loops to the GPU.",
        "id": "../",
        "start_url": "../",
        "scope": "../",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "lang": "en",
        "icons": icons,
    }
    return site.add("static/course.webmanifest", json.dumps(manifest, ensure_ascii=False))


def _write_icon(site: Site, size: int) -> str:
    """The course's mark, small enough that a phone may cut the icon round."""
    cell, gap = size * 13 // 80, size * 3 // 80
    step = cell + gap
    margin = (size - 3 * cell - 2 * gap) // 2
    picture = np.full((size, size, 3), _PAPER, np.uint8)
    for row, colours in enumerate(_MARK):
        for column, colour in enumerate(colours):
            top, left = margin + row * step, margin + column * step
            picture[top : top + cell, left : left + cell] = colour
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return site.add(f"static/icon-{size}.png", file.getvalue())
