"""anywidget's base class for a page without Jupyter, which mounts every view itself."""

import ipywidgets

__version__ = ipywidgets.__version__


class AnyWidget(ipywidgets.Widget):
    """A widget; its module and its styles are the page's own business."""
