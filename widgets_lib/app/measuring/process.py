"""The server's measuring process: the same program that a ladder outside the server has for itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil  # comes with ipykernel

from widgets_lib.app.measuring.protocol import Message, failure, line_of

try:
    from resource import RLIMIT_DATA, prlimit
except ImportError:  # only Linux has prlimit
    prlimit = None

PROGRAM = "widgets_lib.compute.matmul.worker_process"  # documents jobs and messages
PACKAGE_FOLDER = str(Path(__file__).parents[3])
LOADING_LIMIT_S = 60.0  # of work, until its first word on a job: it may have to load torch
SILENCE_LIMIT_S = 30.0  # of work after that, without a word
STANDS_STILL = 0.001  # of the limit: who worked for less of it does nothing any more
IDLE_S = 120.0  # it keeps torch in memory; after so long without a job it is ended
MAX_LINE_BYTES = 2**20
STOPPED = "it was stopped, because nothing was heard of it for {:.0f} seconds: try fewer rows"


class MeasuringProcess:
    """Does one job at a time; is started by the first, and again after whatever has ended it."""

    def __init__(self, env: dict[str, str], memory_limit_mb: int = 0) -> None:
        path = os.pathsep.join(filter(None, [PACKAGE_FOLDER, env.get("PYTHONPATH")]))
        self._env, self._memory_limit_mb = {**env, "PYTHONPATH": path}, memory_limit_mb
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Future | None = None  # since it was idle

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return self._process.pid if self._process else None

    async def measure(self, job: Message, tell: Callable[[Message], object]) -> None:
        """Do a job and `tell` each message about it, the last one when nothing goes on any more.

        If it is cancelled, the process is ended: nothing else stops what it does.
        """
        await self._stay()
        try:
            message = await self._last_message(job, tell)
        except BaseException:
            await self.end()
            raise
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._end_idle)
        tell(message)

    async def _last_message(self, job: Message, tell: Callable[[Message], object]) -> Message:
        was_there, heard, limit_s = self._process is not None, False, LOADING_LIMIT_S
        process = self._process = self._process or await self._start()
        with suppress(OSError):
            process.stdin.write(line_of(job))
        try:
            while line := await _next_line(process, limit_s):
                message = json.loads(line)
                if message["event"] != "progress":
                    return message
                tell(message)
                heard, limit_s = True, SILENCE_LIMIT_S
        except asyncio.TimeoutError:
            await self.end()
            return failure(STOPPED.format(limit_s))
        await process.wait()
        await self.end()
        if was_there and not heard:  # it had been ended from outside before it got the job
            return await self._last_message(job, tell)
        return failure(_exit_reason(process.returncode))

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._env,
            limit=MAX_LINE_BYTES,
            start_new_session=True,
        )
        if prlimit and self._memory_limit_mb:
            size = self._memory_limit_mb * 2**20
            with suppress(OSError):  # it has ended at once
                prlimit(process.pid, RLIMIT_DATA, (size, size))
        return process

    def _end_idle(self) -> None:
        self._ending = asyncio.ensure_future(self.end())

    async def _stay(self) -> None:
        """It is not idle any more."""
        if self._idle:
            self._idle.cancel()
        if self._ending:
            await self._ending
        self._idle = self._ending = None

    async def end(self) -> None:
        """End the process; the next job starts another."""
        process, self._process = self._process, None
        if process:
            _kill(process)
            await process.communicate()  # waits for its end and that of its pipes

    def kill(self) -> None:
        """End the process without a wait."""
        if self._process:
            _kill(self._process)

    async def close(self) -> None:
        """End the process for good."""
        await self._stay()
        await self.end()


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


async def _next_line(process: asyncio.subprocess.Process, limit_s: float) -> bytes:
    """The next line that it says. Raises: asyncio.TimeoutError once it has worked for so long, or stood still for so long.

    By the clock on the wall alone it would be stopped on a busy machine, where it works for a part of the time.
    """
    began_s = seen_s = _worked_s(process.pid)
    while True:
        try:
            return await asyncio.wait_for(process.stdout.readline(), limit_s)
        except asyncio.TimeoutError:
            worked_s = _worked_s(process.pid)
            if worked_s - began_s >= limit_s or worked_s - seen_s < STANDS_STILL * limit_s:
                raise
            seen_s = worked_s


def _worked_s(pid: int) -> float:
    """Seconds that a process has had of the processors; 0 if it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _exit_reason(returncode: int) -> str:
    """Why a process that had a job has ended, in words."""
    if returncode == -signal.SIGKILL:
        return "the measuring process was killed from outside; most often the memory ran out"
    if returncode < 0:
        return f"the rung crashed the measuring process ({signal.strsignal(-returncode)})"
    return f"the measuring process ended before the job did (exit status {returncode})"
