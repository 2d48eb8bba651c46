"""What a server holds beside its lessons: to be the same when its visitors have left as before they came. Linux only.

before = holdings(server)
…                            # visitors come and go
wait_until_nothing_is_left(server, before)
"""

import os
import re
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.servers import is_running, wait_until

SHARED_MEMORY = Path("/dev/shm")
# Of the server's event loop: they are started when one more thing happens at the same time than ever before, and stay.
EXECUTOR_THREADS = min(32, (os.cpu_count() or 1) + 4)


def holdings(server):
    """{kind: what the server and all that it has started hold of it}, as sets or counts of names, or as numbers.

    Files are those in the folder of connection files and in the server's TMPDIR, if it has one of its own.
    """
    pids = {server.process.pid, *started(server)}
    return {
        "processes": {pid for pid in pids if is_running(pid)},
        "threads": sum(_threads(pid) for pid in pids),
        "descriptors": Counter(_kind(target) for pid in pids for target in descriptors(pid).values()),
        "files": {str(file) for folder in _folders(server) for file in folder.rglob("*") if not file.is_dir()},
        "open ports": _ports(pids),
        "shared memory": _shared_memory(pids),
    }


def left(server, before):
    """{kind: what is there now and was not}; empty if nothing is. As many threads as an event loop keeps are no matter."""
    after, more = holdings(server), {}
    for kind, there in after.items():
        if isinstance(there, Counter):
            more[kind] = there - before[kind] if there.total() > before[kind].total() else None
        elif isinstance(there, set):
            more[kind] = there - before[kind]
        else:
            more[kind] = max(0, there - before[kind] - (EXECUTOR_THREADS if kind == "threads" else 0))
    return {kind: extra for kind, extra in more.items() if extra}


def wait_until_nothing_is_left(server, before, seconds=30):
    """Returns once nothing is. Raises: AssertionError that names what stays."""
    with suppress(TimeoutError):
        wait_until(lambda: not left(server, before), "", seconds)
    there = left(server, before)
    assert not there, f"left behind: {there}"


def started(server):
    """The process ids of all that the server has started and that is there."""
    return {process.pid for process in psutil.Process(server.process.pid).children(recursive=True)}


def descriptors(pid):
    """{descriptor: what it leads to} of what a process has open."""
    found = {}
    with suppress(OSError):  # it has ended meanwhile
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):  # closed meanwhile
                found[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
    return found


def _kind(target):
    """What a descriptor leads to, without the number of its own: all sockets are one kind, a file is its name."""
    return re.sub(r":\[\d+\]$", "", target)


def _threads(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:  # it has ended meanwhile
        return 0


def _folders(server):
    [runtime] = set(re.findall(r"Storing connection files in (\S+?)\.?\n", server.log))
    yield Path(runtime)
    own = Path(f"/proc/{server.process.pid}/environ").read_bytes()
    folder = dict(part.partition(b"=")[::2] for part in own.split(b"\0")).get(b"TMPDIR", b"").decode()
    if folder and Path(folder) != Path(tempfile.gettempdir()):
        yield Path(folder)


def _ports(pids):
    """(process, port) on which one of them listens."""
    found = set()
    for pid in pids:
        with suppress(psutil.Error):
            listening = [
                each for each in psutil.Process(pid).net_connections("tcp") if each.status == psutil.CONN_LISTEN
            ]
            found |= {(pid, each.laddr.port) for each in listening}
    return found


def _shared_memory(pids):
    """What stands in /dev/shm and is no other program's, which would map it."""
    mapped = set()
    for process in psutil.process_iter():
        if process.pid not in pids:
            with suppress(OSError):
                mapped |= set(re.findall(r" /dev/shm/(\S+)", Path(f"/proc/{process.pid}/maps").read_text()))
    return {file.name for file in SHARED_MEMORY.iterdir() if file.name not in mapped}
