"""WidgetName: the squares of the first whole numbers as bars (an example)."""

import traitlets

from widgets_lib.compute import widget_stem
from widgets_lib.widgets._base import Widget


class WidgetName(Widget):
    """The squares of 1 to n as bars (an example: this line stands in README.md).

    wl.WidgetName(n=5)

    n: how many, 1 to 20; it can be changed.
    Raises: ValueError if n is out of range.
    """

    inputs = ("n",)

    n = traitlets.Int(help="How many squares.").tag(sync=True)
    values = traitlets.List(traitlets.Int(), help="The squares.").tag(sync=True)
    sentence = traitlets.Unicode(help="One sentence on what is seen.").tag(sync=True)

    def __init__(self, n: int = 5) -> None:
        super().__init__(n=n)
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        found = widget_stem.squares(self.n)
        self.values, self.sentence = list(found.values), found.sentence
