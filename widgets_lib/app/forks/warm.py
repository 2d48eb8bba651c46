"""What each kernel would otherwise do for itself when it is first asked to: imports, the first figure, the digits.

Each step is one of `STEPS`; one that fails, as where a library is missing, is left out.
"""

from __future__ import annotations

import importlib
import io
import logging

log = logging.getLogger(__name__)

MODULES = (
    *("numpy", "pandas", "torch", "numba", "matplotlib.pyplot", "tqdm.auto", "ipywidgets", "anywidget"),
    # what a kernel looks for when it draws, completes a name or shows an error
    *("matplotlib_inline.backend_inline", "IPython.core.completer", "IPython.core.ultratb", "ipykernel.debugger"),
)


def modules() -> None:
    """Imports what lessons import."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            log.debug("%s: %s", name, error)


def course() -> None:
    """Imports every public name of the course, and maps the digits."""
    package = importlib.import_module("widgets_lib")
    for name in package.__all__:
        getattr(package, name, None)
    importlib.import_module("widgets_lib.compute.mnist").load()


def figure() -> None:
    """Draws a figure: fonts, colours and the PNG writer are loaded then."""
    pyplot = importlib.import_module("matplotlib.pyplot")
    drawn, axes = pyplot.subplots(figsize=(2, 2))
    axes.plot([1, 2])
    axes.imshow([[0, 1]])
    drawn.savefig(io.BytesIO(), format="png")
    pyplot.close("all")


def compiler() -> None:
    """Compiles a function: numba loads most of itself then."""
    numpy, numba = importlib.import_module("numpy"), importlib.import_module("numba")

    def dot(a, b):
        total = 0.0
        for k in range(len(a)):
            total += a[k] * b[k]
        return total

    numba.njit(dot)(numpy.ones(2), numpy.ones(2))


STEPS = (modules, course, figure, compiler)


def warm_up() -> None:
    """Takes all steps."""
    for step in STEPS:
        try:
            step()
        except Exception as error:
            log.warning("Kernels will start without a part of what lessons need (%s): %s", step.__name__, error)
