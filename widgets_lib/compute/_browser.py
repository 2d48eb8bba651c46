"""Whether Python runs in a browser, where numpy has one thread, no other process, and no fast matrix product."""

import sys


def in_browser() -> bool:
    """Whether this is a Python for WebAssembly, such as Pyodide."""
    return sys.platform in ("emscripten", "wasi")
