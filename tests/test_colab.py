"""Colab: its kernel, its versions, its old ipywidgets. A lesson's first cell installs this project and changes nothing.

The packages have the versions that Colab lists (github.com/googlecolab/backend-info, pip-freeze.txt). The Python is
3.13 as there, if `python3.13` is to be had; if not, the one that runs the tests takes its place with a warning: then
the packages are Colab's and the Python is not.

torch stays out, it is too large to install for a test: the widgets draw numpy arrays without it. What needs it are
the torch rungs of the ladder, which then say so, and the lessons' own cells, which tests/lessons runs.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import widgets_lib
from scripts import facts
from tests.support import servers
from tests.support.catalog import widget_expressions, widgets

PINNED = {
    "ipywidgets": "7.7.1",
    "anywidget": "0.9.21",
    "numpy": "2.1.3",
    "ipykernel": "6.17.1",
    "ipython": "7.34.0",
    "notebook": "6.5.7",
}
ALSO_THERE = ["cloudpickle>=3"]
INSTALL_S, CELL_S = 300, 60

# A widget as a lesson makes it; what its view changes; what is seen in Python before and after. A widget that is not
# here is made by its own example, and answers what no view may send.
ANSWERS = {
    "Predict": ("wl.Predict('How many?', answer=3)", {"given": "3"}, "w.verdict", "", "Right: 3."),
    "MatmulLadder": ("wl.MatmulLadder()", {"m": 6}, "w.steps['python']", "39,200 Python steps", "47,040 Python steps"),
    "LoopStepper": ("wl.LoopStepper()", {"m": 9}, "w.error[:40]", "", "LoopStepper: m=9 is not a size of these "),
    "IteratorTape": (
        "wl.IteratorTape(range(10))",
        {"take": -1},
        "w.error",
        "",
        "how many to take is at least 0, not -1",
    ),
    "DigitViewer": (
        "wl.DigitViewer(np.arange(8.0).reshape(2, 2, 2))",
        {"index": 1},
        "w.picture['texts']",
        ["0.0", "1.0", "2.0", "3.0"],
        ["4.0", "5.0", "6.0", "7.0"],
    ),
    "RandomStream": ("wl.RandomStream()", {"seed": "42"}, "list(w.state)", [4976, 20238, 499], [43, 1, 1]),
    "Roofline": ("wl.Roofline()", {"m": 5}, "w.picture['product']['text']", "4.94", "1.66"),
    "ForkSimulator": ("wl.ForkSimulator()", {"children": 3}, "len(w.timeline['lanes'])", 3, 4),
    "LoaderWorkers": ("wl.LoaderWorkers()", {"workers": 2}, "len(w.before) // 784", 32, 16),
    "StrideExplorer": (
        "wl.StrideExplorer(np.arange(6).reshape(2, 3))",
        {"stride": [1, 2]},
        "w.picture['positions']",
        [0, 1, 2, 3, 4, 5],
        [0, 2, 4, 1, 3, 5],
    ),
    "EinsumExplorer": (
        "wl.EinsumExplorer('ik,k->i', np.array([[1, 2], [3, 4]]), np.array([1, 10]))",
        {"text": "ik,k->k"},
        "w.picture['result']['values']",
        ["21", "43"],
        ["4", "60"],
    ),
    "BroadcastExplorer": (
        "wl.BroadcastExplorer((3, 3), (3,))",
        {"shapes": ["3, 3", "3, 1"]},
        "w.picture['result']['values']",
        ["11", "22", "33", "14", "25", "36", "17", "28", "39"],
        ["11", "12", "13", "24", "25", "26", "37", "38", "39"],
    ),
}


def _python():
    """A Python 3.13 that can make environments, or with a warning this one."""
    found = shutil.which("python3.13")
    if found:
        env = os.environ | {
            "PYENV_VERSION": "3.13"
        }  # pyenv puts a python3.13 on the PATH that runs only when asked for
        ask = [found, "-c", "import ensurepip, sys; print(sys.executable)"]
        done = subprocess.run(ask, env=env, capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.strip()
    warnings.warn(f"no Python 3.13: Colab's packages are tested on {sys.version.split()[0]}", stacklevel=2)
    return sys.executable


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=servers.ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The folder of a virtual environment with Colab's packages, and without this project."""
    folder = tmp_path_factory.mktemp("colab") / "venv"
    subprocess.run([_python(), "-m", "venv", str(folder)], check=True)
    packages = [f"{name}=={version}" for name, version in PINNED.items()] + ALSO_THERE
    # compiling some thousand modules, of which a few are imported, would take as long as everything else
    install = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-compile", *packages]
    done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALL_S)
    assert done.returncode == 0, done.stderr
    return folder


