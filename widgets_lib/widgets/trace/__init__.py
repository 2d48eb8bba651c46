from widgets_lib.widgets.trace.learner_kernels import kernel
from widgets_lib.widgets.trace.trace import KernelTrace

__all__ = ["KernelTrace", "kernel"]
