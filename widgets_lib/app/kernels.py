"""Kernels within a limit: one visitor too many gets "the class is full", not a machine out of memory."""

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Integer


class LessonKernelManager(AsyncMappingKernelManager):
    """Starts at most `max_kernels` kernels; the next request is answered 503."""

    max_kernels = Integer(20, min=1, config=True, help="Most kernels (open lessons) at a time.")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._starting = 0

    async def _async_start_kernel(self, **kwargs):
        if len(self) + self._starting >= self.max_kernels:
            raise HTTPError(503, "%d of %d kernels are in use", len(self), self.max_kernels)
        self._starting += 1
        try:
            return await super()._async_start_kernel(**kwargs)
        finally:
            self._starting -= 1

    start_kernel = _async_start_kernel
