"""Every widget that a page shows is made again as the browser will make it, and must say the same."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from static_edition.remake import remake
from static_edition.render import Page


class Differs(Exception):
    """Some widgets would say something else in a browser; the message names each, and its traits."""


def settle(pages: list[Page], book: dict[str, Any]) -> tuple[list[Page], list[str]]:
    """(the pages as they are to be written, one line for each widget that can't be made again or trait that differs).

    A trait that tells what the machine can do says in the page what it says in a browser. What a lesson has set since a
    widget was made goes into its recipe. book: what ladders play back.
    """
    settled, lines = [], []
    for page in pages:
        remade = remake(page.widgets(), book)
        lines += [f"{page.executed.name}: {problem}" for problem in remade.problems]
        widgets = deepcopy(page.executed.widgets)
        for theirs, ours in page.ids.items():
            widgets[theirs]["state"] |= remade.local.get(ours, {})
            if ours in remade.inputs:
                widgets[theirs]["set"] = remade.inputs[ours]
        settled.append(replace(page, executed=replace(page.executed, widgets=widgets)))
    return settled, lines


def complain(lines: list[str]) -> None:
    """Raises: Differs, if there is a line."""
    if lines:
        raise Differs(
            "These widgets are not in a browser what they are in their page. A widget is its constructor's arguments, its "
            "inputs, and what keep() returns:\n" + "\n".join(f"  {line}" for line in lines)
        )
