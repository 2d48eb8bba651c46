"""A lesson that has run becomes a page: the app's bar, styles and scripts, without a server behind it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jupyterlab_pygments import JupyterStyle
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from static_edition import bundle, offline, pruning, security
from static_edition.execute import LIBRARY, VIEW, Executed
from static_edition.files import Site
from static_edition.formulas import Formulas
from widgets_lib.app import veils
from widgets_lib.app.course import Lesson
from widgets_lib.app.page_data import script_text, share

HERE = Path(__file__).parent
SHARE = LIBRARY / "app/share/voila/templates/tensor-foundations"
BROWSER = HERE / "browser"
STATE = "application/vnd.jupyter.widget-state+json"
# What the app's page has in its head, less what speaks to its server.
SCRIPTS = ("site.js", "progress.js", "veils.js", "links.js", "keep.js", "lesson.js")
JUPYTER_SHEETS = ("index.css", "theme-light.css", "theme-dark.css")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.S)


class Changed(Exception):
    """What the lessons ran with is not what is there now."""


@dataclass(frozen=True)
class Shared:
    """Addresses of what all pages have: stylesheets, the classic script, the home's module, Python's worker."""

    sheets: list[str]
    script: str
    home: str
    worker: str


@dataclass(frozen=True)
class Python:
    """Addresses of what Python starts from."""

    archive: str
    pyodide: str
    lazy: dict[str, dict[str, Any]]
    """Files that are read when they are needed: `bytes`, and the `addresses` of pieces of `piece` bytes."""


def write_shared(site: Site) -> Shared:
    """Write what all lessons' pages have.

    The classic scripts are one file: each stops the parser, and a browser that has met a policy in the page does not look
    ahead for the next. So are the sheets that nothing else names.
    """
    own = [*(SHARE / "static" / name for name in ("site.css", "lesson.css")), BROWSER / "page/static.css"]
    scripts = [SHARE / "static" / name for name in SCRIPTS]
    scripts.insert(1, BROWSER / "page/early.js")  # after site.js, before anything reads what is kept
    folder = site.add_folder("static/host", BROWSER, "*.js")
    return Shared(
        [
            *(f"static/{name}" for name in JUPYTER_SHEETS),
            write_tokens(site),
            site.add("static/page.css", "\n".join([code_sheet(), *map(_text, own)])),
        ],
        site.add("static/page.js", "\n".join(map(_text, scripts))),
        f"{folder}/home.js",
        f"{folder}/worker.js",
    )


def _text(file: Path) -> str:
    return file.read_text("utf-8")


def code_sheet() -> str:
    """The colours of code, which the app's page has in its head."""
    sheet: str = HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")
    return sheet


def write_tokens(site: Site) -> str:
    """Write the course's colours and typefaces."""
    name, text = _tokens()
    return site.add(f"static/{name.partition('@')[0]}", text)


def _tokens() -> tuple[str, str]:
    """Their name and text: they are the first sheet of every widget as well."""
    import widgets_lib

    any_widget = next(getattr(widgets_lib, name) for name in widgets_lib.__all__ if name[0].isupper())
    name = any_widget._bundle.sheets[0]
    return name, any_widget._bundle.files[name]


def write_jupyter_sheets(site: Site) -> None:
    """Write what Jupyter's sheets have for the site's pages, once these and all else are written, and name it there.

    nbconvert brings the sheets for the class names that it writes.
    """
    folder = Path(sys.prefix, "share/jupyter/nbconvert/templates/lab/static")
    pages = sorted(site.folder.glob("*.html"))
    scripts = [file for part in ("*", "host.*/*") for file in site.folder.glob(f"static/{part}.js")]
    texts = [file.read_text("utf-8") for file in [*pages, *scripts]]
    others = [file.read_text("utf-8") for file in site.folder.glob("static/**/*.css")]
    for name in JUPYTER_SHEETS:
        others.append(pruning.prune((folder / name).read_text("utf-8"), texts, others))
        address = site.add(f"static/{name}", others[-1])
        for page in pages:
            page.write_text(page.read_text("utf-8").replace(f'"static/{name}"', f'"{address}"'), "utf-8")


@dataclass(frozen=True)
class Page:
    """One lesson's page while it is being made."""

    lesson: Lesson
    executed: Executed
    ids: dict[str, str]
    """The kernel's id of a widget that is shown -> its id in the page, which is the same in every build."""

    def widgets(self) -> dict[str, dict[str, Any]]:
        """The widgets that are shown, in their order, by their ids in the page."""
        return {ours: self.executed.widgets[theirs] for theirs, ours in self.ids.items()}

    def recipes(self, book: dict[str, Any]) -> dict[str, Any]:
        """What Python in the browser makes the widgets from. book: what the machine that builds has measured."""
        made = {
            key: {"recipe": each["recipe"], "kept": each["kept"]} | ({"inputs": each["set"]} if "set" in each else {})
            for key, each in self.widgets().items()
            if "recipe" in each
        }
        return {"book": book, "widgets": made}


def page_of(lesson: Lesson, executed: Executed) -> Page:
    """Give every widget that is shown a name: its stem, and which of those it is."""
    ids: dict[str, str] = {}
    counts: dict[str, int] = {}
    for output in (output for cell in executed.notebook.cells for output in cell.get("outputs", [])):
        theirs = output.get("data", {}).get(VIEW, {}).get("model_id")
        if theirs in executed.widgets and theirs not in ids:
            stem = executed.widgets[theirs]["stem"]
            counts[stem] = counts.get(stem, 0) + 1
            ids[theirs] = f"{stem}-{counts[stem]}"
    return Page(lesson, executed, ids)


