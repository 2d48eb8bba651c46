"""What is kept between two calls and would not survive a fork: threads and processes that wait for more work.

A kernel whose lesson has been run is frozen, and visitors get forks of it (`widgets_lib.app.forks`). A fork has only the
thread that forks, so the others must end before. Who keeps one ends it here.
"""

from collections.abc import Callable

_HOOKS: list[Callable[[], object]] = []


def before_freezing(hook: Callable[[], object]) -> Callable[[], object]:
    """Have `hook()` called, perhaps more than once, before this process is frozen; a later call may start all anew."""
    _HOOKS.append(hook)
    return hook


def be_quiet() -> None:
    """Call all hooks."""
    for hook in _HOOKS:
        hook()
