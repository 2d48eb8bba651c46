"""Python text that is read and never run: its tree, the place of every node, and faults that name it."""

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Sequence

from widgets_lib.compute.formatting import count

from .equation import Einsum
from .errors import EinsumError, Repair, Span
from .meaning import same
from .repairs import MAX_REPAIRS, MAX_TRIES, is_right

MAX_CHARACTERS = 4000
LIBRARIES = ("np", "numpy", "torch")  # by the names that a text may call them
MAX_DEPTH = 200  # of nodes in one another: twice the 63 operands of a product, and well below Python's own limit

Edits = Iterable[tuple[str, str]]  # a whole text and what it changes


class Fault(EinsumError):
    """An EinsumError with texts that may be right, none of them tried yet."""

    def __init__(self, message: str, text: str, spans: Iterable[Span], rule: str, edits: Edits = ()) -> None:
        super().__init__(message, text, spans, rule)
        self.edits = list(edits)


class Source:
    """A text and its statements. indented: whether spaces before the first line are left out, as a line is pasted.

    Raises: Fault if it is too long or not Python.
    """

    def __init__(self, text: str, *, indented: bool = False) -> None:
        self.text = text
        if len(text) > MAX_CHARACTERS:
            message = f"the text has {count(len(text), 'character')}; the limit is {MAX_CHARACTERS:,}"
            raise Fault(message, text, [(MAX_CHARACTERS, len(text))], "too-long")
        self._indent = len(text) - len(text.lstrip(" \t")) if indented else 0
        self._starts = [self._indent]
        self._starts += [found.end() for found in re.compile("\r\n|\r|\n").finditer(text, self._indent)]
        self._starts.append(len(text) + 1)
        self.body = self._parse()

    def _parse(self) -> list[ast.stmt]:
        message = "this can’t be read as Python: it is nested too deeply, or holds a character that Python refuses"
        everything = [(0, len(self.text))]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(self.text[self._indent :])
        except SyntaxError as error:
            raise self._syntax_fault(error) from None
        except (ValueError, RecursionError, MemoryError):
            raise Fault(message, self.text, everything, "syntax") from None
        level: list[ast.AST] = [tree]
        for _ in range(MAX_DEPTH):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
        if level:
            raise Fault(message, self.text, everything, "syntax")
        return tree.body

    def _syntax_fault(self, error: SyntaxError) -> Fault:
        line = min(max((error.lineno or 1) - 1, 0), len(self._starts) - 2)
        at = min(self._starts[line] + max((error.offset or 1) - 1, 0), len(self.text))
        edits = []
        if "':'" in error.msg:
            edits.append((f"{self.text[:at]}:{self.text[at:]}", "Adds the colon."))
        return Fault(f"this isn’t valid Python: {error.msg}", self.text, [(at, at + 1)], "syntax", edits)

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the text; the first line of a statement that has several."""
        start = self._place(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = self._place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        newline = self.text.find("\n", start, end)
        return start, newline if newline >= 0 and isinstance(node, ast.stmt) else end

    def _place(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        encoded = self.text[start : self._starts[line]].encode()[:column]
        return start + len(encoded.decode(errors="ignore"))

    def between(self, before: ast.AST, after: ast.AST, sign: str) -> Span:
        """Where `sign` stands between two nodes."""
        start, end = self.span(before)[1], self.span(after)[0]
        at = self.text.find(sign, start, end)
        return (at, at + len(sign)) if at >= 0 else (start, end)

    def code(self, node: ast.AST) -> str:
        return self.text[slice(*self.span(node))]

    def with_changed(self, span: Span, new: str) -> str:
        return self.text[: span[0]] + new + self.text[span[1] :]

    def fault(self, message: str, nodes: Sequence[ast.AST | Span], rule: str, edits: Edits = ()) -> Fault:
        spans = [node if isinstance(node, tuple) else self.span(node) for node in nodes]
        return Fault(message, self.text, spans, rule, edits)


def with_repairs(
    error: EinsumError, text: str, read: Callable[[str], Einsum], like: Einsum | None = None
) -> EinsumError:
    """The error with those of its edits that can be read, and computed on operands of small sizes.

    First come those that mean what `like` means.
    """
    found: dict[str, tuple[bool, Repair]] = {}
    for candidate, message in getattr(error, "edits", [])[:MAX_TRIES]:
        if len(found) >= MAX_REPAIRS and (like is None or not all(other for other, _ in found.values())):
            break
        if candidate == text or candidate in found:
            continue
        try:
            e = read(candidate)
        except EinsumError:
            continue
        if is_right(e.equation, e.shapes):
            found[candidate] = not (like and same(e, like)), Repair(candidate, message)
    repairs = [repair for _, repair in sorted(found.values(), key=lambda item: item[0])]
    return EinsumError(error.message, text, error.spans, error.rule, repairs[:MAX_REPAIRS])
