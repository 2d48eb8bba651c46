"""Lessons that are run before a visitor asks for them, so that a page opens at once.

Voila has such a pool (`VoilaConfiguration.preheat_kernel`); this one takes its place and mends its faults. The stock
pool starts all of its kernels at once and never retries a preheat that failed: a preheat that found all slots taken
stays in the pool as a failed task, and the visitor who draws it gets an error. It knows only the notebooks that
existed when the server started, as they were then, and hands on a kernel that has died or whose lesson has changed.
Here one lesson is prepared after the other, while no visitor waits for a page.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from voila.utils import ENV_VARIABLE

from widgets_lib.app.rendering import LessonRenderer

POLL_S = 0.5  # for lessons that were added, changed or removed
RETRY_S, MAX_RETRY_S = 10, 300  # until a lesson that failed is tried again: at first, and at most; unless it changes
ERROR_BACKOFF_S = 10  # the pause after an error that no lesson has caused


@dataclass
class Preheated:
    """A lesson that has been run, or is being run, ahead of its visitor."""

    lesson: str
    stamp: tuple | None
    renderer: LessonRenderer
    task: asyncio.Task | None = None  # the rendering, once its kernel has started

    @property
    def ready(self) -> bool:
        """Whether the last cell has been run."""
        return self.task is not None and self.task.done()

    @property
    def failed(self) -> bool:
        """Whether a visitor should rather get a fresh one."""
        return self.renderer.failed or (self.ready and (self.task.cancelled() or self.task.exception() is not None))

    def cancel(self) -> None:
        """Stops the rendering."""
        if self.task:
            self.task.cancel()

    def evict(self) -> None:
        """Stops the rendering because a visitor needs the slot."""
        self.renderer.evicted = True
        self.cancel()


class PreheatedPool:
    """Fills the free slots of a kernel manager with preheated lessons, and hands them to visitors."""

    def __init__(self, manager: Any) -> None:
        self.manager, self.slots, self.log = manager, manager.slots, manager.log
        self.refill_task: asyncio.Task | None = None
        self._failed_lessons: dict[str, tuple] = {}  # lesson -> (stamp, how often in a row, when it failed last)
        self._last_visit = -inf

    def start(self) -> None:
        """Begins to fill the pool; needs a running event loop."""
        self.refill_task = asyncio.ensure_future(self._keep_filled())

    def stop(self) -> None:
        """Called when the server ends."""
        if self.refill_task:
            self.refill_task.cancel()
        for preheated in self.slots.preheated.values():
            preheated.cancel()

    # --- what visitors get

    def usable(self, lesson: str) -> Iterator[str]:
        """The ids of kernels that a visitor of this lesson could have at once."""
        for kernel_id, preheated in self.slots.preheated.items():
            if preheated.lesson == lesson and preheated.task and self._is_usable(kernel_id, preheated):
                yield kernel_id

    def available(self, lesson: str) -> int:
        """How many kernels a visitor of this lesson could have at once."""
        return sum(1 for _ in self.usable(lesson))

    async def serve(self, lesson: str, env: dict[str, str]) -> tuple[asyncio.Future, list[str], str]:
        """As `take`. `env`: what a kernel's environment would be told of the request, if it were started now."""
        return self.take(lesson)

    def take(self, lesson: str) -> tuple[asyncio.Task, list[str], str]:
        """(task, snippets so far, kernel id) of a preheated lesson, which may still be running its cells.

        Raises: StopIteration if `usable` has none; as `KernelSlots.acquire_slot`.
        """
        kernel_id = next(self.usable(lesson))
        self.manager.acquire_slot(kernel_id, preparing=not self.slots.preheated[kernel_id].ready)
        preheated = self.slots.preheated.pop(kernel_id)
        preheated.renderer.stop_generator = True
        self.manager.get_kernel(kernel_id).last_activity = datetime.now(timezone.utc)  # idle time starts with the visit
        self._last_visit = monotonic()
        self.slots.changed.set()
        return preheated.task, preheated.renderer.rendered_cache, kernel_id

    def _is_usable(self, kernel_id: str, preheated: Preheated) -> bool:
        if preheated.failed or preheated.stamp != self._stamp(preheated.lesson):
            return False
        return preheated.task is None or (kernel_id in self.manager and self._is_running(kernel_id))

    def _is_running(self, kernel_id: str) -> bool:
        process = self.manager.get_kernel(kernel_id).provisioner.process
        return process is not None and process.poll() is None

    # --- the refill task

    async def _keep_filled(self) -> None:
        """Prepares one lesson after the other, whenever a slot is free and no visitor waits for a page."""
        while True:
            self.slots.changed.clear()
            try:
                pause_s = await self._fill()
            except Exception:  # such as a setting of a wrong type, or a disk that is not there for a moment
                self.log.exception("Lessons cannot be preheated; trying again in %d s", ERROR_BACKOFF_S)
                pause_s = ERROR_BACKOFF_S
            if pause_s:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self.slots.changed.wait(), pause_s)

    async def _fill(self) -> float:
        """Discards what is not usable and prepares one lesson, if it is time. Returns how many seconds to wait then."""
        for kernel_id, preheated in list(self.slots.preheated.items()):
            if not self._is_usable(kernel_id, preheated):
                self._discard(kernel_id)
        lesson = self._next_to_preheat()
        if not lesson or not self.slots.is_idle():
            return POLL_S
        pause_s = self._last_visit + self.manager.fill_delay - monotonic()
        if pause_s <= 0:
            await self._preheat(lesson)
        return max(0, pause_s)

    def _next_to_preheat(self) -> str | None:
        """The lesson with the fewest preheated kernels, or None if all have theirs or no slot is free."""
        if not self.slots.has_free():
            return None
        there = Counter(preheated.lesson for preheated in self.slots.preheated.values())
        lacking = [name for name in self._lessons() if self._is_lacking(name, there[name])]
        return min((name for name in lacking if not self._in_backoff(name)), key=there.__getitem__, default=None)

    def _is_lacking(self, lesson: str, count: int) -> bool:
        """Whether more should be prepared of a lesson of which there are so many."""
        return count < self._setting(lesson, "pool_size", 1)

    def _lessons(self) -> list[str]:
        manager = self.manager
        if manager.notebook_path:
            return [manager.notebook_path]
        files = sorted(Path(manager.root_dir).glob("[!.]*.ipynb"))
        return [path.name for path in files if manager._notebook_filter(path)]

    def _setting(self, lesson: str, name: str, default: Any) -> Any:
        """From `VoilaKernelManager.kernel_pools_config`, as Voila reads it."""
        config = self.manager.kernel_pools_config
        common = config.get("default", {})
        return config.get(lesson, common).get(name, common.get(name, default))

    def _in_backoff(self, lesson: str) -> bool:
        stamp, count, when = self._failed_lessons.get(lesson, (None, 0, -inf))
        return stamp == self._stamp(lesson) and monotonic() - when < min(RETRY_S * 2 ** (count - 1), MAX_RETRY_S)

    def _note_failure(self, lesson: str, stamp: tuple | None) -> None:
        before, count, _ = self._failed_lessons.get(lesson, (None, 0, -inf))
        self._failed_lessons[lesson] = stamp, count + 1 if before == stamp else 1, monotonic()

    def _stamp(self, lesson: str) -> tuple | None:
        """Changes with the file; None if it is gone."""
        try:
            status = os.stat(Path(self.manager.root_dir, lesson))
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    async def _preheat(self, lesson: str) -> None:
        kernel_id, stamp, renderer = self.manager.new_kernel_id(), self._stamp(lesson), None
        try:
            renderer = self.manager._notebook_renderer_factory(lesson)
            preheated = self.slots.preheated[kernel_id] = Preheated(lesson, stamp, renderer)
            await self._launch(kernel_id, preheated)
            if renderer.evicted:  # meanwhile
                self.manager.end(kernel_id)
                return
            rendering = renderer.generate_content_hybrid(kernel_id, self.manager.get_kernel(kernel_id))
            preheated.task = asyncio.ensure_future(rendering)
            await asyncio.wait({preheated.task})
            if renderer.evicted or preheated.task.cancelled():
                return
            if preheated.failed and not renderer.stop_generator:  # else a visitor has it
                raise RuntimeError(preheated.task.exception() or "a cell failed")
        except Exception as error:
            if renderer and renderer.evicted:
                return
            self.log.error("%s could not be preheated: %s", lesson, error)
            self._note_failure(lesson, stamp)
            self._discard(kernel_id)
        else:
            self._failed_lessons.pop(lesson, None)

    async def _launch(self, kernel_id: str, preheated: Preheated) -> None:
        lesson, renderer = preheated.lesson, preheated.renderer
        await renderer.initialize()
        self.manager.notebook_data[lesson] = {
            "template": renderer.template_name,
            "theme": renderer.theme,
            "kernel_ids": set(),  # stock code looks into it
        }
        await self.manager.launch(
            kernel_id=kernel_id,
            kernel_name=renderer.notebook.metadata.kernelspec.name,
            path=self._folder(lesson),
            env=self._environment(lesson),
        )

    def _folder(self, lesson: str) -> str:
        return os.path.dirname(lesson)

    def _environment(self, lesson: str) -> dict[str, str]:
        """That of the server, and what Voila tells a kernel of it. The request is not known yet."""
        app = self.manager.parent
        return {
            **self._setting(lesson, "kernel_env_variables", {}),
            **os.environ,
            ENV_VARIABLE.VOILA_BASE_URL: app.base_url,
            ENV_VARIABLE.VOILA_SERVER_URL: app.server_url,
            ENV_VARIABLE.VOILA_APP_PORT: str(app.port),
            ENV_VARIABLE.VOILA_PREHEAT: "True",
        }

    def _discard(self, kernel_id: str) -> None:
        preheated = self.slots.preheated.pop(kernel_id, None)
        if preheated:
            preheated.cancel()
        self.manager.end(kernel_id)
