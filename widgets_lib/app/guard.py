"""What the server answers to whom: only the routes a page needs, and security headers on every reply."""

import re
from functools import partial

from jupyter_server import DEFAULT_STATIC_FILES_PATH
from jupyter_server.auth.logout import LogoutHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.web import HTTPError, OutputTransform
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.static_file_handler import TemplateStaticFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from widgets_lib.app.callbacks import LessonConnection
from widgets_lib.app.sockets import BODY_BYTES, IDLE_S, LessonSocket, raise_file_limit
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
        """Called before each request. A lesson costs a kernel: it is for who opens it, not fetched ahead or embedded."""
        recognise(self)
        await super().prepare()  # first: an error page asks who is there
        asked = self.request.headers
        if asked.get("Sec-Purpose") or asked.get("Sec-Fetch-Mode", "navigate") != "navigate":
            raise HTTPError(403, "a lesson is opened, not fetched")
        if not self.request.path.isprintable() or re.search("%[01]", self.request.path):
            raise HTTPError(404)

    def on_connection_close(self):
        """The visitor left before his page was complete, and perhaps before it could know which kernel to give back."""
        super().on_connection_close()
        self.kernel_manager.abandon(self)


class HomeHandler(TornadoVoilaTreeHandler):
    """The course home, and no other: `?classic-tree=false` would ask for Voila's own list of files."""

    def initialize(self, **kwargs):
        """Forgets that wish."""
        super().initialize(**kwargs)
        self.request.arguments.pop("classic-tree", None)

    def head(self, path=""):
        """For a monitor that only wants to know whether the page is there."""
        return self.get(path)

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
    VoilaKernelWebsocketHandler: LessonSocket,
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
        app.app.settings.setdefault("static_path", DEFAULT_STATIC_FILES_PATH)  # Jupyter's own error page asks for it
        app.app.listen = partial(app.app.listen, max_body_size=BODY_BYTES, idle_connection_timeout=IDLE_S)
        raise_file_limit()
        return list(needed(stock_handlers(app)))

    Voila.init_handlers = init_handlers
