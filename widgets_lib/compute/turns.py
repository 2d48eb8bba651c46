"""One at a time: what starts processes, or measures times that another one would spoil."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from widgets_lib.compute.timing import Stopped

TURN = threading.Lock()  # of this process; who has it may start processes
POLL_S = 0.05


@contextmanager
def take(should_stop: Callable[[], object], timeout_s: float) -> Iterator[None]:
    """Wait for the turn, and have it for the block.

    Raises: timing.Stopped once `should_stop()` is true; TimeoutError in words after timeout_s.
    """
    deadline = time.monotonic() + timeout_s
    if should_stop():
        raise Stopped
    while not TURN.acquire(timeout=min(POLL_S, timeout_s)):
        if should_stop():
            raise Stopped
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process was still at work after {timeout_s:g} s; try again when it is done")
    try:
        yield
    finally:
        TURN.release()
