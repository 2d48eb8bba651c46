"""What works in the lessons' Python: torch, numba, a GPU.

A process of its own finds out, once: to import torch in the server would cost a second and 150 MB. Even there nothing
is imported but the driver's own library.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from traitlets.config import Application

PROBE_TIMEOUT_S = 20

log = logging.getLogger("voila")

PROBE = """
import ctypes, importlib.metadata, json, pathlib, importlib.util
def version(name):
    try:
        return importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None
def gpu():
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    count, name = ctypes.c_int(), ctypes.create_string_buffer(100)
    if cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
        return None
    cuda.cuDeviceGetName(name, len(name), 0)
    return name.value.decode(errors="replace")
def torch_has_cuda():
    spec = importlib.util.find_spec("torch")
    if not spec or not spec.origin:
        return False
    names = {}
    exec((pathlib.Path(spec.origin).parent / "version.py").read_text(), names)
    return bool(names.get("cuda"))
print(json.dumps({"torch": version("torch"), "numba": version("numba"), "gpu": gpu(), "torch_has_cuda": torch_has_cuda()}))
"""


class Preflight:
    """Runs the probe on a thread, so that no request waits for it."""

    def __init__(self) -> None:
        self._lines: list = []
        self._thread = threading.Thread(target=self._probe, name="preflight", daemon=True)
        self._thread.start()

    def _probe(self) -> None:
        # the application's settings: this call may be the first to create jupyter_client's provisioner factory
        app = Application.instance() if Application.initialized() else None
        try:
            python = KernelSpecManager(parent=app).get_kernel_spec("python3").argv[0]
            # like jupyter_client: a bare "python" is the one that runs the server
            python = python if Path(python).is_absolute() else sys.executable
            command = [python, "-c", PROBE]
            probe = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True)
            self._lines = capability_lines(**json.loads(probe.stdout))
        except Exception as error:  # a host's Python may fail in any way; the page then says less
            log.warning("The preflight check failed: %s", error)

    def lines(self) -> list[tuple[bool, str]]:
        """As `capability_lines`, or [] until the probe has ended."""
        return self._lines


@cache
def shared() -> Preflight:
    """The server's preflight, started by the first call."""
    return Preflight()


def capability_lines(
    torch: str | None, numba: str | None, gpu: str | None, torch_has_cuda: bool
) -> list[tuple[bool, str]]:
    """[(works, words), …] from the versions of torch and numba and the name of the GPU; None for what is missing."""
    return [
        (bool(torch), f"torch {torch}" if torch else "torch is missing: lessons will stop where they need it"),
        (bool(numba), f"numba {numba}" if numba else "numba is missing: its rungs are left out"),
        (bool(gpu), _gpu_words(gpu, torch_has_cuda)),
    ]


def _gpu_words(gpu, torch_has_cuda):
    if not gpu:
        return "no GPU: its kernels run in numba’s simulator"
    return gpu if torch_has_cuda else f"{gpu}, for numba; this torch is built for the CPU"
