"""With ANYWIDGET_HMR=1 an edit of a .js or .css reaches an open widget, and those made later, without a restart."""

import shutil
import sys
import threading

import pytest

from widgets_lib.widgets import _base, _reload

PATIENCE_S = 30
MODULE = """
import traitlets
from widgets_lib.widgets._base import Widget

class Probe(Widget):
    pass
"""


@pytest.fixture
def probe(tmp_path, monkeypatch):
    """(the class of a small widget, its folder): followed as ANYWIDGET_HMR=1 has it, by a watcher of that folder alone."""
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    monkeypatch.setattr(_reload, "_watching", threading.Lock())
    _reload._watching.acquire()  # the library's own folder is not watched
    monkeypatch.setattr(_reload, "_open", type(_reload._open)())
    folder = tmp_path / "probe"
    folder.mkdir()
    shutil.copy(_base._HERE / "shared/dom.js", folder / "dom.js")
    (folder / "probe_widget.py").write_text(MODULE)
    (folder / "probe_widget.css").write_text(".wl.wl-probe { color: red }")
    (folder / "probe_widget.js").write_text('import { h } from "./dom.js";\nexport default { render: () => h("b") };\n')
    monkeypatch.syspath_prepend(folder)
    stop = threading.Event()
    watcher = threading.Thread(target=_reload.watch, args=(folder, stop))
    watcher.start()
    import probe_widget

    yield probe_widget.Probe, folder
    stop.set()
    watcher.join(PATIENCE_S)
    del sys.modules["probe_widget"]
    assert not watcher.is_alive()


def own_file(widget, kind):
    """The text of the widget's own module ("js") or stylesheet ("css"), as the page gets it."""
    name = widget._view["module"] if kind == "js" else widget._view["sheets"][-1]
    return widget._assets.files[name]


def edit(path, text, widget, reached):
    """Write `text`, again and again while the watcher is still being set up, until `reached()` holds after a change."""
    seen = threading.Event()

    def check(change):
        if reached():
            seen.set()

    widget.observe(check, ["_view", "error"])
    for nth in range(10 * PATIENCE_S):
        saved = path.with_suffix(".saved")
        saved.write_text(f"{text}\n/* {nth} */\n")
        saved.replace(path)  # in one step, as an editor does: half a file would be read too
        if seen.wait(0.1):
            widget.unobserve(check, ["_view", "error"])
            return
    raise AssertionError(f"nothing reached the widget in {PATIENCE_S} s: {widget._view}, {widget.error!r}")


def test_an_edit_reaches_an_open_widget_and_those_made_later(probe):
    make, folder = probe
    widget = make()
    assert "red" in own_file(widget, "css") and 'h("b")' in own_file(widget, "js")
    edited = "export default { render: () => 'edited' };"
    edit(folder / "probe_widget.js", edited, widget, lambda: "edited" in own_file(widget, "js"))
    blue = ".wl.wl-probe { color: blue }"
    edit(folder / "probe_widget.css", blue, widget, lambda: "blue" in own_file(widget, "css"))
    later = make()
    assert "edited" in own_file(later, "js") and "blue" in own_file(later, "css")


def test_an_edit_of_an_imported_module_reaches_it_too(probe):
    make, folder = probe
    widget = make()
    before = widget._view["module"]
    edit(folder / "dom.js", "export const h = () => 'another';", widget, lambda: widget._view["module"] != before)
    assert any("another" in text for text in widget._assets.files.values())


def test_a_file_that_cannot_be_read_is_named_until_it_can(probe):
    make, folder = probe
    widget = make()
    before = dict(widget._view)
    words = "probe_widget.js:1: this import cannot be read"
    edit(folder / "probe_widget.js", 'import { h } from "lodash";', widget, lambda: words in widget.error)
    assert widget._view == before
    (folder / "probe_widget.js").unlink()
    _reload.reload()
    assert "No such file" in widget.error and "probe_widget.js" in widget.error
    read = "export default {};"
    edit(folder / "probe_widget.js", read, widget, lambda: "default {}" in own_file(widget, "js") and not widget.error)


def test_without_the_variable_files_are_read_once(probe, monkeypatch):
    make, folder = probe
    monkeypatch.delenv("ANYWIDGET_HMR")
    (folder / "probe_widget.css").write_text("edited")
    widget = make()
    assert "red" in own_file(widget, "css")
    _reload.reload()
    assert "red" in own_file(widget, "css")
