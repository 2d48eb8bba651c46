"""The names that a kernel is written with, for where numba is not installed: `cuda`, `float32`, `int32` and the rest.

A kernel written with them can be traced, and `on_device.compiled` puts numba's own names in their places.
"""

from types import FunctionType
from typing import Any

import numpy as np


class TracedFunction:
    """A kernel or a device function that waits for `gpu.trace`: it can't be launched without a GPU library."""

    def __init__(self, py_func: FunctionType):
        self.py_func = py_func
        self.__name__ = py_func.__name__
        self.__doc__ = py_func.__doc__

    def __getitem__(self, launch: Any) -> Any:
        raise RuntimeError(
            f"{self.__name__} can’t be launched: no library for the GPU is imported here. "
            f"gpu.trace({self.__name__}, blocks, threads, …) follows it thread by thread"
        )

    def __call__(self, *args: Any) -> Any:
        raise RuntimeError(f"{self.__name__} runs on a GPU or in gpu.trace({self.__name__}, blocks, threads, …)")


class Cuda:
    """numba.cuda's names; inside a trace each has its meaning, and outside only `jit` has one."""

    @staticmethod
    def jit(function: Any = None, **options: Any) -> Any:
        """`@cuda.jit` and `@cuda.jit(device=True)`."""
        return TracedFunction(function) if callable(function) else TracedFunction

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(f"cuda.{name} has a meaning inside a kernel only: trace it with gpu.trace")


cuda: Any = Cuda()
float32: Any = np.float32
float64: Any = np.float64
int32: Any = np.int32
int64: Any = np.int64
