"""What the course home says of the machine."""

import subprocess
import threading
from importlib.metadata import version

import pytest

from widgets_lib.app import preflight
from widgets_lib.app.preflight import Preflight, capability_lines


def test_preflight_says_what_this_python_has():
    probe = Preflight()
    probe._thread.join()
    lines = probe.lines()
    assert [works for works, _ in lines[:2]] == [True, True]
    assert f"torch {version('torch').split('+')[0]}" in lines[0][1]
    assert f"numba {version('numba')}" in lines[1][1]


def test_no_request_waits_for_the_preflight(monkeypatch):
    asked = threading.Event()

    def run(*_, **__):
        asked.wait(1)  # answers even if a request waits for it
        return subprocess.CompletedProcess(
            [], 0, '{"torch": null, "numba": null, "gpu": null, "torch_has_cuda": false}'
        )

    monkeypatch.setattr(preflight.subprocess, "run", run)
    probe = Preflight()
    assert probe.lines() == []
    asked.set()
    probe._thread.join()
    assert len(probe.lines()) == 3


@pytest.mark.parametrize(
    ("gpu", "torch_has_cuda", "works", "words"),
    [
        (None, True, False, "no GPU"),
        ("NVIDIA H100", True, True, "NVIDIA H100"),
        ("NVIDIA H100", False, True, "this torch is built for the CPU"),
    ],
)
def test_preflight_words_for_a_gpu(gpu, torch_has_cuda, works, words):
    found = capability_lines("2.13.0", None, gpu, torch_has_cuda)
    assert found[2][0] is works and words in found[2][1]
    assert found[1] == (False, "numba is missing: its rungs are left out")
