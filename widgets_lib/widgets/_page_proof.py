"""Models in which a page has nothing to set, such as a widget's layout: what it sends to them is dropped."""

from typing import Any

from widgets_lib.compute.formatting import shorten


def refuse_state(model: Any, sync_data: dict[str, Any]) -> None:
    """Drop what a page set, and say so in the log the first time."""
    if not getattr(model, "_has_refused", False):
        model._has_refused = True
        names = shorten(", ".join(map(repr, sync_data)), 100)
        model.log.warning(
            "%s: left out what the page sent, traits that it has nothing to do with: %s", type(model).__name__, names
        )


def make_page_proof(model: Any) -> None:
    """Let a page set no trait of a model whose class is not ours."""
    if model is not None:
        model.set_state = lambda sync_data: refuse_state(model, sync_data)
