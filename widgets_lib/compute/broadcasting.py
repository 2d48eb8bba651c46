"""How arrays of different shapes combine: the broadcasting rule, axis by axis, and what repairs a clash.

The rule: line the shapes up at the right; a missing axis counts as 1; in each axis the sizes must be equal, and
any size 1 stretches to the other. Stretching copies nothing, it is a stride of 0 (see `stretched`).

Source: the numpy user guide, "Broadcasting"; torch follows the same rule. This module reasons about shapes of any
size, as torch.broadcast_shapes does; numpy's stops at 32 axes (its arrays at 64) and at 2**63 elements.
"""

import itertools
import math
import operator as op
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._integers import check_count
from .arrays import as_numpy, check_tensor, is_torch
from .formatting import join_words
from .parsing import MAX_AXES, read_shape
from .strides import Layout, contiguous_stride

MAX_REPAIRS = 5
_TRIES = 100  # ways to insert new axes that are tried for one operand: bounds the time for many axes


@dataclass(frozen=True)
class Column:
    """One axis of the result, with what each operand has there.

    axis: from the left, 0 first; from_right: the same axis as -1, -2, … sizes: one per operand, a missing axis
    as 1; padded says which are missing. verdict: "equal", "stretched", "padded" (stretched, and an axis was
    missing) or "clash". size: of the result, None for a clash. message: the verdict as a sentence.
    """

    axis: int
    from_right: int
    sizes: tuple[int, ...]
    padded: tuple[bool, ...]
    verdict: str
    size: int | None
    message: str


@dataclass(frozen=True)
class Repair:
    """A change of one operand that makes a clash legal.

    code: for torch; numpy_code: for numpy (often the same); also: a second way to write it, or "".
    axes: for each axis of the operand, which axis of shape_after it becomes, None for a 1 that is removed;
    None in place of the tuple for a reshape (see `moved_from`). message: what the change does, as a sentence.
    """

    operand: int
    name: str
    code: str
    numpy_code: str
    also: str
    axes: tuple[int | None, ...] | None
    shape_after: tuple[int, ...]
    result_shape: tuple[int, ...]
    message: str


@dataclass(frozen=True)
class Broadcast:
    """The result of broadcasting `shapes`: shape is None if they clash, and then reason says where and why."""

    shapes: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    shape: tuple[int, ...] | None
    columns: tuple[Column, ...]
    repairs: tuple[Repair, ...]
    reason: str | None


@dataclass(frozen=True)
class Operator:
    """An element-wise operation: `symbol` as mathematics writes it, `function` numpy's, `torch_function` torch's."""

    key: str
    symbol: str
    title: str
    function: Callable[..., Any]
    torch_function: Callable[..., Any]

    @property
    def is_comparison(self) -> bool:
        """Whether it takes two operands only and gives truth values."""
        return self.key in ("<", ">", "==")

    def code(self, *operands: str) -> str:
        """The expression in torch and numpy: code("m", "c[:, None]") -> "m + c[:, None]"."""
        return f" {self.key} ".join(operands)


OPERATORS = {
    operator.key: operator
    for operator in (
        Operator("+", "+", "plus", np.add, op.add),
        Operator("-", "−", "minus", np.subtract, op.sub),
        Operator("*", "×", "times", np.multiply, op.mul),
        Operator("/", "÷", "divided by", np.true_divide, op.truediv),
        Operator("<", "<", "less than", np.less, op.lt),
        Operator(">", ">", "greater than", np.greater, op.gt),
        Operator("==", "==", "equal to", np.equal, op.eq),
    )
}


def broadcast(*shapes: int | Sequence[int], names: Iterable[str] | None = None) -> Broadcast:
    """Line up any number of shapes and say, axis by axis, what happens: a Broadcast.

    A shape is a tuple of ints, one int for a vector, or an array or tensor that has one. names: what the operands are called in the words and
    the repairs, a, b, c, … if not given.

    Raises: ValueError, naming the value, if a size is negative or not a whole number, or names do not match.
    """
    operands = tuple(_as_shape(shape) for shape in shapes)
    names = tuple(names) if names is not None else tuple(itertools.islice(_letters(), len(operands)))
    if len(names) != len(operands):
        raise ValueError(f"{len(names)} names {names} for {len(operands)} shapes: one each")
    columns = _columns(operands, names)
    if all(column.verdict != "clash" for column in columns):
        return Broadcast(operands, names, _join(operands), columns, (), None)
    repairs = _repairs(operands, names)
    return Broadcast(operands, names, None, columns, repairs, reason_of(columns, repairs, names))


