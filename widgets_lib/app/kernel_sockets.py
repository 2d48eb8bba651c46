"""What the server and its kernels speak over: sockets that are files in the server's own folder, where one can have them.

jupyter_client looks for free ports and lets go of them until the kernel takes them. In a rush another connection, for
which the system chooses a port by itself, has often taken one by then: that lesson never answered. A file is named after
its kernel, and no other user of the machine can open it.
"""

from __future__ import annotations

import os
import socket
import uuid
from typing import Any

MAX_BYTES = 103  # of a socket's path, on macOS; Linux takes 107


def fit_in(folder: str) -> bool:
    """Whether sockets can be files in `folder`: not on Windows, nor where a path would be too long for one."""
    longest = os.path.join(folder, f"kernel-{uuid.UUID(int=0)}-ipc-5")  # as jupyter_client names the last of five
    return hasattr(socket, "AF_UNIX") and len(os.fsencode(longest)) <= MAX_BYTES


def prefer_files(config: Any, folder: str) -> None:
    """Has kernels of this configuration listen on files in `folder` if they can, unless it says what they listen on."""
    if fit_in(folder):
        config.KernelManager.setdefault("transport", "ipc")
