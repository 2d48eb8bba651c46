"""The modules and stylesheets of widgets' views, at addresses that tell their contents: a browser keeps them for ever.

A kernel names each file after its contents, and one model of it holds them all (widgets/_assets.py). What a lesson has
told the server while it ran is put into a table; a request is answered from the table, and never from a path.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from voila.app import Voila
from voila.handler import JupyterHandler

HERE = Path(__file__).parent / "share/voila/templates/tensor-foundations/static/live"
ROUTE = "voila/views"
FOR_EVER = "private, max-age=31536000, immutable"  # private: it takes a login where there is one
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
MAX_FILES = 5_000  # of lessons that are edited while they are served
_NAME = re.compile(r"([\w-]+/[\w.-]+(\.js|\.css))@([0-9a-f]{12})")
_IMPORTED = re.compile(r'"#([^"#]+)#"')
_BESIDE = re.compile(r"""\bfrom "\./([\w-]+\.js)";""")


class ViewFiles:
    """Address -> contents. Addresses begin below `ROUTE`: `5f1d2c9a0b1c/shared/dom.js` is the file of that hash."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._modules: dict[str, list[str]] = {}  # a module's address -> those of all that it imports, and its own

    def get(self, address: str) -> bytes | None:
        """What is sent, if there is such a file."""
        return self._contents.get(address)

    def add(self, name: str, files: dict[str, str]) -> str:
        """Put a file of a kernel's bundle, and what it imports, into the table; returns its address.

        Raises: ValueError if its name is not that of its contents, or if the table is full.
        """
        address = self.address_of(name)
        if address in self._contents:
            return address
        text = files.get(name, "")
        if hashlib.sha256(text.encode()).hexdigest()[:12] != address.partition("/")[0]:
            raise ValueError(f"{name} is not what its name says")
        inner = {imported: self.add(imported, files) for imported in _IMPORTED.findall(text)}
        if len(self._contents) >= MAX_FILES:
            raise ValueError("there are too many views")
        folder = posixpath.dirname(address)
        linked = _IMPORTED.sub(lambda found: f'"{posixpath.relpath(inner[found[1]], folder)}"', text)
        self._contents[address] = linked.encode()
        modules = [each for imported in inner.values() for each in self._modules[imported]]
        self._modules[address] = list(dict.fromkeys([*modules, address]))
        return address

    @staticmethod
    def address_of(name: str) -> str:
        """Where a file of a bundle lies. Raises: ValueError for what is no name of one."""
        match = _NAME.fullmatch(name)
        if not match:
            raise ValueError(f"{name[:80]!r} does not name a file of a view")
        return f"{match[3]}/{match[1]}"

    def modules_of(self, address: str) -> list[str]:
        """The addresses of a module and of all that it imports, what is imported first."""
        return self._modules[address]

    def add_folder(self, folder: Path) -> str:
        """Put the modules of a folder, which import one another, into the table; returns the folder's address."""
        files = sorted(folder.glob("*.js"))
        whole = hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()[:12]
        where = f"{whole}/{folder.name}"
        for file in files:
            self._contents[f"{where}/{file.name}"] = file.read_bytes()
        for file in files:
            beside = [f"{where}/{name}" for name in _BESIDE.findall(file.read_text("utf-8"))]
            self._modules[f"{where}/{file.name}"] = [*beside, f"{where}/{file.name}"]
        return where


@cache
def shared() -> ViewFiles:
    """The server's one table."""
    return ViewFiles()


@cache
def page_modules() -> list[str]:
    """The addresses of the modules by which a page draws its widgets; the last is the one that it runs."""
    folder = shared().add_folder(HERE)
    everything = shared().modules_of(f"{folder}/live.js")
    return everything


class ViewHandler(JupyterHandler):
    """`/voila/views/<hash>/<name>`."""

    @authenticated
    def get(self, address: str) -> None:
        """The file."""
        contents = shared().get(address)
        if contents is None:
            raise HTTPError(404)
        self.set_header("Content-Type", TYPES[posixpath.splitext(address)[1]])
        self.set_header("Cache-Control", FOR_EVER)
        self.finish(contents)


def route(base_url: str) -> tuple[str, type]:
    """For a server's list of routes."""
    return url_path_join(base_url, ROUTE, "(.+)"), ViewHandler


@cache
def serve_from(server: Any) -> None:
    """Adds the route to a Jupyter server, which has no other place for it; our own app has it in its list."""
    if not isinstance(server, Voila):
        server.web_app.add_handlers(".*$", [route(server.base_url)])
