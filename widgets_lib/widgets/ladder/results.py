"""What ladders have measured in this kernel, in one place, for other widgets to read."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from widgets_lib.compute import matmul
from widgets_lib.compute._browser import in_browser


@dataclass(frozen=True)
class Measured:
    """One right product of a (m, k) and b (k, n) in float32, and how long it took."""

    rung: str
    """Key of the rung in `matmul.BACKENDS`, or the title of a learner's own."""
    m: int
    k: int
    n: int
    seconds: float
    threads: int
    """As many as the libraries could use; 1 where Python works on lists."""
    estimated: bool = False
    """Fewer rows ran than it stands for."""
    at_least: bool = False
    """It takes `seconds` at least, and no more is known."""
    at_most: bool = False
    """It takes `seconds` at most, and no more is known: other programs were in the way."""
    in_browser: bool = False
    """Whether it was measured in a browser; a page there may show what another machine measured, too."""

    @property
    def title(self) -> str:
        """What the ladder calls the rung."""
        return matmul.BACKENDS[self.rung].title if self.rung in matmul.BACKENDS else self.rung

    @property
    def on_gpu(self) -> bool:
        """Whether it ran on a GPU."""
        return self.rung in matmul.BACKENDS and "cuda" in matmul.BACKENDS[self.rung].needs

    @property
    def cost(self) -> matmul.Cost:
        """Its operations and bytes."""
        return matmul.cost(self.m, self.k, self.n)


IN_BROWSER = "in your browser"  # where, in a message of what plays back the times of another machine

_measured: dict[tuple[str, int, int, int], Measured] = {}
_listeners: list[Callable[[], object]] = []
_lock = threading.Lock()


def results() -> list[Measured]:
    """The last time of every rung at every size that any ladder has measured, the newest last."""
    with _lock:
        return list(_measured.values())


def on_results(listener: Callable[[], object]) -> Callable[[], None]:
    """Call `listener()` after `results()` has changed, on the thread that measures; what comes back ends that."""
    _listeners.append(listener)

    def stop() -> None:
        if listener in _listeners:
            _listeners.remove(listener)

    return stop


def record(job: dict[str, Any], message: dict[str, Any]) -> None:
    """Keep the time in the worker's last message about a job; a rung that is wrong or failed now has none."""
    key = job["backend"], job["m"], job["k"], job["n"]
    with _lock:
        known = _measured.pop(key, None)
        if message["event"] == "cancelled" and known:
            _measured[key] = known
        elif message.get("seconds"):
            told = {name: message[name] for name in ("seconds", "threads", "at_least", "at_most")}
            told |= {"estimated": message["extrapolated"]}
            here = in_browser() and message.get("place", IN_BROWSER) == IN_BROWSER
            _measured[key] = Measured(*key, **told, in_browser=here)
    _tell()


def recall(measured: Iterable[Measured]) -> None:
    """Take over what was measured elsewhere, where nothing is known yet."""
    with _lock:
        for each in measured:
            _measured.setdefault((each.rung, each.m, each.k, each.n), each)


def discard(rung: str) -> None:
    """Forget the times of a rung: it was rewritten or removed."""
    with _lock:
        for key in [key for key in _measured if key[0] == rung]:
            del _measured[key]
    _tell()


def _tell() -> None:
    for listener in list(_listeners):
        listener()
