"""The grammar of an equation such as "ik,kj->ij": from text to terms, every letter with its place.

The rules are those of np.einsum without optimize: letters a–z and A–Z, terms between commas, "..." at most once in a
term, spaces anywhere but inside "..." and "->".
"""

import string
from collections import Counter
from dataclasses import dataclass

from widgets_lib.compute.formatting import count, join_words, shorten

from .errors import EinsumError, Span

LETTERS = string.ascii_letters
DOTS = "..."
MAX_CHARACTERS = 2000
MAX_OPERANDS = 63  # as numpy has it


@dataclass(frozen=True)
class Token:
    """One letter, or "...", and where it begins in the text; width: of its place there, 0 for its own length."""

    letter: str
    start: int
    width: int = 0

    @property
    def span(self) -> Span:
        return self.start, self.start + (self.width or len(self.letter))


@dataclass(frozen=True)
class Term:
    """What the text says of one operand, or of the output; start and end of its place in the text."""

    tokens: tuple[Token, ...]
    start: int
    end: int

    @property
    def has_dots(self) -> bool:
        return any(token.letter == DOTS for token in self.tokens)

    @property
    def letters(self) -> list[str]:
        """The letters without "..."."""
        return [token.letter for token in self.tokens if token.letter != DOTS]

    def __str__(self) -> str:
        return "".join(token.letter for token in self.tokens)


@dataclass(frozen=True)
class Equation:
    """The terms of a text; output is None if the text has no arrow."""

    text: str
    inputs: tuple[Term, ...]
    output: Term | None


def read_equation(text: str) -> Equation:
    """The terms of an equation, with the rules checked that need no shapes.

    Raises: EinsumError, without repairs.
    """
    if len(text) > MAX_CHARACTERS:
        raise EinsumError(
            f"the equation has {count(len(text), 'character')}; the limit is {MAX_CHARACTERS:,}",
            text[:MAX_CHARACTERS],
            [(MAX_CHARACTERS - 1, MAX_CHARACTERS)],
            "too-long",
        )
    _check_characters(text)
    arrow = _find_arrow(text)
    inputs = _read_terms(text, 0, len(text) if arrow is None else arrow)
    output = None if arrow is None else _read_term(text, arrow + 2, len(text))
    if len(inputs) > MAX_OPERANDS:
        spans = [(inputs[MAX_OPERANDS].start, inputs[-1].end)]
        raise EinsumError(f"{len(inputs)} operands are too many: numpy takes {MAX_OPERANDS}", text, spans, "operands")
    if output is not None:
        check_output(text, inputs, output)
    return Equation(text, inputs, output)


def _check_characters(text: str) -> None:
    wrong = [(place, each) for place, each in enumerate(text) if each not in LETTERS + ".,-> "]
    if wrong:
        shown = join_words(
            [f"“{each}”" if each.isprintable() else repr(each) for each in dict.fromkeys(c for _, c in wrong)][:5]
        )
        message = f"{shown} can’t be part of an equation: use letters a–z and A–Z, commas, “->” and “...”"
        raise EinsumError(message, text, [(place, place + 1) for place, _ in wrong], "character")


def _find_arrow(text: str) -> int | None:
    """Where the one "->" begins, None if there is none."""
    arrows = [place for place in range(len(text)) if text.startswith("->", place)]
    inside = {place + offset for place in arrows for offset in (0, 1)}
    stray = [place for place, each in enumerate(text) if each in "->" and place not in inside]
    if stray:
        message = "the arrow is “->”: a hyphen and a greater-than sign, with nothing between them"
        raise EinsumError(message, text, [(place, place + 1) for place in stray], "arrow")
    if len(arrows) > 1:
        spans = [(place, place + 2) for place in arrows[1:]]
        raise EinsumError(
            "an equation has one arrow “->”, with the inputs before it and the output after it", text, spans, "arrow"
        )
    return arrows[0] if arrows else None


def _read_terms(text: str, start: int, end: int) -> tuple[Term, ...]:
    terms = []
    for part in text[start:end].split(","):
        terms.append(_read_term(text, start, start + len(part)))
        start += len(part) + 1
    return tuple(terms)


def _read_term(text: str, start: int, end: int) -> Term:
    tokens: list[Token] = []
    place = start
    while place < end:
        if text.startswith(DOTS, place, end):
            tokens.append(Token(DOTS, place))
        elif text[place] == ".":
            last = place
            while last < end and text[last] in ". ":
                last += 1
            message = "an ellipsis is exactly three dots “...”, with no space between them"
            raise EinsumError(message, text, [(place, place + len(text[place:last].rstrip()))], "ellipsis")
        elif text[place] == ",":
            message = "the output is a single array: there is no comma after the arrow"
            commas = [(other, other + 1) for other in range(place, end) if text[other] == ","]
            raise EinsumError(message, text, commas, "output-comma")
        elif text[place] != " ":
            tokens.append(Token(text[place], place))
        place += len(tokens[-1].letter) if text[place] != " " else 1
    dots = [token for token in tokens if token.letter == DOTS]
    if len(dots) > 1:
        message = "a term has at most one “...”: with two, it is unclear which axes belong to which"
        raise EinsumError(message, text, [token.span for token in dots[1:]], "ellipsis")
    spaces = len(text[start:end]) - len(text[start:end].lstrip())
    first = start + spaces if spaces < end - start else start
    return Term(tuple(tokens), first, first + len(text[first:end].rstrip()))


def check_output(text: str, inputs: tuple[Term, ...], output: Term) -> None:
    """Raises: EinsumError if a letter of the output is in no input, or stands there twice."""
    known = {letter for term in inputs for letter in term.letters}
    unknown = [token for token in output.tokens if token.letter not in known and token.letter != DOTS]
    if unknown:
        names = join_words([f"“{letter}”" for letter in dict.fromkeys(token.letter for token in unknown)])
        verb = "is" if len({token.letter for token in unknown}) == 1 else "are"
        message = f"{names} {verb} in the output but in no input, so nothing gives that axis a size"
        raise EinsumError(message, text, [token.span for token in unknown], "output-unknown")
    counts = Counter(output.letters)
    repeated = [token for token in output.tokens if counts[token.letter] > 1]
    if repeated:
        names = join_words([f"“{letter}”" for letter in dict.fromkeys(token.letter for token in repeated)])
        shown = shorten(str(output))
        message = f"{names} appears twice in the output “{shown}”: each axis of the result needs its own letter"
        raise EinsumError(message, text, [token.span for token in repeated], "output-repeats")


def implicit_output(inputs: tuple[Term, ...]) -> str:
    """The output that a text without an arrow has: "..." first, then the letters that stand once, capitals first."""
    counts = Counter(letter for term in inputs for letter in term.letters)
    dots = DOTS if any(term.has_dots for term in inputs) else ""
    return dots + "".join(sorted(letter for letter, seen in counts.items() if seen == 1))
