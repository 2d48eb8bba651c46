"""Operands as they are given: arrays, tensors and lists, or only their shapes."""

import sys
from importlib import import_module
from typing import Any

import numpy as np

from widgets_lib.compute.arrays import as_numpy, check_tensor, is_torch
from widgets_lib.compute.parsing import as_shape

from .binding import Shape


def shape_of(operand: Any) -> Shape | None:
    """The shape of an array, tensor, number or nested list; a tuple or a text is a shape itself; of None, None.

    Raises: TypeError or ValueError, as the readers of shapes and arrays do.
    """
    if operand is None:
        return None
    if isinstance(operand, (tuple, str)):
        return as_shape(operand)
    if is_torch(operand) or isinstance(operand, np.ndarray):
        return tuple(map(int, operand.shape))
    return as_numpy(operand).shape


def dtype_of(operand: Any) -> str:
    """The type of its numbers, such as "float32"; "" of a shape."""
    if operand is None or isinstance(operand, (tuple, str)):
        return ""
    if is_torch(operand) or isinstance(operand, np.ndarray):
        return str(operand.dtype).removeprefix("torch.")
    return str(as_numpy(operand).dtype)


def as_operands(values: tuple[Any, ...]) -> list[Any]:
    """The values as torch combines them if one of them is a tensor, else as numpy arrays.

    Raises: TypeError or ValueError for what holds no plain numbers.
    """
    if not any(map(is_torch, values)):
        return [as_numpy(value) for value in values]
    for value in values:
        check_tensor(value)
    torch = import_module("torch")
    return [value if is_torch(value) else torch.as_tensor(as_numpy(value)) for value in values]


def library_of(operands: list[Any]) -> Any:
    """torch if an operand is a tensor, else numpy."""
    return sys.modules["torch"] if any(map(is_torch, operands)) else np
