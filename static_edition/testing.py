"""A plugin of pytest: the widgets' own tests on the stand-ins, in a Python like a browser's.

    python -m pytest tests/widgets -p static_edition.testing

Left out is what is marked `kernel`: tests of what only a kernel has, other processes, threads, IPython, torch. How many
these are stands in the last line.
"""

from static_edition import absent

absent.hide()


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if item.get_closest_marker("kernel")]
    items[:] = [item for item in items if not item.get_closest_marker("kernel")]
    config.hook.pytest_deselected(items=left_out)
