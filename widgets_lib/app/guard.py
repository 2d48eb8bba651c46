"""What the server answers to whom: only the routes a page needs, and security headers on every reply."""

import re
from functools import partial

from jupyter_server.auth.logout import LogoutHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.web import HTTPError, OutputTransform
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.static_file_handler import TemplateStaticFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from widgets_lib.app.callbacks import LessonConnection
from widgets_lib.app.visitor import recognise


class AliveHandler(KernelHandler):
    """`/api/kernels/<id>`: a page asks whether its kernel is still there. Stopping it has a route of its own."""

    SUPPORTED_METHODS = ("GET",)


class AssetHandler(TemplateStaticFileHandler):
    """`/voila/templates/<name>/static/<path>`. The stock handler stumbles over any other address: 500, not 404."""

    def parse_url_path(self, path):
        """The path as it is, where it names a visible file."""
        if not re.fullmatch(r"[\w-]+/static(?:/[\w-][\w.-]*)+", path):
            raise HTTPError(404)
        return super().parse_url_path(path)


class SecurityHeaders(OutputTransform):
    """Adds the headers of `Voila.tornado_settings`: stock Voila leaves them out with files and plain errors."""

    def __init__(self, headers, request):
        self.headers = headers

    def transform_first_chunk(self, status_code, headers, chunk, finishing):
        """Called once for each reply, before its first byte is sent."""
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        return status_code, headers, chunk


class LessonHandler(TornadoVoilaHandler):
    """A lesson's page, for a visitor who may have others open."""

    async def prepare(self):
        """Called before each request."""
        recognise(self)
        await super().prepare()


class HomeHandler(TornadoVoilaTreeHandler):
    """The course home, and no other: `?classic-tree=false` would ask for Voila's own list of files."""

    def initialize(self, **kwargs):
        """Forgets that wish."""
        super().initialize(**kwargs)
        self.request.arguments.pop("classic-tree", None)

    async def prepare(self):
        """Called before each request. A visitor who opens several lessons from here at once is one visitor already."""
        recognise(self)
        await super().prepare()


UNUSED = (
    VoilaContentsHandler,  # lists the files, for Voila's own home page
    RequestInfoSocketHandler,  # tells anyone about a visitor's request; a preheated lesson would wait for it in vain
    LogoutHandler,  # answers 500
)
OURS = {
    KernelHandler: AliveHandler,
    TemplateStaticFileHandler: AssetHandler,
    TornadoVoilaHandler: LessonHandler,
    TornadoVoilaTreeHandler: HomeHandler,
}


def needed(routes):
    """Voila's routes as far as pages need them, with the handlers above."""
    for pattern, handler, *arguments in routes:
        if handler not in UNUSED:
            yield (pattern, OURS.get(handler, handler), *arguments)


def install():
    """Puts the routes, the headers and the websocket's filter in place when Voila sets up its server."""
    stock_handlers = Voila.init_handlers

    def init_handlers(app):
        headers = {"X-Content-Type-Options": "nosniff", **app.tornado_settings.get("headers", {})}
        app.app.add_transform(partial(SecurityHeaders, headers))
        if not app.voila_configuration.show_tracebacks:
            app.app.settings["kernel_websocket_connection_class"] = LessonConnection
        return list(needed(stock_handlers(app)))

    Voila.init_handlers = init_handlers
