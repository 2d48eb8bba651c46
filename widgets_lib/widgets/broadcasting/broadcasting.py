"""BroadcastExplorer: shapes lined up axis by axis, the stretch that copies nothing, and what repairs a clash."""

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import traitlets

from widgets_lib.compute import broadcasting, strides
from widgets_lib.widgets._base import Widget

MAX_OPERANDS = 4
MAX_AXES = 8  # columns of the table
DRAWN_AXES = 4  # cells in rows and columns, facets across and down; further axes are drawn at their index 0
AXES = (("columns", "j"), ("rows", "i"), ("facets", "k"), ("facets down", ""))  # of the result, from the right
SCALES = (1, 10, 100, 1000)  # example numbers tell their operand: 1 2 3, 10 20 30, …
_EXACT_ELEMENTS = 1000  # products of the example numbers of larger arrays may leave an int64


@dataclass(frozen=True, eq=False)
class _Operand:
    """An array and the view of it that takes part, such as c and c[:, None].

    name, base: the array and its shape. code, shape: the view. moves: what leads from the one to the other, as the
    arguments of `broadcasting.moved_from`. array: the numbers; without it, example numbers times `scale`.
    given: what stood here before a shape was typed over it.
    """

    name: str
    base: tuple
    code: str
    shape: tuple
    moves: tuple = ()
    array: object = None
    scale: float = 1
    given: "_Operand | None" = None

    def moved(self, code, axes, shape):
        """A view of this view; axes as in `broadcasting.Repair`."""
        return replace(self, code=code, shape=shape, moves=(*self.moves, (axes, self.shape, shape)), given=None)

    def typed(self, shape, name, scale):
        """An array of another shape in its place, or what was given if this is its shape again."""
        given = self.given or self
        return given if shape == given.shape else replace(_example(name, shape, scale), given=given)

    def index(self, at):
        """Where in the array the view's element at `at` lies."""
        for move in reversed(self.moves):
            at = broadcasting.moved_from(at, *move)
        return at

    def axes(self):
        """For each axis of the array, the axis of the view it became, or None."""
        axes = range(len(self.base))
        for moved, *_ in self.moves:
            axes = [None if axis is None or moved is None else moved[axis] for axis in axes]
        return axes

    def numbers(self, indices):
        """The array's numbers at these indices, as a flat numpy array."""
        if self.array is not None:
            layout = strides.describe(self.array)
            return strides.values(self.array, [layout.position(index) for index in indices])
        stride = strides.contiguous_stride(self.base)
        positions = [sum(i * s for i, s in zip(index, stride, strict=True)) for index in indices]
        dtype = np.int64 if math.prod(self.base) <= _EXACT_ELEMENTS else np.float64
        return broadcasting.example(np.array(positions, dtype=dtype), self.scale)


def _example(name, shape, scale):
    return _Operand(name, shape, name, shape, scale=scale)


def _array(name, array):
    """The learner's own tensor or array. Raises: TypeError or ValueError in words if it has no plain numbers."""
    layout = strides.describe(array)
    if layout.size and strides.values(array, [layout.offset]).dtype.kind not in "biuf":
        raise TypeError(f"BroadcastExplorer: {name} is of type {layout.dtype}; give real numbers or truth values")
    return _Operand(name, layout.shape, name, layout.shape, array=array)


def _image():
    """256 × 256 × 3 whose red is the row, green the column, blue 128: a number says where it comes from."""
    rows, columns = np.indices((256, 256))
    return np.stack([rows, columns, np.full((256, 256), 128)], axis=2)


@dataclass(frozen=True, eq=False)
class _Preset:
    about: str
    operator: str
    operands: tuple

    @property
    def title(self):
        return broadcasting.OPERATORS[self.operator].code(*(operand.code for operand in self.operands))


