"""Broken kernels to mend: each has places in its text, and for each place what could stand there instead.

Whatever is chosen, the text that comes out is traced for real, on arrays with seeded numbers whose result is poisoned,
over several blocks: a challenge is solved by what the kernel then does, and not by how it is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from widgets_lib.compute.formatting import as_sentence, count

from .examples import Example
from .outcomes import outcome
from .running import Progress
from .tracing import Trace, trace


@dataclass(frozen=True)
class Alternative:
    """What could stand at a place instead, as lines of text, and why it mends the kernel or does not."""

    text: str
    because: str


@dataclass(frozen=True)
class Place:
    """Lines of the broken text, `first` to `last`, and what could stand there instead."""

    first: int
    last: int
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Challenge:
    """A task. example: the broken kernel, and the launch that is drawn; larger: a second one that it must be right for.

    fault: what is wrong with it, a kind of fault, or "wrong" where only its result is.
    solutions: choices, each place -> alternative, of which every one mends it.
    """

    key: str
    title: str
    task: str
    example: Example
    larger: Example = field(repr=False)
    fault: str
    places: tuple[Place, ...] = field(repr=False)
    hints: tuple[str, ...] = field(repr=False)
    solutions: tuple[Mapping[int, int], ...] = field(repr=False)

    def edited(self, edits: Mapping[int, int]) -> str:
        """The text with the chosen alternatives, place -> alternative.

        Raises: ValueError for a place or an alternative that is not there.
        """
        lines = self.example.text.splitlines()
        for number in sorted(edits, reverse=True):  # from below: the lines above keep their numbers
            place = self._place(number)
            if not 0 <= edits[number] < len(place.alternatives):
                raise ValueError(f"place {number} of {self.key} has no alternative {edits[number]}")
            lines[place.first - 1 : place.last] = place.alternatives[edits[number]].text.splitlines()
        return "\n".join(lines) + "\n"

    def _place(self, number: int) -> Place:
        if not 0 <= number < len(self.places):
            raise ValueError(f"the challenge {self.key} has no place {number}")
        return self.places[number]


@dataclass(frozen=True)
class Verdict:
    """Whether a challenge is solved, and in a few sentences what the kernel did."""

    is_solved: bool
    message: str
    trace: Trace = field(repr=False)
    """Of the launch that is drawn."""
    is_right: bool = False
    """Whether the result of that launch is right; a race can leave it so."""


def judge(
    challenge: Challenge,
    kernel: Any = None,
    edits: Mapping[int, int] | None = None,
    source: str | None = None,
    on_progress: Progress | None = None,
) -> Verdict:
    """Trace a kernel, or the challenge's own with `edits`, and say whether it does what the task asks.

    Raises: KernelError, as `trace` does; ValueError for edits that are not there.
    """
    edits = edits or {}
    text = challenge.edited(edits) if kernel is None else kernel
    found = _judged(text, challenge.example, source, on_progress)
    if found.is_solved:
        other = _judged(text, challenge.larger, source, on_progress)
        if not other.is_solved:
            larger = " and ".join(str(value.shape) for value in challenge.larger.arguments())
            message = f"Right for the arrays that are drawn, and not for larger ones, {larger}: {other.message}"
            found = replace(found, is_solved=False, message=message)
    if kernel is None and len(edits) == 1:  # of several at once each is explained by what they do together
        ((place, chosen),) = edits.items()
        found = replace(found, message=f"{found.message} {challenge.places[place].alternatives[chosen].because}")
    return found


def _judged(text: Any, example: Example, source: str | None, on_progress: Progress | None) -> Verdict:
    arguments = example.arguments()
    followed = trace(text, example.blocks, example.threads, *arguments, source=source, on_progress=on_progress)
    name = list(followed.after)[-1]
    result = outcome(followed, name, example.expected(*arguments[:-1]))
    if followed.faults:
        more = len(followed.faults) - 1
        rest = f" There {'is' if more == 1 else 'are'} {count(more, 'other fault')}." if more else ""
        return Verdict(False, as_sentence(followed.faults[0].message) + rest, followed, result.is_right)
    if not result.is_right:
        return Verdict(False, f"No thread does anything forbidden, but {result.message}", followed)
    followed_blocks = count(len(followed.blocks), "block")
    return Verdict(True, f"Solved: no fault in {followed_blocks}, and every cell of {name} is right.", followed, True)
