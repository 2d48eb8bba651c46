"""The functions and methods of numpy and torch that an expression may use, each as what it does to axes."""

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from widgets_lib.compute.formatting import count

from .algebra import Array, Axis, New
from .binding import bind
from .errors import EinsumError, Span
from .expression_edits import other_sums
from .grammar import LETTERS, read_equation

if TYPE_CHECKING:
    from .expression_tree import Reader

# What torch calls otherwise than numpy.
_SYNONYMS = {"dim": "axis", "keepdim": "keepdims", "dims": "axes", "dim1": "axis1", "dim2": "axis2"}


class Arguments:
    """The arguments of one call: taken one by one, by place or by name."""

    def __init__(
        self,
        reader: "Reader",
        node: ast.Call,
        values: Sequence[ast.expr],
        keywords: Sequence[ast.keyword],
        library: str,
    ) -> None:
        self.reader, self.node, self.library = reader, node, library
        self._values = list(values)
        self._named = {_SYNONYMS.get(each.arg or "", each.arg or ""): each.value for each in keywords}
        if len(self._named) < len(keywords):
            raise reader.fault("an argument is given twice", [each.value for each in keywords], "not-read")
        starred = [each for each in values if isinstance(each, ast.Starred)]
        if starred or "" in self._named:
            raise reader.fault("write each argument out: * and ** are not read here", starred or [node], "not-read")

    @property
    def place(self) -> Span:
        return self.reader.source.span(self.node)

    def take(self, name: str) -> ast.expr | None:
        """The next argument, or the one of this name."""
        return self._values.pop(0) if self._values else self._named.pop(name, None)

    def array(self, rank: int | None = None) -> Array:
        """The next argument as an array; of `rank` axes if it does not show how many."""
        return self.reader.with_rank(self.open_array(), rank)

    def open_array(self) -> Array:
        node = self.take("a")
        if node is None:
            raise self.reader.fault("an operand is missing", [self.node], "operands")
        return self.reader.array_of(node)

    def rest(self) -> list[ast.expr]:
        values, self._values = self._values, []
        return values

    def finish(self, *ignored: str) -> None:
        """Raises: Fault if an argument is left that nobody took."""
        left = [*self._values, *(node for name, node in self._named.items() if name not in ignored)]
        if left:
            raise self.reader.fault("this argument is not read here", left, "not-read")

    # ---- numbers ----

    def integer(self, node: ast.expr) -> int:
        minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        inner = node.operand if isinstance(node, ast.UnaryOp) and minus else node
        if isinstance(inner, ast.Constant) and type(inner.value) is int and inner.value < 1000:
            return -inner.value if minus else inner.value
        raise self.reader.fault("this should be a whole number", [node], "not-read")

    def axis(self, node: ast.expr, ndim: int) -> int:
        """A number of an axis, from 0 on."""
        number = self.integer(node)
        if not -ndim <= number < ndim:
            message = f"there is no axis {number}: this array has {count(ndim, 'axis', 'axes')}"
            if ndim:
                message += f", 0 to {ndim - 1}"
            source = self.reader.source
            edits = [
                (source.with_changed(source.span(node), str(k)), f"Takes axis {k}.") for k in reversed(range(ndim))
            ]
            edits += [(edit.text, edit.message) for edit in other_sums(source, self.node)]
            raise self.reader.fault(message, [node], "sum-axis", edits)
        return number % ndim

    def axes(self, node: ast.expr, ndim: int) -> list[int]:
        nodes = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
        found = [self.axis(each, ndim) for each in nodes]
        twice = [each for k, each in enumerate(nodes) if found[k] in found[:k]]
        if twice:
            raise self.reader.fault("this axis is named twice", twice, "sum-axis")
        return found

    def flag(self, name: str) -> bool:
        node = self._named.pop(name, None)
        if node is None or (isinstance(node, ast.Constant) and isinstance(node.value, bool)):
            return bool(node and isinstance(node, ast.Constant) and node.value)
        raise self.reader.fault("this should be True or False", [node], "not-read")


# ---- sums ----


def _sum(reader: "Reader", given: Arguments) -> Array:
    array, node = given.array(), given.take("axis")
    keeps = given.flag("keepdims")
    given.finish("dtype")
    every = node is None or (isinstance(node, ast.Constant) and node.value is None)
    gone = range(array.ndim) if node is None or every else given.axes(node, array.ndim)
    axes: list[Axis] = []
    for k, axis in enumerate(array.axes):
        if k not in gone:
            axes.append(axis)
        elif keeps:
            axes.append(New(given.place))
    return Array(tuple(axes), given.place)


# ---- orders of axes ----


