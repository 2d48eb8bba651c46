"""ContractionPath: in which order are three operands and more contracted, and what does that cost?"""

import reprlib
from collections.abc import Generator, Sequence
from typing import Any

import traitlets

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import Forest, plant
from widgets_lib.compute.formatting import count
from widgets_lib.compute.timing import ShouldStop
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, integer, list_of, text
from widgets_lib.widgets._tasks import BackgroundTasks
from widgets_lib.widgets.contraction import clock, words
from widgets_lib.widgets.ladder.measurements import wait_until_quiet
from widgets_lib.widgets.ladder.rows import before_you

MAX_OPERANDS = 8  # more do not fit into a drawing


class ContractionPath(Widget):
    """Three operands and more, two contracted at a time: drag the order, and see its cost beside the best.

    wl.ContractionPath("ij,jk,k->i", (2000, 2000), (2000, 2000), (2000,))

    equation: of two to eight operands. operands: arrays or tensors, or only their shapes; without any, sizes that show
    what an order can cost. order: what is contracted first, as numpy.einsum_path gives it; by default nothing yet.
    names: what the operands are called, a, b, … if not given.
    Raises: EinsumError, a ValueError, for an equation that can't be read or operands that do not fit; ValueError for
    one operand, more than eight, an order that is not one of these operands, or names that are not one for each.
    """

    messages = {
        "contract": list_of(integer, least=2),
        "apart": integer,
        "take": text,
        "time": anything,
        "cancel": anything,
    }
    inputs = ("pairs",)
    thread_updated_traits = ("picture", "progress")

    pairs = traitlets.List(help="Pairs of arrays in the order of contraction: operands from 0 on, then results.").tag(
        sync=True
    )
    picture = traitlets.Dict(help="All that is drawn and said: nodes, choices, orders and words, see words.py.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="What is being timed: message; empty when idle.").tag(sync=True)

    def __init__(
        self,
        equation: str = "ij,jk,k->i",
        *operands: Any,
        order: Sequence[Sequence[int]] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self._e = _read(equation, operands)
        self._names = list(self._e.names[:-1] if names is None else names)
        if len(self._names) != len(self._e.inputs) or not all(isinstance(name, str) for name in self._names):
            raise ValueError(
                f"ContractionPath: names={names!r} for {count(len(self._e.inputs), 'operand')}: one text each"
            )
        self._operands = [] if any(isinstance(each, (tuple, str)) for each in operands) else list(operands)
        self._times: dict[Any, clock.Measured] = {}  # by order
        self._orders = einsum.paths(self._e)
        self._tasks = BackgroundTasks(self._show_progress, self._fail)
        first = [] if order is None else _pairs_of(self._e, order)
        super().__init__(pairs=first)
        self.recompute_on(*self.inputs)

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Of the operands their shapes: costs follow from these, and the arrays are too large for a page."""
        return (*args[:1], *(einsum.operands.shape_of(each) for each in args[1:])), kwargs

    def _recompute(self) -> None:
        try:
            self._forest = plant(self._e, self.pairs)
        except TypeError:  # a page can send anything that is a list
            raise ValueError(
                f"an order is a list of pairs of arrays by number, not {reprlib.repr(self.pairs)}"
            ) from None
        self._publish()

    @property
    def forest(self) -> Forest:
        """The contractions made so far."""
        return self._forest

    def _publish(self) -> None:
        self.picture = words.picture_of(self._forest, self._orders, self._times, self._operands, self._names)

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "contract" in content:
            self.contract(*content["contract"][:2])
        elif "apart" in content:
            self._take(self._forest.apart(content["apart"]))
        elif "take" in content:
            self.take(content["take"])
        elif "time" in content:
            self.time()
        elif "cancel" in content:
            self._tasks.cancel()
        else:
            super()._on_custom_msg(content, buffers)

    def contract(self, first: int, second: int) -> None:
        """Contract two arrays by number; what was made of either before is taken apart.

        The last two that are left are contracted too: there is nothing to choose any more.
        Raises: ValueError for an array that is not there, or two of which one is part of the other.
        """
        self._take(self._forest.contracted(first, second).completed())

    def take(self, key: str) -> None:
        """Take over an order by its key: "left to right", "greedy" or "optimal".

        Raises: ValueError for another key.
        """
        if key not in words.offered(self._orders):
            raise ValueError(f"there is no order “{key}” to take over")
        self._take(plant(self._e, _pairs_of(self._e, self._orders[key].order)))

    def _take(self, forest: Forest) -> None:
        self.pairs = [list(pair) for pair in forest.pairs]

    # ---- timing ----

    def time(self) -> None:
        """Time every order that is shown and can be timed here, off the kernel's main thread where there are threads."""
        wanted = words.timed_orders(self._forest, self._orders)

        def measure(should_stop: ShouldStop) -> Generator[None, None, None]:
            let_others = yield from wait_until_quiet(should_stop, self._show_waiting)
            try:
                for title, path in wanted:
                    if self.progress:
                        self.progress = {"message": f"Timing {title}"}
                    yield
                    self._times[path.order] = clock.measure(self._e, self._operands, path, should_stop)
            finally:
                let_others()

        self._tasks.start({"message": "Timing"}, measure, lambda _: self._publish())

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing is timed; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def restart(self) -> None:
        """Go back to the order that the widget was made with; what was timed stays."""
        self._tasks.cancel()
        super().restart()

    def close(self) -> None:
        """End what is timed."""
        if hasattr(self, "_tasks"):  # a constructor that was refused has none
            self._tasks.cancel()
        super().close()

    def _show_waiting(self, before: int) -> None:
        if self.progress:
            self.progress = {"message": f"Timing: {before_you(before)}"}

    def _show_progress(self, progress: dict[str, Any]) -> None:
        self.progress = progress

    def _fail(self, message: str) -> None:
        self.error = message


def _read(equation: str, operands: tuple[Any, ...]) -> einsum.Einsum:
    """The equation with all its sizes known."""
    if not operands:
        letters = einsum.parse(equation)
        if letters.has_open_ellipsis:
            raise ValueError(f"“{equation}” has “...”: give the operands or their shapes")
        operands = tuple((clock.USUAL_SIZE,) * len(each) for each in letters.inputs)
    e = einsum.parse(equation, *operands)
    if not 2 <= len(e.inputs) <= MAX_OPERANDS:
        raise ValueError(
            f"ContractionPath: “{equation}” has {count(len(e.inputs), 'operand')}; give 2 to {MAX_OPERANDS}"
        )
    return e


def _pairs_of(e: einsum.Einsum, order: Sequence[Sequence[int]]) -> list[list[int]]:
    """An order as pairs of nodes. Raises: ValueError if it contracts more than two at once."""
    steps = einsum.describe_order(e, order).steps
    for step in steps:
        if len(step.nodes) != 2:
            raise ValueError(f"an order contracts two arrays at a time, not {len(step.nodes)}")
    return [sorted(step.nodes) for step in steps]
