"""The widgets' own tests, once more in a Python like a browser's: no ipywidgets, torch, numba, thread or process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_widgets_tests_pass_on_the_stand_ins():
    folders = ["tests/widgets", "tests/site/browser_python"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "static_edition.testing", "-p", "no:cacheprovider", *folders]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "left out, " in done.stdout  # and why is said: static_edition/only_in_a_kernel.py


def test_the_course_finds_no_torch_there_and_a_test_does():
    script = """
from static_edition import absent
absent.hide()
import torch, threading
from importlib.util import find_spec
import widgets_lib as wl
from widgets_lib.compute import matmul
import anywidget, ipywidgets
assert anywidget.__version__ == ipywidgets.__version__ == "0-static"
assert matmul.BACKENDS["matmul"].unavailable() and not matmul.BACKENDS["numpy"].unavailable() and find_spec("torch")
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "can't start new thread\n", done.stderr
