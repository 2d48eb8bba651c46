"""What is wrong with a text that can be read, if another einsum was to be computed: the one change that leads there."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from .equation import Einsum
from .errors import EinsumError
from .expression_edits import Edit
from .meaning import same
from .source import Source

MAX_TRIES = 64  # of each kind of change

# By rule, what the change repairs.
WHY = {
    "sum-axis": "the sum goes over the wrong axis",
    "none": "a None is missing, too many or in the wrong place",
    "transpose": "an operand is turned the wrong way",
    "wrong-index": "the index of one array is wrong",
}


def off_goal(
    source: Source, e: Einsum, goal: Einsum, read: Callable[[str], Einsum], changes: Iterable[Iterator[Edit]]
) -> EinsumError:
    """The error for a text that computes e instead of the goal: of the first kind of change that mends it, else "goal".

    changes: an iterator of texts for each kind; read: what a text means, as the readers do it.
    """
    for edit in itertools.chain(*(itertools.islice(each, MAX_TRIES) for each in changes)):
        with suppress(EinsumError):
            if same(read(edit.text), goal):
                message = f"this computes “{e}”, not “{goal}”: {WHY[edit.rule]}"
                return source.fault(message, edit.spans, edit.rule, [(edit.text, edit.message)])
    return source.fault(f"this computes “{e}”, not “{goal}”", [(0, len(source.text))], "goal")


def other_terms(e: Einsum, goal: Einsum) -> Iterator[tuple[int, Einsum]]:
    """The goal as e with the letters of one array changed, and which array: an operand by number, or the result as -1."""
    terms = [*e.inputs, e.output]
    for which in (-1, *range(len(e.inputs))):
        for letters in _near(terms[which], list(e.sizes)):
            changed = [*terms]
            changed[which] = letters
            *inputs, output = changed
            if len(set(output)) < len(output) or not set(output) <= set("".join(inputs)):
                continue
            other = Einsum(tuple(inputs), output, goal.shapes)
            if same(other, goal):
                yield which, other


def _near(letters: str, pool: Sequence[str]) -> Iterator[str]:
    """The letters in another order, with one replaced, with one less, with one more."""
    if len(letters) <= 4:
        yield from map("".join, itertools.permutations(letters))
    for at in range(len(letters)):
        yield from (letters[:at] + new + letters[at + 1 :] for new in pool)
    yield from (letters[:at] + letters[at + 1 :] for at in range(len(letters)))
    yield from (letters[:at] + new + letters[at:] for at in range(len(letters) + 1) for new in pool)
