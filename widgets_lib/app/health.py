"""`/health`: the load of the server, for a load balancer."""

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler

from widgets_lib.app.course import course

RETRY_AFTER_S = 60  # when all kernels are in use


class HealthHandler(JupyterHandler):
    """The load as JSON. It is answered without a token and contains only numbers."""

    @allow_unauthenticated
    def get(self):
        """{"lessons": in the served folder, "kernels": of open lessons, "waiting": run ahead, "max_kernels": cap};
        in MB "memory_mb": what kernels may hold, "used_mb": what they hold, "per_visitor_mb": what one more will need.
        """
        slots, load = self.kernel_manager.slots, self.kernel_manager.memory.load
        self.finish(
            {
                "lessons": sum(lesson.path is not None for lesson in course(self.contents_manager.root_dir)),
                "kernels": len(slots.visits),
                "waiting": slots.ready_count(),
                "max_kernels": slots.max_kernels,
                "memory_mb": load.memory_mb,
                "used_mb": load.used_mb,
                "per_visitor_mb": load.per_visitor_mb,
            }
        )

    head = get  # some balancers ask for no more
