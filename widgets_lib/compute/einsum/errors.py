"""What is wrong with a text that means to be an einsum, as data: the rule, every culprit's place, verified repairs."""

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Repair:
    """A whole text that is right, in place of the one that is not. message: what it changes, as a sentence."""

    text: str
    message: str


class EinsumError(ValueError):
    """A text, or operands that do not fit it, that mean no einsum.

    message: one sentence; str() gives the same. text: what was read. spans: the (start, end) in the text of every
    culprit, in order; empty only where something is missing behind the end of the text. rule: a short
    key of the rule that is broken, such as "size". repairs: texts that were themselves read and computed.
    """

    def __init__(
        self,
        message: str,
        text: str = "",
        spans: Iterable[Span] = (),
        rule: str = "",
        repairs: Iterable[Repair] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        inside = {(min(start, len(text)), min(max(end, start + 1), len(text))) for start, end in spans}
        self.spans: tuple[Span, ...] = tuple(sorted(inside)) or ((0, len(text)),)
        self.rule = rule
        self.repairs = tuple(repairs)

    @property
    def marked(self) -> str:
        """The lines of the text that hold a culprit, each over a line with ^ under every culprit."""
        marked, start = [], 0
        for line in self.text.split("\n"):
            end = start + len(line)
            carets = [" "] * (len(line) + 1)
            for first, last in self.spans:
                for place in range(max(first, start), min(max(last, first + 1), end + 1)):
                    carets[place - start] = "^"
            if "^" in carets:
                marked += [line, "".join(carets).rstrip()]
            start = end + 1
        return "\n".join(marked)
