"""The course home, and the page for an address that leads nowhere, from the app's templates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from static_edition import offline, security
from static_edition.files import Site
from static_edition.render import SHARE, write_tokens
from widgets_lib.app.course import Lesson

_CHARSET = '<meta charset="utf-8">'
# Shown in place of any address, however deep: what it needs is in it, and it looks for the home above itself.
_FIND_HOME = """
const link = document.querySelector("main a");
async function findHome() {
  for (let folder = new URL("./", location.href); ; folder = new URL("../", folder)) {
    const reply = await fetch(new URL("%s", folder), { method: "HEAD" }).catch(() => null);
    if (reply?.ok) {
      for (const each of [link, document.querySelector(".bar a")]) each.href = folder.href;
      return;
    }
    if (folder.pathname === "/") return;
  }
}
findHome();
"""


def write_home(site: Site, lessons: Sequence[Lesson], source: Path, module: str) -> str:
    """Write the course home with these lessons, whose folder is `source`; module: what it runs."""
    page = (
        _environment(_Linked(site))
        .get_template("tree.html")
        .render(
            base_url="./",
            files="",
            folder="",
            folders=[],
            lessons=[_card(site, lesson, source) for lesson in lessons],
            preflight=[],
            tokens=Markup(f'<link rel="stylesheet" href="{write_tokens(site)}">'),
        )
    )
    script = f'<script type="module" src="{module}"></script>'
    return site.write("index.html", _with_policy(page, f"{offline.head(site)}\n  {script}"))


def write_not_found(site: Site) -> str:
    """Write 404.html, which a web space shows for every address that leads nowhere."""
    tokens = (site.folder / write_tokens(site)).read_text("utf-8")
    page = (
        _environment(_Inline())
        .get_template("404.html")
        .render(base_url="./", status_code=404, tokens=Markup(f"<style>{tokens}</style>"))
    )
    marker = next(iter(sorted((site.folder / "static").glob("site.*.js")))).name
    script = f"<script>{_FIND_HOME % f'static/{marker}'}</script>\n</body>"
    return site.write("404.html", _with_policy(page.replace("</body>", script)))


def _with_policy(page: str, head: str = "") -> str:
    return security.secured(page.replace(_CHARSET, f"{_CHARSET}\n  {security.PLACE}\n  {head}", 1))


def _card(site: Site, lesson: Lesson, source: Path) -> dict[str, Any]:
    """What the template asks of a lesson, with addresses of this site."""
    address = f"{lesson.name}.html" if lesson.path else None
    return {**asdict(lesson), "address": address, "picture": lesson.picture and _write_picture(site, lesson, source)}


def _write_picture(site: Site, lesson: Lesson, source: Path) -> str:
    """Write both themes' pictures; returns what their addresses begin with."""
    files = {theme: (source / f"assets/{lesson.name}-{theme}.png").read_bytes() for theme in ("light", "dark")}
    stem = f"static/assets/{lesson.name}.{hashlib.sha256(b''.join(files.values())).hexdigest()[:12]}"
    for theme, data in files.items():
        site.write(f"{stem}-{theme}.png", data)
    return stem


class _Linked:
    """Styles and scripts as files of the site."""

    def __init__(self, site: Site):
        self._site = site

    def css(self, path: str) -> Markup:
        return Markup('<link rel="stylesheet" href="{}">').format(self._address(path))

    def js(self, path: str) -> Markup:
        return Markup('<script src="{}"></script>').format(self._address(path))

    def _address(self, path: str) -> str:
        return self._site.add(str(PurePosixPath(path)), (SHARE / path).read_bytes())


class _Inline:
    """Styles and scripts in the page itself."""

    def css(self, path: str) -> Markup:
        return Markup(f"<style>{(SHARE / path).read_text('utf-8')}</style>")

    def js(self, path: str) -> Markup:
        return Markup(f"<script>{(SHARE / path).read_text('utf-8')}</script>")


def _environment(include: _Linked | _Inline) -> Environment:
    environment = Environment(loader=FileSystemLoader(SHARE), autoescape=True)
    functions: dict[str, Callable[..., Any]] = {"include_css": include.css, "include_js": include.js}
    environment.globals.update(functions)
    environment.filters.setdefault("e", escape)
    return environment
