"""KernelGrid: which thread makes which cell, which threads are idle, and what a warp asks of memory."""

from collections.abc import Sequence
from typing import Any

import traitlets

from widgets_lib.compute.gpu import Placement
from widgets_lib.compute.gpu.placement import MAX_SIZE
from widgets_lib.compute.parsing import read_integer, read_shape
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import record, text
from widgets_lib.widgets.grid.picture import picture_of

STOPS = [1, 2, 4, 8, 10, 16, 20, 24, 32, 64, 128, 256, 512, 1024]
RESULT_BYTES = {"float32": 4, "float64": 8}
SIZES = {"m": "the number of rows of c", "n": "the number of columns of c"}
ROW, COLUMN = "row", "column"


class KernelGrid(Widget):
    """A matrix c (m, n) under a grid of blocks of threads, one thread for each cell.

    wl.KernelGrid(50_000, 10, threads=(16, 16))

    m, n: rows and columns of c, 1 to 10⁹. k: columns of a and rows of b, whose product c is. threads: of a block, (x, y),
    or one number for x alone; at most 1,024 in all. x: "row" or "column", what the axis is that counts fastest. result:
    "float32", or "float64", as `np.zeros` makes c. cell: row and column of the thread that is shown; it may lie in the
    part of the grid that is beyond the edges of c.
    Raises: TypeError or ValueError, naming the value, for what no CUDA device takes.
    """

    messages = {"size": record(name=text, text=text), "threads": text}
    inputs = ("m", "n", "threads", "x", "result", "cell")

    m = traitlets.Int(help="Rows of c.").tag(sync=True)
    n = traitlets.Int(help="Columns of c.").tag(sync=True)
    threads = traitlets.List(traitlets.Int(), help="Threads of a block, [x, y].").tag(sync=True)
    x = traitlets.Unicode(help='What x is: "row" or "column".').tag(sync=True)
    result = traitlets.Unicode(help='The dtype of c: "float64" or "float32".').tag(sync=True)
    cell = traitlets.List(help="Row and column of the thread that is shown, from 0.").tag(sync=True)

    stops = traitlets.List(STOPS, help="Slider values of threads.").tag(sync=True)
    picture = traitlets.Dict(
        help="All that is drawn and said: rows, columns, block, thread, warp and words, see picture.py."
    ).tag(sync=True)

    def __init__(
        self,
        m: int = 50_000,
        n: int = 10,
        *,
        k: int = 784,
        threads: int | Sequence[int] = (16, 16),
        x: str = ROW,
        result: str = "float32",
        cell: Sequence[int] = (0, 0),
    ) -> None:
        self._k = k
        placement = Placement.of(m, k, n, threads, x_is_row=x != COLUMN)
        super().__init__(m=m, n=n, threads=list(placement.launch.threads), x=x, result=result, cell=list(cell))
        self.recompute_on(*self.inputs)

    def _recompute(self) -> None:
        if self.x not in (ROW, COLUMN):
            raise ValueError(f"x is “{ROW}” or “{COLUMN}”, not {self.x!r}")
        if self.result not in RESULT_BYTES:
            raise ValueError(f"the result is {' or '.join(RESULT_BYTES)}, not {self.result!r}")
        if len(self.cell) != 2 or not all(type(index) is int and index >= 0 for index in self.cell):
            raise ValueError(f"a cell is two whole numbers from 0 on, a row and a column, not {self.cell!r}")
        threads = [int(t) for t in self.threads]  # what JSON has as true counts as 1
        placement = Placement.of(self.m, self._k, self.n, threads, x_is_row=self.x == ROW)
        self.picture = picture_of(placement, (self.cell[0], self.cell[1]), RESULT_BYTES[self.result])

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "size" in content:
            self.set_size(**content["size"])
        elif "threads" in content:
            self.set_threads(content["threads"])
        else:
            super()._on_custom_msg(content, buffers)

    def set_size(self, name: str, text: str) -> None:
        """Set m or n to what was typed.

        Raises: ValueError, naming what was typed, for what is no size.
        """
        if name not in SIZES:
            raise ValueError(f"the sizes are m and n, not “{name}”")
        size = read_integer(text, SIZES[name], 1, MAX_SIZE)
        self._try({name: size})

    def set_threads(self, text: str) -> None:
        """Set the threads of a block to what was typed, such as "32, 8".

        Raises: ValueError, naming what was typed, for what no block can have.
        """
        self._try({"threads": list(read_shape(text))})

    def _try(self, values: dict[str, Any]) -> None:
        """Set what is possible; what is not leaves everything as it is."""
        now: dict[str, Any] = {"m": self.m, "n": self.n, "threads": self.threads} | values
        placement = Placement.of(now["m"], self._k, now["n"], now["threads"], x_is_row=self.x == ROW)
        self._set_traits(values | ({"threads": list(placement.launch.threads)} if "threads" in values else {}))
