"""While you write a widget: with ANYWIDGET_HMR=1 an edit of a .js or .css shows at once, without a restart."""

import os
import threading
import weakref
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_open: weakref.WeakSet = weakref.WeakSet()
_watching = threading.Lock()


def is_enabled() -> bool:
    """Whether views follow their files; needs the package watchfiles."""
    return os.environ.get("ANYWIDGET_HMR") == "1"


def follow(widget: Any) -> None:
    """Keep the view of `widget` up to date with its files, if that is enabled."""
    if not is_enabled():
        return
    _open.add(widget)
    if _watching.acquire(blocking=False):
        threading.Thread(target=watch, args=(_HERE,), daemon=True, name="reload").start()


def watch(folder: Path, stop: threading.Event | None = None) -> None:
    """Reload whenever a .js or .css in `folder` changes, until `stop` is set."""
    import watchfiles

    for changes in watchfiles.watch(folder, stop_event=stop):
        if any(path.endswith((".js", ".css")) for _, path in changes):
            reload()


def reload() -> None:
    """Read the files of every open widget anew; one that cannot be read is named in the widget's error line."""
    for widget in list(_open):
        try:
            widget.reload_view()
            widget.error = ""
        except (OSError, ValueError) as error:
            widget.error = str(error)
