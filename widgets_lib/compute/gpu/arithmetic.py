"""A kernel's arithmetic, typed as numba types it.

Inside a trace a float32 is a `np.float32`, a float64 a Python float, an integer of 32 or 64 bits a Python int that
wraps at 64 bits; smaller integers and unsigned ones are numpy's scalars. float32 with float32 stays float32; with a
float64 or an integer of 32 bits or more it becomes float64; integers become 64 bits wide, unsigned if both are.
Exact: + − × ÷ and sqrt of float32 and float64. Not exact to the last bit: exp, sin and their like, for which each chip
has its own approximation, and sums that a GPU fuses (a·b + c rounded once).
One difference: numba gives a *variable* one type; one that is float32 on one path and float64 on another is float64
there throughout, and here each value keeps its own.
"""

import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

F32 = np.float32
_LEAST, _MOST = -(2**63), 2**63 - 1
_TWO_64 = 2**64

SCALARS = {
    name: np.dtype(name)
    for name in ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")
}
"""The element types that a trace computes with."""


def wrapped(number: int) -> int:
    """A whole number as 64 bits hold it."""
    return number if _LEAST <= number <= _MOST else (number - _LEAST) % _TWO_64 + _LEAST


def plain(value: Any) -> Any:
    """A scalar in the form that a trace computes with."""
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, np.float64):
        return float(value)
    if isinstance(value, np.signedinteger) and value.dtype.itemsize >= 4:
        return int(value)
    if isinstance(value, int):
        return wrapped(value)
    return value


def _fitted(number: int, x: Any, y: Any) -> Any:
    """A result as the common type of two whole numbers holds it: unsigned if both are."""
    if isinstance(x, np.unsignedinteger) and isinstance(y, np.unsignedinteger):
        return np.uint64(number % _TWO_64)
    return wrapped(number)


def wide(value: Any) -> Any:
    """A number as it is compared: a float32 as a float64, which has the same value."""
    return float(value) if type(value) is F32 else value


def _promoted(x: Any, y: Any) -> tuple[Any, Any]:
    """Two numbers in numba's common type."""
    tx, ty = type(x), type(y)
    if tx is F32 or ty is F32:
        other, kind = (y, ty) if tx is F32 else (x, tx)
        if kind is F32 or (isinstance(other, np.integer) and other.dtype.itemsize <= 2):
            return F32(x), F32(y)
        return float(x), float(y)
    if isinstance(x, float) or isinstance(y, float):
        return float(x), float(y)
    return _whole(x), _whole(y)


def _whole(x: Any) -> int:
    if isinstance(x, (int, np.integer, np.bool_)):
        return int(x)
    raise TypeError(f"{_kind(x)} is no number to compute with")


def _kind(x: Any) -> str:
    if x is None:
        return "None (what a function without return gives)"
    return f"a whole array, {x.name}," if hasattr(x, "name") and hasattr(x, "shape") else f"a {type(x).__name__}"


