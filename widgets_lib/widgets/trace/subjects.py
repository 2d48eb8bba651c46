"""What can be followed: a kernel with its launch and arguments, from the course, from a caller, or a learner's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu.running import Progress
from widgets_lib.compute.gpu.source import read

Expected = Callable[..., Any] | None


@dataclass(frozen=True)
class Followed:
    """A trace and what is to be said of it, or the error that ended it."""

    text: str
    trace: gpu.Trace | None = field(repr=False)
    error: str = ""
    line: int | None = None
    """Of the error."""
    outcome: gpu.Outcome | None = field(repr=False, default=None)
    """None where nobody knows what the result should be."""
    result: str = ""
    """The array that is the result: the last argument."""
    verdict: gpu.Verdict | None = field(repr=False, default=None)
    """Of a challenge."""

    @property
    def is_right(self) -> bool:
        """No fault, and no cell that is known to be wrong."""
        return self.trace is not None and not self.trace.faults and (self.outcome is None or self.outcome.is_right)


@dataclass
class Subject:
    """One entry of the chooser. expected: called with all arguments but the last, what the last should hold."""

    key: str
    title: str
    group: str
    kernel: Any
    blocks: Any
    threads: Any
    arguments: Callable[[], tuple[Any, ...]] = field(repr=False)
    expected: Expected = field(repr=False, default=None)
    about: str = ""
    source: str | None = field(repr=False, default=None)
    challenge: gpu.Challenge | None = field(repr=False, default=None)
    own_launch: bool = True
    """Whether somebody chose the launch for this kernel."""
    followed: Followed | None = field(repr=False, default=None)
    """What was found out already; of a challenge that is edited, nothing is kept."""

    def follow(self, edits: Mapping[int, int], on_progress: Progress | None = None) -> Followed:
        """Follow the kernel, with these edits of a challenge. What the kernel does wrong is part of the answer.

        Raises: TypeError or ValueError for a launch or arguments that no kernel takes; whatever on_progress raises.
        """
        if self.followed is not None and not edits:
            return self.followed
        try:
            found = self._judged(edits, on_progress) if self.challenge else self._traced(on_progress)
        except gpu.KernelError as error:
            text = self.challenge.edited(edits) if self.challenge and self.kernel is None else self.text()
            line = error.line if error.function in (None, self._name()) else None
            return Followed(text, None, str(error), line)
        return found

    def _traced(self, on_progress: Progress | None) -> Followed:
        arguments = self.arguments()
        trace = gpu.trace(
            self.kernel, self.blocks, self.threads, *arguments, source=self.source, on_progress=on_progress
        )
        name = list(trace.after)[-1] if trace.after else ""
        outcome = None
        if self.expected is not None and name:
            outcome = gpu.outcome(trace, name, np.asarray(self.expected(*arguments[:-1])))
        return Followed(trace.text, trace, outcome=outcome, result=name)

    def _judged(self, edits: Mapping[int, int], on_progress: Progress | None) -> Followed:
        assert self.challenge
        verdict = gpu.judge(self.challenge, self.kernel, edits, self.source, on_progress)
        trace = verdict.trace
        name = list(trace.after)[-1]
        arguments = self.challenge.example.arguments()
        expected = self.challenge.example.expected(*arguments[:-1])
        return Followed(trace.text, trace, outcome=gpu.outcome(trace, name, expected), result=name, verdict=verdict)

    def text(self) -> str:
        """The kernel's text; empty if it can't be read."""
        try:
            return read(self.kernel, self.source).text
        except (gpu.KernelError, TypeError):
            return self.source or (self.kernel if isinstance(self.kernel, str) else "")

    def _name(self) -> str:
        return name_of(self.kernel, self.source)


def name_of(kernel: Any, source: str | None = None) -> str:
    """What a kernel's own text calls it; "" if it can't be read."""
    try:
        return read(kernel, source).name
    except (gpu.KernelError, TypeError):
        return str(getattr(kernel, "__name__", ""))


def of_the_course() -> list[Subject]:
    """The presets."""
    return [
        Subject(
            example.key, example.title, "the course’s", example.text, example.blocks, example.threads,
            example.arguments, example.expected, example.about,
        )
        for example in (gpu.EXAMPLES | gpu.BROKEN).values()
    ]  # fmt: skip


def of_challenge(challenge: gpu.Challenge) -> Subject:
    """A broken kernel to mend."""
    example = challenge.example
    return Subject(
        challenge.key, challenge.title, "to mend", None, example.blocks, example.threads, example.arguments,
        example.expected, challenge.task, challenge=challenge,
    )  # fmt: skip
