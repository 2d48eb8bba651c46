"""The registry of ways to multiply two matrices: what each is called, what it takes and what it needs.

`@register_backend` puts a function of two matrices whose sizes fit into `BACKENDS`; rungs.py has those of the course.
"""

import ast
import ctypes
import inspect
import os
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from widgets_lib.compute.arrays import as_numpy, is_torch

from .matrices import sizes

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
        return _torch().from_numpy(c) if is_torch(a) else c

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


def register_backend(key, title, *, takes, steps, needs=(), kernel=None):
    """Register the function below as the next rung of the ladder."""
    needs = (takes, *needs) if takes == "torch" else needs

    def register(function):
        BACKENDS[key] = Backend(key, title, function, takes, steps, needs, kernel)
        return function

    return register


def matmul(a, b, backend="matmul"):
    """The product of a (m, k) and b (k, n) by one rung of the ladder: see `Backend.__call__`.

    Raises: ValueError if the sizes do not fit (it names both shapes) or the backend is unknown (it names those
    that are known); RuntimeError if the backend cannot run here, with the reason.
    """
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there is {', '.join(BACKENDS)}")
    return BACKENDS[backend](a, b)


@cache
def _cuda_devices():
    """How many CUDA devices the driver reports, asked without loading torch or numba."""
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


def _kernel_sources(kernel):
    """Sources of the functions "module:name name …" of this package, read without importing the module."""
    if not kernel:
        return
    module, names = kernel.split(":")
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in names.split():
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