def reason_of(columns: Iterable[Column], repairs: Sequence[Repair], names: Sequence[str]) -> str:
    """Where operands with these names clash and why, one sentence for each axis that does."""
    clashes = [f"Axis {column.from_right}: {rule_of(column, names)}" for column in columns if column.verdict == "clash"]
    hopeless = [] if repairs else ["No simple change to one operand alone repairs this: change two."]
    return " ".join(clashes + hopeless)


def source_index(result_index: Sequence[int], shape: Sequence[int]) -> tuple[int, ...]:
    """The index of the element of an operand of this `shape` that made the result's element at `result_index`.

    Axes that the operand lacks are dropped on the left; an axis of size 1 was stretched, so it is always read at 0.
    Raises: IndexError if the operand has no such element.
    """
    result_index = tuple(check_count(i, "an index") for i in result_index)
    if len(result_index) < len(shape):
        raise IndexError(f"result index {result_index} has fewer axes than shape {shape}")
    index = tuple(result_index[len(result_index) - len(shape) :])
    if any(not 0 <= i < n and n != 1 for i, n in zip(index, shape, strict=True)):
        raise IndexError(f"result index {result_index} has no counterpart in shape {shape}")
    return tuple(0 if n == 1 else i for i, n in zip(index, shape, strict=True))


def moved_from(
    index: Sequence[int], axes: Sequence[int | None] | None, shape: Sequence[int], shape_after: Sequence[int]
) -> tuple[int, ...]:
    """The index in the operand of `shape`, before a repair, of the element at `index` of `shape_after`.

    axes: of the Repair.
    """
    index = tuple(check_count(i, "an index") for i in index)
    if axes is None:
        number = np.ravel_multi_index(tuple(index), tuple(shape_after))
        return tuple(map(int, np.unravel_index(number, tuple(shape))))
    return tuple(0 if axis is None else index[axis] for axis in axes)


def stretched(shape: int | Sequence[int], result_shape: int | Sequence[int]) -> Layout:
    """The Layout of a fresh array of `shape` seen as `result_shape`, as `x.expand(result_shape)` would be.

    Its positions() are, for every cell of the result, the number of the operand's element (row-major, from 0)
    that made it; ghosts() are the cells that stretching shows but does not copy; elements_at(number) are the
    result's cells that one element of the operand takes part in. Use corner(n) to draw a large result in part.

    Raises: ValueError, naming both, if the shape does not stretch to the result.
    """
    shape, result_shape = _as_shape(shape), _as_shape(result_shape)
    if _join([shape, result_shape]) != result_shape:
        raise ValueError(f"shape {shape} does not stretch to {result_shape}")
    missing = len(result_shape) - len(shape)
    own_stride = (0 if n == 1 else s for n, s in zip(shape, contiguous_stride(shape), strict=True))
    return Layout(result_shape, (*[0] * missing, *own_stride), 0, 4, math.prod(shape))


def example(positions: ArrayLike, scale: float = 1) -> NDArray[Any]:
    """Numbers to show where only a shape is known: element 0 holds 1·scale, element 1 holds 2·scale, …

    positions: an int array of element numbers, such as `stretched(shape, result).positions()`.
    """
    return (np.asarray(positions) + 1) * scale


def cells(operator: str, *arrays: Any) -> NDArray[Any]:
    """The arrays (or numbers) combined with the operator of that key in OPERATORS: a numpy array.

    Torch computes where one of them is a tensor, in the tensors' own types, else numpy. Several operands combine from
    left to right; a comparison takes two. Division by zero gives inf or nan.

    Raises: ValueError for an unknown operator, a wrong number of operands, shapes that clash, or, in the words of the
    library that computes, types that do not combine; what `as_numpy` raises.
    """
    if operator not in OPERATORS:
        raise ValueError(f"no operator {operator!r}: there are {' '.join(OPERATORS)}")
    if len(arrays) < 2 or (len(arrays) > 2 and OPERATORS[operator].is_comparison):
        raise ValueError(f"{operator} takes two operands, not {len(arrays)}")
    in_torch = any(map(is_torch, arrays))
    operands = [_torch_operand(array) if in_torch else as_numpy(array) for array in arrays]
    shapes = [tuple(getattr(operand, "shape", ())) for operand in operands]
    if _join(shapes) is None:
        raise ValueError(broadcast(*shapes).reason)
    function = OPERATORS[operator].torch_function if in_torch else OPERATORS[operator].function
    try:
        with np.errstate(all="ignore"):
            return as_numpy(reduce(function, operands))
    except (TypeError, RuntimeError) as error:  # NotImplementedError is a RuntimeError
        raise ValueError(_in_words(str(error), operator, operands)) from None


