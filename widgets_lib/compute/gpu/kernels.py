"""Matrix multiplication as kernels: launched by Python, and for numba.cuda.

Those for numba.cuda are one source for the tracer, numba's simulator and a real GPU.

c (m, n) is a (m, k) times b (k, n). On a GPU sums are float32, which it does fast.
"""

# mypy: disable-error-code="no-untyped-def"
# Learners read these functions as they stand here.

from .names import cuda, float32

TILE = 16  # threads a side of a block: 256 threads, and two tiles of shared memory


def launch_kernel(kernel, grid_x, grid_y, *args):
    """Call kernel(i, j, *args) for each i below grid_x and j below grid_y: a GPU's launch, one thread at a time."""
    for i in range(grid_x):
        for j in range(grid_y):
            kernel(i, j, *args)


def matmul_kernel(i, j, a, b, c):
    """What one thread does; a thread outside c does nothing."""
    if i < c.shape[0] and j < c.shape[1]:
        total = 0.0
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


def naive(a, b, c):
    """One thread per cell of c walks along a row of a and a column of b; x, which counts fastest, is the row."""
    i, j = cuda.grid(2)
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


def naive_columns(a, b, c):
    """The same with x as the column: the threads of a warp read neighbouring cells of b and write those of c."""
    j, i = cuda.grid(2)
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


def tiled(a, b, c):
    """The threads of a block fetch a tile of a and a tile of b together; then each value serves 16 threads."""
    tile_a = cuda.shared.array((TILE, TILE), float32)
    tile_b = cuda.shared.array((TILE, TILE), float32)
    i, j = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for start in range(0, a.shape[1], TILE):
        if i < a.shape[0] and start + y < a.shape[1]:
            tile_a[x, y] = a[i, start + y]
        else:
            tile_a[x, y] = 0
        if start + x < b.shape[0] and j < b.shape[1]:
            tile_b[x, y] = b[start + x, j]
        else:
            tile_b[x, y] = 0
        cuda.syncthreads()  # until the tiles are full
        for k in range(TILE):
            total += tile_a[x, k] * tile_b[k, y]
        cuda.syncthreads()  # until all have read them
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = total
