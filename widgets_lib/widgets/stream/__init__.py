from widgets_lib.widgets.stream.stream import RandomStream

__all__ = ["RandomStream"]
