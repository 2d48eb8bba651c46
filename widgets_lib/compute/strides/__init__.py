"""What lies under a view: how shape, stride and offset turn an index into a place in memory.

Glossary: *storage*, the one-dimensional row of cells that holds the numbers; *position*, the number of a cell
in it, from 0; *element*, what an index of the view names; *stride* of an axis, the step in cells that one step
along the axis takes; *offset*, the position of element (0, 0, …). One equation carries the whole package:

    position(i, j, …) = offset + i·stride[0] + j·stride[1] + …

Strides and offsets count elements, as torch does; `stride_bytes` gives numpy's bytes.
"""

from .layout import MAX_CELLS, Layout, View, as_strided, contiguous_stride
from .lesson_moves import COPIES, Move, moves
from .storage import Stored, check_writable, describe, storage_of, values, write

__all__ = [
    "COPIES",
    "MAX_CELLS",
    "Layout",
    "Move",
    "Stored",
    "View",
    "as_strided",
    "check_writable",
    "contiguous_stride",
    "describe",
    "moves",
    "storage_of",
    "values",
    "write",
]
