"""The registry of ways to multiply two matrices: what each is called, what it takes and what it needs.

`@register_backend` puts a function of two matrices whose sizes fit into `BACKENDS`; rungs.py has those of the course.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from math import prod
from typing import Any, TypeAlias, TypeVar

import numpy as np

from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.gpu.devices import import_cuda

from .devices import cuda_unavailable_reason
from .matrices import sizes
from .sources import function_source, kernel_sources

MatrixLike: TypeAlias = Any
"""A matrix in any form that `as_numpy` reads: torch tensor, numpy array or list of lists."""
F = TypeVar("F", bound=Callable[..., Any])

BACKENDS: dict[str, "Backend"] = {}
"""key -> Backend, in the order of the ladder."""


@dataclass(frozen=True)
class Backend:
    """One rung: a function, what it works on, and what it needs."""

    key: str
    title: str
    function: Callable[[Any, Any], Any] = field(repr=False)
    """The rung itself; takes what `prepare` returns."""
    takes: str
    """What it works on: "torch", "numpy", "lists", or matrices on the GPU ("torch on GPU", "numba on GPU")."""
    steps: str
    """The steps Python itself takes, as a product of sizes: "m·n·k", "m·n", "m" or "1"."""
    needs: tuple[str, ...] = ()
    """Distributions it needs in addition to numpy, and "cuda" where it needs a device."""
    kernel: str | None = None
    """`module:name name module:name …` of the compiled functions it calls, shown with its code."""

    def __call__(self, a: MatrixLike, b: MatrixLike) -> Any:
        """The product of a (m, k) and b (k, n): a torch tensor if a is one, else a numpy array, (m, n).

        Takes torch tensors, numpy arrays or lists of lists; float64 if either is, else computed in float32. Gradients
        are left behind, with a warning.
        Raises: ValueError if the sizes do not fit, TypeError for what holds no real numbers, RuntimeError if the rung
        cannot run on this machine.
        """
        m, k, n = sizes(a, b)
        if reason := self.unavailable():
            raise RuntimeError(f"{self.key} cannot run here: {reason}")
        if any(is_torch(x) and x.requires_grad for x in (a, b)):
            warnings.warn("the product leaves gradients behind: only a @ b is differentiable", stacklevel=2)
        dtype = _common_dtype(a, b)
        empty = 0 in (m, k, n)  # nothing to add up: every rung would need the same guard
        c = np.zeros((m, n), dtype) if empty else as_numpy(self.function(*self.prepare(a, b)))
        c = c.astype(dtype, copy=False)
        return _torch_tensor(c) if is_torch(a) else c

    def prepare(self, a: MatrixLike, b: MatrixLike) -> tuple[Any, Any]:
        """The operands as the rung takes them, (a, b) of one dtype; copied or moved only where they must be."""
        dtype, convert = _common_dtype(a, b), _TAKES[self.takes]
        return convert(_plain(as_numpy(a, real=True), dtype)), convert(_plain(as_numpy(b, real=True), dtype))

    def python_steps(self, m: int, k: int, n: int) -> int:
        """How many steps Python itself takes for (m, k) times (k, n); the rest happens in compiled code."""
        size = {"m": m, "k": k, "n": n, "1": 1}
        return prod(size[name] for name in self.steps.split("·"))

    def unavailable(self) -> str | None:
        """Why the rung cannot run on this machine, in words; None if it can."""
        for name in self.needs:
            if name == "cuda":
                reason = cuda_unavailable_reason(self.takes)
            else:
                reason = None if find_spec(name) else f"{name} is not installed: pip install {name}"
            if reason:
                return reason
        return None

    @property
    def code(self) -> str:
        """The source of the kernels that the rung calls and of the rung; a comment where one can't be read."""
        sources = [*kernel_sources(self.kernel), function_source(self.function, decorators=False)]
        return "\n\n".join(sources).strip() + "\n"


def register_backend(
    key: str, title: str, *, takes: str, steps: str, needs: tuple[str, ...] = (), kernel: str | None = None
) -> Callable[[F], F]:
    """Register the function below as the next rung of the ladder; see `Backend` for the arguments.

    Raises: ValueError for a key that is taken, an unknown `takes`, or `steps` that are not a product of m, k and n.
    """
    if key in BACKENDS:
        title = BACKENDS[key].title
        raise ValueError(f"register_backend: the key {key!r} is taken by {title!r}; choose another key")
    if takes not in _TAKES:
        raise ValueError(f"register_backend: takes={takes!r} is unknown; choose one of {', '.join(_TAKES)}")
    if steps != "1" and not set(steps.split("·")) <= {"m", "k", "n"}:
        raise ValueError(f'register_backend: steps={steps!r} is not a product of m, k and n; write "m·n·k", "m" or "1"')
    needs = (takes, *needs) if takes == "torch" else needs

    def register(function: F) -> F:
        BACKENDS[key] = Backend(key, title, function, takes, steps, needs, kernel)
        return function

    return register


def matmul(a: MatrixLike, b: MatrixLike, backend: str = "matmul") -> Any:
    """The product of a (m, k) and b (k, n) by one rung of the ladder: see `Backend.__call__`.

    Raises: ValueError if the sizes do not fit (it names both shapes) or the backend is unknown (it names those
    that are known); RuntimeError if the backend cannot run here, with the reason.
    """
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there is {', '.join(BACKENDS)}")
    return BACKENDS[backend](a, b)


def _common_dtype(a: MatrixLike, b: MatrixLike) -> np.dtype:
    return np.dtype(np.float64 if np.float64 in (as_numpy(a).dtype, as_numpy(b).dtype) else np.float32)


def _plain(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """x as an array of dtype that every library takes; copied only if it must be."""
    x = np.require(x, dtype, "W")
    return x if min(x.strides) >= 0 else x.copy()  # torch has no negative strides


# Libraries by name, at the time of use: importing torch takes a second, numba a quarter of one.
def _torch_tensor(x: np.ndarray) -> Any:
    return import_module("torch").from_numpy(x)


def _numba_gpu_array(x: np.ndarray) -> Any:
    return import_cuda().to_device(np.asarray(x, np.float32))


_TAKES: dict[str, Callable[[np.ndarray], Any]] = {
    "numpy": lambda x: x,
    "lists": lambda x: x.tolist(),
    "torch": _torch_tensor,
    "torch on GPU": lambda x: _torch_tensor(x).cuda(),
    "numba on GPU": _numba_gpu_array,
}
