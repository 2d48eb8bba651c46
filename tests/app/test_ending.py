"""The end of a server, as a signal asks for it at bad moments."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from voila.app import Voila

from widgets_lib.app.fixes import ending

# A server to whose log SIGTERM comes in the middle of the first line, as often as it is told to.
SERVER = """
import asyncio, io, logging, os, signal, sys
from tornado.ioloop import IOLoop
from voila.app import Voila
from widgets_lib.app.fixes import ending

handler, times = sys.argv[1], int(sys.argv[2])

class Terminal(io.RawIOBase):
    asked = 0

    def writable(self):
        return True

    def write(self, line):
        while self.asked < times:
            self.asked += 1
            os.kill(os.getpid(), signal.SIGTERM)
        return os.write(1, line)

async def serve():
    app.ioloop = IOLoop.current()
    app.ioloop.stop = ended.set
    app.log.warning("begin")
    for _ in range(3):  # what a handler asks of the loop is done by then
        await asyncio.sleep(0)
    os.write(1, b"ended" if ended.is_set() else b"goes on")

app, ended = Voila(), asyncio.Event()
sys.stderr = io.TextIOWrapper(io.BufferedWriter(Terminal()), write_through=True)
app.log = logging.Logger("a server")
app.log.addHandler(logging.StreamHandler(sys.stderr))
signal.signal(signal.SIGTERM, getattr(ending, handler).__get__(app))
asyncio.run(serve())
"""


def said_by_a_server(handler, times=1):
    """What a server writes that is asked to end so many times while it writes its first line."""
    command = [sys.executable, "-c", SERVER, handler, str(times)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_server_ends_that_is_asked_to_while_it_logs(times):
    assert said_by_a_server("handle_signal_stop", times) == ["begin", "Handle signal 15.", "ended"]


def test_the_stock_server_still_goes_on():
    """When this fails, upstream has mended it: delete handle_signal_stop, its row in patches.py and these tests."""
    assert "goes on" in "\n".join(said_by_a_server("stock_handle_signal_stop"))


def test_before_there_is_a_loop_the_process_ends(monkeypatch):
    monkeypatch.setattr(ending.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        ending.handle_signal_stop(Voila(), 15, None)
    assert ended.value.code == 143


@pytest.fixture
def server(tmp_path):
    """A server with kernels, which notes that they are stopped; its `connection_dir` is there."""

    async def shutdown_all():
        server.stopped = (tmp_path / "connections").exists()

    (tmp_path / "connections").mkdir()
    kernels = SimpleNamespace(shutdown_all=shutdown_all)
    server = SimpleNamespace(connection_dir=str(tmp_path / "connections"), kernel_manager=kernels, stopped=None)
    return server


def test_kernels_are_stopped_before_the_folder_of_their_files_is_removed(server, tmp_path):
    ending.stop(server)
    assert server.stopped is True and not (tmp_path / "connections").exists()


def test_kernels_are_stopped_where_the_folder_has_been_removed(server, tmp_path):
    (tmp_path / "connections").rmdir()
    ending.stop(server)
    assert server.stopped is False


def test_the_stock_server_still_leaves_kernels_behind(server, tmp_path):
    """When this fails, upstream has mended it: delete stop, its row in patches.py and these tests."""
    (tmp_path / "connections").rmdir()
    with pytest.raises(FileNotFoundError):
        ending.stock_stop(server)
    assert server.stopped is None
