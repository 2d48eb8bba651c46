from widgets_lib.widgets.training.training import TrainingRun

__all__ = ["TrainingRun"]
