"""What an equation that is refused may have been meant as: texts that are read and computed before they are offered."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import numpy as np

from widgets_lib.compute.formatting import count

from .binding import Shape, bind, names_in
from .errors import EinsumError, Repair
from .grammar import DOTS, LETTERS, MAX_CHARACTERS, Equation, Term, read_equation

MAX_REPAIRS = 4
MAX_TRIES = 40
MAX_LETTERS = 12  # an equation of more is computed on sizes of 1, to bound the time

Shapes = Sequence[Shape | None]
Candidates = Iterator[tuple[str, str]]  # a text and what it changes


def find_repairs(rule: str, text: str, shapes: Shapes) -> tuple[Repair, ...]:
    """Up to MAX_REPAIRS texts near to this one that are right for these shapes, the most likely first."""
    if len(text) > MAX_CHARACTERS or rule not in _CANDIDATES:
        return ()
    found: dict[str, Repair] = {}
    for candidate, message in itertools.islice(_CANDIDATES[rule](text, shapes), MAX_TRIES):
        if candidate != text and candidate not in found and is_right(candidate, shapes):
            found[candidate] = Repair(candidate, message)
            if len(found) == MAX_REPAIRS:
                break
    return tuple(found.values())


def is_right(text: str, shapes: Shapes) -> bool:
    """Whether this reads as an equation for these shapes, and numpy computes it, on operands of small sizes."""
    try:
        equation = read_equation(text)
        shapes = list(shapes) or [None] * len(equation.inputs)
        bound = bind(equation, shapes)
        most = 2 if len(set("".join(bound.inputs))) <= MAX_LETTERS else 1
        small = [
            (most,) * len(letters.replace(DOTS, "x")) if shape is None else tuple(min(n, most) for n in shape)
            for letters, shape in zip(bound.inputs, shapes, strict=True)
        ]
        np.einsum(text, *(np.ones(shape) for shape in small))
    except (EinsumError, ValueError):
        return False
    return True


# ---- faults that need no shapes ----

_MEANT = {";": ",", "*": ",", "×": ",", "·": ",", "+": ",", "|": ",", "…": DOTS, "。": DOTS, "，": ","}


def _other_characters(text: str, shapes: Shapes) -> Candidates:
    arrows = re.sub(r"[-=–—−~]+ *>|[→⟶⇒↦]", "->", text)
    if arrows != text:
        yield arrows, "Writes the arrow as “->”."
    plain = "".join(_MEANT.get(each, each) for each in arrows)
    more_commas = plain.count(",") > text.count(",")
    yield plain, "Puts a comma between the terms." if more_commas else "Writes it in plain characters."
    free = iter([letter for letter in LETTERS if letter not in plain])
    new: dict[str, str] = {}
    for each in plain:
        if each not in LETTERS + ".,-> " and each.isalnum() and each not in new:
            new[each] = next(free, "")
    letters = "".join(new.get(each, each) for each in plain)
    letters = re.sub(r"[^A-Za-z.,\-> ]", "", letters)
    yield letters, "Uses letters from a to z." if new else "Removes what is not a letter."
    yield re.sub(r"[^A-Za-z.,\-> ]", "", plain), "Removes what is not a letter."


def _one_arrow(text: str, shapes: Shapes) -> Candidates:
    first, *others = re.split(r"-[ -]*>", text)
    if len(others) > 1:
        yield ",".join([first, *others[:-1]]) + "->" + others[-1], "Puts commas between the terms."
    yield "->".join([first, *others[:1]]), "Writes one arrow “->”."
    yield "->".join([first, *others[-1:]]), "Keeps what follows the last arrow."
    bare = re.sub(r"[->]", "", text)
    for stray in re.finditer(r"[->]+", text):
        before, after = (re.sub(r"[->]", "", part) for part in (text[: stray.start()], text[stray.end() :]))
        yield f"{before}->{after}", "Writes one arrow “->”."
    yield bare, "Removes the arrow: numpy then chooses the output."


def _three_dots(text: str, shapes: Shapes) -> Candidates:
    yield re.sub(r"\.[. ]*\.|\.", DOTS, text), "Writes three dots."
    terms = re.split(r"(,|->)", re.sub(r"\.[. ]*\.|\.", DOTS, text))
    yield "".join(_first_dots_only(term) for term in terms), "Keeps one “...” in each term."
    yield text.replace(".", ""), "Removes the dots."


def _first_dots_only(term: str) -> str:
    before, dots, after = term.partition(DOTS)
    return before + dots + after.replace(DOTS, "")


def _no_comma(text: str, shapes: Shapes) -> Candidates:
    before, arrow, after = text.partition("->")
    yield before + arrow + after.replace(",", ""), "Joins the letters of the output."
    yield before + arrow + after.partition(",")[0], "Ends the output at its comma."


def _known_output(text: str, shapes: Shapes) -> Candidates:
    inputs, _, output = text.partition("->")
    unknown = [letter for letter in dict.fromkeys(output) if letter in LETTERS and letter not in inputs]
    summed = [letter for letter in dict.fromkeys(inputs) if letter in LETTERS and letter not in output]
    if len(unknown) == 1:
        for letter in sorted(summed, key=inputs.count):  # first what stands once
            yield f"{inputs}->{output.replace(unknown[0], letter)}", f"Keeps {letter} in its place."
    kept = "".join(letter for letter in output if letter not in unknown)
    kept = "".join(dict.fromkeys(kept)) if DOTS not in kept else kept
    yield f"{inputs}->{kept}", f"Removes {', '.join(unknown)} from the output."


def _each_once(text: str, shapes: Shapes) -> Candidates:
    inputs, _, output = text.partition("->")
    before, dots, after = output.replace(" ", "").partition(DOTS)
    once = "".join(dict.fromkeys(before + after))
    kept = once[: len(dict.fromkeys(before))] + dots + once[len(dict.fromkeys(before)) :]
    yield f"{inputs}->{kept}", "Keeps each letter once."
    summed = [letter for letter in dict.fromkeys(inputs) if letter in LETTERS and letter not in output]
    for letter in summed:
        for place, each in enumerate(output):
            if output.count(each) > 1:
                yield f"{inputs}->{output[:place]}{letter}{output[place + 1 :]}", f"Keeps {letter} there."


# ---- faults that show with the shapes ----


def _with_term(equation: Equation, number: int, new: str) -> str:
    term, text = equation.inputs[number], equation.text
    return text[: term.start] + new + text[max(term.end, term.start) :]


def _new_letters(equation: Equation, how_many: int) -> str:
    return "".join([letter for letter in LETTERS[8:26] + LETTERS if letter not in equation.text][:how_many])


def _as_many_terms(text: str, shapes: Shapes) -> Candidates:
    equation = read_equation(text)
    terms, output = equation.inputs, "" if equation.output is None else f"->{equation.output}"
    if len(terms) < len(shapes):
        letters = "".join(map(str, terms))
        ranks = [len(shape) for shape in shapes if shape is not None]
        if sum(ranks) == len(letters) and len(ranks) == len(shapes):
            cuts = [0, *itertools.accumulate(ranks)]
            parts = [letters[start:end] for start, end in itertools.pairwise(cuts)]
            yield ",".join(parts) + output, "Puts commas between the operands."
        missing = [len(shape or ()) for shape in shapes[len(terms) :]]
        new = _new_letters(equation, sum(missing))
        parts = [new[end - n : end] for n, end in zip(missing, itertools.accumulate(missing), strict=True)]
        yield (
            ",".join([*map(str, terms), *parts]) + output,
            f"Adds {count(len(missing), 'term')} for the other operands.",
        )
        yield ",".join([*map(str, terms), *([DOTS] * len(missing))]) + output, "Adds “...” for the other operands."
    else:
        kept = terms[: len(shapes)]
        left = {letter for term in kept for letter in term.letters} | {DOTS}
        named = "" if equation.output is None else "".join(t.letter for t in equation.output.tokens if t.letter in left)
        arrow = "" if equation.output is None else f"->{named}"
        yield ",".join(map(str, kept)) + arrow, f"Keeps {count(len(kept), 'term')}, one for each operand."


def _as_many_letters(text: str, shapes: Shapes) -> Candidates:
    equation = read_equation(text)
    wrong = [k for k, shape in enumerate(shapes) if shape is not None and not _fits(equation.inputs[k], shape)]
    if len(wrong) > 1:
        yield _all_fitted(equation, wrong, shapes), "Gives each operand a letter for each axis."
    for k in wrong:
        term, shape = str(equation.inputs[k]), shapes[k] or ()
        extra = len(shape) - len(equation.inputs[k].letters)
        if extra > 0:
            new = _new_letters(equation, extra)
            yield (
                _with_term(equation, k, term + new),
                f"Names {'the other axes' if extra > 1 else 'the other axis'}, to be summed.",
            )
            yield (
                _with_term(equation, k, new + term),
                f"Names {'the first axes' if extra > 1 else 'the first axis'}, to be summed.",
            )
            yield from _with_dots(equation, k)
        else:
            bare = term.replace(DOTS, "")
            for kept in itertools.combinations(bare, len(shape)):
                yield _with_term(equation, k, "".join(kept)), f"Names {count(len(shape), 'axis', 'axes')}."


def _fits(term: Term, shape: Shape) -> bool:
    return len(term.letters) <= len(shape) if term.has_dots else len(term.letters) == len(shape)


def _all_fitted(equation: Equation, wrong: Sequence[int], shapes: Shapes) -> str:
    terms = [str(term) for term in equation.inputs]
    new = iter(_new_letters(equation, 52))
    for k in wrong:
        bare = terms[k].replace(DOTS, "")[: len(shapes[k] or ())]
        terms[k] = bare + "".join(next(new, "") for _ in range(len(shapes[k] or ()) - len(bare)))
    known = set("".join(terms))
    output = "" if equation.output is None else f"->{''.join(c for c in str(equation.output) if c in known)}"
    return ",".join(terms) + output


def _with_dots(equation: Equation, number: int) -> Candidates:
    term = str(equation.inputs[number])
    changed = _with_term(equation, number, DOTS + term)
    if equation.output is None:
        yield changed, "Lets “...” stand for the other axes."
    else:
        before, arrow, output = changed.partition("->")
        kept = output if DOTS in output else DOTS + output.strip()
        yield f"{before}{arrow}{kept}", "Lets “...” stand for the other axes, and keeps them."


def _other_letters(text: str, shapes: Shapes) -> Candidates:
    """For sizes that clash: the letters of one operand in another order, then one of them with a letter of its own."""
    equation = read_equation(text)
    for k, term in enumerate(equation.inputs):
        letters = str(term)
        if 1 < len(letters) <= 4 and DOTS not in letters:
            for other in itertools.permutations(letters):
                yield (
                    _with_term(equation, k, "".join(other)),
                    f"Reads the axes of {names_in(equation)[k]} in another order.",
                )
    new = _new_letters(equation, 1)
    for k, term in enumerate(equation.inputs):
        for token in term.tokens:
            if token.letter != DOTS:
                changed = text[: token.start] + new + text[token.start + 1 :]
                yield changed, f"Gives that axis of {names_in(equation)[k]} a letter of its own, {new}."


def _kept_dots(text: str, shapes: Shapes) -> Candidates:
    inputs, _, output = text.partition("->")
    yield f"{inputs}->{DOTS}{output.strip()}", "Keeps the axes of “...” as the first of the result."
    yield f"{inputs}->{output.strip()}{DOTS}", "Keeps the axes of “...” as the last of the result."
    with suppress(EinsumError):
        widths = {
            len(shape) - len(term.letters)
            for term, shape in zip(read_equation(text).inputs, shapes, strict=False)
            if shape is not None and term.has_dots
        }
        if len(widths) == 1:
            named = _new_letters(read_equation(text), widths.pop())
            yield text.replace(DOTS, named), "Names the axes of “...”: letters can be summed."


_CANDIDATES: dict[str, Callable[[str, Shapes], Candidates]] = {
    "character": _other_characters,
    "arrow": _one_arrow,
    "ellipsis": _three_dots,
    "output-comma": _no_comma,
    "output-unknown": _known_output,
    "output-repeats": _each_once,
    "operands": _as_many_terms,
    "axes": _as_many_letters,
    "size": _other_letters,
    "diagonal": _other_letters,
    "ellipsis-lost": _kept_dots,
}
