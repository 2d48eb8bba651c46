"""Whether a rung for the GPU can run on this machine, asked without loading torch or numba."""

import ctypes
import os
import sys
from functools import cache
from importlib import import_module


def cuda_unavailable_reason(takes: str) -> str | None:
    """Why matrices of the kind `takes` can't go to the GPU, in words; None if they can."""
    if takes == "numba on GPU" and cuda_is_simulated():
        return None
    if not cuda_device_count():
        return "no CUDA device on this machine"
    if takes == "torch on GPU" and not import_module("torch").cuda.is_available():
        return "a CUDA device is here, but this torch was built without CUDA"
    return None


def cuda_is_simulated() -> bool:
    """True if numba's CUDA simulator is switched on (NUMBA_ENABLE_CUDASIM=1 before numba is imported)."""
    if "numba" in sys.modules:
        return bool(sys.modules["numba"].config.ENABLE_CUDASIM)
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


@cache
def cuda_device_count() -> int:
    """How many CUDA devices the driver reports; 0 where there is no driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return 0
    devices = ctypes.c_int(0)
    return devices.value if driver.cuInit(0) == driver.cuDeviceGetCount(ctypes.byref(devices)) == 0 else 0
