"""What a kernel and the server say to each other: one JSON object a line, over a Unix socket that only this kernel knows.

The kernel asks, once for each connection:

    {"backend": "numpy", "m": 5, "k": 784, "n": 10, "budget_s": 0.5}

or for the machine to itself, while it measures in a process of its own:

    {"turn": true}

and is answered

    {"event": "waiting", "before": 2}      as often as the number changes
    {"event": "start"}                     its turn has come
    {"event": "progress", …}               after a rung's, and the rest of compute/matmul/worker_process.py's, the last being
    {"event": "result", …}                 with "measured_at": "14:03" if it was measured for another kernel, or
    {"event": "error", "message": "…"}     is the last here

A connection that ends, whatever the reason, has left the queue, or has given its turn back.
"""

from __future__ import annotations

import json
from typing import Any

ADDRESS = "TENSOR_FOUNDATIONS_MEASURING"  # names the socket, in a kernel's environment

Message = dict[str, Any]


def line_of(message: Message) -> bytes:
    """A message as it is sent."""
    return json.dumps(message).encode() + b"\n"


def failure(reason: str) -> Message:
    """The last message about a job that was not measured."""
    return {"event": "error", "message": reason}
