"""Imports go one way: compute <- widgets <- lessons. Each claim is checked in a fresh process.

For a module of compute that is a fork of a Python that has numpy alone, which each of them may load.
"""

import json
import os
import pkgutil
import subprocess
import sys

import pytest

from widgets_lib import compute

HEAVY = {"torch", "numba", "matplotlib"}
NOTEBOOK = {"IPython", "ipywidgets", "anywidget", "ipykernel", "voila"}


FORKS = """
import json, os, sys, traceback
import numpy, concurrent.futures, dataclasses, hashlib, http.client, tempfile, typing, urllib.request, zipfile
for statement in sys.stdin:
    if not os.fork():
        try:
            exec(statement)
            print(json.dumps([*sys.modules]), flush=True)
        except BaseException:
            print(json.dumps(traceback.format_exc()), flush=True)
        os._exit(0)
    os.wait()
"""


def loaded_by(statement):
    """Top-level modules, and our own in full, that a fresh Python has after the statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return in_short(run.stdout.split())


def in_short(modules):
    return {name if name.startswith("widgets_lib") else name.split(".")[0] for name in modules}


@pytest.fixture(scope="module")
def loaded_beside_numpy():
    """loaded_beside_numpy("import …") -> the same in a fork of a Python that has loaded numpy."""
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # a fork has none of its parent's threads
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": env}
    with subprocess.Popen([sys.executable, "-c", FORKS], **pipes) as python:

        def loaded(statement):
            python.stdin.write(f"{statement}\n")
            python.stdin.flush()
            said = json.loads(python.stdout.readline())
            assert isinstance(said, list), said
            return in_short(said)

        yield loaded
        python.stdin.close()


def test_the_package_alone_loads_nothing_heavy():
    assert not loaded_by("import widgets_lib") & (HEAVY | NOTEBOOK | {"numpy"})


MODULES = [module.name for module in pkgutil.walk_packages(compute.__path__, "widgets_lib.compute.")]
COMPILED = {
    f"widgets_lib.compute.matmul.{name}" for name in ("cpu_kernels", "cuda_kernels", "tiles")
}  # of numba itself


@pytest.mark.parametrize("module", MODULES)
def test_a_compute_module_knows_no_notebook_and_nothing_heavy(module, loaded_beside_numpy):
    loaded = loaded_beside_numpy(f"import {module}")
    assert module in loaded
    assert not loaded & NOTEBOOK
    assert module in COMPILED or not loaded & HEAVY
    assert not any(name.startswith(("widgets_lib.widgets", "widgets_lib.app")) for name in loaded)


def test_listing_the_ladder_loads_nothing_heavy():
    listing = "from widgets_lib.compute.matmul import BACKENDS\n[(b.code, b.unavailable()) for b in BACKENDS.values()]"
    assert not loaded_by(listing) & (HEAVY | NOTEBOOK)


def test_running_the_ladder_loads_no_notebook():
    ladder = (
        "from widgets_lib.compute import matmul\na, b = matmul.operands(2, 3, 2)\n"
        "[matmul.matmul(a, b, key) for key, rung in matmul.BACKENDS.items() if not rung.unavailable()]"
    )
    assert not loaded_by(ladder) & NOTEBOOK
