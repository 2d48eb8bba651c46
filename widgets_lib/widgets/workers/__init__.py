from widgets_lib.widgets.workers.workers import LoaderWorkers

__all__ = ["LoaderWorkers"]
