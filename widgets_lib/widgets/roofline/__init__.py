from widgets_lib.widgets.roofline.roofline import Roofline

__all__ = ["Roofline"]
