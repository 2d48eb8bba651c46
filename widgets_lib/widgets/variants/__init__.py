from widgets_lib.widgets.variants.variants import Variants

__all__ = ["Variants"]
