"""Each lesson is run once, in a kernel that then freezes; visitors get forks of it, with the page that was made then.

A lesson that can't be frozen (its threads do not end, its page names its kernel) is preheated for one visitor at a time,
as where nothing forks.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from voila.utils import ENV_VARIABLE

from widgets_lib.app.forks.client import CannotFork, Ended, ForkServer
from widgets_lib.app.forks.templates import NotOnePlace, Page, Template
from widgets_lib.app.preheating import Preheated, PreheatedPool


class TemplatePool(PreheatedPool):
    """Keeps a template of each lesson."""

    def __init__(self, manager: Any) -> None:
        super().__init__(manager)
        self.templates: dict[str, Template] = manager.slots.templates
        self._not_frozen: dict[str, tuple | None] = {}  # lesson -> stamp of what could not be frozen
        self._ended: dict[str, tuple | None] = {}  # lesson -> stamp of what ended while it froze, once

    def stop(self) -> None:
        """Called when the server ends."""
        super().stop()
        for lesson in list(self.templates):
            self._retire(lesson)

    # --- what visitors get

    def available(self, lesson: str) -> int:
        """How many kernels a visitor of this lesson could have at once."""
        return 1 if self._template(lesson) else super().available(lesson)

    async def serve(self, lesson: str, env: dict[str, str]) -> tuple[asyncio.Future, list[str], str]:
        """(task, snippets so far, kernel id) of a fork of the lesson. Raises: as `KernelSlots.acquire_slot`."""
        template = self._template(lesson)
        if not template:
            return await super().serve(lesson, env)
        kernel_id = self.manager.new_kernel_id()
        await self.manager.start_kernel(
            kernel_id=kernel_id,
            kernel_name=template.kernel_name,
            path=self._folder(lesson),
            env={**self._environment(lesson), **env, ENV_VARIABLE.VOILA_KERNEL_ID: kernel_id},
            fork_of=template.source,
        )
        self._last_visit = monotonic()
        kernel = self.manager.get_kernel(kernel_id)
        if kernel.provisioner.source is not template.source:  # it has just died: run the lesson for this visitor
            renderer = self.manager._notebook_renderer_factory(lesson)
            await renderer.initialize()
            renderer.stop_generator = True
            rendering = asyncio.ensure_future(renderer.generate_content_hybrid(kernel_id, kernel))
            return rendering, renderer.rendered_cache, kernel_id
        kernel.lesson = lesson  # the log names it later
        self.manager.page_is_ready(kernel_id)
        page = asyncio.get_running_loop().create_future()
        page.set_result(([template.page.naming(kernel_id)], _nothing_more()))
        return page, [], kernel_id

    def _template(self, lesson: str) -> Template | None:
        template = self.templates.get(lesson)
        if template and not template.source.dead and template.stamp == self._stamp(lesson):
            return template
        return None

    # --- the refill task

    async def _fill(self) -> float:
        for lesson in list(self.templates):
            if not self._template(lesson):
                self._retire(lesson)
        server = self.manager.fork_server()
        if not server.settled.is_set():
            return 0.1
        if server.ready:
            self._discard_ordinary()
        return await super()._fill()

    def _discard_ordinary(self) -> None:
        """Lessons that were run while nothing forked are run once more, to be frozen."""
        for kernel_id, preheated in list(self.slots.preheated.items()):
            if preheated.ready and not self._is_fork(kernel_id) and not self._is_given_up(preheated.lesson):
                self._discard(kernel_id)

    def _is_fork(self, kernel_id: str) -> bool:
        return isinstance(self.manager.get_kernel(kernel_id).provisioner.source, ForkServer)

    def _is_given_up(self, lesson: str) -> bool:
        return self._not_frozen.get(lesson) == self._stamp(lesson)

    def _is_lacking(self, lesson: str, count: int) -> bool:
        return not self._template(lesson) and super()._is_lacking(lesson, count)

    async def _preheat(self, lesson: str) -> None:
        await super()._preheat(lesson)
        if self._is_given_up(lesson):
            return
        for kernel_id, preheated in list(self.slots.preheated.items()):
            if preheated.lesson == lesson and preheated.ready and not preheated.failed:
                await self._freeze(kernel_id, preheated)

    async def _freeze(self, kernel_id: str, preheated: Preheated) -> None:
        """Makes a template of a lesson that was run."""
        lesson, kernel = preheated.lesson, self.manager.get_kernel(kernel_id)
        if not self._is_fork(kernel_id) and not self.manager.fork_server().ready:
            return  # later
        try:
            rendered, _ = preheated.task.result()
            page = Page.of("".join(rendered), kernel_id)
            if not self._is_fork(kernel_id):
                raise CannotFork("its kernel is no fork itself")
        except (NotOnePlace, CannotFork) as reason:  # it waits for a visitor
            self._say_why_not(lesson, preheated.stamp, reason)
            return
        del self.slots.preheated[kernel_id]  # no visitor may take it now
        self.manager.stop_watching_activity(kernel_id)  # its ports will be another's
        source = None
        try:
            source = await asyncio.to_thread(kernel.provisioner.freeze)
        except CannotFork as reason:
            self._say_why_not(lesson, preheated.stamp, reason)
        await self.manager.stop(kernel_id)  # what is left of it: its ports, its connection file
        if source:  # not before: the kernel's limits hold for all that it has started
            self._ended.pop(lesson, None)
            self.templates[lesson] = Template(lesson, preheated.stamp, kernel.kernel_name, page, source)
            self.log.info("%s has been run; visitors get forks of it", lesson)

    def _say_why_not(self, lesson: str, stamp: tuple | None, reason: Exception) -> None:
        """Gives a lesson up, unless its process has ended: that may have been chance, once."""
        if isinstance(reason, Ended) and self._ended.get(lesson) != stamp:
            self._ended[lesson] = stamp
            self.log.warning("%s is run once more, for its process ended while it froze: %s", lesson, reason)
            return
        self._not_frozen[lesson] = stamp
        self.log.warning("%s is run anew for each visitor, for it cannot be frozen: %s", lesson, reason)

    def _retire(self, lesson: str) -> None:
        """Ends a template; the visitors that it has stay."""
        self.templates.pop(lesson).source.close()


async def _nothing_more():
    """A page's rest, where the page is complete."""
    for nothing in ():
        yield nothing
