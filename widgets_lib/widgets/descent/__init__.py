from widgets_lib.widgets.descent.descent import DescentExplorer

__all__ = ["DescentExplorer"]
