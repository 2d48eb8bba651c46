from widgets_lib.widgets.einsum.einsum import EinsumExplorer

__all__ = ["EinsumExplorer"]
