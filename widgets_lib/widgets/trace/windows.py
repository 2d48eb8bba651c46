"""The part of each array that is drawn, as rows and columns of cells."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from widgets_lib.compute import gpu
from widgets_lib.compute.formatting import format_shape
from widgets_lib.compute.gpu.accesses import ArrayInfo

MAX_ROWS, MAX_COLUMNS = 32, 32
WRAP = 16  # cells in a row of a vector that is too long for one row


class Window:
    """The cells of one array that a block touches, or as many of them as can be drawn.

    rows, columns: their numbers, of the array as a table: all axes but the last go down.
    """

    def __init__(self, info: ArrayInfo, touched: np.ndarray) -> None:
        self.info = info
        self.is_vector = len(info.shape) < 2
        size = math.prod(info.shape)
        self._across = self._row_length(size)
        self._size = size
        down = -(-size // self._across) if size else 0
        touched_rows, touched_columns = touched // self._across, touched % self._across
        self.rows = _part(down, touched_rows, MAX_ROWS)
        self.columns = _part(self._across, touched_columns, MAX_COLUMNS)

    def _row_length(self, size: int) -> int:
        if not self.is_vector:
            return max(1, self.info.shape[-1])
        return size if 0 < size <= WRAP * 1.5 else WRAP

    def places(self, cells: np.ndarray) -> np.ndarray:
        """Where these cells are drawn, counted row by row in the window; −1 for those outside."""
        row, column = cells // self._across - self.rows.start, cells % self._across - self.columns.start
        inside = (row >= 0) & (row < len(self.rows)) & (column >= 0) & (column < len(self.columns))
        return np.where(inside, row * len(self.columns) + column, -1)

    def cell(self, place: int) -> int:
        """The cell that is drawn at a place. Raises: ValueError if none is."""
        width = len(self.columns)
        cell = (self.rows.start + place // width) * self._across + self.columns.start + place % width if width else -1
        if not 0 <= place < len(self.rows) * width or cell >= self._size:
            raise ValueError(f"{self.info.name} has no cell number {place} here")
        return cell

    def beside(self, index: Sequence[int]) -> tuple[int, int]:
        """Row and column of an index in the window; one that lies outside the array is put beside its edge."""
        if self.is_vector:
            flat = min(index[0] if index else 0, self._size)
            wraps = len(self.rows) > 1 and flat >= 0
            row, column = divmod(flat, self._across) if wraps else (0, max(flat, -1))
            return min(row - self.rows.start, len(self.rows)), column - self.columns.start
        row = 0
        for i, size in zip(index[:-1], self.info.shape[:-1], strict=True):
            row = row * size + min(max(i, -1), size)
        column = min(max(index[-1], -1), self.info.shape[-1])
        return (
            min(max(row - self.rows.start, -1), len(self.rows)),
            min(max(column - self.columns.start, -1), len(self.columns)),
        )

    def drawn(self) -> dict[str, Any]:
        """name, space, shape: in words; rows, columns: labels; last: how many cells its last row has; note."""
        info = self.info
        full_last = not self.rows or (self.rows.stop * self._across <= self._size)
        return {
            "name": info.name,
            "space": info.space,
            "shape": format_shape(info.shape),
            "rows": self._row_labels(),
            "columns": [] if self.is_vector and len(self.rows) > 1 else [str(c) for c in self.columns],
            "width": len(self.columns),
            "last": len(self.columns) if full_last else self._size - (self.rows.stop - 1) * self._across,
            "note": self._note(),
        }

    def _row_labels(self) -> list[str]:
        if self.is_vector:
            return [str(row * self._across) if len(self.rows) > 1 else "" for row in self.rows]
        leading = self.info.shape[:-1]
        return [",".join(str(int(i)) for i in np.unravel_index(row, leading)) for row in self.rows]

    def _note(self) -> str:
        down = -(-self._size // self._across) if self._size else 0
        parts = []
        if self.is_vector:
            first, last = self.rows.start * self._across, min(self._size, self.rows.stop * self._across) - 1
            return f"cells {first:,} to {last:,}" if len(self.rows) < down else ""
        if len(self.rows) < down:
            parts.append(f"rows {self.rows.start:,} to {self.rows.stop - 1:,}")
        if len(self.columns) < self._across:
            parts.append(f"columns {self.columns.start:,} to {self.columns.stop - 1:,}")
        return ", ".join(parts)


def _part(size: int, touched: np.ndarray, most: int) -> range:
    """All of an axis if it can be drawn, else from the first that is touched on."""
    if size <= most:
        return range(size)
    first = int(touched.min()) if len(touched) else 0
    last = int(touched.max()) if len(touched) else 0
    first = min(first, size - 1)
    return range(first, min(size, first + max(1, min(most, last - first + 1))))


def windows(trace: gpu.Trace, block: int) -> dict[int, Window]:
    """A window for each array that a block can see, by its number: arguments, then shared arrays, then constants."""
    columns = trace.accesses.columns
    columns = columns.where(columns.block == block)
    found = {}
    for space in ("global", "shared", "constant"):
        for number, info in enumerate(trace.accesses.arrays):
            if info.space == space and info.block in (-1, block):
                found[number] = Window(info, columns.cell[columns.array == number])
    return found
