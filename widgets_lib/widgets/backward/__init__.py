from widgets_lib.widgets.backward.backward import BackwardStepper

__all__ = ["BackwardStepper"]
