"""Whether a kernel can run on a GPU of this machine; if not, why, and what to install.

Asked without loading torch or numba here: the library is tried in a process of its own, since CUDA, once started in a
process, does not survive a fork.
"""

import ctypes
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

LEAST_DRIVER = 11_020
"""CUDA 11.2, the oldest driver that numba compiles for, as the driver writes it: 1000 × major + 10 × minor."""
_NO_DEVICE, _NEWER_PTX, _DRIVER_MISMATCH = 100, 222, (803, 804)
_LAUNCH = """if True:
    import numpy
    from widgets_lib.compute.gpu.devices import import_cuda
    cuda = import_cuda()
    def kernel(x):
        x[0] = 7
    x = cuda.to_device(numpy.zeros(1, numpy.int32))
    cuda.jit(kernel)[1, 1](x)
    assert x.copy_to_host()[0] == 7, "the first kernel gave a wrong result"
"""


@dataclass(frozen=True)
class Driver:
    """The NVIDIA driver, as it answers."""

    installed: bool
    error: int = 0
    """What cuInit answered; 0 if all is well."""
    version: int = 0
    """The newest CUDA that it knows, 12_040 for 12.4."""
    devices: int = 0


@cache
def driver() -> Driver:
    """The driver of this machine; asking it loads no library for Python."""
    try:
        library = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return Driver(installed=False)
    version, devices = ctypes.c_int(0), ctypes.c_int(0)
    library.cuDriverGetVersion(ctypes.byref(version))
    error = library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(devices))
    return Driver(True, error, version.value, 0 if error else devices.value)


def cuda_device_count() -> int:
    """How many CUDA devices the driver reports; 0 where there is no driver."""
    return driver().devices


def cuda_is_simulated() -> bool:
    """True if numba's CUDA simulator is switched on (NUMBA_ENABLE_CUDASIM=1 before numba is imported)."""
    if numba := sys.modules.get("numba"):
        return bool(numba.config.ENABLE_CUDASIM)
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def import_cuda() -> Any:
    """The module `cuda` of numba-cuda, numba-cuda-mlir or numba, whichever is there, in this order.

    numba-cuda takes over the name numba.cuda, and numba has an older one of its own under it. On a Colab GPU nothing
    needs to be installed.
    Raises: ImportError that says what to install.
    """
    if not find_spec("numba_cuda") and find_spec("numba_cuda_mlir"):
        return import_module("numba_cuda_mlir").cuda
    if find_spec("numba"):
        return import_module("numba.cuda")
    raise ImportError(f"no library compiles kernels here: {_install()}")


def unavailable(*, launch: bool = True) -> str | None:
    """Why a kernel can't run on a GPU of this machine, with what to install; None if it can, or numba simulates one.

    launch: whether a first kernel is compiled and run, in a process of its own; it takes seconds, once, and finds
    what only then shows: a missing NVVM, PTX that the driver is too old for.
    """
    if cuda_is_simulated():
        return None
    return _driver_trouble(driver()) or _library_trouble() or (_first_launch() if launch else None)


def explain(error: str) -> str:
    """What an error of a GPU library or its driver means and what to install; `error` is its text with its type."""
    if re.search(r"UNSUPPORTED_PTX_VERSION|Unsupported \.version|unsupported toolchain", error):
        return (
            f"the PTX that this toolkit writes is too new for the driver, which knows CUDA {_version()}: update the "
            f"driver, or install a toolkit that is no newer: {_install()}"
        )
    if re.search(r"(?i)driver version is insufficient|InsufficientDriver|too old", error):
        return _too_old()
    if re.search(r"(?i)nvvm", error):
        return f"NVVM, the compiler for the GPU, is missing: {_install()}"
    if re.search(r"(?i)nvrtc|nvjitlink|cudart|libdevice|cudatoolkit", error):
        return f"a part of the CUDA toolkit is missing: {_install()}"
    if "NO_DEVICE" in error:
        return NONE_HERE
    last = (error.strip().splitlines() or ["nothing"])[-1]
    return f"the first kernel failed, and the library says: {last}"


NONE_HERE = "no CUDA device on this machine; on Colab: Runtime, Change runtime type, choose a GPU"


def _driver_trouble(found: Driver) -> str | None:
    if not found.installed or found.error == _NO_DEVICE:
        return NONE_HERE
    if found.error in _DRIVER_MISMATCH:
        return "the CUDA driver and its kernel module are of different versions: restart the machine"
    if found.version < LEAST_DRIVER:
        return _too_old()
    if found.error:
        return f"the CUDA driver answers with error {found.error}: restart the machine or install the driver again"
    return None if found.devices else NONE_HERE


def _library_trouble() -> str | None:
    if any(map(find_spec, ("numba", "numba_cuda_mlir"))):
        return None
    return f"a CUDA device is here, but no library that compiles kernels for it: {_install()}"


@cache
def _first_launch() -> str | None:
    try:
        run = subprocess.run([sys.executable, "-c", _LAUNCH], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "a CUDA device is here, but a first kernel did not end within two minutes: restart the machine"
    return explain(run.stderr) if run.returncode else None


def _too_old() -> str:
    return (
        f"the CUDA driver is too old: it knows CUDA {_version()}, and 11.2 is the least. Install a newer NVIDIA driver"
    )


def _version() -> str:
    major, rest = divmod(driver().version, 1000)
    return f"{major}.{rest // 10}"


def _install() -> str:
    """The command that installs a library and a toolkit which this driver takes."""
    return f'pip install "numba-cuda[cu{13 if driver().version >= 13_000 else 12}]"'
