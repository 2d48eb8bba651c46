"""Tensor Foundations: the widgets and the compute module behind the course.

`import widgets_lib as wl` costs nothing: each public name is imported when it is first used (PEP 562).
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from widgets_lib.widgets._figures import figure_style as figure_style
    from widgets_lib.widgets._forgetting import forget as forget
    from widgets_lib.widgets.backward import BackwardStepper as BackwardStepper
    from widgets_lib.widgets.broadcasting import BroadcastExplorer as BroadcastExplorer
    from widgets_lib.widgets.contraction import ContractionPath as ContractionPath
    from widgets_lib.widgets.descent import DescentExplorer as DescentExplorer
    from widgets_lib.widgets.digit import DigitViewer as DigitViewer
    from widgets_lib.widgets.einsum import EinsumExplorer as EinsumExplorer
    from widgets_lib.widgets.forks import ForkSimulator as ForkSimulator
    from widgets_lib.widgets.grid import KernelGrid as KernelGrid
    from widgets_lib.widgets.ladder import MatmulLadder as MatmulLadder
    from widgets_lib.widgets.ladder import rung as rung
    from widgets_lib.widgets.mean import MeanDigit as MeanDigit
    from widgets_lib.widgets.pixels import PixelTable as PixelTable
    from widgets_lib.widgets.predict import Predict as Predict
    from widgets_lib.widgets.projector import projector as projector
    from widgets_lib.widgets.roofline import Roofline as Roofline
    from widgets_lib.widgets.similarity import SimilarityExplorer as SimilarityExplorer
    from widgets_lib.widgets.stepper import LoopStepper as LoopStepper
    from widgets_lib.widgets.stream import RandomStream as RandomStream
    from widgets_lib.widgets.strides import StrideExplorer as StrideExplorer
    from widgets_lib.widgets.tape import IteratorTape as IteratorTape
    from widgets_lib.widgets.trace import KernelTrace as KernelTrace
    from widgets_lib.widgets.trace import kernel as kernel
    from widgets_lib.widgets.training import TrainingRun as TrainingRun
    from widgets_lib.widgets.variants import Variants as Variants
    from widgets_lib.widgets.workers import LoaderWorkers as LoaderWorkers

__version__ = "0.1.0"

# public name -> the module that defines it
_PUBLIC = {
    "BackwardStepper": ".widgets.backward",
    "BroadcastExplorer": ".widgets.broadcasting",
    "ContractionPath": ".widgets.contraction",
    "DescentExplorer": ".widgets.descent",
    "DigitViewer": ".widgets.digit",
    "EinsumExplorer": ".widgets.einsum",
    "figure_style": ".widgets._figures",
    "forget": ".widgets._forgetting",
    "ForkSimulator": ".widgets.forks",
    "IteratorTape": ".widgets.tape",
    "kernel": ".widgets.trace",
    "KernelGrid": ".widgets.grid",
    "KernelTrace": ".widgets.trace",
    "LoaderWorkers": ".widgets.workers",
    "LoopStepper": ".widgets.stepper",
    "MatmulLadder": ".widgets.ladder",
    "MeanDigit": ".widgets.mean",
    "PixelTable": ".widgets.pixels",
    "Predict": ".widgets.predict",
    "projector": ".widgets.projector",
    "RandomStream": ".widgets.stream",
    "Roofline": ".widgets.roofline",
    "rung": ".widgets.ladder",
    "SimilarityExplorer": ".widgets.similarity",
    "StrideExplorer": ".widgets.strides",
    "TrainingRun": ".widgets.training",
    "Variants": ".widgets.variants",
}

__all__ = ["__version__", *_PUBLIC]

if not TYPE_CHECKING:  # a type checker takes the names from the imports above, and finds no others

    def __getattr__(name: str) -> Any:
        if name not in _PUBLIC:
            raise AttributeError(f"module 'widgets_lib' has no attribute {name!r}; it has {', '.join(_PUBLIC)}")
        return getattr(importlib.import_module(_PUBLIC[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})


def _watch_notebook() -> None:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        from widgets_lib.widgets import _brief_errors  # for a notebook only

        _brief_errors.watch(shell)


_watch_notebook()
