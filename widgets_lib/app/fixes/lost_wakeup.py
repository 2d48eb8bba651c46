"""Fix of the lost wake-up: a page with many widgets hangs at "Executing 3 of 20" while its kernel is idle.

`Session.send` writes through a shadow of the same zmq socket that `get_msg` waits on. Reading a zmq socket's
events re-arms its edge-triggered descriptor, so that write can swallow the edge the waiting poll needs, and an
`execute_reply` that has already arrived is never read. Waiting in short slices polls the socket again.

Source: voila-dashboards/voila issues 1395 and 1446.
"""

from math import inf
from queue import Empty
from time import monotonic

from jupyter_client.channels import AsyncZMQSocketChannel

SLICE_S = 0.05

stock_get_msg = AsyncZMQSocketChannel.get_msg


async def get_msg(self, timeout=None):
    """The next message, waiting at most `timeout` seconds (None: for ever). Raises: queue.Empty."""
    deadline = inf if timeout is None else monotonic() + timeout
    while True:
        remaining = deadline - monotonic()
        try:
            return await stock_get_msg(self, timeout=max(0, min(SLICE_S, remaining)))
        except Empty:
            if remaining <= SLICE_S:
                raise
