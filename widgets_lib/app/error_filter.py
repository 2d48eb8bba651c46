"""Callbacks that fail: a short message in the page, the whole error in the log.

Stock Voila strips tracebacks and stderr from cells, but not from what a widget's function prints or raises, neither
while the page is prepared (`interact` runs its function once) nor later over the websocket.
`MappingKernelManager.allow_tracebacks` is meant for the latter and is broken: jupyter_server 2 looks for the
replacement text on the wrong object, and the message is lost. So `voila.json` names `LessonConnection`.
"""

import re

from jupyter_core.utils import ensure_async
from nbclient.exceptions import DeadKernelError
from traitlets import Bool
from voila.execute import VoilaExecutor

from widgets_lib.app.page_connection import PageConnection

FAILED = "This did not work with these values. Try others; the rest of the lesson still works."
ANSI_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def redact_error(content):
    """The content of an `error` message without what it says about the server."""
    return {**content, "ename": "", "evalue": FAILED, "traceback": [FAILED]}


def strip_ansi(text):
    """Text without terminal colours, for the log."""
    return ANSI_COLOURS.sub("", text).rstrip()


def format_traceback(content):
    """The content of an `error` message as text, for the log."""
    return strip_ansi("\n".join(content.get("traceback") or [f"{content.get('ename')}: {content.get('evalue')}"]))


class LessonExecutor(VoilaExecutor):
    """Runs cells. Errors are redacted on their way to an Output widget, such as that of `interact`."""

    coalesce_streams = Bool(True)  # what a cell prints in pieces is one text
    interrupted = None  # the last cell that took too long

    def output(self, outs, msg, display_id, cell_index):
        """One message of a running cell."""
        widgets = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if widgets and self.should_strip_error():
            lesson = getattr(self.km, "lesson", "a lesson")
            if msg["content"].get("name") == "stderr":
                self.log.warning("%s, cell %d: %s", lesson, cell_index + 1, strip_ansi(msg["content"]["text"]))
                return None
            if msg["msg_type"] == "error":
                self.log.error(
                    "%s, cell %d: a callback failed:\n%s", lesson, cell_index + 1, format_traceback(msg["content"])
                )
                msg = {**msg, "content": redact_error(msg["content"])}
        return super().output(outs, msg, display_id, cell_index)

    async def _async_handle_timeout(self, timeout, cell=None):
        """Interrupts a cell that takes too long; if it ignores the interrupt, its kernel is killed."""
        if cell is None or cell is not self.interrupted:
            self.interrupted = cell
            return await super()._async_handle_timeout(timeout, cell)
        await self.km.provisioner.kill()
        raise DeadKernelError("the cell ignores the interrupt; killing the kernel")

    async def _async_check_alive(self):
        """Stock code logs an error here as well; rendering.py logs it with its lesson and cell, unless it was meant."""
        if not await ensure_async(self.kc.is_alive()):
            raise DeadKernelError("Kernel died")


class LessonConnection(PageConnection):
    """The websocket between a page and its kernel, without tracebacks and stderr unless the host wants to see them."""

    def _on_error(self, channel, msg, msg_list):
        """Called for each message before it is sent to the page.

        Either `msg_list` holds the packed parts of the message, or `msg` the whole of it.
        """
        voila = self.websocket_handler.settings.get("voila")
        if voila and voila.voila_configuration.show_tracebacks:
            return super()._on_error(channel, msg, msg_list)
        if channel != "iopub":
            return None
        kind = self.get_part("header", msg["header"], msg_list)["msg_type"]
        if kind not in ("error", "stream"):
            return None
        content = self.get_part("content", msg["content"], msg_list)
        lesson = getattr(self.kernel_manager, "lesson", "a lesson")
        if kind == "error":
            problem = format_traceback(content)
            if self.page_log.is_new(problem):
                self.log.error("%s: a callback failed:\n%s", lesson, problem)
            content = redact_error(content)
        elif content["name"] == "stderr":
            problem = strip_ansi(content["text"])
            if self.page_log.is_new(problem):
                self.log.warning("%s: %s", lesson, problem)
            content = {**content, "text": ""}
        if msg["content"] is None:
            msg_list[3] = self.session.pack(content)
        else:
            msg["content"] = content
        return None
