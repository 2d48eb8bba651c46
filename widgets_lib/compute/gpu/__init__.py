"""Kernels for a GPU, followed thread by thread without one.

`trace` runs a kernel written for numba.cuda, unchanged, over arrays that record every access, and finds its faults and
what it asks of memory. `launch_kernel` is a launch in plain Python.
"""

from .accesses import Access, Accesses
from .coverage import Coverage, coverage
from .devices import cuda_is_simulated, import_cuda, unavailable
from .errors import KernelError
from .faults import KINDS, Fault
from .kernels import launch_kernel, matmul_kernel, naive, naive_columns, tiled
from .launch import Launch, Thread, Warp, blocks_per_grid
from .memory import Conflicts, Lanes, Sectors
from .names import cuda, float32, float64, int32, int64
from .on_device import DeviceTiming, compiled, run_on_device
from .placement import Placement, WarpRequest
from .published import PUBLISHED_A6000, PublishedRates
from .tracing import MAX_ACCESSES, NOT_KNOWN, Trace, Traffic, trace

__all__ = [
    "KINDS",
    "MAX_ACCESSES",
    "NOT_KNOWN",
    "PUBLISHED_A6000",
    "Access",
    "Accesses",
    "Conflicts",
    "Coverage",
    "DeviceTiming",
    "Fault",
    "KernelError",
    "Lanes",
    "Launch",
    "Placement",
    "PublishedRates",
    "Sectors",
    "Thread",
    "Trace",
    "Traffic",
    "Warp",
    "WarpRequest",
    "blocks_per_grid",
    "compiled",
    "coverage",
    "cuda",
    "cuda_is_simulated",
    "float32",
    "float64",
    "import_cuda",
    "int32",
    "int64",
    "launch_kernel",
    "matmul_kernel",
    "naive",
    "naive_columns",
    "run_on_device",
    "tiled",
    "trace",
    "unavailable",
]
