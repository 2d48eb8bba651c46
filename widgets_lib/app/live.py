"""What a lesson's page draws without Voila's scripts: the widgets of widgets_lib, lines of HTML, plain outputs.

The page is sent with the traits that its widgets had when the last cell ended, so that it draws them before it hears
from Python. Everything else (ipywidgets and what stands in them, other kinds of output) waits for Voila's scripts, which
come after what is drawn without them, and not at all where nothing is left for them.
"""

from __future__ import annotations

import re
from typing import Any

from widgets_lib.app import templates, views
from widgets_lib.app.page_data import script_text, share

VIEW = "application/vnd.jupyter.widget-view+json"
PLAIN = {"text/plain", "text/html", "image/png", "image/jpeg"}  # what the page shows as it is
LAYOUT = ("layout", "tabbable", "tooltip")  # by which Jupyter lays out a widget
REFERENCE = "IPY_MODEL_"
_NEEDS_SCRIPTS = re.compile(r"<script|\$|\\\(|\\\[|\\begin", re.I)  # of its own, or MathJax


class LiveWidgets:
    """The widgets of one page, from what the executor has heard of them while it ran the cells."""

    def __init__(self, executor: Any, files: views.ViewFiles | None = None) -> None:
        self._executor = executor
        self._files = files or views.shared()
        self._shown: dict[str, dict[str, Any]] = {}  # model id -> its entry in the page, without its state
        self._sheets: set[str] = set()
        self._modules: set[str] = set()
        self.needs_voila = False  # there is something that the page does not draw by itself

    def mark(self, cell: Any) -> None:
        """Tells the template how each output of a cell is shown, in the output's metadata; else Voila shows it."""
        for output in cell.get("outputs", []):
            if output.output_type not in ("execute_result", "display_data"):
                continue
            output.metadata.pop("live", None)
            live = self._describe(output.data)
            if not live:  # its scripts are fetched while the other cells run
                live = {"kind": "voila", "preload": [] if self.needs_voila else templates.scripts()}
                self.needs_voila = True
            output.metadata["live"] = live

    def _describe(self, data: dict[str, Any]) -> dict[str, Any] | None:
        if VIEW in data:
            return self._describe_widget(data[VIEW].get("model_id"))
        html = "".join(data.get("text/html", ""))
        return {"kind": "plain"} if set(data) <= PLAIN and not _NEEDS_SCRIPTS.search(html) else None

    def _describe_widget(self, key: str) -> dict[str, Any] | None:
        state = self._executor.widget_state.get(key, {})
        if _is_line(state):
            self._shown[key] = {"html": True}
            return {"kind": "widget", "id": key, "stem": "html", "sheets": [], "modules": []}
        files = self._executor.widget_state.get(str(state.get("_assets")).removeprefix(REFERENCE), {}).get("files")
        view = state.get("_view")
        if not files or not view or any(_is_reference(value) for _, value in _traits(state)):
            return None
        try:
            module, *sheets = [self._files.add(name, files) for name in (view["module"], *view["sheets"])]
        except ValueError as problem:
            self._executor.log.warning("A widget is left to Voila's scripts: %s", problem)
            return None
        self._shown[key] = {"module": module}
        return {
            "kind": "widget",
            "id": key,
            "stem": view["module"].partition("/")[0],
            "sheets": _new(sheets, self._sheets),
            "modules": _new(self._files.modules_of(module), self._modules),
        }

    def page(self, has_formulas: bool = False) -> dict[str, Any]:
        """What the page is told when its last cell has ended: its widgets as JSON, and whether it needs Voila.

        has_formulas: there are some that MathJax has to set.
        """
        states = {key: self._state_of(key) for key in self._shown}
        small, shared = share(states)
        models = {key: {**entry, "state": small[key]} for key, entry in self._shown.items()}
        widgets = script_text({"models": models, "shared": shared}) if models else ""
        return {"widgets": widgets, "voila": self.needs_voila or has_formulas}

    def _state_of(self, key: str) -> dict[str, Any]:
        state = self._executor.widget_state[key]
        for path, buffer in self._executor.widget_buffers.get(key, {}).items():
            _put(state, path, {"$bytes": buffer["data"]})
        return dict(_traits(state))


def _is_line(state: dict[str, Any]) -> bool:
    """Whether it is an `ipywidgets.HTML` that has its text and nothing else."""
    ours = (state.get("_view_name"), state.get("_model_module")) == ("HTMLView", "@jupyter-widgets/controls")
    return ours and not state.get("description") and not _NEEDS_SCRIPTS.search(str(state.get("value")))


def _is_reference(value: Any) -> bool:
    """Whether a trait names other models."""
    return any(
        isinstance(each, str) and each.startswith(REFERENCE) for each in (value if isinstance(value, list) else [value])
    )


def _traits(state: dict[str, Any]) -> list[tuple[str, Any]]:
    """Those that a page gets: not those that name the widget's files, nor what only Jupyter's own views use."""
    return [(name, value) for name, value in state.items() if not name.startswith("_") and name not in LAYOUT]


def _new(addresses: list[str], known: set[str]) -> list[str]:
    """Those that the page does not have yet."""
    new = [each for each in addresses if each not in known]
    known.update(new)
    return new


def _put(state: Any, path: tuple, value: Any) -> None:
    """Puts bytes where a message has left them out; a path that a later message has changed leads nowhere."""
    *way, last = path
    try:
        for step in way:
            state = state[step]
        if isinstance(state, dict) or state[last] is None:
            state[last] = value
    except (LookupError, TypeError):
        return
