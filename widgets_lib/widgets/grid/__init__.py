from widgets_lib.widgets.grid.grid import KernelGrid

__all__ = ["KernelGrid"]
