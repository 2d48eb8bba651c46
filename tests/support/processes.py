"""The children of the process that runs the tests: what a test has started must be gone, and waited for, after it."""

from contextlib import contextmanager

import psutil  # comes with ipykernel


def children():
    """The process ids of this process's children, zombies among them."""
    return {child.pid for child in psutil.Process().children()}


@contextmanager
def assert_no_leaked_children():
    """Fails if the block leaves a child that was not there before it; others' servers and workers may go on."""
    before = children()
    yield
    left = children() - before
    assert not left, f"left over: {left}"
