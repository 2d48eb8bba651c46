"""Lessons that have been run before anybody asks, so that a page opens at once. One is prepared after the other.

Voila has such a pool (`VoilaConfiguration.preheat_kernel`), and this is that pool with its faults mended. Stock Voila
starts all of its kernels at once and never tries again what failed: a preheat that found the class full stays in the
pool as a failed task, and the visitor who draws it gets an error. It knows only the notebooks that were there when
the server started, as they were then, and hands a kernel on although it died or its lesson has changed.

Delete this module when `tests/app/test_pool.py` says that the stock pool survives a failed preheat.
"""

import asyncio
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from math import inf
from pathlib import Path
from time import monotonic

import voila.app
from tornado.ioloop import IOLoop
from voila.utils import ENV_VARIABLE

from widgets_lib.app.cells import LessonRenderer

LOOK_AGAIN_S = 0.5  # for lessons that were added, changed or removed
RETRY_S = 300  # a lesson that failed is left alone for so long, or until its file changes
STUMBLED_S = 10  # the pause after an error that is no lesson's fault

stock_factory = voila.app.voila_kernel_manager_factory


@dataclass
class Preheated:
    """A lesson that has been run, or is being run, for a visitor to come."""

    lesson: str
    stamp: tuple
    renderer: LessonRenderer
    task: asyncio.Task | None = None  # the rendering, once its kernel is there

    @property
    def ready(self):
        """Whether it has been run to its end."""
        return self.task is not None and self.task.done()

    @property
    def failed(self):
        """Whether a visitor had better get a fresh one."""
        return self.renderer.failed or (self.ready and (self.task.cancelled() or self.task.exception() is not None))


