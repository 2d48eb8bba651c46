from widgets_lib.widgets.mean.mean import MeanDigit

__all__ = ["MeanDigit"]
