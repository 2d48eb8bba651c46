"""The operation that numpy and torch have a name for, where an einsum is one: "@", a trace, a transpose."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .grammar import LETTERS
from .loops import names_of

if TYPE_CHECKING:
    from .equation import Einsum


@dataclass(frozen=True)
class Named:
    """key: a short name; title: what it is called; numpy and torch: its code, with the Einsum's names of operands."""

    key: str
    title: str
    numpy: str
    torch: str

    def code(self, library: str = "numpy") -> str:
        """Raises: ValueError for another library than "numpy" and "torch"."""
        if library not in ("numpy", "torch"):
            raise ValueError(f"library is “numpy” or “torch”, not {library!r}")
        return self.numpy if library == "numpy" else self.torch


# Letters in order of appearance; {0} is the first operand. Two codes where numpy's is not torch's.
PATTERNS: dict[str, tuple[str, ...]] = {
    "aa->": ("trace", "trace", "{0}.trace()"),
    "aa->a": ("diagonal", "diagonal", "{0}.diagonal()"),
    "abb->ab": (
        "batched diagonal",
        "diagonal of each matrix",
        "{0}.diagonal(axis1=1, axis2=2)",
        "{0}.diagonal(dim1=1, dim2=2)",
    ),
    "abb->a": (
        "batched trace",
        "trace of each matrix",
        "{0}.trace(axis1=1, axis2=2)",
        "{0}.diagonal(dim1=1, dim2=2).sum(1)",
    ),
    "ab->ba": ("transpose", "transpose", "{0}.T"),
    "abc->acb": ("batched transpose", "transpose of each matrix", "{0}.swapaxes(1, 2)"),
    "ab->": ("sum", "sum of all cells", "{0}.sum()"),
    "ab->a": ("row sums", "sum of each row", "{0}.sum(1)"),
    "ab->b": ("column sums", "sum of each column", "{0}.sum(0)"),
    "a,a->": ("dot", "dot product", "np.dot({0}, {1})", "torch.dot({0}, {1})"),
    "a,b->ab": ("outer", "outer product", "np.outer({0}, {1})", "torch.outer({0}, {1})"),
    "ab,bc->ac": ("matmul", "matrix product", "{0} @ {1}"),
    "ab,cb->ac": ("matmul", "matrix product, the second transposed", "{0} @ {1}.T"),
    "ab,ac->bc": ("matmul", "matrix product, the first transposed", "{0}.T @ {1}"),
    "ab,ca->bc": ("matmul", "matrix product, both transposed", "{0}.T @ {1}.T"),
    "ab,b->a": ("matrix-vector", "matrix times vector", "{0} @ {1}"),
    "a,ab->b": ("vector-matrix", "vector times matrix", "{0} @ {1}"),
    "ab,ab->": ("inner", "sum of all products", "({0} * {1}).sum()"),
    "ab,ba->": ("trace of product", "trace of a matrix product", "({0} @ {1}).trace()"),
    "ab,ab->a": ("row dots", "dot product of each pair of rows", "({0} * {1}).sum(1)"),
    "ab,ab->b": ("column dots", "dot product of each pair of columns", "({0} * {1}).sum(0)"),
    "abc,acd->abd": ("batched matmul", "a matrix product for each batch", "{0} @ {1}", "torch.bmm({0}, {1})"),
    "abc,adc->abd": (
        "batched matmul",
        "a matrix product for each batch, the second transposed",
        "{0} @ {1}.swapaxes(1, 2)",
    ),
    "abc,abd->acd": (
        "batched matmul",
        "a matrix product for each batch, the first transposed",
        "{0}.swapaxes(1, 2) @ {1}",
    ),
    "abc,cd->abd": ("matmul", "every matrix times one matrix", "{0} @ {1}"),
    "abcd,abde->abce": ("batched matmul", "a matrix product for each batch and head", "{0} @ {1}"),
    "abcd,abed->abce": (
        "batched matmul",
        "a matrix product for each batch and head, the second transposed",
        "{0} @ {1}.swapaxes(2, 3)",
    ),
    "abc,ac->ab": ("batched matrix-vector", "matrix times vector for each batch", "({0} @ {1}[:, :, None]).squeeze(2)"),
    "ab,ac->abc": ("batched outer", "an outer product for each batch", "{0}[:, :, None] * {1}[:, None, :]"),
    "ab,b->ab": ("scaled columns", "every column scaled", "{0} * {1}"),
    "ab,a->ab": ("scaled rows", "every row scaled", "{0} * {1}[:, None]"),
    "a,ab,b->": ("bilinear", "bilinear form", "{0} @ {1} @ {2}"),
    "ab,bc,cd->ad": ("chain", "product of three matrices", "{0} @ {1} @ {2}"),
}


