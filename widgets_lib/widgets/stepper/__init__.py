from widgets_lib.widgets.stepper.stepper import LoopStepper

__all__ = ["LoopStepper"]
