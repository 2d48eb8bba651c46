"""Variants of a piece of code: what each changes, and what comes out when it runs as a notebook's cell would."""

import ast
import difflib
import io
import linecache
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.formatting import count, shorten

MAX_LINES = 40  # of what is shown
MAX_LETTERS = 4_000
MAX_PIXELS = 4_096


@dataclass(frozen=True)
class Outcome:
    """What a piece of code printed, the value of its last expression, or how and in which of its lines it failed."""

    printed: str = ""
    value: Any = None
    failure: str = ""
    line: int = 0  # from 1; 0 where it went well, or failed outside

    @property
    def text(self) -> str:
        """What a notebook would show below the cell; of a failure its last line."""
        value = "" if self.value is None or self.failure else _written(self.value)
        return clip("\n".join(filter(None, [self.printed.rstrip("\n"), value, self.failure])))


@dataclass(frozen=True)
class Picture:
    """Rows of numbers as shades from 0, paper, to 255, ink; rows may have different lengths."""

    lengths: tuple[int, ...]
    shades: tuple[int, ...]
    description: str


def check(code: str, name: str) -> None:
    """Raises: ValueError, naming the line, for a text that is not Python, or holds none."""
    try:
        empty = not ast.parse(code).body
    except SyntaxError as error:
        raise ValueError(f"“{name}”, line {error.lineno}: {error.msg}") from None
    if empty:
        raise ValueError(f"“{name}” has no code")


def names_in(codes: Iterable[str]) -> set[str]:
    """The names that occur in these texts."""
    return {node.id for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def changed_lines(base: str, code: str) -> tuple[bool, ...]:
    """For each line of `code` whether it is not in `base`, or was moved."""
    lines = code.splitlines()
    same = difflib.SequenceMatcher(a=base.splitlines(), b=lines, autojunk=False).get_matching_blocks()
    kept = {block.b + at for block in same for at in range(block.size)}
    return tuple(at not in kept for at in range(len(lines)))


def run(code: str, names: Mapping[str, Any]) -> Outcome:
    """Run the code with these names, which it can't set for others, and keep what it prints.

    An exception is an outcome; SystemExit is one too. The caller answers for what the code does.
    """
    file = f"<variant {zlib.crc32(code.encode()):08x}>"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file  # for who asks for its source
    tree = ast.parse(code, file)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    space = {**names, "__name__": "__main__", "print": partial(print, file=printed)}
    value = None
    try:
        exec(compile(tree, file, "exec"), space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), space)
    except (Exception, SystemExit) as error:
        return Outcome(printed.getvalue(), None, _in_words(error), _line_of(error, file))
    return Outcome(printed.getvalue(), value)


def picture(value: Any) -> Picture | None:
    """Numbers in rows as a picture, the largest as ink; None for anything else, or more than 4,096 numbers."""
    try:
        rows = [as_numpy(row, real=True).astype(float) for row in value]
    except (TypeError, ValueError):
        return None
    if not rows or any(row.ndim != 1 for row in rows) or not 0 < sum(map(len, rows)) <= MAX_PIXELS:
        return None
    flat = np.concatenate(rows)
    if not np.isfinite(flat).all():
        return None
    low, high = min(flat.min(), 0.0), flat.max()
    shades = np.rint((flat - low) / ((high - low) or 1) * 255)
    lengths = tuple(map(len, rows))
    return Picture(lengths, tuple(int(shade) for shade in shades), _describe_rows(lengths))


def clip(text: str) -> str:
    """The text, or its beginning with a mark where it goes on."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        text = "\n".join([*lines[:MAX_LINES], "…"])
    return text if len(text) <= MAX_LETTERS else f"{text[:MAX_LETTERS]}…"


def _written(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # of somebody's class
        return f"a {type(value).__name__} that can’t be shown: {_in_words(error)}"


def _in_words(error: BaseException) -> str:
    message = str(error).strip()
    return f"{type(error).__name__}: {shorten(message, 500)}" if message else type(error).__name__


def _line_of(error: BaseException, file: str) -> int:
    line, step = 0, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _describe_rows(lengths: tuple[int, ...]) -> str:
    if len(set(lengths)) == 1:
        return f"{count(len(lengths), 'row')} of {lengths[0]}"
    if len(set(lengths[:-1])) == 1:
        return f"{count(len(lengths) - 1, 'row')} of {lengths[0]}, and a last one of {lengths[-1]}"
    return f"{len(lengths)} rows of {min(lengths)} to {max(lengths)}"
