"""Why a kernel can’t run here, in words; the same sources in numba's simulator."""

import os
import subprocess
import sys

import pytest

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import devices
from widgets_lib.compute.gpu.devices import Driver

# ---- what unavailable() tells apart ----


@pytest.fixture
def machine(monkeypatch):
    """A machine with a driver and libraries as told, and what its first launch says."""

    def of(driver, packages=("numba",), first=None):
        monkeypatch.setattr(devices, "cuda_is_simulated", lambda: False)
        monkeypatch.setattr(devices, "driver", lambda: driver)
        monkeypatch.setattr(devices, "find_spec", lambda name: name if name in packages else None)
        monkeypatch.setattr(devices, "_first_launch", lambda: first and devices.explain(first))

    return of


GOOD = Driver(True, 0, 12_040, 1)


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        (Driver(False), "no CUDA device on this machine; on Colab: Runtime, Change runtime type"),
        (Driver(True, 100, 12_040, 0), "no CUDA device on this machine"),
        (Driver(True, 0, 12_040, 0), "no CUDA device on this machine"),
        (Driver(True, 0, 10_020, 1), "driver is too old: it knows CUDA 10.2, and 11.2 is the least"),
        (Driver(True, 803, 12_040, 0), "different versions: restart"),
        (Driver(True, 999, 12_040, 0), "error 999"),
    ],
)
def test_what_the_driver_says(machine, driver, words):
    machine(driver)
    assert words in gpu.unavailable()


def test_a_machine_with_everything(machine):
    machine(GOOD)
    assert gpu.unavailable() is None


@pytest.mark.parametrize(("version", "extra"), [(12_040, "cu12"), (13_010, "cu13")])
def test_a_missing_library_and_what_to_install(machine, version, extra):
    machine(Driver(True, 0, version, 1), packages=())
    assert f'pip install "numba-cuda[{extra}]"' in gpu.unavailable()
    with pytest.raises(ImportError, match="no library compiles kernels here: pip install"):
        gpu.import_cuda()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            "NvvmSupportError: libNVVM cannot be found. Do `conda install cudatoolkit`:\nlibnvvm.so: …",
            "NVVM, the compiler",
        ),
        (
            "LinkerError: [222] Call to cuLinkAddData results in CUDA_ERROR_UNSUPPORTED_PTX_VERSION\n"
            "ptxas application ptx input, line 9; fatal   : Unsupported .version 8.7; current version is '8.4'",
            "too new for the driver, which knows CUDA 12.4",
        ),
        (
            "LinkerError: [222] UNKNOWN_CUDA_ERROR\nfatal : Unsupported .version 8.1; current version is '8.0'",
            "too new",
        ),
        ("CudaAPIError: [35] CUDA driver version is insufficient for CUDA runtime version", "driver is too old"),
        ("RuntimeError: Cannot load libnvrtc", "part of the CUDA toolkit is missing"),
        ("CudaSupportError: Error at driver init: [100] CUDA_ERROR_NO_DEVICE", "no CUDA device"),
        ("Traceback …\nValueError: something else", "the library says: ValueError: something else"),
    ],
)
def test_what_the_first_launch_says(machine, error, words):
    machine(GOOD, first=error)
    assert words in gpu.unavailable()
    assert gpu.unavailable(launch=False) is None


def test_a_driver_that_is_not_there_has_no_devices(monkeypatch):
    def missing(name):
        raise OSError

    monkeypatch.setattr(devices.ctypes, "CDLL", missing)
    devices.driver.cache_clear()
    try:
        assert devices.driver() == Driver(False) and devices.cuda_device_count() == 0
    finally:
        devices.driver.cache_clear()


def test_numba_cuda_goes_before_its_successor_and_that_before_numba(monkeypatch):
    class Mlir:
        cuda = "mlir"

    for packages, expected in [
        (("numba", "numba_cuda", "numba_cuda_mlir"), "numba.cuda"),
        (("numba", "numba_cuda_mlir"), "mlir"),
        (("numba_cuda_mlir",), "mlir"),
        (("numba",), "numba.cuda"),
    ]:
        monkeypatch.setattr(devices, "find_spec", lambda name, packages=packages: name in packages)
        monkeypatch.setattr(devices, "import_module", lambda name: Mlir if name == "numba_cuda_mlir" else name)
        assert gpu.import_cuda() == expected


def test_names_without_a_library_say_what_they_are_for():
    with pytest.raises(RuntimeError, match=r"tiled can’t be launched: .* gpu.trace\(tiled"):
        gpu.cuda.jit(gpu.tiled)[1, 1]
    with pytest.raises(RuntimeError, match=r"cuda\.grid has a meaning inside a kernel only"):
        gpu.cuda.grid(1)
    assert gpu.trace(gpu.cuda.jit(device=False)(fill), 1, 4, [0] * 4).after["out"].tolist() == [0, 1, 2, 3]


def fill(out):
    i = gpu.cuda.grid(1)
    out[i] = i


# ---- numba's simulator ----

PROGRAM = """if True:
    import numpy as np
    from tests.compute.gpu import right_kernels
    from tests.compute.gpu.cases import RIGHT
    from widgets_lib.compute import gpu
    assert gpu.unavailable() is None
    # a float32 with a Python float: numba computes in float64, numpy, which the simulator uses, in float32
    SIMULATOR_IS_WRONG = {"mixed_types"}
    for name, case in RIGHT.items():
        arguments = case.arguments()
        launch = case.blocks, case.threads
        timing = gpu.run_on_device(case.kernel, *launch, *arguments, repeats=1)
        assert timing.simulated and "say nothing about a GPU" in timing.device
        assert min(timing.to_device_s, timing.first_launch_s, timing.launch_s, timing.kernel_s, timing.to_host_s) > 0
        traced = gpu.trace(case.kernel, *launch, *arguments)
        if name in SIMULATOR_IS_WRONG:
            assert (timing.results[-1] != case.expected(*arguments[:-1])).any(), name
            continue
        np.testing.assert_array_equal(timing.results[-1], list(traced.after.values())[-1], err_msg=name)
        np.testing.assert_array_equal(timing.results[-1], case.expected(*arguments[:-1]), err_msg=name)
    print(len(RIGHT), "kernels")
"""


def test_the_simulator_runs_the_same_sources_to_the_same_values():
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment)
    count, _, kernels = run.stdout.partition(" ")
    assert kernels == "kernels\n" and int(count) >= 40, run.stderr
