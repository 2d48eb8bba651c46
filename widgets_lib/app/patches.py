"""The list of what is patched in Voila and Jupyter, one row for each name that is replaced.

A row is here because no setting reaches what it changes. `apply_all` puts all rows in place that the installed
versions need, or, if one of them does not fit, none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from inspect import isclass, signature
from pkgutil import resolve_name

from packaging.requirements import Requirement

VOILA_ISSUES = "https://github.com/voila-dashboards/voila/issues"
NO_TRAIT = "tests/app/test_patches.py::test_voila_still_has_no_other_classes_to_configure"


class PatchError(RuntimeError):
    """A patch does not fit the installed versions; the message is one sentence for the host."""


@dataclass(frozen=True)
class Patch:
    """One name that is replaced. Names are written "module:name"."""

    target: str
    replacement: str
    needed_in: str  # a requirement such as "voila<0.6"; without a range: until upstream offers a setting
    upstream: str  # the issue that reports the fault or wishes for the setting
    reason: str
    delete_when: str  # the test that fails once the row can go
    overrides: tuple[str, ...] = ()  # of a replacement that extends its target: the methods it depends on

    @property
    def package(self) -> str:
        return Requirement(self.needed_in).name

    def is_needed(self) -> bool:
        """Whether the installed version is one of `needed_in`."""
        return Requirement(self.needed_in).specifier.contains(version(self.package), prereleases=True)

    def check(self) -> None:
        """Raises: PatchError if the target is missing or takes other parameters than the replacement."""
        target, replacement = self._resolve(self.target), self._resolve(self.replacement)
        if not isclass(target):
            return self._compare(target, replacement, self.target)
        for method in self.overrides:
            if not hasattr(target, method):
                raise self._error(f"{self.target}.{method} does not exist")
            self._compare(getattr(target, method), getattr(replacement, method), f"{self.target}.{method}")

    def apply(self) -> None:
        """Puts the replacement in the target's place."""
        owner, _, name = self.target.replace(":", ".").rpartition(".")
        setattr(resolve_name(owner), name, resolve_name(self.replacement))

    def _resolve(self, name: str):
        try:
            return resolve_name(name)
        except (ImportError, AttributeError) as error:
            raise self._error(f"{name} cannot be found, {error}") from None

    def _compare(self, target: Callable, replacement: Callable, name: str) -> None:
        if _parameters(target) != _parameters(replacement):
            raise self._error(f"{name} takes {signature(target)}, not {signature(replacement)}")

    def _error(self, problem: str) -> PatchError:
        installed = f"{self.package} {version(self.package)}"
        return PatchError(f"Tensor Foundations does not work with {installed}: {problem} (widgets_lib/app/patches.py).")


def _parameters(function: Callable) -> list:
    taken = signature(function).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default is parameter.empty) for parameter in taken]


RENDERER = Patch(
    target="voila.handler:NotebookRenderer",
    replacement="widgets_lib.app.rendering:LessonRenderer",
    needed_in="voila",
    upstream=f"{VOILA_ISSUES}/519",
    reason="a cell that fails ends the lesson; the renderer class is written into the code, a trait is wanted",
    delete_when=NO_TRAIT,
    overrides=("initialize", "generate_content_generator", "_jinja_kernel_start", "_jinja_cell_generator"),
)

PATCHES = (
    Patch(
        target="jupyter_client.channels:AsyncZMQSocketChannel.get_msg",
        replacement="widgets_lib.app.fixes.lost_wakeup:get_msg",
        needed_in="jupyter_client<9",
        upstream=f"{VOILA_ISSUES}/1395",
        reason="a page with many widgets hangs: a reply that has arrived is never read",
        delete_when="tests/app/test_lost_wakeup.py::test_the_stock_method_still_hangs",
    ),
    Patch(
        target="voila.shutdown_kernel_handler:VoilaShutdownKernelHandler.check_xsrf_cookie",
        replacement="widgets_lib.app.fixes.tab_close:check_xsrf_cookie",
        needed_in="voila<0.6",
        upstream=f"{VOILA_ISSUES}/1458",
        reason="the beacon of a closing tab is refused, and its kernel goes on",
        delete_when="tests/app/test_tab_close.py::test_the_stock_server_still_refuses_its_own_pages",
    ),
    Patch(
        target="voila.app:Voila._handle_signal_stop",
        replacement="widgets_lib.app.fixes.ending:handle_signal_stop",
        needed_in="voila<0.6",
        upstream="https://github.com/voila-dashboards/voila/pull/65",
        reason="a server that logs when SIGTERM comes goes on",
        delete_when="tests/app/test_ending.py::test_the_stock_server_still_goes_on",
    ),
    Patch(
        target="voila.app:Voila.stop",
        replacement="widgets_lib.app.fixes.ending:stop",
        needed_in="voila<0.6",
        upstream="https://github.com/voila-dashboards/voila/pull/65",
        reason="kernels go on where the folder of their connection files cannot be removed",
        delete_when="tests/app/test_ending.py::test_the_stock_server_still_leaves_kernels_behind",
    ),
    RENDERER,
    replace(RENDERER, target="voila.voila_kernel_manager:NotebookRenderer"),
    Patch(
        target="voila.notebook_renderer:VoilaExecutor",
        replacement="widgets_lib.app.error_filter:LessonExecutor",
        needed_in="voila",
        upstream=f"{VOILA_ISSUES}/203",
        reason="Output widgets show tracebacks and stderr; the executor class is written into the code",
        delete_when=NO_TRAIT,
        overrides=("output", "_async_handle_timeout", "_async_check_alive"),
    ),
    Patch(
        target="voila.app:voila_kernel_manager_factory",
        replacement="widgets_lib.app.pools:kernel_manager_factory",
        needed_in="voila",
        upstream="https://github.com/voila-dashboards/voila/pull/936",
        reason="the stock pool hands on kernels that failed, died or hold an old version of their lesson",
        delete_when="tests/app/test_preheating.py::test_the_stock_pool_still_hands_on_what_failed",
    ),
    Patch(
        target="voila.tornado.treehandler:TornadoVoilaTreeHandler.render_template",
        replacement="widgets_lib.app.templates:render_template",
        needed_in="voila",
        upstream=f"{VOILA_ISSUES}/197",
        reason="the home page is given file names only; a hook for what its template receives is wanted",
        delete_when=NO_TRAIT,
    ),
    Patch(
        target="voila.app:Voila.init_handlers",
        replacement="widgets_lib.app.handlers:init_handlers",
        needed_in="voila",
        upstream=f"{VOILA_ISSUES}/495",
        reason="routes can be neither added nor closed by a setting, as a server extension could",
        delete_when=NO_TRAIT,
    ),
)


@cache
def apply_all(patches: tuple[Patch, ...] = PATCHES) -> None:
    """Puts every patch in place that the installed versions need; all are checked first. Raises: PatchError."""
    needed = [patch for patch in patches if patch.is_needed()]
    for patch in needed:
        patch.check()
    for patch in needed:
        patch.apply()
