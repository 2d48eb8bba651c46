"""Matrix multiplication, from three Python loops to the GPU: every rung of the course's ladder.

A rung is a function of two matrices whose sizes fit; `@rung` puts it into `BACKENDS`. Its heavy import is inside,
so that this module costs nothing until a rung runs.
Glossary: a (m, k) times b (k, n) is c (m, n); i counts rows of a, j columns of b, k is summed.
"""

import inspect
import os
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec

import numpy as np

BACKENDS = {}
"""key -> Backend, in the order of the ladder."""


@dataclass(frozen=True)
class Backend:
    """One rung: a function, what it works on, and what it needs."""

    key: str
    title: str
    function: Callable = field(repr=False)
    """The rung itself; takes what `prepare` returns."""
    takes: str
    """What it works on: "torch", "numpy", "lists", or matrices on the GPU ("torch on GPU", "numba on GPU")."""
    steps: str
    """The steps Python itself takes, as a product of sizes: "m·n·k", "m·n", "m" or "1"."""
    needs: tuple = ()
    """Distributions it needs beside numpy, and "cuda" where it needs a device."""
    kernel: str | None = None
    """`module:name name …` of the compiled functions it calls, shown with its code."""

    def __call__(self, a, b):
        """The product of a (m, k) and b (k, n): a torch tensor if a is one, else a numpy array, (m, n).

        Takes torch tensors, numpy arrays or lists of lists; float64 if either is, else computed in float32.
        Raises: ValueError if the sizes do not fit, RuntimeError if the rung cannot run on this machine.
        """
        m, _, n = sizes(a, b)
        if reason := self.unavailable():
            raise RuntimeError(f"{self.key} cannot run here: {reason}")
        dtype = _common_dtype(a, b)
        empty = 0 in (*np.shape(a), *np.shape(b))  # nothing to add up: every rung would need the same guard
        c = np.zeros((m, n), dtype) if empty else as_numpy(self.function(*self.prepare(a, b)))
        c = c.astype(dtype, copy=False)
        return _torch().from_numpy(c) if _is_torch(a) else c

    def prepare(self, a, b):
        """The operands as the rung takes them: (a, b) of one dtype, where they must be; no copy if they are."""
        dtype = _common_dtype(a, b)
        return tuple(_TAKES[self.takes](_plain(as_numpy(x), dtype)) for x in (a, b))

    def python_steps(self, m, k, n):
        """How many steps Python itself takes for (m, k) times (k, n); the rest happens in compiled code."""
        size = {"m": m, "k": k, "n": n, "1": 1}
        return int(np.prod([size[name] for name in self.steps.split("·")], dtype=object))

    def unavailable(self):
        """Why the rung cannot run on this machine, in words; None if it can."""
        for name in self.needs:
            if name == "cuda":
                reason = _no_cuda(self.takes)
            else:
                reason = None if find_spec(name) else f"{name} is not installed: pip install {name}"
            if reason:
                return reason
        return None

    @property
    def code(self):
        """The source of the rung, and of the compiled kernels it calls, as the learner should read it."""
        source = inspect.getsource(self.function)
        rung_source = source[source.index("def ") :]
        return "\n\n".join([*_kernel_sources(self.kernel), rung_source]).strip() + "\n"


def rung(key, title, *, takes, steps, needs=(), kernel=None):
    """Register the function below as the next rung of the ladder."""
    needs = (takes, *needs) if takes == "torch" else needs

    def register(function):
        BACKENDS[key] = Backend(key, title, function, takes, steps, needs, kernel)
        return function

    return register


# ---- the rungs, in the order of the ladder ----


@rung("python", "three loops over tensors", takes="torch", steps="m·n·k")
def matmul_loops(a, b):
    import torch

    (m, K), n = a.shape, b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            for k in range(K):
                c[i, j] += a[i, k] * b[k, j]
    return c


@rung("python-kij", "the loops in the order k, i, j", takes="torch", steps="m·n·k")
def matmul_kij(a, b):
    import torch

    (m, K), n = a.shape, b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for k in range(K):
        for i in range(m):
            for j in range(n):
                c[i, j] += a[i, k] * b[k, j]
    return c


@rung("python-lists", "three loops over lists", takes="lists", steps="m·n·k")
def matmul_lists(a, b):
    m, K, n = len(a), len(b), len(b[0])
    c = [[0.0] * n for _ in range(m)]
    for i in range(m):
        for j in range(n):
            for k in range(K):
                c[i][j] += a[i][k] * b[k][j]
    return c


