"""One line under a learner's own cell, which can change after the cell has ended."""

import html

import ipywidgets

from widgets_lib.widgets._cells import line_under, shell


class CellLine:
    """The line; a widget, since a cell's output can't be changed once the cell has ended. Nothing outside a notebook."""

    def __init__(self, text: str) -> None:
        self.line: ipywidgets.HTML | None = None
        self._say = line_under()
        if self._say is None and shell() is not None:
            from IPython.display import display  # here: a plain Python program has no notebook

            self.line = ipywidgets.HTML(_markup(text))
            display(self.line)
        self.show(text)

    def show(self, text: str) -> None:
        """Say this; words between backticks are code."""
        if self._say is not None:
            self._say(text.replace("`", ""))
        elif self.line is not None:
            self.line.value = _markup(text)


def _markup(text: str) -> str:
    parts = html.escape(text).split("`")
    marked = "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
    return f'<span style="font-variant-numeric: tabular-nums">{marked}</span>'
