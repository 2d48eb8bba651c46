"""What the code that calls the library calls a value, so that a drawing can use the learner's own name."""

import sys
from typing import Any


def name_in_caller(value: Any) -> str | None:
    """The variable in which the calling code holds this very object; None if it has no name there.

    Only a name that the calling code itself writes counts: another variable may hold the same object by chance.
    """
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    code = frame.f_code
    variables = {**frame.f_globals, **frame.f_locals}
    for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars, *code.co_names):
        if not name.startswith("_") and variables.get(name) is value:
            return name
    return None
