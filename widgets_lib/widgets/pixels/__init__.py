from widgets_lib.widgets.pixels.pixels import PixelTable

__all__ = ["PixelTable"]
