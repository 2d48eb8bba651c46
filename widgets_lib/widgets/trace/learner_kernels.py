"""The kernels that learners write: `@kernel` follows one, says how it went under its cell, and lists it in every trace."""

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import numpy as np

from widgets_lib.compute import gpu
from widgets_lib.compute.arrays import as_numpy
from widgets_lib.compute.gpu.launch import Launch
from widgets_lib.compute.gpu.source import python_function, read
from widgets_lib.compute.matmul.matrices import numpy_operands
from widgets_lib.widgets._brief_errors import brief_errors
from widgets_lib.widgets._cell_line import CellLine
from widgets_lib.widgets._cells import after_cell
from widgets_lib.widgets._json_arrays import array_from_json, array_to_json
from widgets_lib.widgets.trace import words
from widgets_lib.widgets.trace.following import Follower
from widgets_lib.widgets.trace.subjects import Followed, Subject

F = TypeVar("F", bound=Callable[..., Any])
DIGITS, CLASSES = 20, 10
TILE = (16, 16)


class OpenTrace(Protocol):
    """What a KernelTrace does for the kernels of learners."""

    def list_learner_kernels(self, changed: str) -> None: ...


OPEN_TRACES: weakref.WeakSet[OpenTrace] = weakref.WeakSet()
"""Traces that list new kernels."""
LEARNER_KERNELS: dict[str, Subject] = {}
"""title -> kernel, the newest first."""
_followers: dict[str, Follower] = {}
_waiting: dict[str, CellLine] = {}
"""Titles of kernels whose cell is still running, and the lines under their cells."""


@brief_errors
def kernel(
    title: str,
    blocks: Any = None,
    threads: Any = None,
    *,
    arrays: Sequence[Any] | None = None,
    expected: Any = None,
    challenge: str | None = None,
) -> Callable[[F], F]:
    """Follow the kernel below, written for numba.cuda, without a GPU: is it right, and what does it ask of memory?

        @wl.kernel("my kernel", blocks=(2, 1), threads=(16, 16))
        @cuda.jit
        def matmul(a, b, c): ...

    One line under the cell says how it went, and every open `wl.KernelTrace` lists it. It is followed when the cell has
    ended, with everything that the cell defines; running the cell again replaces it. The function comes back unchanged.
    blocks, threads: a number or a tuple of up to three, x first; by default 16 × 16 threads, and enough blocks for the
    result whichever of x and y is its row.
    arrays: its arguments, the last of them what it fills. Without any, 20 digits a (20, 784), weights b (784, 10) and a
    result c (20, 10) that is poisoned with nan, float32. expected: what the last should hold, an array or a function of
    the others; of the digits it is known.
    challenge: a key of compute.gpu.CHALLENGES, whose launch and arguments are then taken: is it mended?
    Raises: TypeError without a title; ValueError for a title that the chooser has already, an unknown challenge, or a
    launch that no GPU takes.
    """
    if not isinstance(title, str) or not title.strip():
        raise TypeError('@wl.kernel needs a title in parentheses: @wl.kernel("my kernel")')
    if title in (*gpu.EXAMPLES, *gpu.BROKEN, *gpu.CHALLENGES, "given"):
        raise ValueError(f"the chooser has a kernel {title!r} of its own: choose another title")
    subject = _subject(title, blocks, threads, arrays, expected, challenge)

    def register(function: F) -> F:
        if python_function(function) is None:
            raise TypeError("@wl.kernel goes above a function, or above @cuda.jit")
        if title in _followers:
            _followers[title].cancel()
        subject.kernel, subject.source = function, _source(function)
        older = {key: entry for key, entry in LEARNER_KERNELS.items() if key != title}
        LEARNER_KERNELS.clear()
        LEARNER_KERNELS[title] = subject
        LEARNER_KERNELS.update(older)
        _waiting[title] = CellLine(f"“{title}” will be followed")
        after_cell(_follow_waiting)
        return function

    return register


def _subject(
    title: str, blocks: Any, threads: Any, arrays: Sequence[Any] | None, expected: Any, challenge: str | None
) -> Subject:
    """The kernel's launch and arguments, checked, still without the kernel."""
    if challenge is not None:
        if challenge not in gpu.CHALLENGES:
            raise ValueError(f"challenge {challenge!r} is not one of {', '.join(gpu.CHALLENGES)}")
        if blocks is not None or threads is not None or arrays is not None:
            raise ValueError("a challenge has its own launch and arrays: leave blocks, threads and arrays out")
        task = gpu.CHALLENGES[challenge]
        example = task.example
        return Subject(
            title, title, "yours", None, example.blocks, example.threads, example.arguments, example.expected,
            task.task, challenge=task,
        )  # fmt: skip
    if arrays is not None:
        if blocks is None or threads is None:
            raise ValueError("with arrays of your own give blocks and threads, too")
        given = tuple(arrays)
        Launch.of(blocks, threads)  # raises
        return Subject(title, title, "yours", None, blocks, threads, lambda: given, _expected(expected))
    threads, own_launch = TILE if threads is None else threads, blocks is not None
    if blocks is None:
        each = threads if isinstance(threads, (tuple, list)) else (threads,)
        most = max(DIGITS, CLASSES)
        blocks = tuple(math.ceil(most / int(n)) if at < 2 else 1 for at, n in enumerate(each))
    Launch.of(blocks, threads)  # raises
    return Subject(title, title, "yours", None, blocks, threads, _digits, gpu.examples.product, own_launch=own_launch)


