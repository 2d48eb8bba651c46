"""Every public widget, found and not listed: `python -m tests.support.catalog` prints {name: expression} as JSON."""

import json

import widgets_lib as wl
from widgets_lib.widgets._base import Widget


def widgets():
    """{name: class} of every public widget, in the order of `wl.__all__`."""
    public = {name: getattr(wl, name) for name in wl.__all__}
    return {name: value for name, value in public.items() if isinstance(value, type) and issubclass(value, Widget)}


def widget_expressions():
    """{name: expression} that makes each public widget: its class's `example`, else `wl.<name>()`."""
    return {name: widget.example or f"wl.{name}()" for name, widget in widgets().items()}


if __name__ == "__main__":
    print(json.dumps(widget_expressions()))
