"""What the server answers: only the routes that a page needs, with security headers on every reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from jupyter_server import DEFAULT_STATIC_FILES_PATH
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.logout import LogoutHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, OutputTransform, authenticated
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.request_info_handler import RequestInfoSocketHandler
from voila.static_file_handler import TemplateStaticFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from widgets_lib.app import views
from widgets_lib.app.error_filter import LessonConnection
from widgets_lib.app.health import RETRY_AFTER_S, HealthHandler
from widgets_lib.app.templates import tokens
from widgets_lib.app.websockets import IDLE_TIMEOUT_S, MAX_BODY_BYTES, LessonSocket, raise_file_limit

stock_init_handlers = Voila.init_handlers


class LessonAuthorizer(Authorizer):
    """Visitors may read, and send widget messages to a kernel; they may not stop or restart one. See `voila.json`.

    A page stops its kernel with a beacon to a route of its own, `/voila/api/shutdown`.
    """

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Called for each request to jupyter_server's handlers."""
        return action in ("read", "execute")


class AssetHandler(TemplateStaticFileHandler):
    """`/voila/templates/<name>/static/<path>`. The stock handler answers 500 to any other address, not 404."""

    def parse_url_path(self, path):
        """The path as it is, if it names a visible file."""
        if not re.fullmatch(r"[\w-]+/static(?:/[\w-][\w.-]*)+", path):
            raise HTTPError(404)
        return super().parse_url_path(path)


class SecurityHeaders(OutputTransform):
    """Adds the headers of `Voila.tornado_settings`: stock Voila omits them from files and plain errors."""

    def __init__(self, headers, request):
        self.headers = headers

    def transform_first_chunk(self, status_code, headers, chunk, finishing):
        """Called once for each reply, before its first byte is sent."""
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        return status_code, headers, chunk


class LessonHandler(TornadoVoilaHandler):
    """A lesson's page."""

    async def prepare(self):
        """Called before each request. A lesson takes a kernel: it must be opened, not prefetched or embedded."""
        await super().prepare()  # first: an error page needs to know the user
        headers = self.request.headers
        if headers.get("Sec-Purpose") or headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            raise HTTPError(403, "a lesson is opened, not fetched")
        if not self.request.path.isprintable() or re.search("%[01]", self.request.path):
            raise HTTPError(404)

    def on_connection_close(self):
        """The client has disconnected before the page was complete, perhaps before it could know its kernel's id."""
        super().on_connection_close()
        self.kernel_manager.release_on_disconnect(self)

    def write_error(self, status_code, **kwargs):
        """When all kernels are in use, tells the client when to come back."""
        if status_code == 503:
            self.set_header("Retry-After", RETRY_AFTER_S)
        super().write_error(status_code, **kwargs)


class HomeHandler(TornadoVoilaTreeHandler):
    """The course home. `?classic-tree=false` would ask for Voila's own list of files."""

    def initialize(self, **kwargs):
        """Ignores that argument."""
        super().initialize(**kwargs)
        self.request.arguments.pop("classic-tree", None)

    def head(self, path=""):
        """For monitors."""
        return self.get(path)


class NotFound(BaseVoilaHandler):
    """Any address without a route gets the same page as a lesson that does not exist."""

    @authenticated
    def get(self):
        raise HTTPError(404)


CLOSED = (
    VoilaContentsHandler,  # lists the files, for Voila's own home page
    RequestInfoSocketHandler,  # tells anyone about a visitor's request; a preheated lesson would wait for it in vain
    LogoutHandler,  # answers 500
)
REPLACED = {
    TemplateStaticFileHandler: AssetHandler,
    TornadoVoilaHandler: LessonHandler,
    TornadoVoilaTreeHandler: HomeHandler,
    VoilaKernelWebsocketHandler: LessonSocket,
}


def routes(app: Voila) -> Iterator[tuple]:
    """Voila's routes as far as pages need them, with the handlers above, and our own."""
    yield url_path_join(app.server_url, "/health"), HealthHandler
    yield views.route(app.server_url)
    for pattern, handler, *arguments in stock_init_handlers(app):
        if handler not in CLOSED:
            yield (pattern, REPLACED.get(handler, handler), *arguments)
    yield url_path_join(app.server_url, r"/.*"), NotFound, {"voila_configuration": app.voila_configuration}


def init_handlers(self):
    """Takes the place of `Voila.init_handlers`: returns the routes and sets up the tornado application."""
    web_app = self.app
    headers = {"X-Content-Type-Options": "nosniff", **self.tornado_settings.get("headers", {})}
    web_app.add_transform(partial(SecurityHeaders, headers))
    web_app.settings["voila_jinja2_env"].globals["tokens"] = tokens()  # for the pages that say what went wrong
    web_app.settings.setdefault("static_path", DEFAULT_STATIC_FILES_PATH)  # Jupyter's own error page asks for it
    # xheaders: behind a proxy that says so, the visitor's cookie is for HTTPS only
    limits = {"max_body_size": MAX_BODY_BYTES, "idle_connection_timeout": IDLE_TIMEOUT_S}
    web_app.listen = partial(web_app.listen, xheaders=True, **limits)
    raise_file_limit()
    for trait, expected in {
        "authorizer_class": LessonAuthorizer,
        "kernel_websocket_connection_class": LessonConnection,
    }.items():
        if not issubclass(getattr(self, trait), expected):
            self.log.warning("Voila.%s is not set to %s.%s", trait, expected.__module__, expected.__name__)
    return list(routes(self))
