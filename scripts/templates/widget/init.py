from widgets_lib.widgets.widget_stem.widget_stem import WidgetName

__all__ = ["WidgetName"]
