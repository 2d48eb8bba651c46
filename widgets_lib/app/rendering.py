"""How a lesson becomes a page: a cell that fails leaves a short message, and the rest of the lesson runs.

Stock Voila stops at the first error and tells the visitor how to start the server differently. The log has the whole
error, with the lesson and the cell named.
"""

import asyncio

from jinja2 import BytecodeCache
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors.clearoutput import ClearOutputPreprocessor
from nbformat.v4 import new_code_cell, new_output
from voila.execute import strip_code_cell_warnings
from voila.notebook_renderer import NotebookRenderer

from widgets_lib.app import formulas, live, templates, veils, views
from widgets_lib.app.course import first_heading
from widgets_lib.app.error_filter import strip_ansi
from widgets_lib.app.kernel_manager import LessonKernelManager

FAILED = "This cell did not finish. The rest of the lesson still works, except what builds on it."
TOO_LONG = "This cell took too long and was stopped. The rest of the lesson still works."
KERNEL_GONE = "Python stopped while running this cell. Reload the page to start again."
NO_KERNEL = "Python did not start. Reload the page to try again."
UNFINISHED = "This page could not be shown to its end. Reload it to try again."


class TemplateCache(BytecodeCache):
    """Keeps compiled templates: stock Voila compiles the same twenty templates again for each page."""

    def __init__(self):
        self.code = {}

    def load_bytecode(self, bucket):
        """Called for each template; the bucket itself checks that the code belongs to the same source."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket):
        """Called once a template has been compiled."""
        self.code[bucket.key] = bucket.bytecode_to_string()


class LessonRenderer(NotebookRenderer):
    """Renders a lesson to its end even if cells fail; `failed` is then true."""

    template_cache = TemplateCache()
    failed = False
    evicted = False  # its kernel is being stopped, because a visitor needs the slot
    kernel_is_alive = True
    kernel = None
    veils = ()
    in_veil = False  # the cell being shown waits for a prediction

    async def initialize(self, **kwargs):
        """Loads the notebook and what its page says of the course; the title is the first heading by default."""
        await super().initialize(**kwargs)
        self.exporter.environment.bytecode_cache = self.template_cache
        self.page_config["fullMathjaxUrl"] = None  # a Jupyter server names a CDN here; Voila brings its own MathJax
        self.notebook.metadata.setdefault("title", first_heading(self.notebook.cells) or self.notebook_path)
        self.notebook.cells, self.veils = veils.find_veils(self.notebook.cells)
        self.resources["has_questions"] = any(map(veils.is_question, self.notebook.cells))
        self.resources["tokens"] = templates.tokens()
        self.resources["page_modules"] = views.page_modules()
        views.serve_from(self.contents_manager.parent)
        self.exporter.markdown_renderer_class, self.formulas_left = formulas.renderer()
        self.resources["course"] = templates.around(self.notebook_path, self.contents_manager, self.base_url)

    async def generate_content_generator(self, kernel_id=None, kernel_future=None):
        """Yields the page piece by piece. With stock Voila an exception here leaves the page waiting for ever."""
        try:
            async for snippet in super().generate_content_generator(kernel_id, kernel_future):
                yield snippet
        except Exception:
            self.failed = True
            self.log.exception("%s could not be shown to its end", self.notebook_path)
            end = "</section>" if self.in_veil else ""  # the message waits for nothing
            yield f'{end}<p class="failed" role="note">{UNFINISHED}</p>', self.resources
        finally:
            manager = getattr(self.kernel, "parent", None)
            if isinstance(manager, LessonKernelManager):
                manager.page_is_ready(kernel_id)

    async def _jinja_kernel_start(self, nb, kernel_id, kernel_future):
        self.kernel = await ensure_async(kernel_future)
        self.kernel.lesson = self.notebook_path  # the log names it later
        try:
            await super()._jinja_kernel_start(nb, kernel_id, kernel_future)
        except Exception as error:
            self.log.error("%s: Python did not start: %s", self.notebook_path, error)
            self.failed, self.kernel_is_alive = True, False
            nb.cells.insert(0, new_code_cell(outputs=[message(NO_KERNEL)]))
        return kernel_id

    async def _jinja_cell_generator(self, nb, kernel_id):
        if self.kernel_is_alive:
            nb, _ = ClearOutputPreprocessor().preprocess(nb, {"metadata": {"path": self.cwd}})
        widgets = live.LiveWidgets(self.executor)
        try:
            for index, cell in enumerate(nb.cells):
                if self.kernel_is_alive:
                    cell = await self._run(cell, index, len(nb.cells))
                    widgets.mark(cell)
                if "hide-input" in cell.metadata.get("tags", ()):
                    cell.metadata["transient"] = {"remove_source": True}  # nbconvert's own way to leave a source out
                self._mark_veil(nb.cells, index)
                yield cell
            nb.metadata["live"] = widgets.page(has_formulas=bool(self.formulas_left))
        finally:
            if self.executor.kc:
                await self._cleanup_resources()

    def _mark_veil(self, cells, index):
        """Tells the template where a veil begins, with the questions it waits for, and where it ends."""
        veil = next((veil for veil in self.veils if veil.first <= index <= veil.last), None)
        if veil is None:
            self.in_veil = False
            return
        if index == veil.first:
            # A question that failed can't be answered: it hides nothing.
            asked = [cells[at].id for at in veil.questions if veils.has_widget(cells[at])]
            self.in_veil = bool(asked)
            cells[index].metadata["veil_for"] = asked
        cells[index].metadata["veil_ends"] = self.in_veil and index == veil.last

    async def _run(self, cell, index, count):
        try:
            cell = await self.executor.async_execute_cell(cell, index)
        except Exception as error:
            if self.evicted:
                raise asyncio.CancelledError from None  # nbclient takes it for the kernel's death
            self.log.error(
                "%s, cell %d of %d (id %s) failed: %s",
                *(self.notebook_path, index + 1, count, cell.get("id"), strip_ansi(str(error))),
            )
            self.failed, self.kernel_is_alive = True, not isinstance(error, DeadKernelError)
            self._explain(cell, error)
        if self.executor.should_strip_error():
            for output in cell.get("outputs", []):
                if output.get("name") == "stderr":
                    self.log.warning(
                        "%s, cell %d of %d: %s", self.notebook_path, index + 1, count, strip_ansi(output.text)
                    )
            hide_server_details(cell)
        return cell

    def _explain(self, cell, error):
        if isinstance(error, CellExecutionError) and error.ename != "KeyboardInterrupt":
            text = FAILED  # its error output is already in the cell
        elif isinstance(error, CellExecutionError | CellTimeoutError):
            text = TOO_LONG
        elif isinstance(error, DeadKernelError):
            text = KERNEL_GONE
        else:
            text = FAILED
        if self.executor.should_strip_error():
            cell.outputs = [o for o in cell.get("outputs", []) if o.output_type != "error"]
        cell.outputs.append(message(text))


def message(text):
    """An output that the page's template shows as a message: an error without a traceback."""
    return new_output("error", ename="", evalue=text, traceback=[])


def hide_server_details(cell):
    """Drops stderr and tracebacks, which name the server's files. An error the lesson expects keeps its words."""
    strip_code_cell_warnings(cell)
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            output.traceback = []
