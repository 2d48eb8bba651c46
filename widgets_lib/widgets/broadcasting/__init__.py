from widgets_lib.widgets.broadcasting.broadcasting import BroadcastExplorer

__all__ = ["BroadcastExplorer"]
