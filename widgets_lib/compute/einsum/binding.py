"""An equation and the shapes of its operands: which size each letter has, and which axes "..." stands for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from widgets_lib.compute.formatting import count, format_shape, join_words

from .errors import EinsumError, Span
from .grammar import DOTS, LETTERS, Equation, Term, implicit_output
from .naming import choose_names

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Bound:
    """The letters of each operand and of the output, with "..." replaced by the letters in `ellipsis`.

    Where a shape is not known, "..." stays, and `ellipsis` is "".
    """

    inputs: tuple[str, ...]
    output: str
    ellipsis: str


def bind(equation: Equation, shapes: Sequence[Shape | None]) -> Bound:
    """The equation with these shapes, None for each that is not known.

    Raises: EinsumError, without repairs, if there are not as many shapes as terms, or they do not fit.
    """
    _check_number(equation, len(shapes))
    widths = [_dots_width(equation, k, shape) for k, shape in enumerate(shapes)]
    ellipsis = _ellipsis_letters(equation, widths)
    terms = [
        _expanded(term, shape, width, ellipsis)
        for term, shape, width in zip(equation.inputs, shapes, widths, strict=True)
    ]
    _check_diagonals(equation, shapes, terms)
    _check_sizes(equation, shapes, terms)
    output = implicit_output(equation.inputs) if equation.output is None else str(equation.output)
    if ellipsis and DOTS not in output:
        _refuse_lost_ellipsis(equation, len(ellipsis))
    known = ellipsis is not None
    if known or not any(term.has_dots for term in equation.inputs):
        output = output.replace(DOTS, ellipsis or "")
    inputs = tuple("".join(letter for letter, _ in term) for term in terms)
    return Bound(inputs, output, ellipsis or "")


Axes = list[tuple[str, Span]]  # the letters of an operand, each with the place that says so


def names_in(equation: Equation) -> tuple[str, ...]:
    """What the operands are called in messages, as in loops and expressions."""
    return choose_names(len(equation.inputs), "".join(map(str, equation.inputs)))


def _check_number(equation: Equation, given: int) -> None:
    terms = equation.inputs
    if given == len(terms):
        return
    there = f"there {'is' if given == 1 else 'are'} {count(given, 'operand')}"
    message = f"the equation has {count(len(terms), 'term')} and {there}: each operand needs its own term"
    end = terms[-1].end
    spans = [(term.start, term.end) for term in terms[given:]] or [(end, end + 1)]
    raise EinsumError(message, equation.text, spans, "operands")


def _dots_width(equation: Equation, number: int, shape: Shape | None) -> int | None:
    """How many axes "..." stands for in this operand; None if that is not known."""
    term = equation.inputs[number]
    if shape is None:
        return None if term.has_dots else 0
    width = len(shape) - len(term.letters)
    if width < 0 or (width and not term.has_dots):
        least = "at least " if term.has_dots else ""
        named = f"“{term}” names {least}{len(term.letters)}" if term.tokens else "its term is empty"
        axes = f"{format_shape(shape)}, {count(len(shape), 'axis', 'axes')}"
        message = f"{names_in(equation)[number]} has the shape {axes}, but {named}"
        raise EinsumError(message, equation.text, [(term.start, max(term.end, term.start + 1))], "axes")
    return width


def _ellipsis_letters(equation: Equation, widths: Sequence[int | None]) -> str | None:
    """Letters for the axes of "...", capitals first, none of them in the equation; None where a width is not known."""
    if any(width is None for width in widths):
        return None
    longest = max((width for width in widths if width is not None), default=0)
    used = {letter for term in equation.inputs for letter in term.letters}
    free = [letter for letter in LETTERS[26:] + LETTERS[:26] if letter not in used]
    if longest > len(free):
        dots = [token.span for term in equation.inputs for token in term.tokens if token.letter == DOTS]
        message = f"“...” stands for {longest} axes here; with them there are more than 52, and the letters run out"
        raise EinsumError(message, equation.text, dots, "letters")
    return "".join(free[:longest])


def _expanded(term: Term, shape: Shape | None, width: int | None, ellipsis: str | None) -> Axes:
    axes: Axes = []
    for token in term.tokens:
        if token.letter != DOTS:
            axes.append((token.letter, token.span))
        elif width is None or ellipsis is None:
            axes.append((DOTS, token.span))
        else:
            axes += [(letter, token.span) for letter in ellipsis[len(ellipsis) - width :]]
    return axes


def _check_diagonals(equation: Equation, shapes: Sequence[Shape | None], terms: Sequence[Axes]) -> None:
    for number, (shape, axes) in enumerate(zip(shapes, terms, strict=True)):
        if shape is None or len(shape) != len(axes):
            continue
        for letter, seen in Counter(letter for letter, _ in axes).items():
            sizes = [n for (other, _), n in zip(axes, shape, strict=True) if other == letter]
            if seen > 1 and len(set(sizes)) > 1:
                message = (
                    f"“{letter}” takes a diagonal of {names_in(equation)[number]}, but its axes there have the sizes "
                    f"{join_words([str(n) for n in sizes])}: they must be equal, and not even a 1 stretches"
                )
                spans = [span for other, span in axes if other == letter]
                raise EinsumError(message, equation.text, spans, "diagonal")


def _check_sizes(equation: Equation, shapes: Sequence[Shape | None], terms: Sequence[Axes]) -> None:
    found: dict[str, list[tuple[int, Span, int]]] = {}
    for number, (shape, axes) in enumerate(zip(shapes, terms, strict=True)):
        if shape is not None and len(shape) == len(axes):
            for (letter, span), n in zip(axes, shape, strict=True):
                found.setdefault(letter, []).append((n, span, number))
    clashes = {letter: seen for letter, seen in found.items() if len({n for n, _, _ in seen} - {1}) > 1}
    if not clashes:
        return
    parts, names = [], names_in(equation)
    for letter, seen in clashes.items():
        places = [f"{n} in {names[number]}" for n, _, number in dict.fromkeys(seen) if n != 1]
        dots = any(equation.text[slice(*span)] == DOTS for _, span, _ in seen)
        parts.append(f"{'an axis of “...”' if dots else f'“{letter}”'} is {join_words(list(dict.fromkeys(places)))}")
    spans = [span for seen in clashes.values() for n, span, _ in seen if n != 1]
    message = f"{', and '.join(parts)}: a letter has one size, and only a 1 stretches"
    raise EinsumError(message, equation.text, spans, "size")


def _refuse_lost_ellipsis(equation: Equation, width: int) -> None:
    assert equation.output is not None
    dots = [token.span for term in equation.inputs for token in term.tokens if token.letter == DOTS]
    start = equation.output.start
    message = (
        f"“...” stands for {count(width, 'axis', 'axes')}, and the output leaves it out: numpy does not sum over an "
        "ellipsis (torch does, and so does numpy with optimize=True)"
    )
    raise EinsumError(message, equation.text, [*dots, (start, max(equation.output.end, start + 1))], "ellipsis-lost")
