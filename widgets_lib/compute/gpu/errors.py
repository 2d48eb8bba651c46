"""What goes wrong inside a kernel, in one sentence that names the line and the remedy."""

from types import CodeType, TracebackType


class KernelError(ValueError):
    """A kernel that can't be read or run; `line` is the line of the kernel's own text, from 1, or None."""

    def __init__(self, message: str, line: int | None = None, function: str | None = None):
        self.message, self.line, self.function = message, line, function
        place = f"line {line} of {function}" if line and function else f"line {line}" if line else function or ""
        super().__init__(f"{place}: {message}" if place else message)


def explained(error: Exception, codes: dict[CodeType, str | None], thread: str) -> KernelError:
    """An exception that one thread of a kernel raised, as a `KernelError` at the innermost line of ours.

    codes: the compiled functions of the kernel, and how each is named.
    """
    line, function = _place(error.__traceback__, codes)
    if isinstance(error, KernelError) and error.line is not None:
        line, function = error.line, error.function
    return KernelError(f"{_words(error)} ({thread})", line, function)


def _place(traceback: TracebackType | None, codes: dict[CodeType, str | None]) -> tuple[int | None, str | None]:
    place: tuple[int | None, str | None] = (None, None)
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code in codes:
            place = traceback.tb_lineno, codes[code]
        traceback = traceback.tb_next
    return place


def _words(error: Exception) -> str:
    text = str(error)
    if isinstance(error, KernelError):
        return error.message
    if isinstance(error, ZeroDivisionError):
        return "a whole number is divided by zero: guard the line with an if"
    if isinstance(error, UnboundLocalError):
        name = getattr(error, "name", None) or text.split("'")[1]
        return f"`{name}` has no value yet: assign it on every path that leads here"
    if isinstance(error, NameError):
        name = getattr(error, "name", None) or text.split("'")[1]
        return f"the name `{name}` is not known: define it above the kernel"
    if isinstance(error, RecursionError):
        return "a function calls itself without end: write a loop instead"
    if isinstance(error, AttributeError):
        return f"{text}: in a kernel an array has shape, ndim, size and elements; write a loop for the rest"
    if isinstance(error, IndexError):
        return "a shape, or another tuple, has no such part: they are counted from 0"
    if isinstance(error, TypeError):
        return f"{text}; a kernel computes with single numbers, so check what this line is given"
    return f"the kernel raised {type(error).__name__}{f': {text}' if text else ''}"
