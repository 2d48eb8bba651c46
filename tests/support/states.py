"""What widgets send to their page, for the tests in JavaScript: `python -m tests.support.states` answers lines.

Each line of input is, as a JSON string, an expression that makes a widget. It is evaluated in a fork, so that no widget
sees what another left behind, and the libraries are imported once. Each line of output is JSON: {"state", "files",
"thread_updated"}, or {"failed"} with the traceback.
"""

import base64
import json
import os
import sys
import traceback

import numpy as np

import widgets_lib as wl


def encoded(value):
    """Bytes as {"bytes": base64}; anything else that JSON does not know as null."""
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else None


def answer(expression):
    """The line that answers an expression."""
    try:
        widget = eval(expression, {"wl": wl, "np": np})
        said = {
            "state": widget.get_state(),
            "files": widget._assets.files,
            "thread_updated": widget.thread_updated_traits,
        }
        return json.dumps(said, default=encoded)
    except Exception:
        return json.dumps({"failed": traceback.format_exc()})


if __name__ == "__main__":
    wl.LoopStepper()  # loads what all widgets share
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdout.write(answer(json.loads(line)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print(json.dumps({"failed": f"Python did not survive {line}"}), flush=True)