def _permuted(reader: "Reader", given: Arguments, array: Array, nodes: Sequence[ast.expr]) -> Array:
    if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
        nodes = nodes[0].elts
    array = reader.with_rank(array, len(nodes))
    order = [given.axis(node, array.ndim) for node in nodes]
    if sorted(order) != list(range(array.ndim)):
        message = f"an order of axes names each of the {count(array.ndim, 'axis', 'axes')} once"
        raise reader.fault(message, list(nodes) or [given.node], "order")
    return Array(tuple(array.axes[k] for k in order), given.place)


def _transpose(reader: "Reader", given: Arguments) -> Array:
    array, nodes = given.open_array(), given.rest()
    named = given.take("axes")
    given.finish()
    nodes = [named] if named is not None else nodes
    if given.library == "torch" and len(nodes) == 2:
        return _swapped(reader, given, array, nodes)
    if not nodes:
        array = reader.with_rank(array, 2)
        return Array(array.axes[::-1], given.place)
    return _permuted(reader, given, array, nodes)


def _permute(reader: "Reader", given: Arguments) -> Array:
    array, nodes = given.open_array(), given.rest()
    named = given.take("axes")
    given.finish()
    return _permuted(reader, given, array, [named] if named is not None else nodes)


def _swapped(reader: "Reader", given: Arguments, array: Array, nodes: Sequence[ast.expr]) -> Array:
    if len(nodes) != 2:
        raise reader.fault("this swaps two axes: name both", list(nodes) or [given.node], "order")
    array = reader.with_rank(array, None)
    one, other = (given.axis(node, array.ndim) for node in nodes)
    axes = list(array.axes)
    axes[one], axes[other] = axes[other], axes[one]
    return Array(tuple(axes), given.place)


def _swapaxes(reader: "Reader", given: Arguments) -> Array:
    array, nodes = given.open_array(), given.rest()
    given.finish()
    return _swapped(reader, given, array, nodes)


def _matrix_transpose(reader: "Reader", given: Arguments) -> Array:
    array = given.array(2)
    given.finish()
    return Array(array.axes[::-1], given.place)


def _insert(reader: "Reader", given: Arguments) -> Array:
    array, node = given.array(), given.take("axis")
    given.finish()
    if node is None:
        raise reader.fault("the place of the new axis is missing", [given.node], "order")
    place = given.axis(node, array.ndim + 1)
    return Array((*array.axes[:place], New(given.place), *array.axes[place:]), given.place)


def _squeeze(reader: "Reader", given: Arguments) -> Array:
    array, node = given.array(), given.take("axis")
    given.finish()
    new = [k for k, axis in enumerate(array.axes) if isinstance(axis, New)]
    gone = given.axes(node, array.ndim) if node is not None else new
    if not set(gone) <= set(new):
        raise reader.fault(
            "only a new axis, one that None made, can be squeezed out here", [node or given.node], "order"
        )
    return Array(tuple(axis for k, axis in enumerate(array.axes) if k not in gone), given.place)


# ---- diagonals ----


def _pair(reader: "Reader", given: Arguments, array: Array) -> tuple[Array, int, int]:
    """The array and the two axes of a diagonal, by default 0 and 1."""
    offset = given.take("offset")
    if offset is not None and given.integer(offset) != 0:
        raise reader.fault("einsum takes the main diagonal: its offset is 0", [offset], "offset")
    first = given.take("axis1")
    second = given.take("axis2")
    given.finish()
    array = reader.with_rank(array, 2)
    if array.ndim < 2:
        raise reader.fault("a diagonal needs two axes", [array.place], "axes")
    one = given.axis(first, array.ndim) if first else 0
    other = given.axis(second, array.ndim) if second else 1
    if one == other:
        raise reader.fault("a diagonal goes along two different axes", [second or given.node], "order")
    return array, one, other


def _diagonal(reader: "Reader", given: Arguments) -> Array:
    array, one, other = _pair(reader, given, given.open_array())
    letters = list(LETTERS[: array.ndim])
    letters[other] = letters[one]
    output = "".join(letter for k, letter in enumerate(letters) if k not in (one, other)) + letters[one]
    return reader.contract([array], ["".join(letters)], output, given.node)


def _trace(reader: "Reader", given: Arguments) -> Array:
    array = _diagonal(reader, given)
    return Array(array.axes[:-1], given.place)


# ---- products ----


def _multiply(reader: "Reader", given: Arguments) -> Array:
    one, other = given.open_array(), given.open_array()
    given.finish()
    return reader.multiply(one, other, given.node)


def _matmul(reader: "Reader", given: Arguments) -> Array:
    one, other = given.open_array(), given.open_array()
    given.finish()
    return reader.matmul(one, other, given.node)