def _in_words(problem: str, operator: str, operands: Sequence[Any]) -> str:
    """Torch's sentence, or ours where it names its own insides: '"add_stub" not implemented for …'.

    Raises: what `as_numpy` raises, for packed numbers.
    """
    if "not implemented for" not in problem:
        return problem
    for x in operands:
        as_numpy(x)
    kinds = dict.fromkeys(str(x.dtype).removeprefix("torch.") for x in operands if is_torch(x))
    if OPERATORS[operator].is_comparison and any("complex" in kind for kind in kinds):
        return f"complex numbers have no order, so {operator} can’t compare them: take abs(x), x.real or x.imag"
    return f"torch has no {operator} for numbers of type {join_words(list(kinds))}: convert them first, as in x.float()"


def _torch_operand(x: Any) -> Any:
    """x as torch combines it: tensors without their gradients, arrays as tensors, a number as the number it is."""
    if is_torch(x):
        check_tensor(x)
        return x.detach().cpu()
    if type(x) in (bool, int, float, complex):
        return x
    return import_module("torch").tensor(as_numpy(x))


def parse_shape(text: str) -> tuple[int, ...]:
    """The shape that a learner typed, as `parsing.read_shape` reads it; an empty text is the shape of a scalar.

    Raises: ValueError, naming the part that is not a size.
    """
    return read_shape(text) if text.strip() else ()


def _as_shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(shape, str):
        raise ValueError(f"shape {shape!r} is text: use a tuple of ints, or parse_shape")
    if (is_torch(shape) and not shape.is_nested) or isinstance(shape, np.ndarray):
        return tuple(shape.shape)
    check_tensor(shape)
    sizes = []
    for n in shape if isinstance(shape, (tuple, list)) else (shape,):
        try:
            sizes.append(check_count(n, "a size"))
        except TypeError:
            raise ValueError(f"size {n!r} in shape {shape} is not a whole number") from None
        if sizes[-1] < 0:
            raise ValueError(f"size {n} in shape {shape} is negative: a size is 0 or more")
    return tuple(sizes)


def _letters() -> Iterator[str]:
    """a, b, …, z, a1, b1, …"""
    for round_ in itertools.count():
        yield from (letter + (str(round_) if round_ else "") for letter in string.ascii_lowercase)


def _join(shapes: Iterable[Sequence[int]]) -> tuple[int, ...] | None:
    """The broadcast shape, or None if the shapes clash: the whole rule."""
    result: list[int] = []
    for sizes in itertools.zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1):
        fixed = {n for n in sizes if n != 1}
        if len(fixed) > 1:
            return None
        result.append(fixed.pop() if fixed else 1)
    return tuple(reversed(result))


def _columns(shapes: tuple[tuple[int, ...], ...], names: Sequence[str]) -> tuple[Column, ...]:
    ndim = max(map(len, shapes), default=0)
    columns = []
    for axis in range(ndim):
        own = [axis - ndim + len(shape) for shape in shapes]  # the operand's own number of this axis
        padded = tuple(i < 0 for i in own)
        sizes = tuple(1 if i < 0 else shape[i] for i, shape in zip(own, shapes, strict=True))
        joined = _join([(n,) for n in sizes])
        size = joined[0] if joined else None
        if joined is None:
            verdict = "clash"
        elif any(padded):
            verdict = "padded"
        else:
            verdict = "equal" if len(set(sizes)) == 1 else "stretched"
        column = Column(axis, axis - ndim, sizes, padded, verdict, size, "")
        columns.append(replace(column, message=rule_of(column, names)))
    return tuple(columns)


def rule_of(column: Column, names: Sequence[str]) -> str:
    """The sentence that says which rule applies to a column, of operands with these names."""
    verdict, size, sizes, padded = column.verdict, column.size, column.sizes, column.padded
    if verdict == "clash":
        holders = {n: [name for name, m in zip(names, sizes, strict=True) if m == n] for n in sizes if n != 1}
        found = join_words(
            [f"{join_words(having)} {_verb(having, 'has', 'have')} {n}" for n, having in holders.items()]
        )
        two = "sizes must be equal, or one of them must be 1"
        rule = two if len(sizes) == 2 else "sizes other than 1 must be equal"
        zero = " A 0 does not stretch either." if 0 in holders else ""
        return f"{found}: {rule}.{zero}"
    if verdict == "equal":
        return f"{join_words(names)} {_verb(names, 'has', 'all have' if len(names) > 2 else 'both have')} {size}."
    absent = [name for name, missing in zip(names, padded, strict=True) if missing]
    ones = [name for name, n, missing in zip(names, sizes, padded, strict=True) if n == 1 and not missing]
    clauses = []
    if absent:
        clauses.append(f"{join_words(absent)} {_verb(absent, 'has', 'have')} no axis here, which counts as 1")
    if ones:
        clauses.append(f"{join_words(ones)} {_verb(ones, 'has', 'have')} 1")
    stretches = "" if size == 1 else f": stretched to {size}"
    return f"{'; '.join(clauses)}{stretches}."


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _repairs(shapes: tuple[tuple[int, ...], ...], names: Sequence[str]) -> tuple[Repair, ...]:
    """Up to MAX_REPAIRS changes of one operand after which the shapes broadcast, simplest first."""
    ndim = max(map(len, shapes))
    legal = []
    for k, name in enumerate(names):
        others = _join(shapes[:k] + shapes[k + 1 :])
        if others is None:
            continue  # the others clash too, so no change to this one helps
        for change in _changes(k, shapes, name):
            result = _join([others, change.after])
            if result is not None:
                simplicity = (max(ndim, len(result)), change.effort, len(shapes[k]), len(change.code))
                legal.append((simplicity, change.repair(k, name, result)))
    legal.sort(key=lambda item: item[0])
    fewest_axes: dict[int, int] = {}
    by_change: dict[tuple[int, tuple[int, ...]], Repair] = {}
    for (ndim, *_), repair in legal:  # of one operand: nothing with more axes than needed, and no shape twice
        if ndim == fewest_axes.setdefault(repair.operand, ndim):
            by_change.setdefault((repair.operand, repair.shape_after), repair)
    return tuple(by_change.values())[:MAX_REPAIRS]


