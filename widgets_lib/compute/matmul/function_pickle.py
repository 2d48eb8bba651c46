"""A function written in a notebook as text, and back, so that another process can run it."""

import base64
import traceback
from collections.abc import Callable
from typing import Any


def pack(function: Callable) -> str:
    """The function, with the names it uses, as text.

    Raises: TypeError, in words, if it holds something that can't be copied into another process.
    """
    import cloudpickle  # here: only a learner's own function needs it

    try:
        return base64.b64encode(cloudpickle.dumps(function)).decode("ascii")
    except Exception as error:
        raise TypeError(f"this function uses something that can't be copied into another process: {error}") from error


def unpack(packed: str) -> Callable[[Any, Any], Any]:
    """The function of `pack`; what it raises is a RuntimeError that names the kind of error and the line.

    Unpickling runs code: only for text from the process in which the function was written.
    """
    import cloudpickle  # here: only a learner's own function needs it

    function = cloudpickle.loads(base64.b64decode(packed))

    def called(a: Any, b: Any) -> Any:
        try:
            return function(a, b)
        except Exception as error:
            raise RuntimeError(f"{type(error).__name__}: {error}{_line(error, function)}") from error

    return called


def _line(error: BaseException, function: Callable) -> str:
    """ " (line 4 of your code)", where the traceback passes through it."""
    code, last = getattr(function, "__code__", None), None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if code is not None and frame.f_code is code:
            last = line - code.co_firstlineno + 1
    return f" (line {last} of your code)" if last else ""
