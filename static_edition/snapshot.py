"""What runs in the lesson's kernel: before its first cell `start()`, after its last `finish(path)`."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

WAIT_S = 120  # for what still runs when the lesson's last cell has ended: it belongs to the page


def start() -> None:
    """From now on every widget remembers how it was made."""
    from widgets_lib.compute.roofline.probes import processor_name
    from widgets_lib.widgets import _recipes
    from widgets_lib.widgets.ladder import measurements
    from widgets_lib.widgets.ladder.rows import place_of

    _recipes.record()
    measurements.place = place_of(processor_name(), date.today())


def finish(path: str) -> None:
    """Write every widget's class, view, traits, recipe and what it keeps to `path`, and the lines under cells, as JSON."""
    import ipywidgets
    from ipywidgets.widgets import widget as ipywidgets_widget

    from widgets_lib.widgets._base import Widget

    made = [(key, each) for key, each in ipywidgets_widget._instances.items() if isinstance(each, Widget) and each.comm]
    for _, each in made:
        if hasattr(each, "wait"):
            each.wait(WAIT_S)
    taken = {key: _taken(each) for key, each in made}
    for key, each in made:  # now that every widget is as the lesson left it: what runs for keeps may change others
        if type(each).run_for_keeps is not Widget.run_for_keeps:
            each.run_for_keeps()
            taken[key]["kept"] = each.keep()
    lines = {key: each.value for key, each in ipywidgets_widget._instances.items() if type(each) is ipywidgets.HTML}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"widgets": taken, "lines": lines}, file, default=plain, allow_nan=False)


def _taken(widget: Any) -> dict[str, Any]:
    names = state_names(widget)
    return {
        "class": public_class(widget).__name__,
        "stem": public_class(widget)._stem.name,
        "view": widget._view,
        "inputs": list(widget.inputs),
        "state": widget.get_state(names),
        **_made(widget),
    }


def _made(widget: Any) -> dict[str, Any]:
    """How it was made and what it is beyond that; a problem matters only if the widget is shown."""
    from widgets_lib.widgets import _recipes

    try:
        return {"recipe": base64.b64encode(_recipes.recipe_of(widget)).decode(), "kept": widget.keep()}
    except ValueError as problem:
        return {"problem": str(problem)}


def state_names(widget: Any) -> list[str]:
    """The traits that a page gets: not those by which Jupyter lays out a widget, nor those that name its files."""
    return [name for name in widget.keys if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")]


def public_class(widget: Any) -> Any:
    """The class in widgets_lib: traitlets makes another below it where traits were added."""
    return next(cls for cls in type(widget).__mro__ if cls.__module__.startswith("widgets_lib."))


def plain(value: Any) -> Any:
    """Bytes as JSON."""
    if isinstance(value, (bytes, memoryview, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(f"a {type(value).__name__} in a widget's state")
