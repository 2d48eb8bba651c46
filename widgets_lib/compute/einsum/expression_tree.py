"""One expression as a tree, walked from its operands up: what each operation does to the axes."""

import ast
from collections.abc import Callable, Iterable, Sequence

from widgets_lib.compute.formatting import count

from .algebra import Array, Axis, Clash, New, World
from .binding import Shape
from .errors import Span
from .expression_calls import FUNCTIONS, METHODS, Arguments
from .expression_edits import Edit, items_of, other_nones, other_transposes
from .source import LIBRARIES, Fault, Source

_SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**", ast.Mod: "%"}


class Reader:
    """Reads nodes of one text into Arrays; what can't be read is a Fault at its place."""

    def __init__(
        self,
        source: Source,
        world: World,
        names: Sequence[str],
        ranks: Sequence[int | None],
        shapes: Sequence[Shape | None],
        library: str,
    ) -> None:
        self.source, self.world, self.library = source, world, library
        self._operands = {name: k for k, name in enumerate(names)}
        self._ranks, self._shapes = ranks, shapes

    def read(self, node: ast.expr) -> Array:
        """The array of the whole expression, its number of axes known."""
        return self.with_rank(self.array_of(node), None)

    def array_of(self, node: ast.expr) -> Array:
        if isinstance(node, ast.Name):
            return self._operand(node)
        if isinstance(node, ast.Subscript):
            return self._indexed(node)
        if isinstance(node, ast.BinOp):
            return self._combined(node)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
            return self._transposed(node)
        message = "this can’t be part of an einsum: use operands, indices with : and None, *, @, sums and transposes"
        raise self.source.fault(message, [node], "not-read")

    # ---- operands and their axes ----

    def _operand(self, node: ast.Name) -> Array:
        number = self._operands.get(node.id)
        if number is None:
            raise self.source.fault(f"{node.id} is not an operand", [node], "operand")
        rank, place = self._ranks[number], self.source.span(node)
        if rank is None:
            return Array((), place, number, known=False)
        return Array(self._new_axes(number, rank), place, number)

    def _new_axes(self, number: int, rank: int) -> tuple[Axis, ...]:
        shape = self._shapes[number]
        return tuple(self.world.add_axis(number, None if shape is None else shape[axis]) for axis in range(rank))

    def with_rank(self, array: Array, rank: int | None) -> Array:
        """The array with its axes known: so many in all if it may have more than it shows."""
        if array.known:
            return array
        assert array.operand is not None
        name = next(name for name, number in self._operands.items() if number == array.operand)
        shown = len(array.axes)
        if rank is None or rank < shown:
            message = f"nothing here shows how many axes {name} has: give its shape, or write {name}[:, :]"
            raise self.source.fault(message, [array.place], "rank")
        return Array((*array.axes, *self._new_axes(array.operand, rank - shown)), array.place, array.operand)

    def _indexed(self, node: ast.Subscript) -> Array:
        array = self.array_of(node.value)
        items = items_of(node)
        full = [self._kind(item) for item in items]
        colons, dots = full.count(":"), full.count("...")
        if dots > 1:
            raise self.source.fault("an index has at most one “...”", items, "index")
        if not array.known and (colons or dots or array.axes):
            array = self.with_rank(array, colons if colons and not dots else None)
        if colons > array.ndim and array.known:
            self._refuse_colons(node, array, items)
        axes: list[Axis] = []
        left = list(array.axes)
        for item, kind in zip(items, full, strict=True):
            if kind == "None":
                axes.append(New(self.source.span(item)))
            else:
                many = 1 if kind == ":" else len(array.axes) - colons
                axes += left[:many]
                left = left[many:]
        return Array((*axes, *left), self.source.span(node), array.operand, array.known)

    def _kind(self, item: ast.expr) -> str:
        if isinstance(item, ast.Constant) and item.value in (None, Ellipsis):
            return "None" if item.value is None else "..."
        if isinstance(item, ast.Slice) and item.lower is item.upper is item.step is None:
            return ":"
        if isinstance(item, ast.Attribute) and item.attr == "newaxis":
            return "None"
        message = "write “:” for an axis and “None” for a new one: einsum can’t take a part of an axis"
        raise self.source.fault(message, [item], "index")

    def _refuse_colons(self, node: ast.Subscript, array: Array, items: Sequence[ast.expr]) -> None:
        colons = [item for item in items if self._kind(item) == ":"]
        message = f"this array has {count(array.ndim, 'axis', 'axes')}, and the index names {len(colons)}"
        edits = []
        for extra in colons[::-1]:
            kept = [self.source.code(item) for item in items if item is not extra]
            edits.append((self._reindexed(node, kept), "Removes one “:”."))
            turned = ["None" if item is extra else self.source.code(item) for item in items]
            edits.append((self._reindexed(node, turned), "Turns one “:” into None."))
        raise self.source.fault(message, colons[array.ndim :], "none", edits)

    def _reindexed(self, node: ast.Subscript, items: Sequence[str]) -> str:
        return self.source.with_changed(self.source.span(node), f"{self.source.code(node.value)}[{', '.join(items)}]")

    # ---- operators ----

    def _combined(self, node: ast.BinOp) -> Array:
        if isinstance(node.op, (ast.Mult, ast.MatMult)):
            one, other = self.array_of(node.left), self.array_of(node.right)
            combine = self.multiply if isinstance(node.op, ast.Mult) else self.matmul
            return combine(one, other, node)
        sign = _SIGNS.get(type(node.op), "")
        place = self.source.between(node.left, node.right, sign)
        edits = [(self.source.with_changed(place, "*"), "Multiplies instead.")] if sign in ("+", "-", "/") else []
        message = "einsum multiplies its operands, with “*”, and then sums the products"
        raise self.source.fault(message, [place], "plus" if sign == "+" else "product", edits)

    def multiply(self, one: Array, other: Array, node: ast.expr) -> Array:
        one, other = self.with_rank(one, other.ndim if other.known else None), self.with_rank(other, one.ndim)
        try:
            return self.world.multiply(one, other, self.source.span(node))
        except Clash as clash:
            n, m = clash.sizes
            nones = [axis.place for array in (one, other) for axis in array.axes if isinstance(axis, New)]
            message = f"on axis {clash.axis} the sizes are {n} and {m}: they must be equal, or one of them must be 1"
            if nones:
                message += "; is a None in the wrong place?"
            places = nones or [one.place, other.place]
            raise self.source.fault(message, places, "none", self._edits(other_nones, node)) from None

    def matmul(self, one: Array, other: Array, node: ast.expr) -> Array:
        """As @: the last axis of one with the last but one of the other, batches broadcast before them."""
        one = self.with_rank(one, max(2, other.ndim) if other.known else 2)
        other = self.with_rank(other, max(2, one.ndim))
        if not one.ndim or not other.ndim:
            raise self.source.fault("@ needs arrays with axes: multiply by a number with *", [node], "axes")
        batches = "abcdefghijklmnopqrstuvw"
        first = batches[len(batches) - max(0, one.ndim - 2) :] + ("xy"[-one.ndim :] if one.ndim < 2 else "xy")
        second = batches[len(batches) - max(0, other.ndim - 2) :] + ("y" if other.ndim < 2 else "yz")
        longest = max(first, second, key=len)[:-2] if max(one.ndim, other.ndim) > 2 else ""
        output = longest + ("x" if one.ndim > 1 else "") + ("z" if other.ndim > 1 else "")
        return self.contract([one, other], [first, second], output, node)

    def contract(self, arrays: Sequence[Array], terms: Sequence[str], output: str, node: ast.expr) -> Array:
        """An einsum of arrays, one letter for each axis; a clash is a Fault at their places."""
        for array, term in zip(arrays, terms, strict=True):
            if array.ndim != len(term):
                message = f"an array of {count(len(term), 'axis', 'axes')} goes here, and this one has {array.ndim}"
                raise self.source.fault(message, [array.place], "axes")
        try:
            return self.world.contract(arrays, terms, output, self.source.span(node))
        except Clash as clash:
            n, m = clash.sizes
            message = f"the axes to be paired have the sizes {n} and {m}"
            raise self.source.fault(
                message, [array.place for array in arrays], "size", self._edits(other_transposes, node)
            ) from None

    def _edits(self, change: Callable[[Source, ast.expr], Iterable[Edit]], node: ast.expr) -> list[tuple[str, str]]:
        return [(edit.text, edit.message) for edit in change(self.source, node)]

    # ---- attributes and calls ----

    def _transposed(self, node: ast.Attribute) -> Array:
        array = self.with_rank(self.array_of(node.value), 2)
        if node.attr == "mT" and array.ndim < 2:
            raise self.source.fault(".mT needs at least two axes", [node], "axes")
        axes = array.axes[::-1] if node.attr == "T" else (*array.axes[:-2], *array.axes[-2:][::-1])
        return Array(axes, self.source.span(node))

    def _called(self, node: ast.Call) -> Array:
        function = node.func
        if not isinstance(function, ast.Attribute):
            raise self.source.fault(
                "only functions and methods of numpy and torch can be read here", [function], "not-read"
            )
        of_library = isinstance(function.value, ast.Name) and function.value.id in LIBRARIES
        table = FUNCTIONS if of_library else METHODS
        call: Callable[[Reader, Arguments], Array] | None = table.get(function.attr)
        if call is None:
            known = ", ".join(sorted(table)[:40])
            what = "function" if of_library else "method"
            message = f"the {what} {function.attr} can’t be read here; these can: {known}"
            raise self.source.fault(message, [function], "not-read")
        library = self.library
        if isinstance(function.value, ast.Name) and of_library:
            library = "torch" if function.value.id == "torch" else "numpy"
        first = [] if of_library else [function.value]
        return call(self, Arguments(self, node, [*first, *node.args], node.keywords, library))

    def fault(
        self, message: str, nodes: Sequence[ast.AST | Span], rule: str, edits: Sequence[tuple[str, str]] = ()
    ) -> Fault:
        return self.source.fault(message, nodes, rule, edits)
