"""Kernels for a GPU, followed thread by thread without one.

`trace` runs a kernel written for numba.cuda, unchanged, over arrays that record every access, and finds its faults and
what it asks of memory. `launch_kernel` is a launch in plain Python.
"""

from .accesses import Access, Accesses
from .challenges import BROKEN, CHALLENGES
from .coverage import Coverage, coverage
from .devices import cuda_is_simulated, import_cuda, unavailable
from .errors import KernelError
from .examples import EXAMPLES, Example
from .faults import KINDS, Fault
from .kernels import launch_kernel, matmul_kernel, naive, naive_columns, tiled
from .launch import WARP, Launch, Thread, Warp, blocks_per_grid
from .lines import ArrayUse, LineUse, line_use, lines_with_accesses
from .memory import Conflicts, Lanes, Sectors
from .mending import Alternative, Challenge, Place, Verdict, judge
from .names import cuda, float32, float64, int32, int64
from .on_device import DeviceTiming, compiled, run_on_device
from .outcomes import Outcome, outcome
from .placement import Placement, WarpRequest
from .portable import portable
from .published import PUBLISHED_A6000, PublishedRates
from .running import Barrier
from .steps import GRAINS, Request, Step, Steps, idle_threads, steps
from .tracing import MAX_ACCESSES, NOT_KNOWN, Trace, Traffic, trace

__all__ = [
    "BROKEN",
    "CHALLENGES",
    "EXAMPLES",
    "GRAINS",
    "KINDS",
    "MAX_ACCESSES",
    "NOT_KNOWN",
    "PUBLISHED_A6000",
    "WARP",
    "Access",
    "Accesses",
    "Alternative",
    "ArrayUse",
    "Barrier",
    "Challenge",
    "Conflicts",
    "Coverage",
    "DeviceTiming",
    "Example",
    "Fault",
    "KernelError",
    "Lanes",
    "Launch",
    "LineUse",
    "Outcome",
    "Place",
    "Placement",
    "PublishedRates",
    "Request",
    "Sectors",
    "Step",
    "Steps",
    "Thread",
    "Trace",
    "Traffic",
    "Verdict",
    "Warp",
    "WarpRequest",
    "blocks_per_grid",
    "compiled",
    "coverage",
    "cuda",
    "cuda_is_simulated",
    "float32",
    "float64",
    "idle_threads",
    "import_cuda",
    "int32",
    "int64",
    "judge",
    "launch_kernel",
    "line_use",
    "lines_with_accesses",
    "matmul_kernel",
    "naive",
    "naive_columns",
    "outcome",
    "portable",
    "run_on_device",
    "steps",
    "tiled",
    "trace",
    "unavailable",
]
