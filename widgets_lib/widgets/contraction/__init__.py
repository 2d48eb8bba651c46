from widgets_lib.widgets.contraction.contraction import ContractionPath

__all__ = ["ContractionPath"]
