"""LoopStepper: a small matrix product, one step of Python at a time."""

from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute.matmul import loops
from widgets_lib.widgets._base import Widget


class LoopStepper(Widget):
    """A times B, stepped through by one of five loop strategies, every product visible.

    wl.LoopStepper()
    wl.LoopStepper(a, b, strategy="kij")
    wl.LoopStepper(strategy="outer", m=2, k=3, n=2)

    a, b: matrices (m, k) and (k, n) of at most 6 along each axis, as torch tensors, numpy arrays or nested lists;
    without them, small digits. strategy: ijk, kij, dot, broadcast or outer.
    m, k, n: show this corner of the matrices, at first; sliders change it. Without them, all of a and b.
    Raises: ValueError in words if a and b do not fit, are too large, empty or not numbers.
    """

    inputs = ("strategy", "m", "k", "n")

    strategy = traitlets.Enum(list(loops.STRATEGIES), help="Which axes Python loops over, and in which order.").tag(
        sync=True
    )
    m = traitlets.Int(help="Rows of A and C that are shown.").tag(sync=True)
    k = traitlets.Int(help="Columns of A and rows of B that are shown: the size of the summed axis.").tag(sync=True)
    n = traitlets.Int(help="Columns of B and C that are shown.").tag(sync=True)

    a = traitlets.List(help="A as texts: rows of columns.").tag(sync=True)
    b = traitlets.List(help="B as texts: rows of columns.").tag(sync=True)
    products = traitlets.List(help="products[i][j][k]: a[i, k]·b[k, j] as a text.").tag(sync=True)
    sums = traitlets.List(help="sums[i][j][t]: c[i, j] after its first t products, as a text.").tag(sync=True)
    exact = traitlets.Bool(help="Whether all numbers are whole, and so can be drawn without rounding.").tag(sync=True)
    strategies = traitlets.List(
        help="For each strategy its key, code (lines), summary, and moments [i, j, k, lines run] for all of A and B."
    ).tag(sync=True)

    def __init__(
        self,
        a: Any = None,
        b: Any = None,
        strategy: str = "ijk",
        *,
        m: int | None = None,
        k: int | None = None,
        n: int | None = None,
    ):
        if (a is None) != (b is None):
            raise ValueError("LoopStepper: give both a and b, or neither")
        if a is None:
            a, b = loops.example()
            m, k, n = (usual if size is None else size for size, usual in zip((m, k, n), (3, 4, 2), strict=True))
        terms = loops.terms(a, b)
        self._largest = rows, columns, inner = terms.products.shape
        super().__init__(
            strategy=strategy,
            m=rows if m is None else m,
            k=inner if k is None else k,
            n=columns if n is None else n,
            a=_texts(terms.a),
            b=_texts(terms.b),
            products=_texts(terms.products),
            sums=_texts(terms.sums),
            exact=all(x.dtype.kind in "iO" or bool((x == x.round()).all()) for x in (terms.a, terms.b)),
            strategies=[_describe(one, rows, inner, columns) for one in loops.STRATEGIES.values()],
        )
        self.recompute_on("m", "k", "n")

    def _recompute(self) -> None:
        """Check the sizes. Nothing is left to compute: a corner's moments and numbers are among those of the whole."""
        for name, largest in zip("mnk", self._largest, strict=True):
            size = getattr(self, name)
            if not 1 <= size <= largest:
                raise ValueError(
                    f"LoopStepper: {name}={size} is not a size of these matrices: {name} goes from 1 to {largest}."
                )


def _describe(strategy: loops.Strategy, m: int, k: int, n: int) -> dict[str, Any]:
    moments = [[moment.i, moment.j, moment.k, moment.lines] for moment in strategy.moments(m, k, n)]
    return {"key": strategy.key, "code": strategy.lines, "summary": strategy.summary, "moments": moments}


def _texts(array: np.ndarray) -> list:
    """The array as nested lists of texts: JSON has no nan or inf. Nine digits hold a float32."""
    text = "{:.9g}" if array.dtype.kind == "f" else "{:d}"
    return np.vectorize(text.format, otypes=[object])(array).tolist()
