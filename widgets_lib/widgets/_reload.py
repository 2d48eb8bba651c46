"""While you write a widget: with ANYWIDGET_HMR=1 an edit of a .js or .css shows at once, without a restart."""

import os
import threading
import weakref
from pathlib import Path

_HERE = Path(__file__).parent
_open: weakref.WeakSet = weakref.WeakSet()
_watching = threading.Lock()


def follow(widget) -> None:
    """Keep the view of `widget` up to date with its files, if ANYWIDGET_HMR=1; needs the package watchfiles."""
    if os.environ.get("ANYWIDGET_HMR") != "1":
        return
    _open.add(widget)
    if _watching.acquire(blocking=False):
        threading.Thread(target=_watch, daemon=True, name="reload").start()


def _watch() -> None:
    from watchfiles import watch

    for changes in watch(_HERE):
        if any(path.endswith((".js", ".css")) for _, path in changes):
            reload()


def reload() -> None:
    """Read the files of every open widget anew; one that cannot be read is named in the widget's error line."""
    for widget in list(_open):
        try:
            widget._esm, widget._css = widget.view_source()
        except (OSError, ValueError) as error:
            widget.error = str(error)
