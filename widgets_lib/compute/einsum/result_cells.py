"""Which cells of the operands make one cell of the result."""

import itertools
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from widgets_lib.compute._integers import check_count
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.formatting import format_shape

from .costs import known_sizes

if TYPE_CHECKING:
    from .equation import Einsum


@dataclass(frozen=True)
class Product:
    """One product of a sum. at: the value of each letter; indices: into each operand; factors and value: the numbers,
    empty and None without operands.
    """

    at: dict[str, int]
    indices: tuple[tuple[int, ...], ...]
    factors: tuple[Any, ...]
    value: Any


@dataclass(frozen=True)
class CellSum:
    """One cell of the result. total: how many products are summed in it; products: the first of them; more: how many
    are not listed. value: the cell as the Einsum computes it, None without operands.
    """

    index: tuple[int, ...]
    total: int
    products: tuple[Product, ...]
    more: int
    value: Any


def trace_cell(e: "Einsum", index: Sequence[int], operands: Sequence[Any], most: int) -> CellSum:
    """See `Einsum.cells`."""
    arrays = [as_numpy(operand) for operand in operands]
    if arrays:
        e = e.with_operands(*(array.shape for array in arrays))
    sizes = known_sizes(e)
    index = tuple(check_count(i, "an index") for i in index)
    shape = e.shape or ()
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(f"index {index} is not in a result of shape {format_shape(shape)}")
    most = check_count(most, "most", least=0)
    kept = dict(zip(e.output, index, strict=True))
    ranges = [range(sizes[letter]) for letter in e.summed]
    total = math.prod(map(len, ranges))
    products = []
    for values in itertools.islice(itertools.product(*ranges), most):
        products.append(_product(e, {**kept, **dict(zip(e.summed, values, strict=True))}, arrays))
    value = _value(e, kept, arrays) if arrays else None
    return CellSum(index, total, tuple(products), total - len(products), value)


def _product(e: "Einsum", at: dict[str, int], arrays: Sequence[Any]) -> Product:
    indices = tuple(
        tuple(0 if e.is_stretched(k, axis) else at[letter] for axis, letter in enumerate(letters))
        for k, letters in enumerate(e.inputs)
    )
    factors = tuple(array[index] for array, index in zip(arrays, indices, strict=False))
    with np.errstate(all="ignore"):  # uint8 wraps and float16 overflows, as in the libraries
        value = reduce(operator.mul, factors) if factors else None
    return Product(at, indices, factors, value)


def _value(e: "Einsum", kept: dict[str, int], arrays: Sequence[Any]) -> Any:
    """The whole sum, all of its products in it, as the library itself adds them up."""
    slices = []
    for k, (letters, array) in enumerate(zip(e.inputs, arrays, strict=True)):
        places = [
            slice(None)
            if letter not in kept
            else slice(0, 1)
            if e.is_stretched(k, axis)
            else slice(kept[letter], kept[letter] + 1)
            for axis, letter in enumerate(letters)
        ]
        slices.append(array[tuple(places)])
    return e(*slices)[(0,) * len(e.output)]
