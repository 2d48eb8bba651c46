"""The small course, built once for all tests of a worker."""

import pytest

from static_edition.build import build
from static_edition.execute import ROOT
from tests.site import small_course


@pytest.fixture(scope="session")
def small_site(tmp_path_factory):
    """The folder of a built site; what is compiled for the browser is kept for the next time."""
    folder = tmp_path_factory.mktemp("small")
    lessons = folder / "lessons"
    lessons.mkdir()
    build(folder / "site", [], small_course.course(lessons), ROOT / "build/small_site")
    return folder / "site"