class Preheating:
    """Goes on top of Voila's preheating kernel manager; what that one would do is replaced."""

    def __init__(self, **kwargs):
        self._gave_up = {}  # lesson -> (stamp, when)
        self._last_visit = -inf
        self._wake = asyncio.Event()
        self._stoker = None
        super().__init__(**kwargs)
        IOLoop.current().add_callback(self._start)

    def _start(self):
        self._stoker = asyncio.ensure_future(self._keep_filled())

    def fill_if_needed(self, **kwargs):
        """Voila calls this for each notebook when the server starts; here that is the stoker's work."""

    # --- what Voila's handler asks for

    def get_pool_size(self, notebook_name):
        """How many kernels a visitor of this lesson could have at once."""
        return sum(1 for _ in self._fit_for(notebook_name))

    async def get_rendered_notebook(self, notebook_name, extra_kernel_env_variables=None, **kwargs):
        """(task, snippets so far, kernel id) of a lesson from the pool, which may still be running its cells."""
        kernel_id = next(self._fit_for(notebook_name))
        self.admit(kernel_id, preparing=not self.waiting[kernel_id].ready)
        preheated = self.waiting.pop(kernel_id)
        preheated.renderer.stop_generator = True
        self.get_kernel(kernel_id).last_activity = datetime.now(timezone.utc)  # the time it waited is not the visitor's
        self._last_visit = monotonic()
        self._wake.set()
        return preheated.task, preheated.renderer.rendered_cache, kernel_id

    def _fit_for(self, lesson):
        for kernel_id, preheated in self.waiting.items():
            if preheated.lesson == lesson and preheated.task and self._is_fit(kernel_id, preheated):
                yield kernel_id

    def _is_fit(self, kernel_id, preheated):
        if preheated.failed or preheated.stamp != self._stamp(preheated.lesson):
            return False
        return preheated.task is None or (kernel_id in self and self._lives(kernel_id))

    def _lives(self, kernel_id):
        process = self.get_kernel(kernel_id).provisioner.process
        return process is not None and process.poll() is None

    # --- the stoker

    async def _keep_filled(self):
        """Prepares one lesson after the other, whenever there is a place and no visitor waits for a page."""
        while True:
            self._wake.clear()
            try:
                pause_s = await self._fill()
            except Exception:  # such as a setting of a wrong type, or a disk that is away for a moment
                self.log.exception("No lesson can be run ahead of its visitors; trying again in %d s", STUMBLED_S)
                pause_s = STUMBLED_S
            if pause_s:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause_s)

    async def _fill(self):
        """Throws out what is not fit and prepares one lesson, if it is time. Returns how many seconds to wait then."""
        for kernel_id, preheated in list(self.waiting.items()):
            if not self._is_fit(kernel_id, preheated):
                self._discard(kernel_id)
        lesson = self._lacking()
        if not lesson or not self._nobody_waits():
            return LOOK_AGAIN_S
        pause_s = self._last_visit + self.fill_delay - monotonic()
        if pause_s <= 0:
            await self._preheat(lesson)
        return max(0, pause_s)

    def _nobody_waits(self):
        return not any(visit.preparing for visit in self.visits.values())

    def _lacking(self):
        """The lesson whose pool is emptiest, or None if all are full or no place is free."""
        if len(self.visits) + len(self.waiting) >= self.max_kernels:
            return None
        there = Counter(preheated.lesson for preheated in self.waiting.values())
        lacking = [name for name in self._lessons() if there[name] < self._setting(name, "pool_size", 1)]
        return min((name for name in lacking if not self._left_alone(name)), key=there.__getitem__, default=None)

    def _lessons(self):
        if self.notebook_path:
            return [self.notebook_path]
        files = [path for path in sorted(Path(self.root_dir).glob("[!.]*.ipynb")) if self._notebook_filter(path)]
        return [path.name for path in files]

    def _setting(self, lesson, name, otherwise):
        """From `VoilaKernelManager.kernel_pools_config`, as Voila reads it."""
        common = self.kernel_pools_config.get("default", {})
        return self.kernel_pools_config.get(lesson, common).get(name, common.get(name, otherwise))

    def _left_alone(self, lesson):
        stamp, when = self._gave_up.get(lesson, (None, -inf))
        return stamp == self._stamp(lesson) and monotonic() - when < RETRY_S

    def _stamp(self, lesson):
        """Changes with the file; None if it is gone."""
        try:
            status = os.stat(Path(self.root_dir, lesson))
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    async def _preheat(self, lesson):
        kernel_id, stamp, renderer = self.new_kernel_id(), self._stamp(lesson), None
        try:
            renderer = self._notebook_renderer_factory(lesson)
            preheated = self.waiting[kernel_id] = Preheated(lesson, stamp, renderer)
            await renderer.initialize()
            self.notebook_data[lesson] = {
                "template": renderer.template_name,
                "theme": renderer.theme,
                "kernel_ids": set(),  # stock code looks into it
            }
            await self.launch(
                kernel_id=kernel_id,
                kernel_name=renderer.notebook.metadata.kernelspec.name,
                path=os.path.dirname(lesson),
                env=self._environment(lesson),
            )
            if renderer.evicted:  # meanwhile
                self.end(kernel_id)
                return
            rendering = renderer.generate_content_hybrid(kernel_id, self.get_kernel(kernel_id))
            preheated.task = asyncio.ensure_future(rendering)
            await asyncio.wait({preheated.task})
            if renderer.evicted or preheated.task.cancelled():
                return
            if preheated.failed and not renderer.stop_generator:  # else a visitor has it
                raise RuntimeError(preheated.task.exception() or "a cell failed")
        except Exception as error:
            if renderer and renderer.evicted:
                return
            self.log.error("%s could not be run ahead of its visitors: %s", lesson, error)
            self._gave_up[lesson] = stamp, monotonic()
            self._discard(kernel_id)
        else:
            self._gave_up.pop(lesson, None)

    def _environment(self, lesson):
        """That of the server, and what Voila tells a kernel of it. The request is not known yet."""
        return {
            **self._setting(lesson, "kernel_env_variables", {}),
            **os.environ,
            ENV_VARIABLE.VOILA_BASE_URL: self.parent.base_url,
            ENV_VARIABLE.VOILA_SERVER_URL: self.parent.server_url,
            ENV_VARIABLE.VOILA_APP_PORT: str(self.parent.port),
            ENV_VARIABLE.VOILA_PREHEAT: "True",
        }

    # --- giving way

    def make_room(self):
        """The youngest gives its place to the visitor."""
        while self.waiting and len(self.visits) + len(self.waiting) > self.max_kernels:
            kernel_id, youngest = next(reversed(self.waiting.items()))
            youngest.renderer.evicted = True
            self._discard(kernel_id)

    def _discard(self, kernel_id):
        preheated = self.waiting.pop(kernel_id, None)
        if preheated and preheated.task:
            preheated.task.cancel()
        self.end(kernel_id)

    def page_is_ready(self, kernel_id):
        """A visitor has his page: now the stoker may go on."""
        super().page_is_ready(kernel_id)
        self._wake.set()

    def remove_kernel(self, kernel_id):
        """A place is free."""
        self.waiting.pop(kernel_id, None)
        self._wake.set()
        return super().remove_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id):
        """A kernel that waits for a visitor is idle by nature."""
        if kernel_id not in self.waiting:
            await super().cull_kernel_if_idle(kernel_id)

    async def shutdown_all(self, *args, **kwargs):
        """The server ends."""
        if self._stoker:
            self._stoker.cancel()
        for preheated in self.waiting.values():
            if preheated.task:
                preheated.task.cancel()
        await super().shutdown_all(*args, **kwargs)


def kernel_manager(base, preheat_kernel, default_pool_size, page_config_hook=None):
    """Voila's `voila_kernel_manager_factory`, with the mended pool."""
    stock = stock_factory(base, preheat_kernel, default_pool_size, page_config_hook)
    return type("PreheatingKernelManager", (Preheating, stock), {}) if preheat_kernel else stock


def install():
    """Makes Voila preheat with the mended pool."""
    voila.app.voila_kernel_manager_factory = kernel_manager