def _presets():
    a = _array("a", np.array([10.0, 6.0, -4.0]))
    c = _array("c", np.array([10.0, 20.0, 30.0]))
    m = _array("m", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]))
    p = _array("p", np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    zero, scale = _array("0", np.array(0)), _array("scale", np.array([1.0, 0.5, 0.25]))
    digit, weights = _example("digit", (784,), 1), _example("weights", (784, 10), 0.1)
    column = c.moved("c[:, None]", (0,), (3, 1))
    return {
        "scalar": _Preset("a scalar", ">", (a, zero)),
        "vector": _Preset("a vector to each row", "+", (m, c)),
        "column": _Preset("a vector to each column", "+", (m, column)),
        "outer": _Preset("outer product", "*", (c.moved("c[None, :]", (1,), (1, 3)), column)),
        "comparison": _Preset("each with each", ">", (c.moved("c[None]", (1,), (1, 3)), column)),
        "image": _Preset("256 × 256 pixels", "*", (_array("image", _image()), scale)),
        "digit": _Preset("784 pixels", "*", (digit.moved("digit[:, None]", (0,), (784, 1)), weights)),
        "clash": _Preset("fails", "+", (p, c)),
        "digit-clash": _Preset("fails", "*", (digit, weights)),
    }


PRESETS = _presets()


class BroadcastExplorer(Widget):
    """Two to four shapes under one operator: a verdict for each axis, the stretch as ghost cells, the result.

    wl.BroadcastExplorer((3,), (3, 3))
    wl.BroadcastExplorer(m, c, names=("m", "c"), operator="*")
    wl.BroadcastExplorer(preset="outer")

    shapes: tuples of ints (or text as "3, 1"), or tensors and arrays, whose numbers are then shown.
    operator: one of + - * / < > ==. names: what the operands are called, a, b, … if not given.
    preset: scalar, vector, column, outer, comparison, image, digit, clash or digit-clash; without any argument, vector.
    Raises: ValueError, or TypeError for an array without plain numbers, naming what does not fit.
    """

    shapes = traitlets.List(traitlets.Unicode(), help="The operands' shapes, as typed.").tag(sync=True)
    operator = traitlets.Enum(list(broadcasting.OPERATORS), "+", help="What is computed of each pair.").tag(sync=True)
    preset = traitlets.Enum(["", *PRESETS], "", help="Key of the example shown; empty once it was changed.").tag(
        sync=True
    )

    unread = traitlets.List(traitlets.Int(), help="Operands whose typed shape can not be used.").tag(sync=True)
    presets = traitlets.List(
        [{"key": key, "title": preset.title, "about": preset.about} for key, preset in PRESETS.items()],
        help="The examples to choose from: key, title, about.",
    ).tag(sync=True)
    operators = traitlets.List(
        [{"key": each.key, "symbol": each.symbol, "title": each.title} for each in broadcasting.OPERATORS.values()],
        help="The operators to choose from: key, symbol, title.",
    ).tag(sync=True)
    picture = traitlets.Dict(
        help="All that is drawn: expression, operator, symbol, comparison, summary, axes (a column of the table each), shown (drawn "
        "indices of the last axes), operands and result (a panel of cells each), repairs, room."
    ).tag(sync=True)

    def __init__(self, *shapes, operator=None, names=None, preset=None):
        if shapes and preset:
            raise ValueError(f"BroadcastExplorer: give shapes or preset={preset!r}, not both")
        if preset is not None and preset not in PRESETS:
            raise ValueError(f"BroadcastExplorer: preset {preset!r} is not one of {', '.join(PRESETS)}")
        if operator is not None and operator not in broadcasting.OPERATORS:
            raise ValueError(
                f"BroadcastExplorer: operator {operator!r} is not one of {' '.join(broadcasting.OPERATORS)}"
            )
        if names is not None and (len(names) != len(shapes) or not all(isinstance(name, str) for name in names)):
            raise ValueError(f"BroadcastExplorer: names={names!r} for {len(shapes)} shapes: one text each")
        if shapes:
            names = names or "abcdefghijklmnopqrstuvwxyz"
            operands = [_given(*each) for each in zip(names, shapes, itertools.cycle(SCALES), strict=False)]
            preset, operator = "", operator or "+"
        else:
            preset = preset or "vector"
            operands, operator = list(PRESETS[preset].operands), operator or PRESETS[preset].operator
        self._operands = operands
        self._start = operands, operator, preset
        self._drawn = None  # (operands, operator)
        self._repair = None  # (operands that clash, their repairs, number of the one applied, operands after)
        texts = [_typed(operand.shape) for operand in operands]
        super().__init__(shapes=texts, operator=operator, preset=preset)
        self.recompute_on("shapes", "operator")
        self.observe(lambda change: change.new and self._run_guarded(self._use_preset), names=["preset"])

    # ---- what the learner does ----

    def _on_custom_msg(self, content, buffers):
        actions = {"add": self._add, "remove": self._remove, "repair": self._apply_repair, "restart": self._restart}
        for name, argument in content.items():
            if name not in actions:
                raise ValueError(f"BroadcastExplorer: there is no {name!r} to do")
            actions[name](argument)

    def _use_preset(self):
        preset = PRESETS[self.preset]
        if self._operands != list(preset.operands):  # else it is only named, by what shows it
            self._show(preset.operands, preset.operator, self.preset)

    def _restart(self, _):
        self._show(*self._start)

    def _add(self, _):
        if len(self._operands) == MAX_OPERANDS:
            raise ValueError(f"there is room for {MAX_OPERANDS} operands")
        last = max((operand.shape[-1:] for operand in self._operands), default=())
        name = self._free_name(self._operands)
        added = _example(name, last or (3,), SCALES[len(self._operands)])
        self._change([*self._operands, added], [*self.shapes, _typed(added.shape)])

    def _remove(self, at):
        if not (isinstance(at, int) and 0 <= at < len(self._operands)) or len(self._operands) == 2:
            raise ValueError(f"operand {at!r} can not be removed: two are the least")
        self._change(*([*every[:at], *every[at + 1 :]] for every in (self._operands, self.shapes)))

    def _apply_repair(self, at):
        """Apply a repair to what clashed; the one that is applied is taken back."""
        clashing, repairs, applied, _ = self._repair or ([], [], None, None)
        if not (isinstance(at, int) and 0 <= at < len(repairs)):
            raise ValueError(f"there is no repair {at!r}")
        operands = list(clashing)
        if at != applied:
            repair = repairs[at]
            operands[repair.operand] = operands[repair.operand].moved(repair.code, repair.axes, repair.shape_after)
        self._repair = clashing, repairs, None if at == applied else at, operands
        self._change(operands, [_typed(operand.shape) for operand in operands])

    def _show(self, operands, operator, preset):
        with self.hold_sync(), self.hold_trait_notifications():
            self._operands = list(operands)
            self.shapes, self.operator, self.preset = [_typed(each.shape) for each in operands], operator, preset
        self._recompute()  # also where no trait changed: other numbers may stand behind equal shapes

    def _change(self, operands, texts):
        with self.hold_sync():
            self._operands, self.preset = operands, ""
            self.shapes = texts
            self._recompute()

    @staticmethod
    def _free_name(operands):
        names = {operand.name for operand in operands}
        return next(name for name in "abcdefghijklmnopqrstuvwxyz" if name not in names)

    # ---- what is drawn ----

    def _recompute(self):
        """Read the typed shapes and draw; if one can not be read, say why and leave the drawing as it was."""
        operands = self._read()
        if self._repair and self._repair[-1] != operands:
            self._repair = None
        preset = PRESETS.get(self.preset)
        if preset and (operands != list(preset.operands) or self.operator != preset.operator):
            self.preset = ""
        if (operands, self.operator) != self._drawn:  # several traits may have changed at once: draw once
            self.picture = self._draw(operands)
            self._drawn = operands, self.operator
        self._operands = operands

    def _read(self):
        """The operands that the texts name: those there are, where the text still tells their shape."""
        if not 2 <= len(self.shapes) <= MAX_OPERANDS:
            raise ValueError(f"give 2 to {MAX_OPERANDS} shapes, not {len(self.shapes)}")
        operands, problems = [], {}
        for at, text in enumerate(self.shapes):
            old = self._operands[at] if at < len(self._operands) else None
            name = old.name if old and old.name.isidentifier() else self._free_name([*self._operands, *operands])
            try:
                shape = broadcasting.parse_shape(text)
                if len(shape) > MAX_AXES:
                    raise ValueError(f"{len(shape)} axes: the table has room for {MAX_AXES}")
            except ValueError as problem:
                problems[at] = f"{name}: {problem}."
                continue
            if old is None:
                operands.append(_example(name, shape, SCALES[at]))
            else:
                operands.append(old if shape == old.shape else old.typed(shape, name, SCALES[at]))
        self.unread = list(problems)
        if problems:
            raise ValueError("\n".join(problems.values()))
        return operands

    def _draw(self, operands):
        operator = broadcasting.OPERATORS[self.operator]
        comparison = self.operator in ("<", ">", "==")
        if comparison and len(operands) > 2:
            raise ValueError(
                f"“{operator.symbol}” compares two operands, and here are {len(operands)}: remove one first"
            )
        codes = [operand.code for operand in operands]
        result = broadcasting.broadcast(*(operand.shape for operand in operands), names=codes)
        outline = tuple(max(column.sizes) if column.size is None else column.size for column in result.columns)
        shown = _shown(outline)
        cells = list(itertools.product(*[[0]] * (len(outline) - len(shown)), *shown))
        panels, numbers = zip(*(_panel(operand, outline, cells, len(shown)) for operand in operands), strict=True)
        expression = operator.code(*codes)
        made = result.shape is not None
        if not made:
            fitting = [each for each in result.repairs if len(each.result_shape) <= MAX_AXES]
            self._repair = operands, fitting, None, operands
        return {
            "expression": expression,
            "operator": operator.key,
            "symbol": operator.symbol,
            "comparison": comparison,
            "shape": str(result.shape) if made else "",
            "summary": self._summary(operands, result, outline, expression) + _in_part(outline, shown),
            "axes": [_column(column) for column in result.columns],
            "shown": shown,
            "operands": list(panels),
            "result": _result(expression, outline, cells, broadcasting.cells(self.operator, *numbers))
            if made
            else None,
            "repairs": self._repairs(),
            "room": len(operands) < MAX_OPERANDS and not comparison,
        }

    def _repairs(self):
        if not self._repair:
            return []
        _, repairs, applied, _ = self._repair
        return [
            {
                "code": repair.code,
                "shape": str(repair.result_shape),
                "words": repair.message,
                "also": repair.also,
                "numpy": repair.numpy_code if repair.numpy_code != repair.code else "",
                "applied": at == applied,
            }
            for at, repair in enumerate(repairs)
        ]

    def _summary(self, operands, result, outline, expression):
        """One sentence on what is seen."""
        if result.shape is None:
            missing = " A red dashed cell is missing: nothing is there to meet." if 0 not in outline else ""
            return result.reason.replace("Axis -", "Axis −") + missing
        size = math.prod(result.shape)
        if not size:
            return f"`{expression}` has shape {result.shape} and no elements: an axis of size 0 stays empty."
        stretched = [operand.code for operand in operands if operand.shape != result.shape]
        results = f"{size:,} result{'s' if size > 1 else ''}"
        if not stretched:
            return f"The shapes are equal: each number meets the one in its own place, {results}."
        held = " + ".join(f"{math.prod(operand.shape):,}" for operand in operands)
        *most, last = (f"`{code}`" for code in stretched)
        names = f"{', '.join(most)} and {last}" if most else last
        verb = "is" if len(stretched) == 1 else "are"
        return f"{names} {verb} stretched: {held} numbers make {results}. Dashed cells are the same numbers read again, not copies."


def _given(name, shape, scale):
    if hasattr(shape, "shape") and hasattr(shape, "dtype"):
        return _array(name, shape)
    if isinstance(shape, str):
        shape = broadcasting.parse_shape(shape)
    else:
        (shape,) = broadcasting.broadcast(shape).shapes
    if len(shape) > MAX_AXES or math.prod(shape) > broadcasting.MAX_ELEMENTS:
        raise ValueError(
            f"BroadcastExplorer: shape {shape} is too large: at most {MAX_AXES} axes and 2^63 − 1 elements"
        )
    return _example(name, shape, scale)


def _typed(shape):
    return ", ".join(map(str, shape)) or "()"


def _shown(outline):
    """The indices that are drawn of each of the last DRAWN_AXES axes: all of a short one, else some and the last."""
    drawn = outline[-DRAWN_AXES:]
    small = len(drawn) < 3 and max(drawn, default=0) <= 12
    plane, first = (12, 12) if small else (6, 4 if len(drawn) < 3 else 3)
    rules = ((2, 1), (3, 1), (plane, first), (plane, first))  # draw all up to, or else so many and the last
    return [
        list(range(n)) if n <= whole else [*range(first), n - 1]
        for n, (whole, first) in zip(drawn, rules[len(rules) - len(drawn) :], strict=True)
    ]


def _in_part(outline, shown):
    names = [name for name, _ in AXES[: len(shown)]][::-1]
    cut = zip(shown, outline[-len(shown) :], names, strict=True) if shown else ()
    parts = [f"{len(some)} of {n:,} {name}" for some, n, name in cut if len(some) < n]
    if len(outline) > len(shown):
        parts.append(f"the axes before −{len(shown)} at index 0")
    return f" Drawn in part: {', '.join(parts)}." if parts else ""


def _tone(from_right):
    """The colour of an axis: i, j, k, or none from the fourth on."""
    return AXES[-from_right - 1][1] if -from_right <= len(AXES) else ""


def _column(column):
    return {
        "label": f"−{-column.from_right}",
        "name": AXES[-column.from_right - 1][0] if -column.from_right <= 3 else "",
        "tone": _tone(column.from_right),
        "verdict": column.verdict,
        "words": column.message,
        "size": "" if column.size is None else str(column.size),
        "sizes": [
            {"text": str(n), "padded": padded, "stretched": n == 1 and column.size not in (1, None)}
            for n, padded in zip(column.sizes, column.padded, strict=True)
        ],
    }


def _panel(operand, outline, cells, drawn):
    """One operand as it is seen in the result, and the drawn cells' numbers.

    The panel's elements are what the operand really holds: `home` is the drawn cell each stands in, and `reader`
    says for every drawn cell which element is read there, -1 for none.
    """
    missing = len(outline) - len(operand.shape)
    place = {cell: at for at, cell in enumerate(cells)}
    home, reader = {}, []
    for cell in cells:
        try:
            source = broadcasting.source_index(cell, operand.shape)
        except IndexError:  # a clash: the operand is shorter than the cells that are drawn
            reader.append(-1)
        else:
            reader.append(home.setdefault(place[(*[0] * missing, *source)], len(home)))
    indices = [operand.index(cells[at][missing:]) for at in home]
    numbers = operand.numbers(indices)
    stretched = [n == 1 != whole for n, whole in zip((*[1] * missing, *operand.shape), outline, strict=True)]
    reads = math.prod(whole for whole, many in zip(outline, stretched, strict=True) if many)
    whole = -1 not in reader
    axes = [None if axis is None else axis - len(operand.shape) for axis in operand.axes()]
    panel = {
        "code": operand.code,
        "shape": str(operand.shape),
        "seen": str(outline) if operand.shape != outline and whole else "",
        "home": list(home),
        "reader": reader,
        "stretched": stretched[len(outline) - drawn :],
        "reads": f"takes part in {reads:,} result{'s' if reads != 1 else ''}" if whole else "",
        **_elements(operand.name, axes, indices, numbers),
    }
    return panel, numbers[reader] if whole else None


def _result(expression, outline, cells, numbers):
    """The panel of the result."""
    axes = range(-len(outline), 0)
    return {
        "code": expression,
        "shape": str(outline),
        "rounded": [_is_rounded(number) for number in numbers],
        **_elements(f"({expression})", axes, cells, numbers),
    }


def _elements(name, axes, indices, numbers):
    """What is said of the elements of an array: where they are in it, in the colours of its axes, and the numbers."""
    return {
        "name": name,
        "tones": ["" if axis is None else _tone(axis) for axis in axes],
        "index": [", ".join(map(str, index)) for index in indices],
        "texts": [_short(number) for number in numbers],
        "values": [_exact(number) for number in numbers],
    }


def _short(number):
    """The number as a cell has room for it."""
    text = _exact(number, ".4g")
    return text if len(text) <= 6 else _exact(number, ".3g")


def _exact(number, digits=".7g"):
    """The number as the equation writes it: seven digits hold a float32."""
    if isinstance(number, np.bool_):
        return str(number)
    text = format(number, digits) if isinstance(number, np.floating) or len(str(number)) > 12 else str(number)
    mantissa, e, exponent = text.partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")


def _is_rounded(number):
    """Whether `_exact` dropped digits that matter, and not only the noise of float arithmetic."""
    if not isinstance(number, np.floating) or not np.isfinite(number):
        return False
    return not math.isclose(float(format(number, ".7g")), float(str(number)), rel_tol=1e-12)
