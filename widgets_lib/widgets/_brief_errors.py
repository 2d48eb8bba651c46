"""In a notebook, what the course refuses is shown at the learner's own line, without the library's lines below it.

The exceptions are those that any caller gets, of the same types. IPython asks an exception for `_render_traceback_`
before it draws a traceback. `brief_errors` puts it on those that a widget raises on purpose; `watch` on those of the
functions of `widgets_lib.compute`, which know no notebook. `%xmode Verbose` brings back the lines of the library, and
so does an error that is not on purpose: that is a fault of the library.
"""

import dis
import functools
import sys
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
                _make_brief(error)
            raise

    return brief  # type: ignore[return-value]


def watch(shell: Any) -> None:
    """From now on, what `widgets_lib.compute` refuses is brief in this IPython shell, too."""
    show = shell.showtraceback

    @functools.wraps(show)
    def showtraceback(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> Any:
        error = (exc_tuple or sys.exc_info())[1]
        if isinstance(error, Exception) and _is_refusal(error, "widgets_lib.compute."):
            _make_brief(error)
        return show(exc_tuple, *args, **kwargs)

    shell.showtraceback = showtraceback


def _make_brief(error: BaseException) -> None:
    error._render_traceback_ = functools.partial(_render, error)  # type: ignore[attr-defined]


def _is_refusal(error: BaseException, raisers: str | tuple[str, ...] = ("widgets_lib.", "traitlets.")) -> bool:
    """Whether a `raise` of this library or of traitlets is at the bottom of it, or arguments that don't fit.

    Not where the learner's code was called and raised it.
    """
    frames = [step for step in _steps(error.__traceback__) if step.tb_frame.f_globals.get("__name__") != __name__]
    if not frames:  # the arguments don't fit the function
        return True
    last = frames[-1]
    code, module = last.tb_frame.f_code, last.tb_frame.f_globals.get("__name__", "")
    return f"{module}.".startswith(raisers) and dis.opname[code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


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
    """The steps in the notebook's own code, without those of the library that called it; None without any."""
    own = None
    steps: list[TracebackType] = []
    in_library = False
    for step in _steps(traceback):
        name = step.tb_frame.f_globals.get("__name__", "")
        in_library = in_library or name.startswith("widgets_lib.")
        if name == "__main__" or (steps and not in_library):
            steps.append(step)
    for step in reversed(steps):
        own = TracebackType(own, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return own


def _steps(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next