@dataclass(frozen=True)
class _Change:
    """A change of one operand, legal or not; effort orders changes from simple to far-reaching."""

    effort: int
    after: tuple[int, ...]
    axes: tuple[int | None, ...] | None
    code: str
    message: str
    numpy_code: str = ""
    also: str = ""

    def repair(self, operand: int, name: str, result_shape: tuple[int, ...]) -> Repair:
        numpy_code = self.numpy_code or self.code
        return Repair(
            operand, name, self.code, numpy_code, self.also, self.axes, self.after, result_shape, self.message
        )


def _changes(k: int, shapes: tuple[tuple[int, ...], ...], name: str) -> Iterator[_Change]:
    """Ways to change operand k."""
    shape = shapes[k]
    for axis, n in enumerate(shape):
        if n == 1:
            code, after = f"{name}.squeeze({axis})", shape[:axis] + shape[axis + 1 :]
            axes = tuple(None if a == axis else a - (a > axis) for a in range(len(shape)))
            yield _Change(1, after, axes, code, f"Without its axis of size 1, {name} lines up differently.")
    if len(shape) == 2:
        yield _Change(2, shape[::-1], (1, 0), f"{name}.t()", f"Rows and columns of {name} trade places.", f"{name}.T")
    elif 3 <= len(shape) <= 4:
        for order in itertools.permutations(range(len(shape))):
            after, axes = tuple(shape[axis] for axis in order), tuple(map(order.index, range(len(shape))))
            listed = ", ".join(map(str, order))
            message = f"The axes of {name} in the order {listed}."
            yield _Change(3, after, axes, f"{name}.permute({listed})", message, f"{name}.transpose({listed})")
    yield from itertools.islice(_new_axes(k, shapes, name), _TRIES)
    for other in shapes:
        for after in (other[start:] for start in range(len(other))):
            if 0 < math.prod(after) == math.prod(shape):
                code = f"{name}.reshape({', '.join(map(str, after))})"
                message = f"The numbers of {name} in new rows: right only if they are stored in that order."
                yield _Change(4, after, None, code, message)


def _new_axes(k: int, shapes: tuple[tuple[int, ...], ...], name: str) -> Iterator[_Change]:
    """`name[:, None]` and the like: every way to insert axes of size 1 behind the first axis, as changes.

    Up to as many new axes as the other operands have: then each element is paired with each, the outer product.
    """
    shape = shapes[k]
    if not shape:
        return  # a scalar fits every shape as it is
    most = max(len(other) for i, other in enumerate(shapes) if i != k)
    ndims = range(len(shape) + 1, min(len(shape) + most, MAX_AXES) + 1)
    at_the_end = ((ndim, range(1, len(shape))) for ndim in ndims)  # tried first: the outer product is among these
    anywhere = ((ndim, rest) for ndim in ndims for rest in itertools.combinations(range(1, ndim), len(shape) - 1))
    for ndim, rest in itertools.chain(at_the_end, anywhere):
        own = (0, *rest)
        new = [axis for axis in range(ndim) if axis not in own]
        sizes = iter(shape)
        after = tuple(next(sizes) if axis in own else 1 for axis in range(ndim))
        index = ["None" if axis in new else ":" for axis in range(new[-1] + 1)]
        also = name + "".join(f".unsqueeze({axis})" for axis in new)
        code = f"{name}[{', '.join(index)}]"
        message = f"{name} gets {'an axis' if len(new) == 1 else f'{len(new)} axes'} of size 1, free to stretch."
        yield _Change(0, after, own, code, message, also=also)
