"""A plugin of pytest: the widgets' own tests on the stand-ins, in a Python like a browser's.

    python -m pytest tests/widgets -p static_edition.testing

Left out is what `only_in_a_kernel.py` names, with its reasons; the last lines say how many tests for each of them.
"""

from collections import Counter
from pathlib import Path

import pytest

from static_edition import absent
from static_edition.only_in_a_kernel import FILES, TESTS

absent.hide()


def pytest_configure(config):
    import recorded

    recorded.install({})  # as a page has it: lists and numpy are measured in this Python


def _stem(item):
    return Path(item.fspath).stem.removeprefix("test_")


def _is_named(item, name):
    return item.name.endswith(name[1:]) if name.startswith("*") else name in (item.name, item.originalname)


def _reason(item):
    """Why a test can't run here, or ""."""
    whole = (reason for reason, stems in FILES.items() if _stem(item) in stems)
    named = ((reason, name) for reason, tests in TESTS.items() for name in tests.get(_stem(item), ()))
    return next(whole, "") or next((reason for reason, name in named if _is_named(item, name)), "")


def pytest_collection_modifyitems(config, items):
    _complain_of_what_is_gone(items)
    reasons = {item: _reason(item) for item in items}
    config.left_out = Counter(filter(None, reasons.values()))
    config.hook.pytest_deselected(items=[item for item in items if reasons[item]])
    items[:] = [item for item in items if not reasons[item]]


def _complain_of_what_is_gone(items):
    """Raises: UsageError if the list names a test that its file has not got."""
    stems = {_stem(item) for item in items}
    named = {(stem, name) for tests in TESTS.values() for stem, names in tests.items() for name in names}
    gone = [
        f"{stem}: {name}"
        for stem, name in sorted(named)
        if stem in stems and not any(_stem(item) == stem and _is_named(item, name) for item in items)
    ]
    if gone:
        raise pytest.UsageError("only_in_a_kernel.py names tests that are not there: " + ", ".join(gone))


def pytest_terminal_summary(terminalreporter, config):
    for reason, count in getattr(config, "left_out", {}).items():
        terminalreporter.write_line(f"left out, {count}: {reason}")
