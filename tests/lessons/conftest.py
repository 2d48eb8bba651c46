"""Lessons are run once each, top to bottom, in a kernel and a folder of their own, every way to the network closed.

The kernels are forks, as a visitor's are. In kernels of the ordinary kind the static edition runs each lesson.
"""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support import forks, servers

LESSONS = Path(__file__).parents[2] / "lessons"
CELL_S = 120  # on a machine that does much else
TOOLS = """
def raises(error, function, *arguments):
    try:
        function(*arguments)
    except error as problem:
        return str(problem)

def outcome(widget, name):
    if (widget, name) not in outcomes:
        if widget.chosen == name:
            widget.run()
        else:
            widget.chosen = name
        outcomes[widget, name] = widget.wait(60), widget.result["text"], widget.said
    return outcomes[widget, name]

outcomes = globals().get("outcomes", {})
"""


@pytest.fixture(scope="session")
def _finished_lesson(tmp_path_factory, fork_server):
    """_finished_lesson("03_matmul") -> the client and the notebook of that lesson, run to its end."""
    finished = {}

    def finish(name):
        if name not in finished:
            finished[name] = _execute(LESSONS / f"{name}.ipynb", tmp_path_factory.mktemp(name), fork_server)
        return finished[name]

    yield finish
    for client, _ in finished.values():
        client._cleanup_kernel()


@pytest.fixture(scope="session")
def run_lesson(_finished_lesson):
    """run_lesson("03_matmul", "expression", …) -> the expressions' values at the end of that lesson.

    `raises(Error, function, argument, …)` in an expression gives the error's message, or None; `outcome(widget, name)`
    of a chooser's variant, which is run once for all tests: whether it ended, what is shown, and what is said later.
    """

    def run(name, *expressions):
        client, notebook = _finished_lesson(name)
        source = f"{TOOLS}\nimport json as _json; print(_json.dumps([{', '.join(expressions)}]))"
        cell = nbformat.v4.new_code_cell(source)
        notebook.cells.append(cell)
        client.execute_cell(cell, len(notebook.cells) - 1)
        return json.loads(cell.outputs[0].text)

    return run


@pytest.fixture(scope="session")
def freeze(_finished_lesson):
    """freeze("03_matmul") -> the process that has run that lesson, of which visitors get forks. It is no kernel then."""

    def freeze(name):
        client, _ = _finished_lesson(name)
        client.kc.stop_channels()
        return client.km.provisioner.freeze()

    return freeze


@pytest.fixture(scope="session")
def printed(_finished_lesson):
    """printed("03_matmul", "loops = ") -> what the lesson's one cell that begins like this printed."""

    def printed(name, start):
        _, notebook = _finished_lesson(name)
        (cell,) = [each for each in notebook.cells if each.source.startswith(start)]
        return "".join(output.text for output in cell.outputs if output.output_type == "stream")

    return printed


def _execute(path, folder, fork_server):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=CELL_S, resources={"metadata": {"path": str(folder)}})
    client.create_kernel_manager()
    with forks.every_kernel():
        client.start_new_kernel(env=forks.environment() | servers.NO_NETWORK)
    assert getattr(client.km.provisioner, "source", None) is fork_server
    client.start_new_kernel_client()
    for index, cell in enumerate(notebook.cells):
        client.execute_cell(cell, index)
    return client, notebook