@rung("elementwise", "row × column, summed", takes="torch", steps="m·n")
def matmul_elementwise(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = (a[i, :] * b[:, j]).sum()
    return c


@rung("dot", "torch.dot", takes="torch", steps="m·n")
def matmul_dot(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = torch.dot(a[i, :], b[:, j])
    return c


@rung("numba-dot", "numba dot", takes="numpy", steps="m·n", needs=("numba",), kernel="_kernels:dot")
def matmul_numba_dot(a, b):
    from widgets_lib.compute._kernels import dot

    m, n = a.shape[0], b.shape[1]
    c = np.zeros((m, n), a.dtype)
    for i in range(m):
        for j in range(n):
            c[i, j] = dot(a[i, :], b[:, j])
    return c


@rung("broadcast", "broadcasting, one loop left", takes="torch", steps="m")
def matmul_broadcast(a, b):
    import torch

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    for i in range(m):
        c[i] = (a[i, :, None] * b).sum(dim=0)
    return c


@rung("einsum", "einsum", takes="torch", steps="1")
def matmul_einsum(a, b):
    import torch

    return torch.einsum("ik,kj->ij", a, b)


@rung("matmul", "torch @", takes="torch", steps="1")
def matmul_torch(a, b):
    return a @ b


@rung("numpy", "numpy @", takes="numpy", steps="1")
def matmul_numpy(a, b):
    return a @ b


@rung(
    "numba",
    "numba, packed panels",
    takes="numpy",
    steps="1",
    needs=("numba",),
    kernel="_kernels:tile multiply_panels multiply_narrow packed",
)
def matmul_numba(a, b):
    from widgets_lib.compute._kernels import packed

    return packed(a, b)


@rung("launch-kernel", "a kernel launched by a Python loop", takes="torch", steps="m·n·k")
def matmul_launch(a, b):
    import torch

    def kernel(i, j, a, b, c):
        if i < c.shape[0] and j < c.shape[1]:
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total

    def launch_kernel(kernel, grid_i, grid_j, *args):
        for i in range(grid_i):
            for j in range(grid_j):
                kernel(i, j, *args)

    m, n = a.shape[0], b.shape[1]
    c = torch.zeros(m, n, dtype=a.dtype)
    launch_kernel(kernel, m, n, a, b, c)
    return c


@rung("numba-cuda", "numba CUDA", takes="numba on GPU", steps="1", needs=("numba", "cuda"), kernel="_cuda:tiled launch")
def matmul_numba_cuda(a, b):
    from widgets_lib.compute._cuda import launch, naive, simulated, tiled

    return launch(naive if simulated else tiled, a, b)


@rung("torch-cuda", "torch @ on the GPU", takes="torch on GPU", steps="1", needs=("torch", "cuda"))
def matmul_torch_cuda(a, b):
    return (a @ b).cpu()


# ---- using them ----


def matmul(a, b, backend="matmul"):
    """The product of a (m, k) and b (k, n) by one rung of the ladder: see `Backend.__call__`.

    Raises: ValueError if the sizes do not fit (it names both shapes) or the backend is unknown (it names those
    that are known); RuntimeError if the backend cannot run here, with the reason.
    """
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there is {', '.join(BACKENDS)}")
    return BACKENDS[backend](a, b)


def sizes(a, b):
    """(m, k, n) of the product of a (m, k) and b (k, n).

    Raises: ValueError if one is not a matrix or the inner sizes differ; the message names both shapes.
    """
    shapes = tuple(np.shape(a)), tuple(np.shape(b))
    if not len(shapes[0]) == len(shapes[1]) == 2:
        raise ValueError(f"matmul takes two matrices, but the shapes are {shapes[0]} and {shapes[1]}")
    (m, k), (inner, n) = shapes
    if k != inner:
        raise ValueError(
            f"shapes {shapes[0]} and {shapes[1]} do not fit: each row of a has {k} values, each column of b has {inner}"
        )
    return m, k, n


@dataclass(frozen=True)
class Cost:
    """What a product costs before anything runs. float32: 4 bytes a number."""

    m: int
    k: int
    n: int

    @property
    def flops(self):
        """Multiplications and additions: 2·m·k·n."""
        return 2 * self.m * self.k * self.n

    @property
    def bytes(self):
        """The least that must move: a and b read once, c written once."""
        return 4 * (self.m * self.k + self.k * self.n + self.m * self.n)

    @property
    def memory_bytes(self):
        """Memory needed to run and check it: a, b, c, and the check's float64 block of rows."""
        return self.bytes + 8 * 3 * min(self.m, CHECKED_AT_ONCE) * (self.k + self.n)

    @property
    def flops_per_byte(self):
        """How often each byte is used; small means that memory sets the pace."""
        return self.flops / self.bytes if self.bytes else 0.0

    def too_big(self, available_bytes=None):
        """Why it would not fit into memory, in words; None if it fits or nobody can tell."""
        available = available_memory_bytes() if available_bytes is None else available_bytes
        if available is None or self.memory_bytes <= available:
            return None
        return f"it needs {_megabytes(self.memory_bytes)}, and {_megabytes(available)} are free on this machine"


def cost(m, k, n):
    """What (m, k) times (k, n) costs, as a `Cost`. Raises: ValueError for a size that is negative or not whole."""
    for name, size in zip("mkn", (m, k, n), strict=True):
        if size != int(size) or size < 0:
            raise ValueError(f"{name} must be a whole number, 0 or more, not {size}")
    return Cost(int(m), int(k), int(n))


def operands(m, k, n, seed=0):
    """a (m, k) and b (k, n), float32: torch tensors, or numpy arrays where torch is missing.

    a holds real digits where they fit: k = 784 pixels, up to 10,000 validation or 50,000 training digits; else it is
    random. b, the weights, is random. The random numbers are standard normal and depend on `seed` alone.
    """
    a, b = numpy_operands(m, k, n, seed)
    return (_torch().from_numpy(a), _torch().from_numpy(b)) if find_spec("torch") else (a, b)


def numpy_operands(m, k, n, seed=0):
    """The same as numpy arrays, without loading torch."""
    from . import mnist

    random = np.random.default_rng(seed)
    b = random.standard_normal((k, n), np.float32)
    if k != 784 or m > 50_000:
        return random.standard_normal((m, k), np.float32), b
    digits = mnist.load()
    return (digits.x_valid if m <= 10_000 else digits.x_train)[:m], b


PUBLISHED_2022 = {
    (5, "python"): 416e-3,
    (5, "numba-dot"): 245e-6,
    (5, "elementwise"): 600e-6,
    (5, "dot"): 487e-6,
    (5, "broadcast"): 72.4e-6,
    (50_000, "broadcast"): 673e-3,
    (50_000, "einsum"): 15.6e-3,
    (50_000, "matmul"): 15.5e-3,
    (50_000, "numba-cuda"): 3.69e-3,
    (50_000, "torch-cuda"): 0.429e-3,
}
"""(rows, key) -> seconds on the machine of the 2022 course, for k = 784 and n = 10.

Source: Practical Deep Learning part 2 (2022), github.com/fastai/course22p2, nbs/01_matmul.ipynb.
"""


# ---- is it right? ----

TOLERANCE = 1e-4
CHECKED_AT_ONCE = 4096  # rows: the float64 copies of a big product come in blocks


@dataclass(frozen=True)
class Mismatch:
    """Where and how a product is wrong."""

    reason: str
    """In words, complete: "c[3, 7] is 1.25, expected 1.5; 12 of 50 values are wrong"."""
    index: tuple | None = None
    """(i, j) of the worst value; None where the result as a whole is not comparable (say, its shape)."""
    got: float | None = None
    expected: float | None = None
    wrong_count: int | None = None
    total: int | None = None
    wrong: np.ndarray | None = field(default=None, repr=False, compare=False)
    """(m, n) bool: True where c is wrong."""

    def to_dict(self):
        """Plain JSON values, with the `picture` in place of `wrong`; not-a-number becomes its name."""
        numbers = (self.got, self.expected)
        got, expected = (x if x is None or np.isfinite(x) else str(x) for x in numbers)
        picture = self.picture()
        return {
            "reason": self.reason,
            "index": self.index and list(self.index),
            "got": got,
            "expected": expected,
            "wrong_count": self.wrong_count,
            "total": self.total,
            "picture": None if picture is None else picture.tolist(),
        }

    def picture(self, side=48):
        """`wrong` shrunk to at most side × side cells, each the share (0 … 1) of wrong values in it."""
        if self.wrong is None:
            return None
        rows, columns = (np.linspace(0, size, min(size, side) + 1).astype(int) for size in self.wrong.shape)
        sums = np.add.reduceat(np.add.reduceat(self.wrong, rows[:-1], 0, np.float64), columns[:-1], 1)
        return sums / np.outer(np.diff(rows), np.diff(columns))


def check(c, a, b, tolerance=TOLERANCE):
    """None if c is the product of a and b, else the `Mismatch`. Each may be torch, numpy or lists of lists.

    The reference is computed in float64. A value is right if it is within `tolerance` × (|a|·|b|)[i, j] of it:
    relative to the numbers that were added up, so that sums which cancel to nearly zero are judged fairly.
    Raises: ValueError if a and b do not fit.
    """
    m, _, n = sizes(a, b)
    try:
        got = as_numpy(c)
    except (TypeError, ValueError) as error:
        return Mismatch(f"the result is a {type(c).__name__}, not a matrix of numbers ({error})")
    if got.dtype.kind not in "fiub":
        return Mismatch(f"the result is a {type(c).__name__} of {got.dtype}, not a matrix of numbers")
    if got.shape != (m, n):
        return Mismatch(f"the result has the shape {got.shape}, expected {(m, n)}")
    if got.dtype.kind != "f":
        return Mismatch(f"the result holds {got.dtype} numbers, expected a float type such as float32")
    if got.itemsize < 4:
        return Mismatch(f"the result holds {got.dtype} numbers, too coarse: expected float32 or float64")
    a, b = as_numpy(a), as_numpy(b).astype(np.float64)
    wrong, worst = np.zeros((m, n), bool), None
    for start in range(0, m, CHECKED_AT_ONCE):
        rows = slice(start, start + CHECKED_AT_ONCE)
        block = a[rows].astype(np.float64)
        expected, scale = block @ b, np.abs(block) @ np.abs(b)
        with np.errstate(invalid="ignore"):  # inf − inf is nan, and nan is wrong
            excess = np.abs(got[rows] - expected) - tolerance * scale
        wrong[rows] = ~(excess <= 0)
        if wrong[rows].any():
            excess = np.where(np.isnan(excess), np.inf, excess)
            i, j = np.unravel_index(np.argmax(excess), excess.shape)
            if worst is None or excess[i, j] > worst[0]:
                worst = excess[i, j], (start + int(i), int(j)), float(expected[i, j])
    if worst is None:
        return None
    _, (i, j), expected = worst
    value, count = float(got[i, j]), int(wrong.sum())
    reason = f"c[{i}, {j}] is {value:.6g}, expected {expected:.6g}; {count:,} of {wrong.size:,} values are wrong"
    return Mismatch(reason, (i, j), value, expected, count, wrong.size, wrong)


# ---- what the machine has ----


def available_memory_bytes():
    """Bytes of memory free for use, the container's limit included; None where the system does not tell (not Linux)."""
    free = [_memory_available(), _container_available()]
    return min((bytes for bytes in free if bytes is not None), default=None)


def _memory_available():
    try:
        with open("/proc/meminfo") as lines:
            return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def _container_available():
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            with open(f"/sys/fs/cgroup/{limit}") as limit, open(f"/sys/fs/cgroup/{used}") as used:
                return int(limit.read()) - int(used.read())
        except (OSError, ValueError):  # no such group, or its limit is the word "max"
            continue
    return None


@cache
def _cuda_devices():
    """How many CUDA devices the driver reports, asked without loading torch or numba."""
    import ctypes

    try:
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return 0
    devices = ctypes.c_int(0)
    return devices.value if driver.cuInit(0) == driver.cuDeviceGetCount(ctypes.byref(devices)) == 0 else 0


def _no_cuda(takes):
    """Why matrices can't go to the GPU, in words; None if they can."""
    if takes == "numba on GPU" and cuda_is_simulated():
        return None
    if not _cuda_devices():
        return "no CUDA device on this machine"
    if takes == "torch on GPU" and not _torch().cuda.is_available():
        return "a CUDA device is here, but this torch was built without CUDA"
    return None


def cuda_is_simulated():
    """True if numba's CUDA simulator is switched on (NUMBA_ENABLE_CUDASIM=1 before numba is imported)."""
    if "numba" in sys.modules:
        return bool(sys.modules["numba"].config.ENABLE_CUDASIM)
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


# ---- operands, as each rung takes them ----


def as_numpy(x):
    """x (torch tensor on any device, array or nested list) as a numpy array, without a copy where possible."""
    return x.detach().cpu().numpy() if _is_torch(x) else np.asarray(x)


def _is_torch(x):
    return "torch" in sys.modules and isinstance(x, sys.modules["torch"].Tensor)


def _torch():
    import torch

    return torch


def _common_dtype(a, b):
    return np.dtype(np.float64 if np.float64 in (as_numpy(a).dtype, as_numpy(b).dtype) else np.float32)


def _plain(x, dtype):
    """x as an array of dtype that every library takes; copied only if it must be."""
    x = np.require(x, dtype, "W")
    return x if min(x.strides) >= 0 else x.copy()  # torch knows no negative strides


def _to_numba_gpu(x):
    from numba import cuda

    return cuda.to_device(np.asarray(x, np.float32))


_TAKES = {
    "numpy": lambda x: x,
    "lists": lambda x: x.tolist(),
    "torch": lambda x: _torch().from_numpy(x),
    "torch on GPU": lambda x: _torch().from_numpy(x).cuda(),
    "numba on GPU": _to_numba_gpu,
}


def _megabytes(size):
    return f"{size / 1e6:,.0f} MB"


def _kernel_sources(kernel):
    """Sources of the functions "module:name name …" of this package, read without importing the module."""
    if not kernel:
        return
    import ast
    from pathlib import Path

    module, names = kernel.split(":")
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in names.split():
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
