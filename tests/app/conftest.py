"""A server with room for two, which gives a cell two seconds."""

import pytest

import servers


@pytest.fixture(scope="package")
def small_voila(logs, tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    options = ["--LessonKernelManager.max_kernels=2", "--VoilaExecutor.timeout=2"]
    with servers.voila(root, logs, *options) as server:
        yield server


@pytest.fixture
def render(small_voila, request):
    """render(cells) -> (status, headers, HTML) of the lesson made of these cells; its kernel is released after."""
    opened = []

    def render(cells, name=None):
        name = name or f"{request.node.name}.ipynb"
        servers.write_notebook(cells, small_voila.root / name)
        reply = small_voila.get(f"voila/render/{name}")
        opened.append(reply[2])
        return reply

    yield render
    for page in opened:
        small_voila.close_tab(page)
