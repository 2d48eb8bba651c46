"""What `widgets_lib` uses of ipywidgets, for a page without Jupyter: the same calls, over `deliver` in place of a comm.

Only numpy's and traitlets' company is asked for. A changed trait leaves at once, as ipywidgets has it; inside
`gathered()`, where the seat deals with a message of the page, all that changed leaves together at its end, but for
progress.
"""

import json
import logging
from contextlib import contextmanager

import traitlets

__version__ = "0-static"

deliver = None
"""`deliver(widget, message, buffers)`, set by the seat: what a widget says to its page. Without it, nobody hears."""
_waiting = None  # inside `gathered()`: the widgets whose traits have changed, in order


@contextmanager
def gathered():
    """Inside, the changes of every widget wait, and leave in one message for each at the end."""
    global _waiting
    if _waiting is not None:
        yield
        return
    _waiting = {}
    try:
        yield
    finally:
        widgets, _waiting = _waiting, None
        for widget in widgets:
            widget._flush()


class _Comm:
    """Of a widget that is open; nothing goes through it."""


class Widget(traitlets.HasTraits):
    """Traits that a page shares."""

    log = logging.getLogger("widgets")
    _synced = {}  # class -> names, as traitlets takes its time to find them

    def __init__(self, **traits):
        self.comm = self.model_id = None
        self._unsent, self._from_page, self._holds, self._listeners = {}, {}, False, []
        super().__init__(**traits)
        self.comm = _Comm()

    @property
    def keys(self):
        """The names of the traits that the page has."""
        cls = type(self)
        if cls not in self._synced:
            self._synced[cls] = list(self.traits(sync=True))
        return self._synced[cls]

    def get_state(self, key=None):
        names = self.keys if key is None else [key] if isinstance(key, str) else list(key)
        return {name: self._as_json(name) for name in names}

    def _as_json(self, name):
        to_json = self.trait_metadata(name, "to_json")
        value = getattr(self, name)
        return to_json(value, self) if to_json else value

    # ---- to the page ----

    def notify_change(self, change):
        name = change["name"]
        if self.comm is not None and name in self.keys:
            if self._came_from_page(name):
                self._unsent.pop(name, None)
            elif name == "progress" and change["new"] and not self._holds:
                self._send({"method": "update", "state": self.get_state([name])})  # while what it tells of goes on
            else:
                self._unsent[name] = None
                self._flush()
        super().notify_change(change)

    def send_state(self, key=None):
        self._unsent.update(dict.fromkeys(self.get_state(key)))
        self._flush()

    def _flush(self, at_once=False):
        if self._holds or not self._unsent:
            return
        if _waiting is not None and not at_once:
            _waiting[self] = None
            return
        state, self._unsent = self.get_state(self._unsent), {}
        self._send({"method": "update", "state": state})

    def send(self, content, buffers=None):
        """A message of the widget's own; what has changed before it goes first."""
        self._flush(at_once=True)
        self._send({"method": "custom", "content": content}, buffers)

    def _send(self, message, buffers=None):
        if self.comm is not None and deliver is not None:
            deliver(self, message, buffers or [])

    @contextmanager
    def hold_sync(self):
        if self._holds:
            yield
            return
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
            self._flush()

    # ---- from the page ----

    def on_msg(self, callback, remove=False):
        (self._listeners.remove if remove else self._listeners.append)(callback)

    def set_state(self, sync_data):
        self._from_page = dict(sync_data)
        try:
            with self.hold_trait_notifications():
                for name, value in sync_data.items():
                    if name in self.keys:
                        self.set_trait(name, value)
        finally:
            self._from_page = {}

    def _came_from_page(self, name):
        """Whether the trait is what the page has just set, which it need not be told; tuples come as lists."""
        if name not in self._from_page:
            return False
        value, told = getattr(self, name), self._from_page[name]
        try:
            return json.loads(json.dumps(value)) == told
        except TypeError:  # bytes
            return value == told

    def _handle_custom_msg(self, content, buffers):
        for callback in list(self._listeners):
            callback(self, content, buffers)

    def close(self):
        self.comm = None


def _model_to_json(value, widget):
    return f"IPY_MODEL_{value.model_id}" if isinstance(value, Widget) else value


widget_serialization = {"to_json": _model_to_json, "from_json": lambda value, widget: value}
