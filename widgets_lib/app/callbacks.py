"""Callbacks that fail: calm words in the page, the whole error in the log.

Stock Voila strips tracebacks and stderr from cells, but not from what a widget's function prints or raises, neither
while the page is prepared (`interact` runs its function once) nor later over the websocket.
`MappingKernelManager.allow_tracebacks` is meant for the latter and is broken: jupyter_server 2 looks for the
replacement text on the wrong object, and the message is lost.
"""

import re

import voila.notebook_renderer
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from nbclient.exceptions import DeadKernelError
from traitlets import Bool
from voila.execute import VoilaExecutor

FAILED = "This did not work with these values. Try others; the rest of the lesson still works."
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def calm(content):
    """The content of an `error` message without what it says about the server."""
    return {**content, "ename": "", "evalue": FAILED, "traceback": [FAILED]}


def plain(text):
    """Text as it belongs into a log."""
    return COLOURS.sub("", text).rstrip()


def words(content):
    """An error as it belongs into a log."""
    return plain("\n".join(content.get("traceback") or [f"{content.get('ename')}: {content.get('evalue')}"]))


class LessonExecutor(VoilaExecutor):
    """Runs cells; what goes to an Output widget, such as that of `interact`, is calmed on its way."""

    coalesce_streams = Bool(True)  # what a cell prints in pieces is one text
    interrupted = None  # the last cell that took too long

    def output(self, outs, msg, display_id, cell_index):
        """One message of a running cell."""
        widgets = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if widgets and self.should_strip_error():
            lesson = getattr(self.km, "lesson", "a lesson")
            if msg["content"].get("name") == "stderr":
                self.log.warning("%s, cell %d: %s", lesson, cell_index + 1, plain(msg["content"]["text"]))
                return None
            if msg["msg_type"] == "error":
                self.log.error("%s, cell %d: a callback failed:\n%s", lesson, cell_index + 1, words(msg["content"]))
                msg = {**msg, "content": calm(msg["content"])}
        return super().output(outs, msg, display_id, cell_index)

    async def _async_handle_timeout(self, timeout, cell=None):
        """Interrupts a cell that takes too long; one that does not heed that loses its kernel."""
        if cell is None or cell is not self.interrupted:
            self.interrupted = cell
            return await super()._async_handle_timeout(timeout, cell)
        await self.km.provisioner.kill()
        raise DeadKernelError("it does not heed an interrupt; its kernel was killed")

    async def _async_check_alive(self):
        """Stock code logs an error here as well; cells.py logs it with its lesson and cell, unless it was meant."""
        if not await ensure_async(self.kc.is_alive()):
            raise DeadKernelError("Kernel died")


class LessonConnection(ZMQChannelsWebsocketConnection):
    """The websocket between a page and its kernel, for visitors who are not shown tracebacks."""

    def _on_error(self, channel, msg, msg_list):
        """Sees each message to the page before it is sent; `msg_list` holds its packed parts, or `msg` all of it."""
        if channel != "iopub":
            return
        kind = self.get_part("header", msg["header"], msg_list)["msg_type"]
        if kind not in ("error", "stream"):
            return
        content = self.get_part("content", msg["content"], msg_list)
        lesson = getattr(self.kernel_manager, "lesson", "a lesson")
        if kind == "error":
            self.log.error("%s: a callback failed:\n%s", lesson, words(content))
            content = calm(content)
        elif content["name"] == "stderr":
            self.log.warning("%s: %s", lesson, plain(content["text"]))
            content = {**content, "text": ""}
        if msg["content"] is None:
            msg_list[3] = self.session.pack(content)
        else:
            msg["content"] = content


def install():
    """Makes pages run their cells with `LessonExecutor`; guard.py puts `LessonConnection` in place."""
    voila.notebook_renderer.VoilaExecutor = LessonExecutor
