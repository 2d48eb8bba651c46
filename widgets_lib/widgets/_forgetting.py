"""`wl.forget`: what a learner wrote, whatever it is, is removed by its title."""

import sys

from widgets_lib.widgets._brief_errors import brief_errors


@brief_errors
def forget(title: str) -> None:
    """Remove a rung or a kernel of your own from every widget: `wl.forget("my matmul")`.

    Raises: ValueError if there is nothing of that title, naming what there is.
    """
    traces = sys.modules.get("widgets_lib.widgets.trace.learner_kernels")
    rungs = sys.modules.get("widgets_lib.widgets.ladder.learner_rungs")
    known = [*(traces.LEARNER_KERNELS if traces else ()), *(rungs.LEARNER_RUNGS if rungs else ())]
    if title not in known:
        there = ", ".join(map(repr, known)) or "none yet"
        kinds = "rung or kernel" if traces and traces.LEARNER_KERNELS else "rung"
        raise ValueError(f"there is no {kinds} {title!r} of yours to forget; there is {there}")
    if traces and title in traces.LEARNER_KERNELS:
        traces.forget_kernel(title)
    if rungs and title in rungs.LEARNER_RUNGS:
        rungs.forget(title)
