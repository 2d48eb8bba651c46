"""What the server says of its load: `/health`, and "come back in a minute" when the class is full."""

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from widgets_lib.app.home import course

RETRY_AFTER_S = 60


class HealthHandler(JupyterHandler):
    """`/health`: what a load balancer wants to know, as JSON. It answers without a token, and says only numbers."""

    @allow_unauthenticated
    def get(self):
        """{"lessons": in the served folder, "kernels": of open lessons, "waiting": for a visitor, "max_kernels": cap}."""
        manager = self.kernel_manager
        self.finish(
            {
                "lessons": sum(lesson.path is not None for lesson in course(self.contents_manager.root_dir)),
                "kernels": len(manager.visits),
                "waiting": sum(preheated.ready for preheated in manager.waiting.values()),
                "max_kernels": manager.max_kernels,
            }
        )

    head = get  # some balancers ask no more than that


def write_error(self, status_code, **kwargs):
    """A visitor who finds the class full, and any program that waits for a place, is told when to come back."""
    if status_code == 503:
        self.set_header("Retry-After", RETRY_AFTER_S)
    super(TornadoVoilaHandler, self).write_error(status_code, **kwargs)


def install():
    """Adds `/health` to Voila's routes, and Retry-After to its 503."""
    TornadoVoilaHandler.write_error = write_error
    stock_handlers = Voila.init_handlers

    def init_handlers(app):
        return [(url_path_join(app.server_url, "/health"), HealthHandler), *stock_handlers(app)]

    Voila.init_handlers = init_handlers
