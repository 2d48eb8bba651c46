"""The pages' templates, which are in the installed package, and what they receive about the course."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_server.utils import url_path_join
from markupsafe import Markup
from voila.app import Voila
from voila.paths import collect_static_paths
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from widgets_lib.app import preflight
from widgets_lib.app.course import course, folders, neighbours

SHARE = Path(__file__).parent / "share"
TOKENS = Path(__file__).parents[1] / "widgets/shared/tokens.css"

stock_render_template = TornadoVoilaTreeHandler.render_template


def add_search_path() -> None:
    """Adds our Jupyter data folder to the ones in which Voila looks for templates."""
    search = [str(SHARE), *filter(None, os.environ.get("JUPYTER_PATH", "").split(os.pathsep))]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys(search))


@cache
def tokens() -> Markup:
    """The course's colours and typefaces, which the widgets bring along too, as a page's head carries them."""
    return Markup(f"<style>\n{TOKENS.read_text('utf-8')}</style>")


@cache
def scripts() -> list[str]:
    """Voila's own scripts that a page loads after its last cell: `voila.js` and the chunks that it names.

    The page preloads them in its head, while the cells run.
    """
    for static in map(Path, collect_static_paths(["voila"], "base")):
        if (static / "voila.js").is_file():
            parts = dict.fromkeys(re.findall(r"\.e\((\d+)\)", (static / "voila.js").read_text()))
            return ["voila.js", *(name for part in parts if (static / (name := f"{part}.voila.js")).is_file())]
    return []


def around(notebook_path: str, contents_manager: Any, base_url: str) -> dict[str, Any]:
    """What a lesson's page knows of the course: {"path", "home": address, "previous": Lesson, "next": Lesson}.

    All but the path, by which the page keeps the reader's progress, may be None.

    The served folder's home is the top address, except in a Jupyter server, where that belongs to the server.
    """
    server = contents_manager.parent
    alone = isinstance(server, Voila)
    if alone and server.notebook_path:  # `voila lesson.ipynb` serves that one notebook
        return {"path": posixpath.basename(notebook_path), "home": None, "previous": None, "next": None}
    path = posixpath.normpath(f"/{notebook_path}").lstrip("/")  # in the served folder, whatever the address was
    folder = posixpath.dirname(path)
    previous, following = neighbours(course(contents_manager.root_dir, folder), path)
    top = base_url if alone and not folder else url_path_join(base_url, "voila/tree", quote(folder))
    return {"path": path, "home": top, "previous": previous, "next": following}


def render_template(self, name, **ns):
    """Takes the place of `TornadoVoilaTreeHandler.render_template`: the course home receives the lessons."""
    if name == "tree.html":
        root, folder = self.contents_manager.root_dir, ns["notebook_path"].strip("/")
        ns |= {"lessons": course(root, folder), "folders": folders(root, folder)}
        ns |= {"folder": folder, "preflight": preflight.shared().lines(), "tokens": tokens()}
    return stock_render_template(self, name, **ns)