def _einsum_of(*terms: str) -> "Call":
    """A function that is one einsum, such as torch.bmm."""

    def call(reader: "Reader", given: Arguments) -> Array:
        arrays = [given.array(len(term)) for term in terms[:-1]]
        given.finish()
        return reader.contract(arrays, terms[:-1], terms[-1], given.node)

    return call


def _dot(reader: "Reader", given: Arguments) -> Array:
    one, other = given.open_array(), given.open_array()
    given.finish()
    if given.library == "torch" or not (one.known and other.known):
        one, other = reader.with_rank(one, other.ndim or 1), reader.with_rank(other, one.ndim or 1)
    if given.library == "torch" and (one.ndim, other.ndim) != (1, 1):
        raise reader.fault("torch.dot takes two arrays of one axis", [one.place, other.place], "axes")
    if not one.ndim or not other.ndim:
        return reader.multiply(one, other, given.node)
    first = LETTERS[: one.ndim - 1]
    second = LETTERS[one.ndim : one.ndim + other.ndim - 1]
    own = f"{second[:-1]}z{second[-1:]}" if other.ndim > 1 else "z"
    return reader.contract([one, other], [f"{first}z", own], first + second, given.node)


def _inner(reader: "Reader", given: Arguments) -> Array:
    one, other = given.array(1), given.array(1)
    given.finish()
    first, second = LETTERS[: one.ndim - 1], LETTERS[one.ndim : one.ndim + other.ndim - 1]
    return reader.contract([one, other], [f"{first}z", f"{second}z"], first + second, given.node)


def _tensordot(reader: "Reader", given: Arguments) -> Array:
    one, other, node = given.array(), given.array(), given.take("axes")
    given.finish()
    pairs = isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == 2
    if pairs and isinstance(node, (ast.Tuple, ast.List)):
        mine, yours = given.axes(node.elts[0], one.ndim), given.axes(node.elts[1], other.ndim)
    else:
        many = given.integer(node) if node is not None else 2
        if not 0 <= many <= min(one.ndim, other.ndim):
            raise reader.fault("the arrays don’t have that many axes", [node or given.node], "axes")
        mine, yours = list(range(one.ndim - many, one.ndim)), list(range(many))
    if len(mine) != len(yours):
        raise reader.fault("name as many axes of the first array as of the second", [node or given.node], "axes")
    first = list(LETTERS[: one.ndim])
    second = list(LETTERS[one.ndim : one.ndim + other.ndim])
    for k, axis in zip(mine, yours, strict=True):
        second[axis] = first[k]
    output = [letter for letter in first + second if (letter in first) != (letter in second)]
    return reader.contract([one, other], ["".join(first), "".join(second)], "".join(output), given.node)


def _einsum(reader: "Reader", given: Arguments) -> Array:
    node = given.take("equation")
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise reader.fault("the equation comes first, as text in quotes", [node or given.node], "not-read")
    nodes = given.rest()
    given.finish("optimize")
    try:
        equation = read_equation(node.value)
        ranks = [None if term.has_dots else len(term.letters) for term in equation.inputs]
        arrays = [
            reader.with_rank(reader.array_of(each), rank)
            for each, rank in zip(nodes, [*ranks, *[None] * len(nodes)], strict=False)
        ]
        bound = bind(equation, [(1,) * array.ndim for array in arrays])
    except EinsumError as error:
        if error.text == reader.source.text:
            raise
        start = reader.source.span(node)[0] + 1  # behind the quotation mark
        places = [(start + first, start + last) for first, last in error.spans]
        raise reader.fault(error.message, places, error.rule) from None
    return reader.contract(arrays, bound.inputs, bound.output, given.node)


Call = Callable[["Reader", Arguments], Array]

METHODS: dict[str, Call] = {
    "sum": _sum,
    "transpose": _transpose,
    "permute": _permute,
    "swapaxes": _swapaxes,
    "swapdims": _swapaxes,
    "t": _matrix_transpose,
    "unsqueeze": _insert,
    "squeeze": _squeeze,
    "diagonal": _diagonal,
    "diag": _einsum_of("aa", "a"),
    "trace": _trace,
    "dot": _dot,
    "matmul": _matmul,
    "mul": _multiply,
    "multiply": _multiply,
    "mm": _einsum_of("ab", "bc", "ac"),
    "mv": _einsum_of("ab", "b", "a"),
    "bmm": _einsum_of("abc", "acd", "abd"),
    "outer": _einsum_of("a", "b", "ab"),
    "inner": _inner,
}
FUNCTIONS: dict[str, Call] = {
    **{name: call for name, call in METHODS.items() if name != "t"},
    "expand_dims": _insert,
    "tensordot": _tensordot,
    "einsum": _einsum,
}
