"""Variants: prepared changes to a piece of code, each to be chosen, read and run."""

import reprlib
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import traitlets

from widgets_lib.compute import variants
from widgets_lib.compute.formatting import join_words
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._cells import in_place_of_a_cell
from widgets_lib.widgets._messages import anything
from widgets_lib.widgets._tasks import BackgroundTasks

HAS_THREADS = sys.platform != "emscripten"
RUNS_KEPT = 5  # of code that gives something else each time
SAID_LIMIT_S = 60.0  # for a verdict to come that is said later
PLAYED_BACK = "This page can’t run the code: these are runs from when it was made."


class Variants(Widget):
    """Variants of a piece of code to choose from: what each changes is lit, and what comes out stands beside it.

    wl.Variants({"28 in a row": "list(chunks(digit, 28))", "27 in a row": "list(chunks(digit, 27))"}, picture=True)

    variants: name -> code. Each runs as a cell of its own: with the notebook's names as they are when the widget is
    made, without setting any, and the value of its last expression is shown. The first is the code that the others
    change. The page names a variant; it never sends code.
    notes: name -> a sentence for the learner. picture: show rows of numbers as ink on paper. repeat: offer "Run again",
    where another run gives something else. run_first: run the first when the widget is made; without that it has no
    result until it is chosen again, for code that has just run in the cell above.
    Raises: TypeError for what is no text; ValueError for fewer than two variants, code that is not Python, and a note
    on a variant that is not there.
    """

    example = "wl.Variants({'add': '1 + 2', 'multiply': '1 * 2'})"

    messages = {"again": anything}
    inputs = ("chosen",)
    thread_updated_traits = ("result", "said", "progress")

    chosen = traitlets.Unicode(help="The name of the variant that is shown.").tag(sync=True)
    variants = traitlets.List(help="Each variant: name, lines (text, changed), note.").tag(sync=True)
    repeat = traitlets.Bool(False, help="Whether a variant can be run again.").tag(sync=True)
    result = traitlets.Dict(
        help="What came out: text, failed, line; of a picture lengths, shades and description."
    ).tag(sync=True)
    said = traitlets.Unicode(help="What was said later of the code, as the verdict on a rung; else empty.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="What goes on: message; empty when idle.").tag(sync=True)

    def __init__(
        self,
        variants: Mapping[str, str],
        *,
        notes: Mapping[str, str] | None = None,
        picture: bool = False,
        repeat: bool = False,
        run_first: bool = True,
    ):
        self._codes = _checked(variants, notes or {})
        self._names = _names_of(self._codes.values())
        self._picture = picture
        self._tasks = BackgroundTasks(
            lambda progress: setattr(self, "progress", progress), lambda message: setattr(self, "error", message)
        )
        self._numbers = count(1)
        self._current = 0  # the number of the run that is shown
        self._outcomes: dict[str, list[dict[str, Any]]] = {}  # of a widget that is made again elsewhere: see `keep`
        self._played: dict[str, int] = {}  # how many of them have been shown
        self._on_threads = False  # the first result is there when the widget is
        first = next(iter(self._codes))
        super().__init__(
            variants=[_listed(name, self._codes, (notes or {}).get(name, "")) for name in self._codes],
            chosen=first,
            repeat=repeat,
        )
        self._waits = not run_first
        self.recompute_on("chosen")
        self._waits, self._on_threads = False, HAS_THREADS

    def _recompute(self) -> None:
        if self.chosen not in self._codes:
            raise ValueError(f"there is no variant “{self.chosen}”; there is {join_words(list(self._codes))}")
        if not self._waits:
            self.run()

    def run(self) -> None:
        """Run the chosen variant, off the kernel's main thread; one that still runs is forgotten."""
        code, number = self._codes[self.chosen], next(self._numbers)
        self._current, self.said = number, ""

        def say(text: str) -> None:
            if self._current == number:
                self.said = text

        if self._outcomes:
            self._play_back()
        elif self._on_threads:
            self._tasks.start({"message": "running"}, lambda _: self._result_of(code, say), self._publish)
        else:
            self._publish(self._result_of(code, say))

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def _result_of(self, code: str, say: Callable[[str], object]) -> dict[str, Any]:
        with in_place_of_a_cell(say):
            outcome = variants.run(code, self._names)
        result = {"text": outcome.text, "failed": bool(outcome.failure), "line": outcome.line}
        drawn = variants.picture(outcome.value) if self._picture else None
        if drawn:
            result |= {"lengths": list(drawn.lengths), "shades": list(drawn.shades), "description": drawn.description}
        return result

    # ---- made again elsewhere, where neither the notebook's names nor its libraries are ----

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {**kwargs, "run_first": False}

    def run_for_keeps(self) -> None:
        """Run every variant, those that give something else each time several times; the one that is shown counts, too."""
        if self._outcomes:
            return
        shown = {"result": self.result, "said": self.said}
        outcomes = {}
        for name, code in self._codes.items():
            runs = RUNS_KEPT if self.repeat else 1
            outcomes[name] = [self._outcome_of(code) for _ in range(runs - (name == self.chosen and bool(self.result)))]
        if self.result:
            outcomes[self.chosen].insert(0, shown)
        self._outcomes = outcomes

    def _outcome_of(self, code: str) -> dict[str, Any]:
        """result and said of one run, whose verdict is awaited if it has one."""
        said: list[str] = []
        result = self._result_of(code, said.append)
        for ladder in _open_ladders():
            ladder.wait(SAID_LIMIT_S)
        return {"result": result, "said": said[-1] if said else ""}

    def keep(self) -> dict[str, Any]:
        """outcomes: name -> what came out of each run; is_run: whether the chosen one has been run."""
        return {"outcomes": self._outcomes, "is_run": bool(self.result)} if self._outcomes else {}

    def _restore_kept(self, kept: dict[str, Any]) -> None:
        self._outcomes, self._played = kept["outcomes"], dict.fromkeys(self._codes, 0)
        if kept["is_run"]:
            self.run()

    def _play_back(self) -> None:
        """Show the next of the chosen variant's runs, from the first again after the last."""
        runs, at = self._outcomes[self.chosen], self._played[self.chosen]
        self._played[self.chosen] = at + 1
        again = PLAYED_BACK if at and self.repeat else ""
        self._set_traits({"result": runs[at % len(runs)]["result"], "said": again or runs[at % len(runs)]["said"]})

    def _publish(self, result: dict[str, Any]) -> None:
        self.result = result

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "again" in content:
            self._recompute()
        else:
            super()._on_custom_msg(content, buffers)


def _listed(name: str, codes: Mapping[str, str], note: str) -> dict[str, Any]:
    base, code = next(iter(codes.values())), codes[name]
    changed = variants.changed_lines(base, code)
    lines = [{"text": text, "changed": new} for text, new in zip(code.splitlines(), changed, strict=True)]
    return {"name": name, "lines": lines, "note": note}


def _checked(codes: Any, notes: Any) -> dict[str, str]:
    """name -> code, without blank lines around it."""
    for what, texts in (("variants", codes), ("notes", notes)):
        if not isinstance(texts, Mapping) or not all(isinstance(text, str) for pair in texts.items() for text in pair):
            raise TypeError(f"Variants: {what} are texts by name, not {reprlib.repr(texts)}")
    if len(codes) < 2:
        raise ValueError(f"Variants: there are {len(codes)} variants; give two or more to choose from")
    cleaned = {name: code.strip("\n").rstrip() for name, code in codes.items()}
    for name, code in cleaned.items():
        if not name.strip():
            raise ValueError("Variants: a variant has no name")
        variants.check(code, name)
    for name in notes:
        if name not in codes:
            raise ValueError(f"Variants: there is a note on “{name}”, and no such variant")
    return cleaned


def _open_ladders() -> list[Any]:
    """Those that measure what `@rung` adds; none where no code has asked for one."""
    rungs = sys.modules.get("widgets_lib.widgets.ladder.learner_rungs")
    return [*rungs.OPEN_LADDERS] if rungs else []


def _names_of(codes: Any) -> dict[str, Any]:
    """The notebook's names that occur in the codes, with their values now."""
    notebook = vars(sys.modules["__main__"])
    return {name: notebook[name] for name in variants.names_in(codes) if name in notebook}
