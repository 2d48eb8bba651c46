from widgets_lib.widgets.forks.forks import ForkSimulator

__all__ = ["ForkSimulator"]
