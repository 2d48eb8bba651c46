"""The product of large matrices, a tile at a time that stays in vector registers. Importing this imports numba.

numba has no name for a vector register, and how wide a loop becomes is LLVM's choice: on many Intel servers it takes
half of what the processor has. So the three operations on a tile are written as LLVM's own vectors, of full width.
Source: K. Goto and R. van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008), for the order of blocks.
"""

# mypy: disable-error-code="no-untyped-def, misc"
# Learners read `multiply_tiles` as it stands here.

import platform

from llvmlite import binding, ir
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model


def _vector_bytes():
    """How wide a vector register of this processor is."""
    features = config.CPU_FEATURES
    if features is None:
        try:
            features = binding.get_host_cpu_features().flatten()
        except RuntimeError:
            features = ""
    has = features.split(",")
    return 64 if "+avx512f" in has else 32 if "+avx2" in has else 16


VECTOR_BYTES = _vector_bytes()
REGISTERS = 32 if VECTOR_BYTES == 64 or platform.machine().lower() in ("aarch64", "arm64") else 16
# A tile has two registers a row, and two more hold b and one a. Eight rows keep the multipliers busy: sixteen sums that
# don't wait for each other.
ROWS = 8 if REGISTERS == 32 else 6
DEPTH = 256  # a panel of b: 32 KB, which the first-level cache holds
STRIPS = 128 // ROWS  # a block of a: 128 KB, which the second-level cache holds


@njit(cache=True, nogil=True)
def multiply_tiles(a, b, c, strips, panels):
    """c = a·b, a tile of c at a time that never leaves the registers while it is summed.

    Blocks of b are copied into panels and blocks of a into strips, so that both lie in the order they are read in.
    c has room for whole tiles. What new_tile, add_outer and put_tile are is in tiles.py.
    """
    width = columns(b)
    for k in range(0, a.shape[1], DEPTH):
        depth = min(DEPTH, a.shape[1] - k)
        for panel in range(-(-b.shape[1] // width)):
            j = panel * width
            for p in range(depth):
                for x in range(min(width, b.shape[1] - j)):
                    panels[panel, p, x] = b[k + p, j + x]
        for block in range(0, a.shape[0], STRIPS * ROWS):
            used = min(STRIPS, -(-(a.shape[0] - block) // ROWS))
            for strip in range(used):
                i = block + strip * ROWS
                last = a.shape[0] - 1
                for p in range(depth):
                    for x in range(ROWS):
                        strips[strip, p, x] = a[min(i + x, last), k + p]
            for panel in range(-(-b.shape[1] // width)):
                for strip in range(used):
                    i, j = block + strip * ROWS, panel * width
                    tile = new_tile(c, i, j)
                    for p in range(depth):  # a column of a times a row of b, added to the whole tile
                        tile = add_outer(tile, strips, strip, panels, panel, p)
                    put_tile(tile, c, i, j, k > 0)


# ---- a tile in vector registers ----


class Tile(types.Type):
    """ROWS × two vector registers of numbers."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"Tile({dtype})")


@register_model(Tile)
class _TileModel(models.PrimitiveModel):
    def __init__(self, manager, tile):
        super().__init__(manager, tile, ir.ArrayType(_vector(tile.dtype), 2 * ROWS))


@intrinsic
def columns(typing, x):
    """The columns of a tile of the numbers in x: two registers; a constant, which makes loops up to it fast."""
    return types.intp(x), lambda context, *_: context.get_constant(types.intp, 2 * _vector(x.dtype).count)


@intrinsic
def new_tile(typing, c, i, j):
    """A tile of zeros; the cache fetches c[i, j] and on, where it will be put, in the meantime."""
    tile = Tile(c.dtype)

    def generate(context, builder, signature, arguments):
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        takes = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], takes)
        to_write, into_all_caches, data = number(1), number(3), number(1)
        for place in _registers_of(context, builder, c, *arguments):
            builder.call(prefetch, [builder.bitcast(place, byte), to_write, into_all_caches, data])
        return ir.Constant(context.get_value_type(tile), None)

    return tile(c, i, j), generate


@intrinsic
def add_outer(typing, tile, strips, strip, panels, panel, p):
    """The tile plus the column strips[strip, p] times the row panels[panel, p]: two multiply-adds a row."""

    def generate(context, builder, signature, arguments):
        total, strips_, strip_, panels_, panel_, p_ = arguments
        vector = _vector(tile.dtype)
        column = _pointer(context, builder, strips, strips_, strip_, p_)
        row = builder.bitcast(_pointer(context, builder, panels, panels_, panel_, p_), vector.as_pointer())
        right = [_load(builder, row, at, tile.dtype) for at in range(2)]
        first = ir.Constant(ir.IntType(32), 0)
        everywhere = ir.Constant(ir.VectorType(first.type, vector.count), None)
        for at in range(2 * ROWS):
            if at % 2 == 0:
                left = builder.insert_element(
                    ir.Constant(vector, ir.Undefined), _load(builder, column, at // 2, tile.dtype), first
                )
                left = builder.shuffle_vector(left, left, everywhere)
            product = builder.fmul(left, right[at % 2], flags=("contract",))  # contract: one rounding for both
            sum_ = builder.fadd(builder.extract_value(total, at), product, flags=("contract",))
            total = builder.insert_value(total, sum_, at)
        return total

    return tile(tile, strips, strip, panels, panel, p), generate


@intrinsic
def put_tile(typing, tile, c, i, j, add):
    """Write the tile to c[i, j] and on, or add it to what is there."""

    def generate(context, builder, signature, arguments):
        values, *to, add_ = arguments
        for at, place in enumerate(_registers_of(context, builder, c, *to)):
            value, there = builder.extract_value(values, at), _load(builder, place, 0, c.dtype)
            value = builder.select(add_, builder.fadd(there, value), value)
            builder.store(value, place, align=c.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(tile, c, i, j, add), generate


def _vector(dtype):
    number = ir.FloatType() if dtype.bitwidth == 32 else ir.DoubleType()
    return ir.VectorType(number, 8 * VECTOR_BYTES // dtype.bitwidth)


def _load(builder, pointer, at, dtype):
    """What lies `at` items of its kind after the pointer."""
    return builder.load(builder.gep(pointer, [ir.Constant(ir.IntType(64), at)]), align=dtype.bitwidth // 8)


def _pointer(context, builder, kind, array, *index):
    """To array[index]; a last index that is left out is 0."""
    zeros = [context.get_constant(types.intp, 0)] * (kind.ndim - len(index))
    array = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(
        context, builder, kind, array, [*index, *zeros], wraparound=False, boundscheck=False
    )


def _registers_of(context, builder, kind, c, i, j):
    """Pointers to the two vectors of each row of the tile at c[i, j]."""
    for row in range(ROWS):
        first = _pointer(context, builder, kind, c, builder.add(i, context.get_constant(types.intp, row)), j)
        vectors = builder.bitcast(first, _vector(kind.dtype).as_pointer())
        for at in range(2):
            yield builder.gep(vectors, [ir.Constant(ir.IntType(64), at)])
