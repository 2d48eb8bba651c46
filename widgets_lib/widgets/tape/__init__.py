from widgets_lib.widgets.tape.tape import IteratorTape

__all__ = ["IteratorTape"]
