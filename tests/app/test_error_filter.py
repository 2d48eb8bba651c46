"""What a visitor sees, and what the log keeps, when a widget's callback fails."""

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from traitlets.config import Configurable

from tests.support import servers
from tests.support.visitors import Visitor
from widgets_lib.app.error_filter import FAILED

CELL = """
import sys
from ipywidgets import interact

def secret(n=3):
    print('seen', n)
    print('noise', file=sys.stderr)
    return [10, 20][n - 1]

interact(secret, n=(1, 3));
"""
PRIVATE = ["IndexError", "Traceback", "noise\\n", "interaction.py", "list index"]


@pytest.fixture(params=["small_voila", "pooled_voila", "older protocol"])
def opened(request):
    """A visitor of the lesson above, cold and preheated."""
    server = request.getfixturevalue("pooled_voila" if request.param == "pooled_voila" else "small_voila")
    servers.write_notebook([CELL], server.root / "callbacks.ipynb")
    if request.param == "pooled_voila":
        servers.wait_until(lambda: server.health()["waiting"], "the pool stays empty")
    options = {"subprotocols": None} if request.param == "older protocol" else {}
    with Visitor(server, "callbacks.ipynb") as visitor:
        yield visitor.connect(**options)


def test_a_failing_interact_is_redacted_from_the_first_picture_on(opened):
    states = opened.states()
    [output] = [state["outputs"] for state in states.values() if state["_model_name"] == "OutputModel"]
    assert "seen 3" in str(output) and FAILED in str(output)

    slider = opened.model("IntSliderModel")
    assert "20" in str(opened.until_idle(opened.move(slider, value=2)))
    answers = str(opened.until_idle(opened.move(slider, value=3)))
    assert "seen 3" in answers and FAILED in answers

    for sent in (opened.page, str(states), answers):
        assert not [word for word in PRIVATE if word in sent]
    log = opened.server.log
    assert log.count("IndexError: list index out of range") >= 2
    assert "callbacks.ipynb: noise" in log and "callbacks.ipynb, cell 1: noise" in log
    assert "callbacks.ipynb: a callback failed" in log and "callbacks.ipynb, cell 1: a callback failed" in log


def test_a_host_who_debugs_sees_it_all(logs, tmp_path):
    servers.write_notebook([CELL], tmp_path / "callbacks.ipynb")
    with servers.voila(tmp_path, logs, "--debug") as server, Visitor(server, "callbacks.ipynb") as visitor:
        slider = visitor.connect().model("IntSliderModel")
        visitor.until_idle(visitor.move(slider, value=2))
        answers = str(visitor.until_idle(visitor.move(slider, value=3)))
        assert "IndexError" in answers and "noise" in answers


def test_the_stock_connection_still_looks_for_its_message_on_the_wrong_object():
    """When this fails, see whether `MappingKernelManager.allow_tracebacks` now does what LessonConnection does."""
    kernel = Configurable(parent=Configurable())
    kernel.parent.allow_tracebacks, kernel.parent.traceback_replacement_message = False, "redacted"
    connection = ZMQChannelsWebsocketConnection(parent=kernel)
    message = {"header": {"msg_type": "error"}, "content": {}}
    with pytest.raises(AttributeError, match="traceback_replacement_message"):
        connection._on_error("iopub", message, [])
