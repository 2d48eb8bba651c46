"""Where numpy, numpy with optimize=True and torch differ for one and the same equation.

Each row is tested against the installed libraries; what a new version changes fails a test that names the row.
Source: measured with numpy 2.4 and torch 2.13.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from widgets_lib.compute.formatting import format_large

from .equation import Einsum
from .errors import EinsumError
from .operands import shape_of
from .orders import paths
from .parsing import parse

NARROW = ("bool", "uint8", "int8", "int16", "uint16", "int32", "uint32")  # torch adds them up in int64
ROUNDED = ("float16", "bfloat16", "float32", "complex64")
FOR_BLAS = ("float32", "float64", "complex64", "complex128")
MANY = 1000  # terms of a sum from which the last digits show


@dataclass(frozen=True)
class Difference:
    """One row. key: a short name; numpy, optimized and torch: what each of the three does, in a few words; sentence:
    the difference, and what to do about it.
    """

    key: str
    numpy: str
    optimized: str
    torch: str
    sentence: str


def differences(equation: Einsum | str, *operands: Any) -> tuple[Difference, ...]:
    """Where the three differ for this equation and the shapes and types of these operands; () where they do not.

    equation: an Einsum, with the types of the operands it was read with, or a text: also one that numpy refuses, and
    one of the others does not. operands: arrays, tensors or shapes, as in `parse`.
    """
    if isinstance(equation, Einsum):
        e = equation
    else:
        try:
            e = parse(equation, *operands)
        except EinsumError as error:
            return tuple(_of_refused(equation, error, operands))
    return tuple(_of_accepted(e))


# ---- what numpy refuses ----


def _of_refused(text: str, error: EinsumError, operands: tuple[Any, ...]) -> Iterator[Difference]:
    if error.rule == "ellipsis-lost":
        yield Difference(
            "ellipsis-lost",
            "refuses",
            "sums “...”",
            "sums “...”",
            "numpy refuses an output without its “...”; torch, and numpy with optimize=True, sum those axes silently. "
            "Name the axes with letters if they are to be summed.",
        )
    elif error.rule in ("arrow", "ellipsis") and " " in text:
        try:
            parse(text.replace(" ", ""), *(shape_of(operand) for operand in operands))
        except EinsumError:
            return
        yield Difference(
            "spaces",
            "refuses",
            "reads it",
            "refuses",
            "A space inside “->” or “...” is read by numpy with optimize=True only. Leave it out.",
        )


# ---- what all of them read ----


def _of_accepted(e: Einsum) -> Iterator[Difference]:
    shared, alone = _summed_together(e), _summed_alone(e)
    types = set(e.dtypes) - {""}
    multiplied = {"int64" if k in alone and each in NARROW else each for k, each in enumerate(e.dtypes)} - {""}
    if len(multiplied) > 1 and shared:
        yield Difference(
            "mixed types",
            "promotes",
            "promotes",
            "refuses" if len(e.inputs) == 2 else "may refuse",
            f"numpy promotes {' and '.join(sorted(types))} to one type; torch’s matrix product wants equal types: "
            "convert with .to() first.",
        )
    if multiplied == {"bool"} and shared:
        yield Difference(
            "bool products",
            "any",
            "any",
            "refuses",
            "numpy takes a sum of truth values as “any”; torch has no matrix product of them. Convert them to numbers.",
        )
    narrow = [e.dtypes[k] for k in alone if k < len(e.dtypes) and e.dtypes[k] in NARROW]
    if narrow:
        yield _narrow(narrow[0])
    terms = prod(e.sizes[letter] or 1 for letter in e.summed)
    if types & set(ROUNDED) and e.summed and terms >= MANY:
        yield Difference(
            "rounding",
            "one after the other",
            "BLAS where it fits",
            "in blocks",
            f"{format_large(terms)} numbers are added in different orders, so the last digits of "
            f"{', '.join(sorted(types))} differ. Compare with a tolerance.",
        )
    if len(e.inputs) == 2 and shared and types <= set(FOR_BLAS):
        yield Difference(
            "speed",
            "loops of its own",
            "BLAS",
            "BLAS",
            "np.einsum uses its own loops unless optimize=True lets it call BLAS, which is many times faster for large "
            "matrices. torch always calls it.",
        )
    if len(e.inputs) > 2:
        yield _order(e)


def _narrow(dtype: str) -> Difference:
    if dtype == "bool":
        sentence = "numpy takes a sum of truth values as “any”, torch counts them in int64."
        return Difference("narrow sums", "any", "any", "counts", sentence)
    return Difference(
        "narrow sums",
        f"adds in {dtype}",
        f"adds in {dtype}",
        "adds in int64",
        f"np.einsum adds {dtype} in {dtype}, and what is too large silently wraps around: ten times 200 in uint8 "
        "is 208. torch adds in int64, and np.sum in 64 bits too. Convert with .astype(int) first.",
    )


def _order(e: Einsum) -> Difference:
    counts = ""
    if None not in e.sizes.values() and not e.has_open_ellipsis:
        found = paths(e)
        counts = (
            f" Here that is {format_large(found['at once'].flops)} operations at once, "
            f"{format_large(found['left to right'].flops)} from left to right, "
            f"{format_large(found['greedy'].flops)} with optimize=True."
        )
    return Difference(
        "order",
        "all operands at once",
        "two by two, greedily",
        "two by two, from left to right, or as opt_einsum says if it is installed",
        f"The order decides how much is computed.{counts}",
    )


def _summed_together(e: Einsum) -> list[str]:
    """Letters that are summed and that two operands or more have, not counting axes of size 1.

    None if there is nothing to multiply: torch then returns zeros before it looks at types.
    """
    shared = [letter for letter in e.summed if len(_holders(e, letter)) > 1]
    empty = [letter for letter, n in e.sizes.items() if n == 0]
    return [] if any(letter in shared or letter in e.output for letter in empty) else shared


def _summed_alone(e: Einsum) -> list[int]:
    """Operands with a letter that is summed and that no other has: torch sums it before anything else."""
    return [holders[0] for letter in e.summed if len(holders := _holders(e, letter)) == 1]


def _holders(e: Einsum, letter: str) -> list[int]:
    """The operands whose axes of this letter are not of size 1; one operand alone is summed over those too."""
    found = []
    for k, letters in enumerate(e.inputs):
        shape = e.shapes[k]
        axes = [axis for axis, each in enumerate(e.split(letters)) if each == letter]
        if axes and (len(e.inputs) == 1 or shape is None or e.has_open_ellipsis or shape[axes[0]] != 1):
            found.append(k)
    return found