def find_named(e: "Einsum") -> Named | None:
    """See `Einsum.named`."""
    if e.has_open_ellipsis:
        return None
    *names, _ = names_of(e)
    stretched = any(e.is_stretched(k, axis) for k, letters in enumerate(e.inputs) for axis in range(len(letters)))
    if all(letters == e.output for letters in e.inputs) and len(set(e.output)) == len(e.output):
        return _elementwise(names)
    if stretched:
        return None  # what has a name takes sizes that are equal
    return _from_table(e, names) or _of_one(e, names) or _of_two(e, names)


def _elementwise(names: Sequence[str]) -> Named:
    if len(names) == 1:
        return Named("identity", "the array itself", names[0], names[0])
    code = " * ".join(names)
    return Named("hadamard", "product of each pair of cells (Hadamard)", code, code)


def pattern_of(inputs: Sequence[str], output: str) -> str:
    """The equation with its letters renamed a, b, c in order of appearance."""
    new: dict[str, str] = {}
    for letter in "".join(inputs) + output:
        new.setdefault(letter, LETTERS[len(new)])
    renamed = ["".join(new[letter] for letter in letters) for letters in (*inputs, output)]
    return f"{','.join(renamed[:-1])}->{renamed[-1]}"


def _from_table(e: "Einsum", names: Sequence[str]) -> Named | None:
    if len(names) > 3:
        return None
    for order in itertools.permutations(range(len(names))):
        found = PATTERNS.get(pattern_of([e.inputs[k] for k in order], e.output))
        if found:
            key, title, *codes = found
            numpy, torch = (code.format(*(names[k] for k in order)) for code in (codes[0], codes[-1]))
            return Named(key, title, numpy, torch)
    return None


def _of_one(e: "Einsum", names: Sequence[str]) -> Named | None:
    """Sums over axes and orders of axes, of any number of axes."""
    if len(names) > 1 or len(set(e.inputs[0])) < len(e.inputs[0]):
        return None
    letters, name = e.inputs[0], names[0]
    if not e.summed:
        places = ", ".join(str(letters.index(letter)) for letter in e.output)
        return Named("permute", "axes in another order", f"{name}.transpose({places})", f"{name}.permute({places})")
    if "".join(letter for letter in letters if letter in e.output) != e.output:
        return None
    axes = [axis for axis, letter in enumerate(letters) if letter in e.summed]
    if not e.output:
        return Named("sum", "sum of all cells", f"{name}.sum()", f"{name}.sum()")
    code = f"{name}.sum({axes[0] if len(axes) == 1 else tuple(axes)})"
    return Named("sum", f"sum over {'an axis' if len(axes) == 1 else 'axes'}", code, code)


def _of_two(e: "Einsum", names: Sequence[str]) -> Named | None:
    """A number times an array, and tensordot: every letter that two share is summed, every other one kept."""
    if len(names) != 2 or any(len(set(letters)) < len(letters) for letters in e.inputs):
        return None
    for first, second in ((0, 1), (1, 0)):
        one, two = e.inputs[first], e.inputs[second]
        if not one and two == e.output:
            code = f"{names[first]} * {names[second]}"
            return Named("scale", "a number times an array", code, code)
        shared = [letter for letter in one if letter in two]
        if shared and e.output == "".join(letter for letter in one + two if letter not in shared):
            axes = f"({[one.index(letter) for letter in shared]}, {[two.index(letter) for letter in shared]})"
            operands = f"{names[first]}, {names[second]}"
            return Named(
                "tensordot",
                "tensor contraction",
                f"np.tensordot({operands}, axes={axes})",
                f"torch.tensordot({operands}, dims={axes})",
            )
    return None
