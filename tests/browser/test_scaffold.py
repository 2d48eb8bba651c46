"""What `make new-widget` writes works in a real page."""

import runpy

from tests.support import trees


def test_the_new_widgets_own_browser_test(tmp_path, voila_page):
    copy = trees.grown_copy(tmp_path / "tree")
    written = runpy.run_path(str(copy / f"tests/browser/test_{trees.WIDGET[1]}.py"))
    tests = [value for name, value in written.items() if name.startswith("test_")]
    assert len(tests) == 1
    take_the_copy = f"import sys\nsys.path.insert(0, {str(copy)!r})\n"
    take_the_copy += (
        "for name in [name for name in sys.modules if name.startswith('widgets_lib')]: del sys.modules[name]"
    )
    tests[0](lambda cells: voila_page([take_the_copy, *cells]))
