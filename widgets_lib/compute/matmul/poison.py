"""Memory that shows what a function forgets to write: NaN wherever nothing was written yet."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

NUMPY_MAKERS = ("empty", "empty_like")


@contextmanager
def poisoned_memory(values: int) -> Iterator[None]:
    """Inside, fresh memory of torch and numpy holds NaN, where it would hold zeros or an older result by chance.

    values: how many a result holds; memory of that size is filled and freed, for allocators that are not asked here.
    """
    freed = [np.full(values, np.nan, np.float32) for _ in range(8)]
    del freed
    makers = {name: getattr(np, name) for name in NUMPY_MAKERS}
    restore_torch = _poison_torch()
    for name, make in makers.items():
        setattr(np, name, _filled(make))
    try:
        yield
    finally:
        for name, make in makers.items():
            setattr(np, name, make)
        restore_torch()


def _filled(make: Callable[..., Any]) -> Callable[..., Any]:
    def filled(*args: Any, **keywords: Any) -> Any:
        x = make(*args, **keywords)
        if x.dtype.kind in "fc":
            x.fill(np.nan)
        return x

    return filled


def _poison_torch() -> Callable[[], None]:
    """Torch fills fresh memory while it is asked to be deterministic; returns what undoes that.

    `torch.use_deterministic_algorithms` does the same, and imports the compiler first, which takes two seconds.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return lambda: None
    was, warned = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch._C._set_deterministic_algorithms(True, warn_only=True)
    return lambda: torch._C._set_deterministic_algorithms(was, warn_only=warned)
