from widgets_lib.widgets.predict.predict import Predict

__all__ = ["Predict"]
