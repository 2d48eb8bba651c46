"""In a notebook, what the course refuses is shown at the learner's own line, without the library's lines below it.

The exceptions are those that any caller gets, of the same types. IPython asks an exception for `_render_traceback_`
before it draws a traceback, and `brief_errors` puts it on those that the library raises on purpose. `%xmode Verbose`
brings back the lines of the library, and so does an error that is not on purpose: that is a fault of the library.
"""

import dis
import functools
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_KINDS = (ValueError, TypeError)  # and TraitError, which traitlets raises where a trait has another type


def brief_errors(function: F) -> F:
    """The same function; what it refuses is shown in a notebook without the lines of the library."""
    from traitlets import TraitError

    @functools.wraps(function)
    def brief(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (*_KINDS, TraitError) as error:
            if _is_refusal(error):
                error._render_traceback_ = functools.partial(_render, error)  # type: ignore[union-attr]
            raise

    return brief  # type: ignore[return-value]


def _is_refusal(error: BaseException) -> bool:
    """Whether a `raise` of this library or of traitlets is at the bottom of it, or arguments that don't fit.

    Not where the learner's code was called and raised it.
    """
    frames = [step for step in _steps(error.__traceback__) if step.tb_frame.f_globals.get("__name__") != __name__]
    if not frames:  # the arguments don't fit the function
        return True
    last = frames[-1]
    code, package = last.tb_frame.f_code, last.tb_frame.f_globals.get("__name__", "").partition(".")[0]
    return package in ("widgets_lib", "traitlets") and dis.opname[code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def _render(error: BaseException) -> list[str]:
    """The lines that IPython shows."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    assert shell, "only a shell asks"
    printer = shell.InteractiveTB
    own = _learners_own(error.__traceback__)
    if own is None or printer.mode == "Verbose":
        return printer.structured_traceback(type(error), error, error.__traceback__)
    chain = error.__cause__, error.__context__, error.__suppress_context__
    error.__cause__ = error.__context__ = None
    try:
        return printer.structured_traceback(type(error), error, own, tb_offset=0)
    finally:
        error.__cause__, error.__context__, error.__suppress_context__ = chain


def _learners_own(traceback: TracebackType | None) -> TracebackType | None:
    """The steps in the notebook's own code, down to the call of the library; None without any."""
    own = None
    steps = []
    for step in _steps(traceback):
        name = step.tb_frame.f_globals.get("__name__", "")
        if name.startswith("widgets_lib."):
            break
        if steps or name == "__main__":
            steps.append(step)
    for step in reversed(steps):
        own = TracebackType(own, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return own


def _steps(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next
