from widgets_lib.widgets.digit.digit import DigitViewer

__all__ = ["DigitViewer"]
