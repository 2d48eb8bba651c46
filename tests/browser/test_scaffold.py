"""What `make new-widget` writes works in a real page."""

from tests.support import trees


def test_the_new_widgets_own_browser_test(tmp_path):
    copy = trees.grown_copy(tmp_path / "tree")
    assert "1 passed" in trees.pytest(copy, f"tests/browser/test_{trees.WIDGET[1]}.py")
