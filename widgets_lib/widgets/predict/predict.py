"""Predict: a question the learner commits to before seeing the answer."""

import re
import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from widgets_lib.compute import answers
from widgets_lib.compute._integers import check_positive
from widgets_lib.compute.parsing import as_shape, scales
from widgets_lib.widgets._base import Widget

MAX_ANSWER = 1e300


class Predict(Widget):
    """A question with a typed answer; once it is given, it is judged in words and the answer is shown.

    wl.Predict("What is t.shape?", answer=(3, 3), because="the 1s stretch")
    wl.Predict("How many products?", answer=39_200, tolerance=0.1)
    wl.Predict("Which is faster?", answer="lists", choices=["lists", "tensors"])

    answer: a tuple of ints (a shape), a number, or one of `choices`.
    tolerance: how far off a number may be, relative; by default nothing for an int, 1 % for a float.
    A question for “how many minutes”, another unit of time, or bytes, can be answered in any of them: "2 hours", "3 kB".
    because: shown with the verdict, and not before it.
    Raises: ValueError for a choice that is not among `choices`, or a number that can't be typed; TypeError for an
    answer of another kind.
    """

    example = "wl.Predict('How many?', answer=3)"

    inputs = ("given",)

    question = traitlets.Unicode(help="What is asked.").tag(sync=True)
    kind = traitlets.Enum(["shape", "number", "choice"], help="How the answer is typed.").tag(sync=True)
    choices = traitlets.List(traitlets.Unicode(), help="What to choose from; empty unless kind is choice.").tag(
        sync=True
    )
    given = traitlets.Unicode(help="What the learner committed to; empty before.").tag(sync=True)
    verdict = traitlets.Unicode(help="The judgement, in words; empty before.").tag(sync=True)
    right = traitlets.Bool(help="Whether the prediction held.").tag(sync=True)
    reason = traitlets.Unicode(help="Why; sent only with the verdict.").tag(sync=True)

    def __init__(
        self,
        question: str,
        answer: answers.Answer,
        *,
        because: str = "",
        choices: Sequence[str] = (),
        tolerance: float | None = None,
    ):
        for name, text in (("question", question), ("because", because)):
            if not isinstance(text, str):
                raise TypeError(f"Predict: {name} is a text, not {reprlib.repr(text)} ({type(text).__name__})")
        choices = _choices(choices)
        answer, kind = _answer(answer)
        if kind == "choice" and answer not in choices:
            raise ValueError(f"Predict: answer {answer!r} is not among choices {choices!r}")
        if kind != "choice" and choices:
            raise ValueError(f"Predict: answer {answer!r} is not among choices {choices!r}: choices are texts")
        if tolerance is not None:
            if kind != "number":
                raise ValueError(f"Predict: tolerance is for numbers, and answer {answer!r} is a {kind}")
            tolerance = check_positive(tolerance, "Predict: tolerance", zero=True)
        self._answer, self._because, self._tolerance = answer, because, tolerance
        self._unit = _unit_asked_for(question)
        super().__init__(question=question, kind=kind, choices=choices)
        self.recompute_on("given")

    def _recompute(self) -> None:
        self.right, self.verdict, self.reason = False, "", ""
        if self.given and self.kind == "choice" and self.given not in self.choices:
            raise ValueError(f"“{self.given}” is not one of the answers to choose from.")
        if self.given:
            verdict = answers.judge(self.given, self._answer, self._tolerance, self._unit)
            self.right, self.verdict, self.reason = verdict.right, verdict.message, self._because


# ---- arguments ----


def _unit_asked_for(question: str) -> str:
    """ "minutes" of “how many minutes”, where a number of it can be given in another unit; else nothing."""
    words = re.findall(r"\bhow many (\w+)", question, re.IGNORECASE)
    return next((word for word in words if scales(word)), "")


def _answer(answer: Any) -> tuple[answers.Answer, str]:
    """The answer and its kind."""
    if isinstance(answer, np.generic):
        answer = answer.item()
    if isinstance(answer, str):
        return answer, "choice"
    try:
        if isinstance(answer, tuple):  # torch.Size is one too
            return as_shape(answer), "shape"
    except (TypeError, ValueError) as error:
        raise type(error)(f"Predict: answer: {error}") from None
    if not isinstance(answer, (int, float)) or isinstance(answer, bool):
        raise TypeError(
            f"Predict: answer {reprlib.repr(answer)} is a {type(answer).__name__}; give a shape, a number or a choice"
        )
    if not -MAX_ANSWER <= answer <= MAX_ANSWER:  # nan too
        raise ValueError(f"Predict: answer {reprlib.repr(answer)} is not a number that can be typed and compared")
    return answer, "number"


def _choices(choices: Any) -> list[str]:
    if isinstance(choices, str) or not all(isinstance(choice, str) and choice for choice in choices):
        raise TypeError(f"Predict: choices are texts in a list, not {reprlib.repr(choices)}")
    if len(set(choices)) != len(choices):
        raise ValueError(f"Predict: two of the choices are the same: {list(choices)!r}")
    return list(choices)
