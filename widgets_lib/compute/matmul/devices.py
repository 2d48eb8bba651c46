"""Whether a rung for the GPU can run on this machine, asked without loading torch or numba."""

from importlib import import_module

from widgets_lib.compute.gpu.devices import NONE_HERE, cuda_device_count, cuda_is_simulated, unavailable


def cuda_unavailable_reason(takes: str) -> str | None:
    """Why matrices of the kind `takes` can't go to the GPU, in words; None if they can."""
    if takes == "numba on GPU":
        # a first launch would take seconds while a ladder is listed; the rung's own run shows the rest
        return None if cuda_is_simulated() else unavailable(launch=False)
    if not cuda_device_count():
        return NONE_HERE  # word for word as for the other rungs: it is said once
    if not import_module("torch").cuda.is_available():
        return "a CUDA device is here, but this torch was built without CUDA"
    return None
