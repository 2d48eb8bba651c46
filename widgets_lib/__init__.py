"""Tensor Foundations: the widgets and the compute module behind the course.

`import widgets_lib as wl` costs nothing: each public name is imported when it is first used (PEP 562).
"""

import importlib

__version__ = "0.1.0"

# public name -> the module that defines it
_PUBLIC = {
    "BroadcastExplorer": ".widgets.broadcasting",
    "DigitViewer": ".widgets.digit",
    "ForkSimulator": ".widgets.forks",
    "IteratorTape": ".widgets.tape",
    "LoaderWorkers": ".widgets.workers",
    "LoopStepper": ".widgets.stepper",
    "MatmulLadder": ".widgets.ladder",
    "rung": ".widgets.ladder",
    "Predict": ".widgets.predict",
    "RandomStream": ".widgets.stream",
    "StrideExplorer": ".widgets.strides",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'widgets_lib' has no attribute {name!r}; it has {', '.join(_PUBLIC)}")
    return getattr(importlib.import_module(_PUBLIC[name], __name__), name)


def __dir__():
    return sorted({*globals(), *_PUBLIC})
