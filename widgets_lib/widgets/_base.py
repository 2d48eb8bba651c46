"""What every widget shares: its files by stem, the tokens, one way to start again, and errors shown in the widget."""

import errno
import inspect
import reprlib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from types import FunctionType
from typing import Any

import anywidget
import traitlets
from ipywidgets import widget_serialization

from widgets_lib.compute._browser import in_browser
from widgets_lib.compute.formatting import shorten
from widgets_lib.widgets._assets import Assets, shared_assets
from widgets_lib.widgets._brief_errors import brief_errors
from widgets_lib.widgets._bundle import Bundle, bundle
from widgets_lib.widgets._messages import Check, anything, check_message, integer
from widgets_lib.widgets._page_proof import make_page_proof
from widgets_lib.widgets._reload import follow, is_enabled

_HERE = Path(__file__).parent
_MOUNT = _HERE / "shared/mount.js"
NOT_FETCHED = "What this needs could not be fetched: is there a network? Try again when there is."
MAX_LOGGED = 20  # different messages of one widget's page that can't be used


class Widget(anywidget.AnyWidget):
    """An anywidget whose view is the `.js` and `.css` beside its `.py`.

    A subclass holds state in traits, turns trait changes into compute calls in `_recompute`, and calls
    `self.recompute_on("m", "k")` at the end of its constructor. Messages from the view go to `_on_custom_msg`, and what
    it does not know to this class, which knows `{"restart": true}`.

    `inputs` names the traits that a learner sets; all else follows from them and from how the widget was made. Their
    values are JSON: a page keeps them, and `{"restore": values}` brings them back. Where a message of the view changes
    more than the traits it sets, an input tells it, and `_restore_inputs` does it again.

    The stylesheet is one block `.wl.wl-<stem> { … }` with the widget's rules nested in it: the two classes make them
    heavier than those of the shared sheets.

    `thread_updated_traits` names the traits that a thread may set. A change that is sent while the page is still being set
    up does not reach it, so a new view sends `{"view": 1}` and gets these traits again.

    `local_traits` names those that say what this machine can do: made again elsewhere, the widget may say something else.
    """

    inputs: tuple[str, ...] = ()
    thread_updated_traits: tuple[str, ...] = ()
    local_traits: tuple[str, ...] = ()
    # The entries that a message of the view may have, and what they may be; those of the classes below are added.
    messages: Mapping[str, Check] = {"view": integer, "restore": anything, "restart": anything, "too_many": integer}

    # An expression that makes one, such as "wl.Predict('How many?', answer=3)", where `wl.<Name>()` can't: for tests and
    # benchmarks of every widget.
    example = ""

    # The same for every widget; it mounts what `_view` names. A page without a kernel does so itself, and has no files here.
    _esm = _MOUNT.read_text("utf-8") if _MOUNT.exists() else ""
    _bundle: Bundle | None = None
    _assets = traitlets.Instance(Assets, help="The files of all widgets.").tag(sync=True, **widget_serialization)
    _view = traitlets.Dict(help="Which of the files are this widget's: module and sheets.").tag(sync=True)

    input_names = traitlets.List(traitlets.Unicode(), help="The names of the inputs.").tag(sync=True)
    error = traitlets.Unicode("", help="What went wrong, in words; empty when all is well").tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        stem = Path(inspect.getfile(cls)).with_suffix("")
        # A subclass of a widget keeps its view; so does the class that traitlets makes when anywidget adds traits.
        if not hasattr(cls, "_stem") and stem.with_suffix(".js").exists():
            cls._stem = stem
            cls._bundle = cls.read_view()
        for name, method in list(vars(cls).items()):
            if isinstance(method, FunctionType) and (name == "__init__" or not name.startswith("_")):
                setattr(cls, name, brief_errors(method))
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits: Any) -> None:
        if is_enabled():  # else as the files were when the class was made
            type(self)._bundle = self.read_view()
        super().__init__(**self._view_traits(), input_names=list(self.inputs), **traits)
        self._was_restored = False
        self._logged: set[str] = set()
        self._last_failure = ""  # of a callback; `error` is empty again once another callback goes well
        follow(self)
        make_page_proof(getattr(self, "layout", None))
        self.on_msg(lambda _, content, buffers: self._on_msg(content, buffers))

    @classmethod
    def read_view(cls) -> Bundle:
        """The widget's module and stylesheets as the browser gets them, read from the files now."""
        sheets = (_HERE / "shared/tokens.css", _HERE / "shared/theme.css", cls._stem.with_suffix(".css"))
        return bundle(cls._stem.with_suffix(".js"), sheets)

    def _view_traits(self) -> dict[str, Any]:
        """The traits by which the page finds the widget's files; sends those that it does not have."""
        if self._bundle is None:
            return {}
        assets = shared_assets()
        assets.add(self._bundle.files)
        return {"_assets": assets, "_view": {"module": self._bundle.module, "sheets": list(self._bundle.sheets)}}

    __setattr__ = brief_errors(anywidget.AnyWidget.__setattr__)  # a trait that is set to what it can't be

    def reload_view(self) -> None:
        """Draw every view of this widget anew from the files as they are now."""
        type(self)._bundle = self.read_view()
        self._set_traits(self._view_traits())

    def recompute_on(self, *names: str) -> None:
        """Compute now, letting errors out to the caller, and again on every change, showing them in the widget.

        The inputs are now those that `restart` comes back to.
        """
        self._recompute()
        self._first_inputs = {name: deepcopy(getattr(self, name)) for name in self.inputs}
        if names:  # traitlets takes no names for all names
            self.observe(lambda change: self._run_guarded(self._recompute), names=names)

    def restart(self) -> None:
        """Set the inputs back to what they were when the widget was made, and clear the error."""
        self.error = ""
        self._set_traits(deepcopy(self._first_inputs))

    def restore(self, values: Any) -> bool:
        """Set inputs that were kept, all or none: False, and the widget is as it was made, if they don't fit it."""
        self.error = self._last_failure = ""
        try:
            if not isinstance(values, dict) or not set(values) <= set(self.inputs):
                raise ValueError(f"not inputs of {type(self).__name__}: {reprlib.repr(values)}")
            self._restore_inputs(values)
            self._check_inputs()
            problem = self._last_failure
        except Exception as error:  # whatever a page kept, maybe for an older version of the lesson
            problem = describe_error(error)
        if problem:
            self.log.info("%s: what was kept doesn’t fit: %s", type(self).__name__, problem)
            self.restart()
        return not problem

    def _restore_inputs(self, values: dict[str, Any]) -> None:
        """Set the inputs, and what follows from them."""
        self._set_traits(values)

    def _check_inputs(self) -> None:
        """Raises: ValueError for an input that can't be used and that `_recompute` doesn't look at."""

    # ---- a widget that is made again elsewhere: see _recipes.py ----

    @classmethod
    def recipe_arguments(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments as a recipe holds them: what the constructor would take from its surroundings is among them."""
        return args, kwargs

    def run_for_keeps(self) -> None:
        """Run what can't be run elsewhere, so that `keep` has what came out; it may change other widgets."""

    def keep(self) -> dict[str, Any]:
        """What follows neither from the constructor's arguments nor from the inputs, as JSON: what was measured, say."""
        return {}

    @classmethod
    def _prepare(cls, kept: dict[str, Any]) -> None:
        """Make what has to be there before the constructor runs, of what `keep` said."""

    def _restore_kept(self, kept: dict[str, Any]) -> None:
        """Be as the widget was whose `keep` said this. The inputs are set after it."""

    def _set_traits(self, values: Mapping[str, Any]) -> None:
        """Set several traits by name, in one message to the view."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in values.items():
                setattr(self, name, value)

    def _recompute(self) -> None:
        """Turn the input traits into output traits by one call to compute."""

    def _on_msg(self, content: Any, buffers: Sequence[memoryview]) -> None:
        """A message of the view, checked here once."""
        try:
            check_message(content, self._known_messages())
        except ValueError as problem:
            self._refuse_from_page(f"a message: {problem}")
            return
        if "view" in content:  # nothing that the learner did, so an error stays
            self._on_view(content["view"])
        elif "too_many" in content:  # of the app, see app/inbox.py
            self._on_too_many(content["too_many"])
        elif "restore" in content:
            if not self._was_restored:  # by another view of this widget
                self._was_restored = True
                self.send({"restored": self.restore(content["restore"])})
        else:
            self._run_guarded(self._on_custom_msg, content, buffers)

    @classmethod
    def _known_messages(cls) -> dict[str, Check]:
        return {name: check for base in reversed(cls.__mro__) for name, check in vars(base).get("messages", {}).items()}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the page set: inputs, of their own types. Anything else goes back to it as it is here."""
        settable = {*self.inputs, *(["error"] if sync_data.get("error") == "" else [])}
        refused = [name for name in sync_data if name not in settable]
        problem = f"{refused[0]!r}, which is no input" if refused else ""
        try:
            super().set_state({name: value for name, value in sync_data.items() if name not in refused})
        except Exception as error:  # a value of another type
            problem = f"traits: {describe_error(error)}"
            refused = list(sync_data)
        if refused:
            self.send_state([name for name in refused if name in self.keys])
            self._refuse_from_page(problem)

    def _refuse_from_page(self, problem: str) -> None:
        """Say that what the page sent was left out, and why in the log, once."""
        self.error = "The page sent something that can’t be used here, and nothing was changed."
        problem = shorten(problem, 300)
        if problem not in self._logged and len(self._logged) < MAX_LOGGED:
            self._logged.add(problem)
            self.log.warning("%s: left out what the page sent, %s", type(self).__name__, problem)

    def _on_too_many(self, count: int) -> None:
        """So many messages of the page were not handed on, as Python was busy with others: it may show other inputs."""
        self.send_state(list(self.inputs))
        these = "one request was" if count == 1 else f"{count:,} requests were"
        self.error = f"Python could not keep up, and {these} left out. Please try again."

    def _on_view(self, change: int) -> None:
        """A view has come (1), or gone (-1, where it says so)."""
        self.send_state([*self.thread_updated_traits, "error"])

    def _on_custom_msg(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Answer a custom message of the view."""
        if "restart" in content:
            self.restart()

    def _run_guarded(self, callback: Callable[..., object], *args: Any) -> None:
        """Call back and keep any error on the screen: an error in a callback shows nowhere else."""
        self.error = ""  # now and not afterwards: a thread that the callback starts may fail before it returns
        try:
            callback(*args)
        except Exception as error:
            self.error = self._last_failure = describe_error(error)
            if not isinstance(error, ValueError):  # a ValueError is what bad input raises, and nothing to log
                self.log.exception("%s: error in a callback", type(self).__name__)


def describe_error(error: BaseException) -> str:
    """One sentence for a reader: the message, with the kind of error where the message alone would puzzle."""
    if in_browser() and isinstance(error, OSError) and error.errno == errno.EIO:
        return NOT_FETCHED
    message = str(error).strip()
    if not message:
        return f"{type(error).__name__}, with no message."
    return message if isinstance(error, (ValueError, RuntimeError)) else f"{type(error).__name__}: {message}"
