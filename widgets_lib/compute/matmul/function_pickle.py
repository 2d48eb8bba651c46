"""A function written in a notebook as bytes, and back, so that another process can run it."""

import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from widgets_lib.compute.formatting import format_bytes

from .trial import given_sizes

MAX_BYTES = 512 * 2**20  # a copy is made here, one on the way and one in the other process


class FunctionError(RuntimeError):
    """What a learner's function raised, in words."""


def pack(function: Callable) -> bytes:
    """The function, with the names it uses and the functions of the learner's own modules, as bytes.

    Raises: TypeError, in words, if it holds something that can't be copied into another process; ValueError if it
    holds more than 512 MiB.
    """
    import cloudpickle  # here: only a learner's own function needs it

    try:
        with _by_value(cloudpickle):
            packed = cloudpickle.dumps(function)
    except Exception as error:
        raise TypeError(f"this function uses something that can’t be copied into another process: {error}") from error
    if len(packed) > MAX_BYTES:
        raise ValueError(
            f"this function uses {format_bytes(len(packed))} of data from the notebook, which is too much to copy into "
            "another process: use only a and b"
        )
    return packed


def unpack(packed: bytes, whole: tuple[int, int] | None = None) -> Callable[[Any, Any], Any]:
    """The function of `pack`; what it raises is a `FunctionError` that names the kind of error and the line.

    whole: the rows of a and columns of b of the whole product; an error at other sizes says at which.
    Unpickling runs code: only for bytes from the process in which the function was written.
    """
    import cloudpickle  # here: only a learner's own function needs it

    function = cloudpickle.loads(packed)

    def called(a: Any, b: Any) -> Any:
        try:
            return function(a, b)
        except MemoryError:
            raise
        except BaseException as error:  # also KeyboardInterrupt and exit(), which would end the process
            size = a.shape[0], b.shape[1]
            part = f"; {given_sizes(*size)}" if whole and size != whole else ""
            raise FunctionError(f"{_in_words(error)}{_line(error, function)}{part}") from error

    return called


def _in_words(error: BaseException) -> str:
    kind, message = type(error).__name__, str(error).strip()
    if type(error).__module__.partition(".")[0] == "numba":
        if "torch" in message:
            return "numba takes arrays, not tensors: give it a.numpy() and b.numpy()"
        message = " ".join(message.splitlines()[:2])
    elif isinstance(error, EOFError) or kind == "BdbQuit":
        return f"{kind}: the function runs in another process, where no input can be typed"
    elif isinstance(error, SystemExit):
        return "SystemExit: the function calls exit(); use `return`"
    return f"{kind}: {message}" if message else f"{kind}, without a message"


def _line(error: BaseException, function: Callable) -> str:
    """ " (line 4 of your code)", where the traceback passes through it."""
    code, last = getattr(function, "__code__", None), None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if code is not None and frame.f_code is code:
            last = line - code.co_firstlineno + 1
    return f" (line {last} of your code)" if last else ""


# ---- the learner's own modules ----


@contextmanager
def _by_value(cloudpickle: Any) -> Iterator[None]:
    """Inside, functions of the learner's own modules are copied as they are now in this process.

    By name, the other process would import its own: as the file was when it did so first, or none at all.
    """
    known = cloudpickle.list_registry_pickle_by_value()
    own = [module for name, module in list(sys.modules.items()) if name not in known and _is_own(module)]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


def _is_own(module: ModuleType | None) -> bool:
    """Whether a learner wrote the module: a Python file outside the installed packages and this one."""
    file = getattr(module, "__file__", None)
    if not isinstance(module, ModuleType) or module.__name__ == "__main__" or not str(file).endswith(".py"):
        return False
    path = Path(str(file)).resolve()
    return not any(path.is_relative_to(folder) for folder in _INSTALLED)


_INSTALLED = (
    *{Path(path).resolve() for name, path in sysconfig.get_paths().items() if name.endswith(("lib", "stdlib"))},
    Path(__file__).resolve().parents[2],
)