def _expected(expected: Any) -> Callable[..., Any] | None:
    if expected is None or callable(expected):
        return expected
    value = as_numpy(expected, real=True)
    return lambda *arguments: value


def _digits() -> tuple[np.ndarray, ...]:
    a, b = numpy_operands(DIGITS, 784, CLASSES)
    return a, b, np.full((DIGITS, CLASSES), np.nan, np.float32)


def _source(function: Any) -> str | None:
    """The text now: the cell may be edited later. None where it can't be read, which is said when it is followed."""
    try:
        return read(function).text
    except gpu.KernelError:
        return None


def forget_kernel(title: str) -> None:
    """Remove a learner's kernel from every trace."""
    if title in _followers:
        _followers.pop(title).cancel()
    del LEARNER_KERNELS[title]
    _tell_traces(title)


# ---- in another Python ----


def keep_kernels() -> list[dict[str, Any]]:
    """The learner's kernels as JSON, the newest first; those that can't be written down are left out."""
    found = []
    for subject in LEARNER_KERNELS.values():
        with suppress(gpu.KernelError, TypeError):
            found.append(keep_kernel(subject))
    return found


def keep_kernel(subject: Subject) -> dict[str, Any]:
    """One of them. Raises: KernelError or TypeError if it takes what can't be written down from around it."""
    own = None if subject.arguments is _digits or subject.challenge else subject.arguments()
    expected = None if own is None or subject.expected is None else subject.expected(*own[:-1])
    return {
        "title": subject.title,
        "kernel": gpu.portable(subject.kernel, subject.source),
        "source": subject.source,
        "blocks": _numbers(subject.blocks),
        "threads": _numbers(subject.threads),
        "own_launch": subject.own_launch,
        "challenge": subject.challenge.key if subject.challenge else None,
        "arrays": None if own is None else [array_to_json(value) for value in own],
        "expected": None if expected is None else array_to_json(expected),
    }


def restore_kernel(kept: Mapping[str, Any]) -> str:
    """List a kernel that `keep_kernel` told, after those that are there, and give its title."""
    title = kept["title"]
    if title in LEARNER_KERNELS:
        return title
    of_challenge = kept["challenge"] is not None
    arrays = None if kept["arrays"] is None else [array_from_json(each) for each in kept["arrays"]]
    expected = None if kept["expected"] is None else array_from_json(kept["expected"])
    blocks, threads = (None, None) if of_challenge else (kept["blocks"], kept["threads"])
    subject = _subject(title, blocks, threads, arrays, expected, kept["challenge"])
    subject.kernel, subject.source, subject.own_launch = kept["kernel"], kept["source"], kept["own_launch"]
    LEARNER_KERNELS[title] = subject
    return str(title)


def _numbers(launch: Any) -> Any:
    return [int(n) for n in launch] if isinstance(launch, (tuple, list)) else int(launch)


# ---- when a cell has ended ----


def _follow_waiting() -> None:
    """Follow the kernels of the cell that ended, and list them."""
    waiting = {title: line for title, line in _waiting.items() if title in LEARNER_KERNELS}
    _waiting.clear()
    for title, line in waiting.items():
        _follow(LEARNER_KERNELS[title], line)


def _follow(subject: Subject, line: CellLine) -> None:
    def tell(found: Followed) -> None:
        subject.followed = found
        line.show(words.short(found, subject.own_launch))
        _tell_traces(subject.title)

    def progress(state: dict[str, Any]) -> None:
        if state:
            line.show(f"{state['message']} …")

    follower = _followers[subject.title] = Follower(progress, lambda message: line.show(f"✗ {message}"))
    try:
        follower.run(lambda on_progress: subject.follow({}, on_progress), tell, f"Following “{subject.title}”")
    except (TypeError, ValueError) as error:
        line.show(f"✗ {error}")
        _tell_traces(subject.title)


def _tell_traces(title: str) -> None:
    for trace in list(OPEN_TRACES):
        trace.list_learner_kernels(title)


def wait(timeout_s: float | None = None) -> bool:
    """Block until every kernel was followed; True if that came about in time. For scripts and tests."""
    return all(follower.wait(timeout_s) for follower in list(_followers.values()))
