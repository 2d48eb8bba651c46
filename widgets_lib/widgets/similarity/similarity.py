"""SimilarityExplorer: a digit reader that learns nothing, with what each pixel was charged."""

from collections.abc import Iterator, Sequence
from typing import Any

import traitlets

from widgets_lib.compute import drawing, similarity
from widgets_lib.compute._integers import check_count, check_flag
from widgets_lib.compute.parsing import read_integer
from widgets_lib.compute.similarity.challenges import CHALLENGES, Answers, Attempt
from widgets_lib.compute.timing import ShouldStop
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, text
from widgets_lib.widgets._tasks import BackgroundTasks
from widgets_lib.widgets.similarity.picture import (
    Setting,
    describe_challenge,
    draw_curve,
    draw_reading,
    draw_table,
    pack,
)
from widgets_lib.widgets.similarity.subject import STEPS, Subject
from widgets_lib.widgets.similarity.words import NAMES

STAGES = {"draw": "draw", "charges": "pixel by pixel", "confusion": "all 10,000", "shift": "moved"}
FIRST = 18  # the first test digit that L1 and L2 read differently: a 3
MAX_SHIFT = 4
PAGE = 24  # digits of an open cell at a time


class SimilarityExplorer(Widget):
    """A digit read by the nearest of ten mean digits, drawn or chosen: ten distances, and what each pixel was charged.

    wl.SimilarityExplorer()
    wl.SimilarityExplorer(show="confusion", metric="l1")
    wl.SimilarityExplorer(challenge="seven-as-one")

    show: one stage alone: "draw", a drawing, how it is placed, and its ten distances; "charges", an image, a mean and what
    each pixel is charged for their difference; "confusion", what the 10,000 test digits are read as; "shift", the share of right
    answers when they are moved. None lets the learner change between them. index: the test digit to begin with, 0 to 9,999,
    or −1 for a drawing. strokes: a drawing, see `drawing.read_strokes`. metric: "l1", "l2" or "dot". ask: whether the
    distances are hidden until the learner has predicted the answer. challenge: a key of
    `compute.similarity.challenges.CHALLENGES`.
    Raises: ValueError or TypeError naming the value that can't be used.
    """

    inputs = (
        *("stage", "index", "strokes", "metric", "scale", "centre", "smooth", "ink", "ask", "guess", "mean"),
        *("cell", "page", "pixels", "furthest", "direction", "solved", "hints", "pen_down"),
    )
    messages = {"hint": anything, "digit": text}
    thread_updated_traits = ("progress", "table", "curve", "gallery", "challenge", "solved")

    stage = traitlets.Enum(list(STAGES), help="Which stage is shown.").tag(sync=True)
    index = traitlets.Int(help="The test digit that is looked at, −1 for the drawing.").tag(sync=True)
    strokes = traitlets.List(
        maxlen=drawing.MAX_STROKES, help="The drawing: lists of points [x, y] in a frame of 28 × 28."
    ).tag(sync=True)
    metric = traitlets.Enum(list(similarity.METRICS), help="How distances are measured.").tag(sync=True)
    scale = traitlets.Bool(True, help="Whether the longer side becomes 20 pixels.").tag(sync=True)
    centre = traitlets.Bool(True, help="Whether the centre of mass goes to the middle.").tag(sync=True)
    smooth = traitlets.Bool(True, help="Whether edges are grey.").tag(sync=True)
    ink = traitlets.Bool(True, help="Whether ink is 1 and paper 0.").tag(sync=True)
    ask = traitlets.Bool(True, help="Whether the answer is hidden until it is predicted.").tag(sync=True)
    guess = traitlets.Int(-1, help="The digit that the learner predicted, −1 for none.").tag(sync=True)
    mean = traitlets.Int(-1, help="The mean that the image is compared with, −1 for the nearest.").tag(sync=True)
    cell = traitlets.List(help="The open cell of the confusion matrix: [true, said]; empty for none.").tag(sync=True)
    page = traitlets.Int(0, help="Which 24 of its digits are shown.").tag(sync=True)
    pixels = traitlets.Int(0, help="By how many pixels the digits are moved, 0 to 4.").tag(sync=True)
    furthest = traitlets.Int(0, help="The largest shift that was tried: the curve is drawn so far.").tag(sync=True)
    direction = traitlets.Enum(list(similarity.DIRECTIONS), "up", help="Where to they are moved.").tag(sync=True)
    solved = traitlets.Bool(False, help="Whether the challenge was ever solved.").tag(sync=True)
    hints = traitlets.Int(0, help="How many hints were asked for.").tag(sync=True)
    pen_down = traitlets.Bool(False, help="Whether a stroke is being drawn: it is judged once it ends.").tag(sync=True)

    stages = traitlets.List(help="The stages to choose from: key, title; empty if there is one alone.").tag(sync=True)
    metrics = traitlets.List(
        [{"key": key, "title": NAMES[key]} for key in similarity.METRICS], help="Metrics by name."
    ).tag(sync=True)
    limits = traitlets.Dict(help="pen_width, max_strokes and max_points of a drawing, test digits, max_shift.").tag(
        sync=True
    )
    means = traitlets.Bytes(help="The ten means, (10, 28, 28) float32 little-endian.").tag(sync=True)
    picture = traitlets.Dict(help="The digit and its ten distances: see `draw_reading`.").tag(sync=True)
    images = traitlets.Bytes(
        help="raw, image, mean and charge, four times (28, 28) float32; 0 where there is none."
    ).tag(sync=True)
    table = traitlets.Dict(help="The confusion matrix: see `draw_table`.").tag(sync=True)
    gallery = traitlets.Bytes(help="The digits of the open cell, (n, 28, 28) float32.").tag(sync=True)
    curve = traitlets.Dict(help="Accuracy by shift: see `draw_curve`.").tag(sync=True)
    challenge = traitlets.Dict(help="task, message, solved, now, hints and more; empty if there is none.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="What is being computed: message; empty when idle.").tag(sync=True)

    def __init__(
        self,
        show: str | None = None,
        *,
        index: int | None = None,
        strokes: Sequence[Any] = (),
        metric: str = "l1",
        ask: bool = True,
        challenge: str | None = None,
    ) -> None:
        for name, value, known in (("show", show, STAGES), ("challenge", challenge, CHALLENGES)):
            if value is not None and value not in known:
                raise ValueError(f"SimilarityExplorer: {name} {value!r} is not one of {', '.join(known)}")
        similarity.check_metric(metric)
        check_flag(ask, "SimilarityExplorer: ask")
        drawn = [stroke.tolist() for stroke in drawing.read_strokes(strokes)]
        start = (
            (-1 if drawn else 0 if challenge else FIRST)
            if index is None
            else check_count(index, "index, the test digit,", -1, 9_999)
        )
        self._task = CHALLENGES[challenge] if challenge else None
        self._is_staged = show is not None
        self._tasks = BackgroundTasks(lambda progress: setattr(self, "progress", progress), self._fail)
        self._subject: Subject | None = None
        self._drawn: tuple[Any, ...] = ()  # from what the images were drawn last
        stage = show or (self._task.stage if self._task else "draw")
        super().__init__(stage=stage, index=start, strokes=drawn, metric=metric, ask=ask and self._task is None)
        self.stages = [] if show else [{"key": key, "title": title} for key, title in STAGES.items()]
        self.limits = {
            "pen_width": drawing.PEN_WIDTH,
            "max_strokes": drawing.MAX_STROKES,
            "max_points": drawing.MAX_POINTS,
            "digits": similarity.TEST_DIGITS,
            "max_shift": MAX_SHIFT,
        }
        self.means = pack(similarity.course_digits())
        self.recompute_on(*self.inputs)

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if "hint" in content:
            self.hints += 1
        elif "digit" in content:
            last = similarity.TEST_DIGITS - 1
            index = read_integer(content["digit"], "the number of a test digit", 0, last)
            self._set_traits({"index": index, "guess": -1, "mean": -1})
        else:
            super()._on_custom_msg(content, buffers)

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        super()._restore_inputs({**values, "pen_down": False})  # no pen is down in a page that has just opened

    def restart(self) -> None:
        """Back to the digit and the settings that the widget was made with."""
        self._tasks.cancel()
        super().restart()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing is computed; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._tasks.wait(timeout_s)

    def close(self) -> None:
        """End what runs."""
        if hasattr(self, "_tasks"):  # a constructor that was refused may have none
            self._tasks.cancel()
        super().close()

    # ---- what is shown ----

    def _recompute(self) -> None:
        self._check()
        steps = {name: getattr(self, name) for name in STEPS}
        setting = Setting(
            stage=self.stage,
            metric=self.metric,
            steps=steps,
            ask=self.ask,
            guess=self.guess,
            mean=self.mean,
            cell=tuple(self.cell),
            page=self.page,
            pixels=self.pixels,
            furthest=max(self.furthest, self.pixels),
            direction=self.direction,
        )
        drawn = (self.index, self.strokes, setting)
        if drawn != self._drawn:
            self._subject = Subject.of(int(self.index), self.strokes, steps)  # JSON's true is 1, and no mask
            self._drawn = (self.index, [list(stroke) for stroke in self.strokes], setting)
            self._draw(setting)
        self._judge(setting)
        self._read_all(setting)

    def _draw(self, setting: Setting) -> None:
        assert self._subject is not None
        subject = self._subject
        picture, images = draw_reading(subject, setting)
        with self.hold_sync(), self.hold_trait_notifications():  # one message: neither is of use without the other
            self.furthest = setting.furthest
            self.picture, self.images = picture, images
            if setting.stage != "confusion":
                self.table, self.gallery = {}, b""
            if setting.stage != "shift":
                self.curve = {}

    def _check(self) -> None:
        """Raises: ValueError for an input that can't be used: what a page sends is no mistake of a programmer's."""
        try:
            drawing.read_strokes(self.strokes)
        except TypeError as error:
            raise ValueError(str(error)) from None
        last = similarity.TEST_DIGITS - 1
        for name, least, most in (
            *(("index", -1, last), ("guess", -1, 9), ("mean", -1, 9), ("page", 0, 1_000), ("hints", 0, 100)),
            *(("pixels", 0, MAX_SHIFT), ("furthest", 0, MAX_SHIFT)),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise ValueError(f"{name} = {value:,}: give {least} to {most:,}")
        if self.cell and not (len(self.cell) == 2 and all(type(n) is int and 0 <= n <= 9 for n in self.cell)):
            raise ValueError(f"a cell is [true, said], two digits, not {self.cell!r:.60}")

    # ---- all test digits ----

    def _read_all(self, setting: Setting) -> None:
        """Show what is known of all test digits, or find it out, off the main thread where there is one."""
        wanted = self._wanted(setting)
        if self._task:
            wanted += self._task.needs(self._attempt(setting))
        missing = [answers for answers in wanted if not similarity.has_answers(*answers)]
        if not missing:
            self._tasks.cancel()
            self._show_all(setting)
            return

        def read(should_stop: ShouldStop) -> Iterator[None]:
            for answers in missing:
                yield from similarity.answering(*answers)

        progress = {"message": f"Reading 10,000 test digits by {NAMES[self.metric]} …"}
        self._tasks.start(progress, read, lambda _: self._show_all(setting))

    @staticmethod
    def _wanted(setting: Setting) -> list[Answers]:
        """The answers that the stage shows."""
        if setting.stage == "confusion":
            return [(setting.metric, "up", 0)]
        if setting.stage == "shift":
            return [(setting.metric, setting.direction, pixels) for pixels in range(setting.furthest + 1)]
        return []

    def _show_all(self, setting: Setting) -> None:
        assert self._subject is not None
        if setting.stage == "confusion":
            table, gallery = draw_table(setting, PAGE)
            with self.hold_sync():
                self.table, self.gallery = table, pack(gallery)
        elif setting.stage == "shift":
            self.curve = draw_curve(setting, self._subject, MAX_SHIFT)
        self._judge(setting)

    def _judge(self, setting: Setting) -> None:
        if not self._task:
            self.solved, self.hints = False, 0
            return
        if self.pen_down and self.challenge:
            return
        found = describe_challenge(self._task, self._attempt(setting), self.solved, self.hints)
        self.challenge = found
        self.solved, self.hints = found["solved"], len(found["hints"])

    def _attempt(self, setting: Setting) -> Attempt:
        assert self._subject is not None
        return Attempt(
            index=self._subject.index,
            image=self._subject.image,
            placed=self._subject.placed,
            metric=setting.metric,
            steps_off=tuple(name for name, is_on in setting.steps.items() if not is_on),
            direction=setting.direction,
            pixels=setting.pixels,
            cell=setting.cell,
        )

    def _fail(self, message: str) -> None:
        self.error = message
