"""KernelTrace: a GPU kernel followed thread by thread, without a GPU."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from widgets_lib.compute import gpu
from widgets_lib.compute.arrays import as_numpy, is_torch
from widgets_lib.compute.gpu.source import python_function, read
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets._messages import anything, either, integer, record, text
from widgets_lib.widgets.trace import tasks
from widgets_lib.widgets.trace.answers import answer, asks_to_count
from widgets_lib.widgets.trace.following import Follower
from widgets_lib.widgets.trace.learner_kernels import (
    LEARNER_KERNELS,
    OPEN_TRACES,
    keep_kernel,
    keep_kernels,
    restore_kernel,
)
from widgets_lib.widgets.trace.picture import Picture
from widgets_lib.widgets.trace.subjects import Followed, Subject, name_of, of_challenge, of_the_course

FIRST = "rows"
GIVEN = "given"
ANY_BLOCK = -1


class KernelTrace(Widget):
    """A GPU kernel followed without a GPU: its lines, warps and memory step by step, and its faults as pins.

    wl.KernelTrace()
    wl.KernelTrace(preset="tiled")
    wl.KernelTrace(my_kernel, blocks, threads, a, b, c)
    wl.KernelTrace("my kernel")
    wl.KernelTrace(challenge="guard")

    kernel: a function as for numba.cuda, with or without @cuda.jit, its launch, and its arguments: arrays, tensors or
    numbers, none of which is changed. Or the title of one of your own, from `@wl.kernel`. blocks, threads: a number or
    a tuple of up to three, x first. preset: a key of compute.gpu.EXAMPLES or BROKEN. challenge: keys of compute.gpu.CHALLENGES,
    one, several, or "all": a broken kernel to mend, by choosing what stands on a line.
    Raises: KernelError, a ValueError with the line, for what a kernel can't do; ValueError or TypeError, naming what is
    wrong, for anything else.
    """

    messages = {
        "kernel": text,
        "block": integer,
        "choose": either(
            record(), record(row=integer), record(thread=integer), record(array=text, place=integer),
            record(fault=integer),
        ),
        "edit": record(place=integer, alternative=integer),
        "hint": anything,
        "cancel": anything,
    }  # fmt: skip
    inputs = ("kernel", "block", "chosen", "edits", "solved", "hints")
    thread_updated_traits = ("picture", "answer", "challenge", "kernels", "progress")

    kernel = traitlets.Unicode(help="Key of the kernel that is shown, one of `kernels`.").tag(sync=True)
    block = traitlets.Int(ANY_BLOCK, help="Number of the block that is shown; −1 for one that shows most.").tag(
        sync=True
    )
    chosen = traitlets.Dict(help="The line, thread, cell or fault that is asked about: see answers.answer.").tag(
        sync=True
    )
    edits = traitlets.Dict(help="Of each challenge what was chosen: key -> {place: alternative}.").tag(sync=True)
    solved = traitlets.List(traitlets.Unicode(), help="Keys of the challenges that have been solved.").tag(sync=True)
    hints = traitlets.Dict(help="Of each challenge how many hints were asked for.").tag(sync=True)

    kernels = traitlets.List(help="The kernels to choose from: key, title, group, solved.").tag(sync=True)
    picture = traitlets.Dict(help="All that is drawn, see `Picture.drawn`.").tag(sync=True)
    answer = traitlets.Dict(help="What is said of what was chosen, see `answers.answer`; empty for nothing.").tag(
        sync=True
    )
    challenge = traitlets.Dict(help="The task and how far it is, see `tasks.describe`; empty without one.").tag(
        sync=True
    )
    progress = traitlets.Dict(help="While a kernel is followed: message, fraction (or None); else empty.").tag(
        sync=True
    )

    def __init__(
        self,
        kernel: Any = None,
        blocks: Any = None,
        threads: Any = None,
        *arrays: Any,
        preset: str | None = None,
        challenge: str | Sequence[str] | None = None,
        source: str | None = None,
    ) -> None:
        self._follower = Follower(self._show_progress, self._fail)
        self._mending = _challenges(challenge)
        self._given: list[Subject] = []
        first = self._first(kernel, blocks, threads, arrays, preset, source)
        self._followed: tuple[Any, ...] = ()  # what is followed, or was
        self._found: tuple[tuple[Any, ...], Subject, Followed] | None = None  # what came of it
        self._picture: Picture | None = None
        super().__init__(kernel=first)
        self._list_kernels()
        self.recompute_on(*self.inputs)
        if self._given and self._picture is not None and self._picture.trace is None:
            raise gpu.KernelError(self._picture.found.error)
        OPEN_TRACES.add(self)

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A kernel of the caller's own as a text that needs nothing around it; of the arrays the numbers."""
        given = dict(zip(("kernel", "blocks", "threads"), args, strict=False)) | kwargs
        kernel = given.get("kernel")
        if kernel is None:
            return args, kwargs
        if given.get("blocks") is None and not args[3:]:
            given["kernel"] = keep_kernel(LEARNER_KERNELS[_own(kernel)])
        else:
            text = read(kernel, given.get("source")).text
            given["source"], given["kernel"] = text, gpu.portable(kernel, given.get("source"))
        first = [given.pop(name, None) for name in ("kernel", "blocks", "threads")]
        return (*first, *(as_numpy(x) if is_torch(x) else x for x in args[3:])), given

    def keep(self) -> dict[str, Any]:
        """The learner's kernels, which every trace lists."""
        return {"learner_kernels": [] if self._mending else keep_kernels()}

    def _restore_kept(self, kept: dict[str, Any]) -> None:
        for each in kept["learner_kernels"]:
            restore_kernel(each)
        self._list_kernels()

    def _first(
        self, kernel: Any, blocks: Any, threads: Any, arrays: tuple[Any, ...], preset: str | None, source: str | None
    ) -> str:
        """The key of the kernel that is shown first. Raises: ValueError for two at once, or an unknown one."""
        if sum(each is not None for each in (kernel, preset)) + bool(self._mending) > 1:
            raise ValueError("KernelTrace: give a kernel, a preset or a challenge, only one of them")
        if self._mending:
            return self._mending[0].key
        if preset is not None:
            return _known(gpu.EXAMPLES | gpu.BROKEN, "preset", preset)
        if kernel is None:
            return FIRST
        if isinstance(kernel, dict):  # of a recipe
            return restore_kernel(kernel)
        if blocks is None and threads is None and not arrays:
            return _own(kernel)
        if blocks is None or threads is None:
            raise ValueError("KernelTrace: a kernel needs blocks and threads, as in KernelTrace(kernel, 4, 32, a, out)")
        name = name_of(kernel, source) or "kernel"
        self._given = [Subject(GIVEN, name, "given", kernel, blocks, threads, lambda: arrays, source=source)]
        return GIVEN

    # ---- what the learner does ----

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        actions: dict[str, Callable[[Any], object]] = {
            "kernel": self.show_kernel,
            "block": lambda number: self._set_traits({"block": number, "chosen": {}}),
            "choose": self._choose,
            "edit": lambda change: self.edit(change["place"], change["alternative"]),
            "hint": lambda _: self._hint(),
            "cancel": lambda _: self.cancel(),
            "restart": lambda _: self.restart(),
        }
        for name, argument in content.items():
            actions[name](argument)

    def cancel(self) -> None:
        """Stop following, if a kernel is being followed."""
        if not self.progress:
            return
        self._follower.cancel()
        if self._picture is not None:  # it was counting
            self.chosen = {}
        else:
            self.error = "Stopped. Press “Start again”, or choose another kernel."

    def show_kernel(self, key: str) -> None:
        """Show another of `kernels`, by its key. Raises: ValueError if there is none."""
        if key not in {entry["key"] for entry in self.kernels}:
            raise ValueError(f"there is no kernel “{key}” to choose here")
        self._set_traits({"kernel": key, "block": ANY_BLOCK, "chosen": {}})

    def edit(self, place: int, alternative: int) -> None:
        """Put an alternative in a place of the challenge that is shown; −1 puts back what was there.

        Raises: ValueError for a place or an alternative that is not there.
        """
        task = self._subject().challenge
        if task is None:
            raise ValueError("there is nothing to mend here")
        edits = {key: value for key, value in self.edits.get(task.key, {}).items() if key != str(place)}
        if alternative >= 0:
            edits[str(place)] = alternative
        task.edited(tasks.numbers(edits))  # raises
        self._set_traits({"edits": self.edits | {task.key: edits}, "block": ANY_BLOCK, "chosen": {}})

    def _hint(self) -> None:
        task = self._subject().challenge
        if task is not None:  # past the last one is no error
            self.hints = self.hints | {task.key: min(self.hints.get(task.key, 0) + 1, len(task.hints))}

    def _choose(self, wanted: Mapping[str, Any]) -> None:
        chosen = dict(wanted)
        if "array" in chosen:
            found = self._picture.window(chosen["array"]) if self._picture and self._picture.trace else None
            if found is None:
                raise ValueError("there is no such array")
            chosen = {"array": chosen["array"], "cell": found[1].cell(chosen["place"])}
        if self._picture is None:
            raise ValueError("there is no trace to choose from yet")
        if not asks_to_count(self._picture, chosen):
            answer(self._picture, chosen)  # raises
        self.chosen = chosen

    # ---- what there is to choose ----

    def _subjects(self) -> list[Subject]:
        if self._mending:
            return [of_challenge(task) for task in self._mending]
        return [*LEARNER_KERNELS.values(), *self._given, *of_the_course()]

    def _subject(self) -> Subject:
        """The one that is shown. Raises: ValueError if it is not there any more."""
        for subject in self._subjects():
            if subject.key == self.kernel:
                return subject
        raise ValueError(f"there is no kernel “{self.kernel}” to choose here")

    def _list_kernels(self) -> None:
        self.kernels = [
            {"key": each.key, "title": each.title, "group": each.group, "solved": each.key in self.solved}
            for each in self._subjects()
        ]

    def list_learner_kernels(self, changed: str) -> None:
        """A kernel of the learner's was written, rewritten or forgotten: list it, and draw it anew where it is shown."""
        self._list_kernels()
        if self.kernel == changed:
            self._followed = ()
            if changed in LEARNER_KERNELS:
                self._run_guarded(self._recompute)
            else:
                self.restart() if self._first_inputs["kernel"] != changed else self.show_kernel(FIRST)

    def _on_view(self, change: int) -> None:
        self._list_kernels()  # some may have come and gone while it was out of sight
        super()._on_view(change)

    # ---- following ----

    def _recompute(self) -> None:
        """Follow the kernel if it is another one, or was edited; then draw."""
        subject = self._subject()
        tasks.check(self._mending, self.edits, self.solved, self.hints)
        edits = tasks.numbers(self.edits.get(self.kernel, {})) if self._mending else {}
        wanted = (subject.key, id(subject.kernel), tuple(sorted(edits.items())))
        if wanted == self._followed:
            self._draw()
            return
        self._followed, self._picture = wanted, None
        try:
            self._follower.run(
                lambda on_progress: (wanted, subject, subject.follow(edits, on_progress)),
                self._publish,
                f"Following {subject.title}",
            )
        except (TypeError, ValueError) as error:  # what its launch or its arguments can't be
            self.picture = Picture(Followed(subject.text(), None, str(error)), subject, 0).drawn()
            raise
        if self._found is None or self._found[0] != wanted:  # on a thread: its text can be read meanwhile
            self.picture = Picture(Followed(subject.text(), None), subject, 0).drawn()

    def _publish(self, found: tuple[tuple[Any, ...], Subject, Followed]) -> None:
        self._found, self._picture = found, None
        self._draw()

    def _draw(self) -> None:
        """Draw what was followed, at the block that is chosen, and answer what is asked."""
        if self._found is None or self._found[0] != self._followed:
            return  # a thread is at it, and then draws
        _, subject, found = self._found
        block = _block_of(found, self.block)
        with self.hold_sync(), self.hold_trait_notifications():
            if self._picture is None or self._picture.block != block:
                picture = Picture(found, subject, block)
                self.picture = picture.drawn()
                self._picture = picture
            count = self._answer(self._picture)
            if subject.challenge and subject.kernel is None:
                self._judge(subject.challenge, found)
            else:
                self.challenge = {}
        if count:  # not while notifications are held back: the thread's would be, too
            count()

    def _answer(self, picture: Picture) -> Callable[[], None] | None:
        """Answer what is asked; where many accesses are to be counted, return what does so on a thread."""
        chosen = dict(self.chosen)
        key = repr(sorted(chosen.items()))
        if key in picture.answers:
            self.answer = picture.answers[key]
            return None

        def publish(found: Mapping[str, Any]) -> None:
            picture.answers[key] = dict(found)
            if self._picture is picture and self.chosen == chosen:
                self.answer = picture.answers[key]

        if not asks_to_count(picture, chosen):
            publish(answer(picture, chosen))
            return None
        self.answer = {}
        return lambda: self._follower.run_on_thread(lambda: answer(picture, chosen), publish, "Counting")

    def _judge(self, task: gpu.Challenge, found: Followed) -> None:
        edits, hints = tasks.numbers(self.edits.get(task.key, {})), self.hints.get(task.key, 0)
        if found.verdict is not None and found.verdict.is_solved and task.key not in self.solved:
            self.solved = [*self.solved, task.key]
        self.challenge = tasks.describe(task, found, edits, task.key in self.solved, hints)
        self._list_kernels()

    def restart(self) -> None:
        """Go back to the kernel, the block and the text that the widget was made with."""
        self._follower.cancel()
        super().restart()
        if self._found is None or self._found[0] != self._followed:  # it was stopped
            self._followed = ()
            self._run_guarded(self._recompute)

    def close(self) -> None:
        """End what runs."""
        OPEN_TRACES.discard(self)
        if hasattr(self, "_follower"):  # a constructor that was refused has none
            self._follower.cancel()
        super().close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until nothing runs; True if that came about in time. For scripts and tests, not for callbacks."""
        return self._follower.wait(timeout_s)

    def _show_progress(self, progress: dict[str, Any]) -> None:
        self.progress = progress

    def _fail(self, message: str) -> None:
        self.error = message


def _block_of(found: Followed, wanted: int) -> int:
    """The block to show: the one that is wanted, else that of the first fault, else the first.

    Raises: ValueError for a block that was not followed.
    """
    if found.trace is None:
        return 0
    if wanted != ANY_BLOCK:
        if wanted not in found.trace.blocks:
            raise ValueError(f"block {wanted} was not followed")
        return wanted
    for fault in found.trace.faults:
        number, launch = 0, found.trace.launch
        for i, size in zip(reversed(fault.threads[0].block_idx), reversed(launch.blocks), strict=True):
            number = number * size + i
        return number
    return found.trace.blocks[0]


def _challenges(wanted: str | Sequence[str] | None) -> list[gpu.Challenge]:
    if wanted is None:
        return []
    keys = list(gpu.CHALLENGES) if wanted == "all" else [wanted] if isinstance(wanted, str) else list(wanted)
    if not keys:
        raise ValueError(f"KernelTrace: no challenge was named; there is {', '.join(gpu.CHALLENGES)}")
    return [gpu.CHALLENGES[_known(gpu.CHALLENGES, "challenge", key)] for key in dict.fromkeys(keys)]


def _known(table: Mapping[str, Any], what: str, key: Any) -> str:
    if not isinstance(key, str) or key not in table:
        raise ValueError(f"KernelTrace: {what} {key!r} is not one of {', '.join(table)}")
    return key


def _own(kernel: Any) -> str:
    """The title of a learner's kernel, by title or by function. Raises: ValueError if there is none."""
    if isinstance(kernel, str) and kernel in LEARNER_KERNELS:
        return kernel
    for title, subject in LEARNER_KERNELS.items():
        if python_function(subject.kernel) is python_function(kernel) is not None:
            return title
    if isinstance(kernel, str):
        there = ", ".join(map(repr, LEARNER_KERNELS)) or "none yet"
        raise ValueError(f"KernelTrace: there is no kernel {kernel!r} of yours; there is {there}")
    raise ValueError("KernelTrace: a kernel needs blocks and threads, as in KernelTrace(kernel, 4, 32, a, out)")