@dataclass(frozen=True)
class Around:
    """What a lesson's page is made with besides the lesson."""

    shared: Shared
    python: Python
    book: dict[str, Any]
    """What the machine that builds has measured."""
    scratch: Path
    """A folder for what is not part of the site."""


def render(site: Site, page: Page, around: Around, course: dict[str, Any]) -> str:
    """Write the lesson's page and its recipes; returns the page's address. course: path, home, previous, next."""
    name, shared, python = page.executed.name, around.shared, around.python
    widgets = page.widgets()
    address = site.add(
        f"static/recipes/{name}.json", json.dumps(page.recipes(around.book), ensure_ascii=False, separators=(",", ":"))
    )
    views = {key: _view_of(each) for key, each in widgets.items()}
    states, shared_values = share({key: each["state"] for key, each in widgets.items()})
    data = {
        "models": {k: {"class": v["class"], "view": views[k].module, "state": states[k]} for k, v in widgets.items()},
        "shared": shared_values,
        "inputs": {k: v["inputs"] for k, v in widgets.items()},
        "python": {
            "worker": shared.worker,
            "pyodide": python.pyodide,
            "archive": python.archive,
            "recipes": address,
            "lazy": python.lazy,
        },
    }
    notebook = _prepared(page)
    sheet = "\n".join([*_sheets(views.values()), *_take_styles(notebook)])
    module = bundle.lesson_module(_write_modules(views.values(), around.scratch / "modules"))
    resources = {
        "policy": security.PLACE,
        "head": offline.head(site),
        "sheets": [*shared.sheets, site.add(f"static/{name}.css", sheet)],
        "script": shared.script,
        "module": site.add(f"static/{name}.js", module),
        "course": course,
        "has_questions": any(map(veils.is_question, notebook.cells)),
        "widgets_json": script_text(data),
        "metadata": {"name": name},
    }
    formulas = Formulas()
    body, _ = _exporter(formulas).from_notebook_node(notebook, resources=resources)
    return site.write(f"{name}.html", security.secured(formulas.fill(body)))


@dataclass(frozen=True)
class View:
    """The files of a widget's view, by the names that its bundle gives them."""

    module: str
    sheets: tuple[str, ...]
    files: dict[str, str]


def _view_of(widget: dict[str, Any]) -> View:
    files, view = bundle_files(widget["class"]), widget["view"]
    if view["module"] not in files:
        raise Changed("widgets_lib has changed while the lessons ran: build again")
    return View(view["module"], tuple(view["sheets"]), files)


def _sheets(views: Iterable[View]) -> list[str]:
    """Those that not every page has."""
    sheets = {name: view.files[name] for view in views for name in view.sheets}
    sheets.pop(_tokens()[0], None)
    return list(sheets.values())


def _write_modules(views: Iterable[View], folder: Path) -> dict[str, Path]:
    """Where the views' modules lie, to be put together."""
    place = Site(folder)
    return {view.module: folder / place.add_view(view.module, view.files) for view in views}


def bundle_files(name: str) -> dict[str, str]:
    """The files of a widget's view, by the names that its bundle gives them."""
    import widgets_lib

    return getattr(widgets_lib, name)._bundle.files


def _prepared(page: Page) -> Any:
    """The notebook with what the app's renderer adds: veils, cells without their source, no traces of this machine."""
    notebook = deepcopy(page.executed.notebook)
    notebook.cells, found = veils.find_veils(notebook.cells)
    for veil in found:
        asked = [notebook.cells[at].id for at in veil.questions if veils.has_widget(notebook.cells[at])]
        notebook.cells[veil.first].metadata["veil_for"] = asked
        notebook.cells[veil.last].metadata["veil_ends"] = bool(asked)
    for cell in notebook.cells:
        if "hide-input" in cell.metadata.get("tags", ()):
            cell.metadata["transient"] = {"remove_source": True}  # nbconvert's own way to leave a source out
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                view = output.get("data", {}).get(VIEW)
                if view:
                    view["model_id"] = page.ids.get(view["model_id"], view["model_id"])
    # nbconvert shows only the widgets that it finds here.
    notebook.metadata["widgets"] = {STATE: {"state": {key: {} for key in page.ids.values()}}}
    notebook.metadata.setdefault("title", page.lesson.title)
    return notebook


def _take_styles(notebook: Any) -> list[str]:
    """Take the style elements out of the outputs: each figure and table brings its own, and a page may have none."""
    styles: dict[str, None] = {}
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        html = output.get("data", {}).get("text/html")
        if html:
            html = "".join(html)
            styles.update(dict.fromkeys(_STYLE.findall(html)))
            output["data"]["text/html"] = _STYLE.sub("", html)
    return list(styles)


def _exporter(formulas: Formulas) -> HTMLExporter:
    class Renderer(IPythonRenderer):
        def block_math(self, body: str) -> str:
            return formulas.place(body, display=True)

        def inline_math(self, body: str) -> str:
            return formulas.place(body)

        def latex_environment(self, name: str, body: str) -> str:
            return formulas.place(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

    class Exporter(HTMLExporter):
        @pass_context
        def markdown2html(self, context: Any, source: str) -> str:
            attachments = context.get("cell", {}).get("attachments", {})
            renderer = Renderer(escape=False, attachments=attachments, anchor_link_text=self.anchor_link_text)
            return MarkdownWithMath(renderer=renderer).render(source)

        def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
            """As in HTMLExporter, less what it does to the page afterwards: the app's scripts see to that."""
            self.register_filter("highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self))
            resources = self._init_resources(resources)
            return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)

    return Exporter(
        template_name="tensor-static",
        extra_template_basedirs=[str(HERE / "templates")],
        extra_template_paths=[str(SHARE)],
        config=Config({"CSSHTMLHeaderPreprocessor": {"enabled": False}}),  # see code_sheet
    )
