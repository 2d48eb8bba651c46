"""Which kernel manager Voila gets: one that prepares lessons, and how."""

from __future__ import annotations

import voila.app
from tornado.ioloop import IOLoop

from widgets_lib.app.forks.pool import TemplatePool
from widgets_lib.app.preheating import PreheatedPool

stock_factory = voila.app.voila_kernel_manager_factory


def kernel_manager_factory(base_class, preheat_kernel, default_pool_size, page_config_hook=None):
    """Voila's `voila_kernel_manager_factory`; a preheating manager gets a pool.

    `base_class` is `LessonKernelManager` or a subclass of it.
    """
    stock = stock_factory(base_class, preheat_kernel, default_pool_size, page_config_hook)
    if not preheat_kernel:
        return stock

    class PreheatingKernelManager(stock):
        """Has the settings of Voila's preheating manager and answers the calls of Voila's handler from the pool."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.pool = TemplatePool(self) if self.forking else PreheatedPool(self)
            IOLoop.current().add_callback(self.pool.start)

        def fill_if_needed(self, **kwargs):
            """Voila calls this for each notebook when the server starts; the pool's refill task does it here."""

        def get_pool_size(self, notebook_name):
            """How many kernels a visitor of this lesson could have at once."""
            return self.pool.available(notebook_name)

        async def get_rendered_notebook(self, notebook_name, extra_kernel_env_variables=None, **kwargs):
            """As `PreheatedPool.take`, or a fork of the lesson."""
            return await self.pool.serve(notebook_name, extra_kernel_env_variables or {})

        async def shutdown_all(self, *args, **kwargs):
            """Called when the server ends."""
            self.pool.stop()
            await super().shutdown_all(*args, **kwargs)

    return PreheatingKernelManager
