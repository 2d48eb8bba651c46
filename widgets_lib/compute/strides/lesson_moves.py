"""The moves of the lesson, such as x.t() and x[:, None], as steps from one layout to the next."""

from dataclasses import dataclass, replace

from .layout import Layout, contiguous_stride

COPIES = 3  # how often the expand move repeats an axis, as in the lesson's (3,) to (3, 3)


@dataclass(frozen=True)
class Move:
    """One step of the lesson applied to a layout.

    torch_code, numpy_code: the expression, of a tensor or array called `x`. layout: what comes out, in the
    layout's own library; None if the move does not apply, and then the explanation says why.
    reads: None for a view, which keeps the storage. A copy gets a storage of its own, filled by reading the old
    one in this order: new_storage = old_storage[move.reads.positions().ravel()].
    """

    key: str
    title: str
    torch_code: str
    numpy_code: str
    layout: Layout | None
    explanation: str
    reads: Layout | None = None


def moves(layout: Layout) -> list[Move]:
    """The lesson's moves on this layout, in the order they are taught: a list of Move.

    One step away each; apply the next to `move.layout` (if the move copies, storage_size is the new one).
    """
    return [move(layout) for move in (_expand, _transpose, _new_column, _new_row, _step, _drop, _flip, _contiguous)]


def _expand(layout: Layout) -> Move:
    shape, stride = layout.shape, layout.stride
    if 1 in shape:
        stride = tuple(0 if n == 1 else s for n, s in zip(shape, stride, strict=True))
        shape = tuple(COPIES if n == 1 else n for n in shape)
    else:
        shape, stride = (COPIES, *shape), (0, *stride)
    return Move(
        "expand_as",
        f"expand_as {shape}",
        f"x.expand({', '.join(map(str, shape))})",
        f"np.broadcast_to(x, {shape})",
        replace(layout, shape=shape, stride=stride),
        f"The same as x.expand_as(m) for any m of shape {shape}: stride 0 reads the same cells again, "
        "so nothing is copied.",
    )


def _transpose(layout: Layout) -> Move:
    torch_code, numpy_code = ("x.t()", "x.T") if layout.ndim < 3 else ("x.transpose(-2, -1)", "x.swapaxes(-2, -1)")
    if layout.ndim < 2:
        explanation = "There is only one axis, or none: nothing to swap. x[:, None] makes a column."
        return Move("transpose", "transpose", torch_code, numpy_code, None, explanation)
    swap = [*range(layout.ndim - 2), layout.ndim - 1, layout.ndim - 2]
    shape, stride = (tuple(numbers[axis] for axis in swap) for numbers in (layout.shape, layout.stride))
    explanation = "The last two sizes and strides trade places; the storage stays as it is."
    return Move(
        "transpose", "transpose", torch_code, numpy_code, replace(layout, shape=shape, stride=stride), explanation
    )


def _new_column(layout: Layout) -> Move:
    explanation = "A new axis of size 1 after the first one: a vector becomes a column."
    return _new_axis(layout, "new-column", "x[:, None]", 1, explanation)


def _new_row(layout: Layout) -> Move:
    explanation = "A new axis of size 1 in front: a vector becomes a row, x.unsqueeze(0) in torch."
    return _new_axis(layout, "new-row", "x[None, :]", 0, explanation)


def _new_axis(layout: Layout, key: str, code: str, axis: int, explanation: str) -> Move:
    if not layout.ndim:
        return Move(key, code[1:], code, code, None, "A 0-d tensor has no axis for the : to name; x[None] adds one.")
    shape, stride = list(layout.shape), list(layout.stride)
    # Any stride would do on an axis of size 1: torch writes the next axis' extent, numpy writes 0.
    next_extent = shape[axis] * stride[axis] if axis < layout.ndim else 1
    stride.insert(axis, next_extent if layout.library == "torch" else 0)
    shape.insert(axis, 1)
    return Move(key, code[1:], code, code, replace(layout, shape=tuple(shape), stride=tuple(stride)), explanation)


def _step(layout: Layout) -> Move:
    code = "x[::2]" if layout.ndim < 2 else "x[..., ::2]"
    if not layout.ndim:
        return Move("step", code[1:], code, code, None, "A 0-d tensor has no axis to step along.")
    *shape, n = layout.shape
    *stride, s = layout.stride
    result = replace(layout, shape=(*shape, -(-n // 2)), stride=(*stride, 2 * s))
    return Move("step", code[1:], code, code, result, "Every second element: the stride doubles, nothing is copied.")


def _drop(layout: Layout) -> Move:
    code = "x[1:]"
    if not layout.ndim:
        return Move("drop", code[1:], code, code, None, "A 0-d tensor has no axis to slice.")
    n, *shape = layout.shape
    dropped = min(n, 1)
    result = replace(layout, shape=(n - dropped, *shape), offset=layout.offset + dropped * layout.stride[0])
    return Move("drop", code[1:], code, code, result, "The first one is left out: only the offset and a size change.")


def _flip(layout: Layout) -> Move:
    torch_code = "x.flip(0)" if layout.is_contiguous else "x.contiguous().flip(0)"
    if not layout.ndim:
        return Move("flip", "flip", torch_code, "x[::-1]", None, "A 0-d tensor has no axis to flip.")
    n, s = layout.shape[0], layout.stride[0]
    flipped = replace(layout, offset=layout.offset + max(n - 1, 0) * s, stride=(-s, *layout.stride[1:]))
    if layout.library == "numpy":
        explanation = (
            "numpy reads backwards: the stride is negative and the offset is at the far end; nothing is copied."
        )
        return Move("flip", "flip", torch_code, "x[::-1]", flipped, explanation)
    explanation = "torch has no negative strides, so it copies into a new storage; numpy’s x[::-1] would be a view."
    return Move("flip", "flip", torch_code, "x[::-1]", _copied(layout), explanation, flipped)


def _contiguous(layout: Layout) -> Move:
    code = ("x.contiguous()", 'np.asarray(x, order="C")')
    if layout.is_contiguous:
        explanation = "Already in row-major order: the same memory comes back, nothing is copied."
        return Move("contiguous", "contiguous", *code, layout, explanation)
    explanation = "A copy: a new storage with one cell for each element, in row-major order."
    return Move("contiguous", "contiguous", *code, _copied(layout), explanation, layout)


def _copied(layout: Layout) -> Layout:
    """The layout of a fresh row-major copy."""
    return replace(layout, stride=contiguous_stride(layout.shape), offset=0, storage_size=layout.size)
