"""With ANYWIDGET_HMR=1 an edit of a .js or .css reaches an open widget, and those made later, without a restart."""

import base64
import gzip
import re
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


def sources(esm):
    """The modules in a bundle, as one text."""
    return gzip.decompress(base64.b64decode(re.match(r'const data = "([^"]+)"', esm)[1])).decode()


def edit(path, text, widget, trait, wanted):
    """Write `text`, again and again while the watcher is still being set up, until the trait holds what is wanted."""
    reached = threading.Event()

    def check(change):
        if wanted in (sources(change.new) if trait == "_esm" else change.new):
            reached.set()

    widget.observe(check, trait)
    for nth in range(10 * PATIENCE_S):
        saved = path.with_suffix(".saved")
        saved.write_text(f"{text}\n/* {nth} */\n")
        saved.replace(path)  # in one step, as an editor does: half a file would be read too
        if reached.wait(0.1):
            widget.unobserve(check, trait)
            return
    raise AssertionError(f"{trait} does not hold {wanted!r} after {PATIENCE_S} s: {getattr(widget, trait)[-300:]!r}")


def test_an_edit_reaches_an_open_widget_and_those_made_later(probe):
    make, folder = probe
    widget = make()
    assert "red" in widget._css and "probe_widget.js" in sources(widget._esm)
    edit(folder / "probe_widget.js", "export default { render: () => 'edited' };", widget, "_esm", "edited")
    assert "edited" in sources(widget.get_state(["_esm"])["_esm"])  # as the page gets it
    edit(folder / "probe_widget.css", ".wl.wl-probe { color: blue }", widget, "_css", "blue")
    later = make()
    assert "edited" in sources(later._esm) and "blue" in later._css


def test_an_edit_of_an_imported_module_reaches_it_too(probe):
    make, folder = probe
    edit(folder / "dom.js", "export const h = () => 'another';", make(), "_esm", "another")


def test_a_file_that_cannot_be_read_is_named_until_it_can(probe):
    make, folder = probe
    widget = make()
    before = widget._esm
    edit(folder / "probe_widget.js", 'import { h } from "lodash";', widget, "error", "probe_widget.js:1: this import")
    assert widget._esm == before
    (folder / "probe_widget.js").unlink()
    _reload.reload()
    assert "No such file" in widget.error and "probe_widget.js" in widget.error
    edit(folder / "probe_widget.js", "export default {};", widget, "_esm", "export default {}")
    assert widget.error == ""


def test_without_the_variable_files_are_read_once(probe, monkeypatch):
    make, folder = probe
    monkeypatch.delenv("ANYWIDGET_HMR")
    (folder / "probe_widget.css").write_text("edited")
    widget = make()
    assert "red" in widget._css
    _reload.reload()
    assert "red" in widget._css
