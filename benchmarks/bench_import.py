"""What does `import widgets_lib` cost? Fresh processes, in turn with `python -c pass` and `import ipywidgets`."""

import subprocess
import sys
import time

from benchmarks._table import compared

HEAVY = ("torch", "numba", "matplotlib")
PASS, PEER = "pass", "import ipywidgets"
IMPORTS = {
    "`import widgets_lib`": "import widgets_lib",
    "all its widgets (`from widgets_lib import *`)": "from widgets_lib import *",
}
LOADED = "; import sys; print(*sys.modules)"


def figures(quick=False):
    """Yield a row for the package alone and one with every widget loaded."""
    codes = [PASS, *IMPORTS.values(), PEER]
    seconds = {code: [] for code in codes}
    for code in codes:
        _run(code)  # compiles what was never imported here
    for _ in range(5 if quick else 25):
        for code in codes:
            start = time.perf_counter()
            _run(code)
            seconds[code].append(time.perf_counter() - start)
    bare = _modules(PASS)
    for figure, code in IMPORTS.items():
        modules = _modules(code) - bare
        heavy = [name for name in HEAVY if name in modules]
        found = compared(figure, seconds[code], {"`python -c pass`": seconds[PASS], f"`{PEER}`": seconds[PEER]})
        found["beside"] = (
            f"{len(modules)} modules more than bare Python, {', '.join(heavy) or 'no torch, numba or matplotlib'} "
            f"among them; {found['beside']}"
        )
        yield found


def _run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def _modules(code):
    return set(_run(code + LOADED).split())
