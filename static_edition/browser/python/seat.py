"""The Python end of a page without a server: makes a widget again when it is first spoken to, and passes messages on.

`start(lesson, post)` once, then `hear(model_id, text, buffers)` for every message of the page. What a widget says goes
to `post(model_id, text, buffers, in_place)`: text is JSON, {"state": {…}} or {"custom": …}; bytes in a state are
{"$buffer": n}, the n-th of the buffers, of which the first `in_place` belong to the state.

Work that takes several turns asks `call_later`; between two turns the page is heard.
"""

import asyncio
import base64
import json
import logging

import ipywidgets
import recorded

from widgets_lib.widgets import _recipes, _tasks
from widgets_lib.widgets._base import describe_error

LOG = logging.getLogger("widgets")
NOT_MADE = "This widget can’t be brought to life here: {}"

_lesson = {}  # model id -> {"recipe", "kept", "inputs"}
_made = {}  # model id -> widget
_post = None


def start(lesson, post):
    """lesson: a lesson's recipes file, as text or read: {"book": …, "widgets": {model id: {"recipe": base64, "kept": {…},
    "inputs": {…}}}}; inputs, if there are any, are what a page has that has been used already."""
    global _post
    lesson = json.loads(lesson) if isinstance(lesson, str) else lesson
    _lesson.clear()
    _made.clear()
    _lesson.update(lesson["widgets"])
    _post, ipywidgets.deliver, _tasks.call_later = post, _deliver, _call_later
    recorded.install(lesson.get("book") or {})


def hear(model_id, text, buffers=()):
    """One message of the page: {"state": {…}}, what it set, or {"custom": …}."""
    with ipywidgets.gathered():
        try:
            widget = _widget(model_id)
        except Exception as error:
            LOG.exception("%s was not made", model_id)
            _tell(model_id, {"state": {"error": NOT_MADE.format(describe_error(error))}}, [])
            return
        try:
            message = json.loads(text)
            if "state" in message:
                widget.set_state({name: _with_buffers(value, buffers) for name, value in message["state"].items()})
            else:
                widget._handle_custom_msg(message["custom"], list(buffers))
        except Exception as error:  # a widget answers what it can't use in words itself: this is a fault
            LOG.exception("%s: a message was not dealt with", model_id)
            widget.error = describe_error(error)


def kept(model_id):
    """What the widget's `keep()` says, as JSON: with its inputs enough to make it again. None of one that is not made."""
    return json.dumps(_made[model_id].keep()) if model_id in _made else None


def _widget(model_id):
    """The widget of the page's model, made at its first message."""
    if model_id not in _made:
        entry = _lesson[model_id]
        widget = _recipes.make_again(base64.b64decode(entry["recipe"]), entry.get("kept"))
        _made[model_id] = widget
        inputs = entry.get("inputs")
        fits = not inputs or widget.restore(inputs)
        widget.model_id = model_id
        if inputs:  # the page is older than this widget
            widget.send_state([name for name in widget.keys if not name.startswith("_")])
        if not fits:
            widget.error = "What was set here before could not be brought back."
    return _made[model_id]


def _call_later(callback):
    """Call back once the page has been heard; what the callback raises is logged."""

    def turn():
        with ipywidgets.gathered():
            try:
                callback()
            except Exception:
                LOG.exception("a turn failed")

    asyncio.get_event_loop().call_soon(turn)


# ---- to the page ----


def _deliver(widget, message, buffers):
    if widget.model_id is None:  # nothing of the page's
        return
    if message["method"] == "custom":
        _tell(widget.model_id, {"custom": message["content"]}, buffers)
    else:
        state = {name: value for name, value in message["state"].items() if not name.startswith("_")}
        if state:
            _tell(widget.model_id, {"state": state}, [])


def _tell(model_id, message, buffers):
    in_place = []

    def as_json(value):
        if isinstance(value, (bytes, bytearray, memoryview)):
            in_place.append(value)
            return {"$buffer": len(in_place) - 1}
        raise TypeError(f"a {type(value).__name__} can't be sent")

    text = json.dumps(message, default=as_json)
    _post(model_id, text, [*in_place, *buffers], len(in_place))


def _with_buffers(value, buffers):
    """The value with its bytes back in their places."""
    if isinstance(value, dict):
        if set(value) == {"$buffer"}:
            return bytes(buffers[value["$buffer"]])
        return {name: _with_buffers(each, buffers) for name, each in value.items()}
    return [_with_buffers(each, buffers) for each in value] if isinstance(value, list) else value
