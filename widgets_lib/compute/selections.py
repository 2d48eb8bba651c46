"""What an index such as `4:15, 4:22` takes from a table of numbers: rows, columns, and the shape of the result.

Text is parsed, never run.
"""

import ast
import re
from dataclasses import dataclass

from widgets_lib.compute.formatting import count, format_shape, format_sizes, shorten

MAX_CHARACTERS = 100
_MINUS_SIGNS = str.maketrans("−–：，［］", "--:,[]")
HINT = "write a pixel as 10, 5, a row as 10, a column as :, 5 and a slice as 4:15, 4:22"


@dataclass(frozen=True)
class Selection:
    """The part of a table that an index takes."""

    index: str
    """What stands in the brackets, such as "4:15, 4:22"; integers of a pixel, a row or a column count from 0."""
    kind: str
    """ "pixel", "row", "column" or "slice"."""
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, ...]
    """Of the result, as numpy and torch give it."""

    def sentence(self, name: str) -> str:
        """What `name[index]` is, in words; code stands between backticks."""
        code = f"`{name}[{self.index}]`"
        if self.kind == "pixel":
            return f"{code} is one number: row {self.rows[0]}, column {self.columns[0]}."
        if self.kind == "slice":
            taken = f"{_along(self.rows, 'row')} and {_along(self.columns, 'column')}"
            size = format_sizes((len(self.rows), len(self.columns)))
            return f"{code} takes {taken}: {size} numbers, shape `{format_shape(self.shape)}`."
        place, length = (self.rows[0], len(self.columns)) if self.kind == "row" else (self.columns[0], len(self.rows))
        numbers = count(length, "number")
        return f"{code} is {self.kind} {place}: {numbers}, shape `{format_shape(self.shape)}`."


def select(text: str, shape: tuple[int, int], name: str = "x") -> Selection:
    """What the index takes from a table of this shape (rows, columns).

    text: as in code, with or without the name and the brackets: "im3[4:15, 4:22]", "[10]", ":, -1", "10][5". An integer
    may count from the end, and a slice may have a step or reach beyond the end, as in Python.
    Raises: ValueError, in words, for what is no index, an integer outside the table, and a slice that takes nothing.
    """
    inside = _inside(text, name)
    parts = _parts(inside, text)
    if len(parts) > 2:
        raise ValueError(f"[{inside}] has {len(parts)} indices, and {name} has 2 axes, rows and columns: {HINT}")
    full = parts + [ast.Slice()] * (2 - len(parts))
    axes = [_take(part, length, what, name) for part, length, what in zip(full, shape, ("row", "column"), strict=True)]
    (rows, is_row), (columns, is_column) = axes
    kept = tuple(len(taken) for taken, is_integer in axes if not is_integer)
    if is_row and is_column:
        return Selection(f"{rows[0]}, {columns[0]}", "pixel", rows, columns, kept)
    if is_row and len(columns) == shape[1] and columns == tuple(range(shape[1])):
        return Selection(f"{rows[0]}", "row", rows, columns, kept)
    if is_column and rows == tuple(range(shape[0])):
        return Selection(f":, {columns[0]}", "column", rows, columns, kept)
    return Selection(", ".join(_written(part) for part in parts), "slice", rows, columns, kept)


def _inside(text: str, name: str) -> str:
    """What stands in the brackets."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"“{shorten(text)}” is too long for an index: {HINT}")
    plain = text.translate(_MINUS_SIGNS).strip()
    if not plain:
        raise ValueError(f"no index was typed: {HINT}")
    called = re.match(r"(\w*)\s*\[(.*)\]\s*$", plain, re.DOTALL)
    if called:
        if called[1] not in ("", name):
            raise ValueError(f"this table shows {name}, not {shorten(called[1])}: write {name}[…]")
        plain = called[2]
    # a[10][5] is a[10, 5]; only after an integer is the next bracket the next axis
    return re.sub(r"^(\s*-?\d+\s*)\]\s*\[", r"\1, ", plain).strip()


def _parts(inside: str, text: str) -> list[ast.expr]:
    try:
        found = ast.parse(f"x[{inside}]", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, ast.Subscript) or not isinstance(found.value, ast.Name):
        raise ValueError(f"“{shorten(text.strip())}” can’t be read as an index: {HINT}")
    return list(found.slice.elts) if isinstance(found.slice, ast.Tuple) else [found.slice]


def _take(part: ast.expr, length: int, what: str, name: str) -> tuple[tuple[int, ...], bool]:
    """The indices that a part takes along an axis, and whether it is an integer, which leaves the axis out."""
    if not isinstance(part, ast.Slice):
        index = _integer(part)
        if not -length <= index < length:
            raise ValueError(
                f"there is no {what} {shorten(str(index), 20)} in {name}: {what}s go from 0 to {length - 1}, or from "
                f"-1 back to -{length}"
            )
        return (index % length,), True
    bounds = [None if bound is None else _integer(bound) for bound in (part.lower, part.upper, part.step)]
    if bounds[2] == 0:
        raise ValueError("a step of 0 goes nowhere: a slice’s step is at least 1, as in 0:28:2")
    if bounds[2] is not None and bounds[2] < 0:
        raise ValueError("PyTorch takes no steps backwards, and neither does this table: x.flip(0) turns rows around")
    taken = tuple(range(length)[slice(*bounds)])
    if not taken:
        raise ValueError(
            f"{_written(part)} takes no {what}s: a slice begins at its first number and ends before its second"
        )
    return taken, False


def _integer(part: ast.expr) -> int:
    try:
        value = ast.literal_eval(part)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        value = None
    if type(value) is not int:
        raise ValueError(f"“{shorten(ast.unparse(part))}” is no whole number and no slice: {HINT}")
    return value


def _written(part: ast.expr) -> str:
    if not isinstance(part, ast.Slice):
        return str(_integer(part))
    lower, upper, step = (
        "" if bound is None else str(_integer(bound)) for bound in (part.lower, part.upper, part.step)
    )
    return f"{lower}:{upper}" + (f":{step}" if step else "")


def _along(taken: tuple[int, ...], what: str) -> str:
    """ "row 4", "rows 4 to 14", "every 2nd row from 0 to 26"."""
    if len(taken) == 1:
        return f"{what} {taken[0]}"
    step = taken[1] - taken[0]
    if step == 1:
        return f"{what}s {taken[0]} to {taken[-1]}"
    return f"every {_ordinal(step)} {what} from {taken[0]} to {taken[-1]}"


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
