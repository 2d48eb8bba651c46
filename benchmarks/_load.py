"""Busy processes that fill a machine up to a load, whatever other programs on it do meanwhile (Linux)."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from statistics import mean

SAMPLES, PERIOD_S = 5, 1.0  # so many looks before the number of busy processes is changed
# It ends with the benchmark, however that ends: a killed one can't end it, and a stopped process would wait for ever.
BUSY = """
import ctypes, os, signal
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
print(flush=True)
while os.getppid() == {parent}:
    pass
"""


class TopUp:
    """`with TopUp(4) as load:` there are four tasks that want a processor, beside this process and its children.

    Tasks of other programs are counted first; only what is missing runs, and is stopped again when others need it.
    """

    def __init__(self, load: int):
        self._load, self._end = load, threading.Event()
        self._seen: list[tuple[float, int]] = []  # (tasks of others, busy processes of ours)

    def __enter__(self) -> "TopUp":
        command = [sys.executable, "-c", BUSY.format(parent=os.getpid())]
        self._busy = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(self._load)]
        for process in self._busy:
            assert process.stdout and process.stdout.readline()  # it ends with this process, and may be stopped
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()
        for process in self._busy:
            with process:  # closes its pipe, and waits
                process.kill()

    def seen(self) -> tuple[float, float]:
        """(tasks of other programs, busy processes of ours): the means since this was asked last."""
        seen, self._seen = self._seen or [(0.0, 0)], []
        return mean(others for others, _ in seen), mean(ours for _, ours in seen)

    def _watch(self) -> None:
        while not self._end.is_set():
            samples = []
            for _ in range(SAMPLES):
                samples.append(others_running(os.getpid()))
                self._end.wait(PERIOD_S / SAMPLES)
            others = mean(samples)
            ours = missing(self._load, others)
            self._seen.append((others, ours))
            for at, process in enumerate(self._busy):
                process.send_signal(signal.SIGCONT if at < ours else signal.SIGSTOP)


def missing(load: int, others: float) -> int:
    """How many busy processes it takes, beside so many tasks of other programs, to make up the load."""
    return max(0, min(load, round(load - others)))


def others_running(root: int, proc: Path = Path("/proc")) -> int:
    """How many tasks run or want a processor that belong neither to the process `root` nor to those it started."""
    running = int((proc / "loadavg").read_text().split()[3].partition("/")[0])
    own = sum(_state(task / "stat")[0] == "R" for pid in _family(root, proc) for task in _tasks(proc / str(pid)))
    return max(0, running - own)


def _family(root: int, proc: Path) -> set[int]:
    parents = {int(each.name): _state(each / "stat")[1] for each in proc.iterdir() if each.name.isdigit()}
    family, found = {root}, {root}
    while found:
        found = {pid for pid, parent in parents.items() if parent in found} - family
        family |= found
    return family


def _tasks(process: Path) -> list[Path]:
    try:
        return list((process / "task").iterdir())
    except OSError:  # it has ended
        return []


def _state(stat: Path) -> tuple[str, int]:
    """(state, parent) of a task; ("", 0) if it has ended."""
    try:
        state, parent = stat.read_text().rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return "", 0
    return state, int(parent)
