"""What becomes of each letter: kept or summed, and along a diagonal or stretched as well."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from widgets_lib.compute.formatting import join_words

from .grammar import DOTS

if TYPE_CHECKING:
    from .equation import Einsum


@dataclass(frozen=True)
class Letter:
    """One letter of an equation.

    role: "kept" or "summed". is_diagonal: it stands twice in one operand. is_stretched: an axis of size 1 is read again
    and again for it. size: None if it is not known. axes: every (operand, axis) that it names; output_axis: its axis of
    the result, None if it is summed. sentence: all this in words.
    """

    name: str
    role: str
    is_diagonal: bool
    is_stretched: bool
    size: int | None
    axes: tuple[tuple[int, int], ...]
    output_axis: int | None
    sentence: str

    @property
    def words(self) -> tuple[str, ...]:
        """ "kept" or "summed", then "diagonal" and "stretched" where they apply."""
        return (self.role, *["diagonal"] * self.is_diagonal, *["stretched"] * self.is_stretched)


def describe_letters(e: "Einsum") -> tuple[Letter, ...]:
    """A Letter for each, in the order in which they appear."""
    terms = [list(e.split(letters)) for letters in e.inputs]
    output = list(e.split(e.output))
    letters = []
    for name, size in e.sizes.items():
        axes = [(k, axis) for k, term in enumerate(terms) for axis, letter in enumerate(term) if letter == name]
        diagonal = [k for k, term in enumerate(terms) if term.count(name) > 1]
        stretched = [k for k, axis in axes if name != DOTS and e.is_stretched(k, axis)] if size != 1 else []
        kept = name in output
        sentence = " ".join([_fate(e, name, len(axes), kept), *_ways(e, name, diagonal, stretched)])
        letters.append(
            Letter(
                name,
                "kept" if kept else "summed",
                bool(diagonal),
                bool(stretched),
                size,
                tuple(axes),
                output.index(name) if kept else None,
                sentence,
            )
        )
    return tuple(letters)


def _fate(e: "Einsum", name: str, seen: int, kept: bool) -> str:
    times = "once" if seen == 1 else f"{_times(seen)} times" if seen > 2 else "twice"
    if name == DOTS or name in e.ellipsis:
        shown = "“...”" if name == DOTS else f"{name}, an axis of “...”,"
        return f"{shown} is {'kept' if kept else 'summed'}."
    if e.implicit:
        return f"There is no arrow, and {name} appears {times} in the inputs: it is {'kept' if kept else 'summed'}."
    if kept:
        axis = list(e.split(e.output)).index(name)
        return f"{name} is in the output: it is kept, and becomes axis {axis} of the result."
    return f"{name} is not in the output: it is summed{', on its own' if seen == 1 else ''}."


def _ways(e: "Einsum", name: str, diagonal: list[int], stretched: list[int]) -> list[str]:
    names = e.names
    sentences = []
    if diagonal:
        sentences.append(f"It appears twice in {join_words([names[k] for k in diagonal])}: only the diagonal is read.")
    if stretched:
        where = join_words([names[k] for k in dict.fromkeys(stretched)])
        sentences.append(f"In {where} it has size 1 and is stretched to {e.sizes[name]}.")
    return sentences


def _times(n: int) -> str:
    return {3: "three", 4: "four", 5: "five"}.get(n, str(n))
