from widgets_lib.widgets.strides.strides import StrideExplorer

__all__ = ["StrideExplorer"]
