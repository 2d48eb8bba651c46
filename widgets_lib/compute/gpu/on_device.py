"""A kernel's source on a real GPU, or in numba's simulator: compiled, launched, and timed part by part."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from .devices import cuda_is_simulated, import_cuda, unavailable
from .launch import Launch
from .names import Cuda, TracedFunction
from .source import python_function

SIMULATED = "numba’s simulator, where threads are Python’s: its times say nothing about a GPU"


@dataclass(frozen=True)
class DeviceTiming:
    """The parts of running a kernel once, in seconds: medians, but for the first launch."""

    device: str
    simulated: bool
    """Whether no GPU was there: then the times are those of Python threads."""
    to_device_s: float
    """Copying the arrays to the GPU."""
    first_launch_s: float
    """The first launch, which compiles; up to the end of the kernel."""
    launch_s: float
    """Until Python goes on after a launch; the kernel still runs."""
    kernel_s: float
    """The kernel itself, by the GPU's own clock."""
    to_host_s: float
    """Copying the arrays back."""
    results: tuple[Any, ...] = field(repr=False)
    """The arguments after the first launch, as numpy arrays and numbers."""


def compiled(kernel: Any, cuda: Any = None) -> Any:
    """A kernel for `compiled(kernel)[blocks, threads](…)`, from the source that `trace` follows.

    `cuda` and the device functions of `gpu.names` are replaced by the library's, which `import_cuda` finds. What a
    library has wrapped already comes back as it is.
    Raises: ImportError without a library, TypeError for what is no function.
    """
    function = python_function(kernel)
    if function is None:
        raise TypeError(f"a kernel is a function, not a {type(kernel).__name__}")
    if not isinstance(kernel, (FunctionType, TracedFunction)):
        return kernel
    cuda = cuda or import_cuda()
    return cuda.jit(_rebound(function, cuda, {}))


def _rebound(function: FunctionType, cuda: Any, done: dict[FunctionType, Any]) -> FunctionType:
    """The function with the library's `cuda` in its globals, and compiled device functions."""
    space = dict(function.__globals__)
    made = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    made.__module__, made.__doc__, made.__qualname__ = function.__module__, function.__doc__, function.__qualname__
    for name in function.__code__.co_names:
        value = space.get(name)
        if isinstance(value, Cuda):
            space[name] = cuda
        elif isinstance(value, TracedFunction):
            if value.py_func not in done:
                done[value.py_func] = cuda.jit(device=True)(_rebound(value.py_func, cuda, done))
            space[name] = done[value.py_func]
    return made


def run_on_device(
    kernel: Any, blocks: int | Sequence[int], threads: int | Sequence[int], *arguments: Any, repeats: int = 7
) -> DeviceTiming:
    """Run a kernel on the GPU, or in numba's simulator if that is on, with transfers, launch and kernel timed apart.

    arguments: numpy arrays, which are not changed, and numbers. Each repeat starts from the arrays as given.
    Raises: RuntimeError where it can't run, with the reason and what to install.
    """
    if reason := unavailable():
        raise RuntimeError(f"the kernel can’t run on a GPU: {reason}")
    cuda = import_cuda()
    launch = Launch.of(blocks, threads)
    ready = compiled(kernel, cuda)[launch.blocks, launch.threads]
    arrays = [np.array(a) if isinstance(a, np.ndarray) else a for a in arguments]  # a copy: contiguous, and ours
    first, results = _first(cuda, ready, arrays)
    parts = [_once(cuda, ready, arrays) for _ in range(repeats)]
    simulated = cuda_is_simulated()
    name = SIMULATED if simulated else _name(cuda)
    to_device, launched, kernel_s, to_host = (statistics.median(column) for column in zip(*parts, strict=True))
    return DeviceTiming(name, simulated, to_device, first, launched, kernel_s, to_host, results)


def _first(cuda: Any, ready: Any, arrays: list[Any]) -> tuple[float, tuple[Any, ...]]:
    moved = _moved(cuda, arrays)
    cuda.synchronize()
    start = time.perf_counter()
    ready(*moved)
    cuda.synchronize()
    seconds = time.perf_counter() - start
    return seconds, tuple(a.copy_to_host() if hasattr(a, "copy_to_host") else a for a in moved)


def _once(cuda: Any, ready: Any, arrays: list[Any]) -> tuple[float, float, float, float]:
    """Seconds to the device, of the launch, of the kernel, back to the host."""
    begin, end = cuda.event(), cuda.event()
    start = time.perf_counter()
    moved = _moved(cuda, arrays)
    cuda.synchronize()
    there = time.perf_counter()
    begin.record()
    before = time.perf_counter()
    ready(*moved)
    launched = time.perf_counter()
    end.record()
    end.synchronize()
    cuda.synchronize()
    done = time.perf_counter()
    for array in moved:
        if hasattr(array, "copy_to_host"):
            array.copy_to_host()
    back = time.perf_counter()
    kernel_s = launched - before if cuda_is_simulated() else cuda.event_elapsed_time(begin, end) / 1000
    return there - start, launched - before, kernel_s, back - done


def _moved(cuda: Any, arrays: list[Any]) -> list[Any]:
    return [cuda.to_device(a) if isinstance(a, np.ndarray) else a for a in arrays]


def _name(cuda: Any) -> str:
    name = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)
