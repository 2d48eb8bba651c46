"""Visitors without a browser: they load a lesson, open the websocket of its kernel and move its widgets."""

import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import pairwise

from websockets.sync.client import connect

BROWSERS = "v1.kernel.websocket.jupyter.org"
PARTS = ("header", "parent_header", "metadata", "content")
SLIDER = """import matplotlib.pyplot as plt
from ipywidgets import interact

def draw(n=10):
    plt.figure(figsize=(3, 2))
    plt.plot(range(n))
    plt.show()

interact(draw, n=(1, 50));"""
CONTROL = "jupyter.widget.control"  # asked for the state of every widget, as a page does when it opens


def kernel_of(page):
    """The kernel id that a lesson's HTML names, or None."""
    found = re.search(r'"kernelId": "([\w-]+)"', page)
    return found and found[1]


class Visitor:
    """One open lesson. `status` and `page` are what the server answered."""

    def __init__(self, server, lesson):
        self.server = server
        self.status, self.headers, self.page = server.get(f"voila/render/{lesson}")
        self.kernel = kernel_of(self.page)
        self.socket = None
        self._open = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()

    def connect(self, **options):
        """Opens the kernel's websocket, with the protocol of browsers unless `subprotocols` names another.

        Raises: websockets.exceptions.InvalidStatus if the server refuses.
        """
        address = self.server.url.replace("http", "ws", 1)
        url = f"{address}api/kernels/{self.kernel}/channels?session_id={uuid.uuid4().hex}"
        options = {"subprotocols": [BROWSERS], "max_size": None, "proxy": None, "open_timeout": 60, **options}
        self.socket = self._open.enter_context(connect(url, **options))
        return self

    def leave(self):
        """Closes the tab."""
        self._open.close()
        if self.kernel:
            self.server.close_tab(self.page)

    def send(self, kind, content, channel="shell", **metadata):
        """Sends one message to the kernel; returns its id."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "test", "version": "5.3"}
        parts = [header, {}, metadata, content]
        if self.socket.subprotocol == BROWSERS:
            self.socket.send(packed([channel.encode(), *(json.dumps(part).encode() for part in parts)]))
        else:
            self.socket.send(json.dumps({"channel": channel, **dict(zip(PARTS, parts, strict=True))}))
        return header["msg_id"]

    def receive(self, wanted, seconds=60):
        """The first message for which `wanted(message)` holds. Raises: TimeoutError."""
        deadline = time.monotonic() + seconds
        while True:
            message = unpack(self.socket.recv(timeout=max(0, deadline - time.monotonic())))
            if wanted(message):
                return message

    def states(self):
        """{model id: state} of every widget in the kernel."""
        comm = uuid.uuid4().hex
        self.send("comm_open", {"comm_id": comm, "target_name": CONTROL, "data": {}}, version="1.0.0")
        self.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        reply = self.receive(lambda message: message["content"].get("data", {}).get("method") == "update_states")
        return {model: entry["state"] for model, entry in reply["content"]["data"]["states"].items()}

    def model(self, name):
        """The id of the first widget of that model name or with a trait of that name."""
        return next(key for key, state in self.states().items() if name in (*state, state.get("_model_name")))

    def move(self, model, **state):
        """Sets traits of a widget, as a hand on a slider does; returns the message's id."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        return self.send("comm_msg", {"comm_id": model, "data": data})

    def until_idle(self, message_id, seconds=60):
        """All messages that answer `message_id`, up to the kernel's "idle"."""
        answers = []

        def is_last(message):
            if message["parent_header"].get("msg_id") == message_id:
                answers.append(message)
                return message["content"].get("execution_state") == "idle"

        self.receive(is_last, seconds)
        return answers


def packed(parts):
    """A frame of the protocol of browsers: how many offsets, the offsets, then the parts."""
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets)) + b"".join(parts)


def unpack(frame):
    """A message of either protocol as a dictionary; its buffers are left out."""
    if isinstance(frame, str):
        return json.loads(frame)
    if frame[0] == 0:  # the older protocol, which counts in big-endian 32 bits
        first, second = (int.from_bytes(frame[at : at + 4], "big") for at in (4, 8))
        return json.loads(frame[first:second])
    count = int.from_bytes(frame[:8], "little")
    ends = [int.from_bytes(frame[8 * at : 8 * at + 8], "little") for at in range(2, count + 1)]
    pieces = [frame[start:stop] for start, stop in pairwise(ends)]
    return dict(zip(PARTS, map(json.loads, pieces), strict=False))


def come(server, lesson):
    """A visitor who has opened a lesson and, unless the class was full, moved the slider of its `SLIDER` cell.

    `page_s` is how long the page took, `picture_s` how long the picture that the slider asked for (else None).
    """
    start = time.perf_counter()
    visitor = Visitor(server, lesson)
    visitor.page_s, visitor.picture_s = time.perf_counter() - start, None
    if visitor.kernel:
        try:
            states = visitor.connect().states()
            visitor.slider = next(key for key, state in states.items() if state.get("max") == 50)
            visitor.picture_s = slide(visitor, 20)
        except BaseException:
            visitor.leave()
            raise
    return visitor


def slide(visitor, value):
    """Moves the slider of a visitor who has come; returns the seconds until its picture was there."""
    start = time.perf_counter()
    answers = visitor.until_idle(visitor.move(visitor.slider, value=value))
    shown = [message["content"]["data"] for message in answers if message["header"]["msg_type"] == "display_data"]
    assert any("image/png" in data or "<svg" in data.get("text/html", "") for data in shown), f"no picture: {shown}"
    return time.perf_counter() - start


def crowd(server, lessons):
    """A visitor for each of the lessons, all at once, as they `come`; they stay."""
    with ThreadPoolExecutor(len(lessons)) as at_once:
        return list(at_once.map(partial(come, server), lessons))
