"""What memory a server and all processes below it hold (Linux)."""

import re
from contextlib import suppress
from pathlib import Path

from tests.support.leftovers import started

MEMORY = re.compile(r"^(\w+):\s+(\d+) kB", re.MULTILINE)
PSS = ("Pss",)
USS = ("Private_Clean", "Private_Dirty")
KEPT = ("Pss_Anon", "Pss_Shmem")  # what no file gives back; other programs that map the same libraries don't change it


def tree(server):
    """The process ids of a server and of all that it has started, forks among them."""
    return {server.process.pid, *started(server)}


def memory_mb(pids, fields=PSS):
    """What these processes hold together, in MB; one that has just ended holds nothing."""
    total_kb = 0
    for pid in pids:
        with suppress(OSError):
            found = dict(MEMORY.findall(Path(f"/proc/{pid}/smaps_rollup").read_text()))
            total_kb += sum(int(found[field]) for field in fields)
    return total_kb / 1024