class Kernel:
    """A kernel of the environment, and a view's side of its widgets."""

    def __init__(self, client):
        self.client = client

    def run(self, code):
        """What a cell prints and shows: text, and the list of display data. Its error fails the test."""
        text, shown = [], []

        def on_output(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                shown.append(content["data"])

        reply = self.client.execute_interactive(code, output_hook=on_output, timeout=CELL_S)["content"]
        assert reply["status"] == "ok", "\n".join([*text, *reply["traceback"]])
        return "".join(text), shown

    def value(self, expression):
        return json.loads(self.run(f"import json; print(json.dumps({expression}))")[0])

    def send(self, model_id, data):
        """Send what a view would; a cell that is run next finds it done."""
        content = {"comm_id": model_id, "data": data}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))


@pytest.fixture(scope="module")
def bare_kernel(environment, wheel, tmp_path_factory):
    """A kernel that finds this project's wheel where pip looks, and nothing of this project on its path."""
    away = tmp_path_factory.mktemp("away")
    specs = away / "kernels"
    (specs / "colab").mkdir(parents=True)
    argv = [str(environment / "bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (specs / "colab/kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    places = f"{os.environ.get('PIP_FIND_LINKS', '')} {wheel.parent}".strip()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"PIP_FIND_LINKS": places, "IPYTHONDIR": str(away / "ipython")}

    finder = KernelSpecManager(kernel_dirs=[str(specs)], ensure_native_kernel=False)
    manager = KernelManager(kernel_name="colab", kernel_spec_manager=finder)
    manager.start_kernel(env=env, cwd=str(away))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=CELL_S)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _versions(environment):
    """Package -> version, of all that is installed there."""
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    done = subprocess.run([environment / "bin/python", "-I", "-c", code], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def before(environment):
    """The versions before the first cell."""
    return _versions(environment)


@pytest.fixture(scope="module")
def kernel(bare_kernel, before):
    """The kernel after the installing part of a lesson's first cell; the rest of it imports torch."""
    notebook = nbformat.read(servers.ROOT / "lessons/03_matmul.ipynb", as_version=4)
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not bare_kernel.value("bool(__import__('importlib').util.find_spec('widgets_lib'))")
    install = re.search(r"^import importlib\.util\n.*?%pip install [^\n]+", first, re.DOTALL | re.MULTILINE)[0]
    # whatever address the cell names: pip takes this checkout's wheel
    bare_kernel.run(install.replace(facts.requirement(facts.address()), facts.PROJECT))
    bare_kernel.run("import numpy as np\nimport widgets_lib as wl")
    return bare_kernel


def test_the_first_cell_installs_this_project_and_changes_nothing_else(kernel, environment, before, wheel):
    assert PINNED.items() <= before.items()
    after = _versions(environment)
    assert after == before | {"tensor-foundations": widgets_lib.__version__}
    (site,) = environment.glob("lib/python*/site-packages")
    assert kernel.value("wl.__file__") == str(site / "widgets_lib/__init__.py")
    archive = zipfile.ZipFile(wheel)
    modules = [name for name in archive.namelist() if name.startswith("widgets_lib/")]
    assert modules and all(archive.read(name) == (site / name).read_bytes() for name in modules)


def answer(name):
    """A row of ANSWERS, or what stands in for one."""
    refused = "The page sent something that can’t be used here, and nothing was changed."
    return ANSWERS.get(name, (widget_expressions()[name], {"error": "of the page's own"}, "w.error", "", refused))


def test_no_answer_is_expected_of_a_widget_that_is_gone():
    assert set(ANSWERS) <= set(widgets())


@pytest.mark.parametrize("name", widgets())
def test_a_widget_is_shown_and_answers_its_view(kernel, name):
    code, changes, seen, was, becomes = answer(name)
    _, shown = kernel.run(f"w = {code}\nw")
    model_id = kernel.value("w.model_id")
    (view,) = (data["application/vnd.jupyter.widget-view+json"] for data in shown)
    assert view["model_id"] == model_id
    assert kernel.value("[bool(w._esm), w._view['module'] in w._assets.files, w.error]") == [True, True, ""]
    assert kernel.value(seen) == was
    kernel.send(model_id, {"method": "update", "state": changes, "buffer_paths": []})
    assert kernel.value(seen) == becomes


def test_a_rung_is_checked_and_timed_without_torch(kernel):
    kernel.run("ladder = wl.MatmulLadder(budget_s=0.05)")
    kernel.send(kernel.value("ladder.model_id"), {"method": "custom", "content": {"run": ["numpy"]}})
    assert kernel.value(f"ladder.wait({CELL_S})")
    assert kernel.value("ladder.results['numpy']['check']") == "✓ right"
    reasons = kernel.value("{rung['key']: rung['unavailable'] for rung in ladder.rungs}")
    assert reasons["matmul"] == "torch is not installed: pip install torch"
