"""Predict: a question the learner commits to before seeing the answer."""

from collections.abc import Sequence

import traitlets

from widgets_lib.compute import answers
from widgets_lib.widgets._base import Widget


class Predict(Widget):
    """A question with a typed answer; once it is given, it is judged in words and the answer is shown.

    wl.Predict("What is t.shape?", answer=(3, 3), because="the 1s stretch")
    wl.Predict("How many products?", answer=39_200, tolerance=0.1)
    wl.Predict("Which is faster?", answer="lists", choices=["lists", "tensors"])

    answer: a tuple of ints (a shape), a number, or one of `choices`.
    tolerance: how far off a number may be, relative; by default nothing for an int, 1 % for a float.
    because: shown with the verdict, and not before it.
    Raises: ValueError for a choice that is not among `choices`; TypeError for an answer of another kind.
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
        if isinstance(answer, str):
            kind = "choice"
            if answer not in choices:
                raise ValueError(f"Predict: answer {answer!r} is not among choices {list(choices)!r}")
        elif isinstance(answer, tuple):
            answer, kind = tuple(map(int, answer)), "shape"  # torch.Size is a tuple too
        elif isinstance(answer, (int, float)) and not isinstance(answer, bool):
            kind = "number"
        else:
            raise TypeError(
                f"Predict: answer {answer!r} is a {type(answer).__name__}; give a shape, a number or a choice"
            )
        self._answer, self._because, self._tolerance = answer, because, tolerance
        super().__init__(question=question, kind=kind, choices=list(choices))
        self.recompute_on("given")

    def _recompute(self) -> None:
        self.right, self.verdict, self.reason = False, "", ""
        if self.given and self.kind == "choice" and self.given not in self.choices:
            raise ValueError(f"“{self.given}” is not one of the answers to choose from.")
        if self.given:
            verdict = answers.judge(self.given, self._answer, self._tolerance)
            self.right, self.verdict, self.reason = verdict.right, verdict.message, self._because