def _binary(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compute(x: Any, y: Any) -> Any:
        if type(x) is F32 and type(y) is F32:
            return operation(x, y)
        one, other = _promoted(x, y)
        result = operation(one, other)
        return _fitted(result, x, y) if type(result) is int else result

    return compute


_add, subtract, _multiply = (_binary(operation) for operation in (operator.add, operator.sub, operator.mul))


def add(x: Any, y: Any) -> Any:
    """x + y; its short way is written out, as that of the product, for they run most often."""
    return x + y if type(x) is F32 and type(y) is F32 else _add(x, y)


def multiply(x: Any, y: Any) -> Any:
    """x × y."""
    return x * y if type(x) is F32 and type(y) is F32 else _multiply(x, y)


def divide(x: Any, y: Any) -> Any:
    """x / y; by zero ±inf or nan, as on a GPU, and no exception."""
    x, y = _promoted(x, y)
    return x / y if type(x) is F32 else float(np.float64(x) / np.float64(y))


def _floats(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """// and %, whose float forms don't raise either."""

    def compute(x: Any, y: Any) -> Any:
        one, other = _promoted(x, y)
        if type(one) is int:
            return _fitted(operation(one, other), x, y)
        return operation(one, other) if type(one) is F32 else float(operation(np.float64(one), np.float64(other)))

    return compute


def power(x: Any, y: Any) -> Any:
    x, y = _promoted(x, y)
    if type(x) is int:
        if y < 0:
            raise ValueError("a whole number to a negative power is no whole number: write float(x) ** y")
        return wrapped(pow(x, y, _TWO_64)) if y > 64 else wrapped(x**y)
    return x**y if type(x) is F32 else float(np.float64(x) ** np.float64(y))


def power_literal(x: Any, y: Any) -> Any:
    """x ** y for a y written as a whole number: numba keeps a float32 base float32."""
    return x ** F32(y) if type(x) is F32 else power(x, y)


def _bits(operation: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def compute(x: Any, y: Any) -> Any:
        if isinstance(x, (bool, np.bool_)) and isinstance(y, (bool, np.bool_)):
            return bool(operation(bool(x), bool(y)))
        return _fitted(operation(_whole(x), _whole(y)), x, y)

    return compute


def _shift_left(x: int, y: int) -> int:
    if not 0 <= y < 64:
        raise ValueError(f"a shift by {y} leaves 64 bits: shift by 0 to 63")
    return x << y


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": add,
    "Sub": subtract,
    "Mult": multiply,
    "Div": divide,
    "FloorDiv": _floats(operator.floordiv),
    "Mod": _floats(operator.mod),
    "Pow": power,
    "LShift": _bits(_shift_left),
    "RShift": _bits(operator.rshift),
    "BitAnd": _bits(operator.and_),
    "BitOr": _bits(operator.or_),
    "BitXor": _bits(operator.xor),
}
"""The name of an ast operator -> what it computes."""


def negate(x: Any) -> Any:
    """−x; a small integer keeps its type, so that of a uint8 is one too."""
    return -x if isinstance(x, (float, np.floating, np.integer)) else wrapped(-_whole(x))


# ---- functions ----


def converter(dtype: np.dtype) -> Callable[[Any], Any]:
    """`float32(x)`, `int32(x)` and their like."""
    if dtype == np.bool_:
        return bool

    def convert(x: Any = 0) -> Any:
        return plain(dtype.type(x) if dtype.kind == "f" else as_stored(x, dtype))

    return convert


def as_stored(value: Any, dtype: np.dtype) -> Any:
    """A number as an integer of that type: of a whole number the high bits are lost, of a float the fraction.

    A float that is too large becomes the largest there is, as on a GPU; nan becomes 0.
    """
    if isinstance(value, (float, np.floating)):
        limits = np.iinfo(dtype)
        value = 0 if math.isnan(value) else limits.min if value < limits.min else min(value, limits.max)
    number = int(value)
    bits = 8 * dtype.itemsize
    number &= 2**bits - 1
    return dtype.type(number - 2**bits if dtype.kind == "i" and number >> (bits - 1) else number)


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def compute(*values: Any) -> Any:
        if len(values) == 1:
            raise TypeError("min and max take two numbers or more in a kernel: loop over an array")
        best = values[0]
        for value in values[1:]:
            best, value = _promoted(best, value)
            best = choose(best, value)
        return best

    return compute


minimum, maximum = _extreme(builtins.min), _extreme(builtins.max)


def single(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of math or numpy: float32 if all it is given is, else float64; what it can't compute is nan."""

    def compute(*values: Any) -> Any:
        try:
            result = function(*(float(v) if type(v) is F32 else v for v in values))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan
        if isinstance(result, float) and values and all(type(v) is F32 for v in values):
            return F32(result)
        return plain(result)

    return compute


def _rounded(x: Any, digits: int | None = None) -> Any:
    return round(x) if digits is None else plain(type(x)(round(float(x), digits)))


BUILTINS: dict[Any, Callable[..., Any]] = {
    min: minimum,
    max: maximum,
    abs: lambda x: abs(x) if type(x) is F32 or isinstance(x, float) else wrapped(abs(_whole(x))),
    int: lambda x=0: wrapped(int(x)),
    float: lambda x=0.0: float(x),
    bool: bool,
    round: _rounded,
    pow: power,
    len: len,
    enumerate: enumerate,
    zip: zip,
    slice: slice,
    divmod: lambda x, y: (BINARY["FloorDiv"](x, y), BINARY["Mod"](x, y)),
    print: lambda *values: None,  # a trace has no console: what threads print is left out
}
"""The builtins that a kernel can call -> what they do in a trace; range is `recording`'s."""
