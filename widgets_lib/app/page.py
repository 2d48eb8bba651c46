"""The pages' templates, found inside the installed package, and what they tell of the course around a lesson."""

import os
import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.notebook_renderer import NotebookRenderer
from voila.paths import collect_static_paths
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from widgets_lib.app import home

SHARE = Path(__file__).parent / "share"


class NotFound(BaseVoilaHandler):
    """Any address that leads nowhere gets the same page as a lesson that is not there."""

    @authenticated
    def get(self):
        raise HTTPError(404)


def scripts():
    """Voila's own scripts that a page loads after its last cell: `voila.js` and those of its parts that it names.

    The page asks for them at its head, so that they come while the cells run.
    """
    for static in map(Path, collect_static_paths(["voila"], "base")):
        if (static / "voila.js").is_file():
            parts = dict.fromkeys(re.findall(r"\.e\((\d+)\)", (static / "voila.js").read_text()))
            return ["voila.js", *(name for part in parts if (static / (name := f"{part}.voila.js")).is_file())]
    return []


def around(notebook_path, contents_manager, base_url):
    """What a lesson's page links to: {"home": address, "previous": Lesson, "next": Lesson}, each may be None.

    The cards of the served folder are at the top, except below a Jupyter server, which keeps that for itself.
    """
    server = contents_manager.parent
    alone = isinstance(server, Voila)
    if alone and server.notebook_path:  # `voila lesson.ipynb` serves that one notebook
        return {"home": None, "previous": None, "next": None}
    path = posixpath.normpath(f"/{notebook_path}").lstrip("/")  # in the served folder, whatever the address was
    folder = posixpath.dirname(path)
    previous, following = home.neighbours(home.course(contents_manager.root_dir, folder), path)
    top = base_url if alone and not folder else url_path_join(base_url, "voila/tree", quote(folder))
    return {"home": top, "previous": previous, "next": following}


def install():
    """Adds our Jupyter data folder to the ones Voila searches for templates, and the course to what they know."""
    search = [str(SHARE), *filter(None, os.environ.get("JUPYTER_PATH", "").split(os.pathsep))]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys(search))

    preflight = home.Preflight()
    preloaded = scripts()
    stock_render = TornadoVoilaTreeHandler.render_template
    stock_initialize = NotebookRenderer.initialize
    stock_handlers = Voila.init_handlers

    def render_home(handler, name, **ns):
        if name == "tree.html":
            root, folder = handler.contents_manager.root_dir, ns["notebook_path"].strip("/")
            ns |= {"lessons": home.course(root, folder), "folders": home.folders(root, folder)}
            ns |= {"folder": folder, "preflight": preflight.lines()}
        return stock_render(handler, name, **ns)

    async def initialize(renderer, **kwargs):
        await stock_initialize(renderer, **kwargs)
        renderer.resources["preloaded"] = preloaded
        renderer.resources["course"] = around(renderer.notebook_path, renderer.contents_manager, renderer.base_url)

    def init_handlers(app):
        missing = (url_path_join(app.server_url, r"/.*"), NotFound, {"voila_configuration": app.voila_configuration})
        return [*stock_handlers(app), missing]

    TornadoVoilaTreeHandler.render_template = render_home
    NotebookRenderer.initialize = initialize
    Voila.init_handlers = init_handlers
