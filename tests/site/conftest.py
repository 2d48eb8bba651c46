"""The small course, built once for all tests of a run, whichever of its processes comes first."""

import fcntl
import os

import pytest

from static_edition.build import build
from static_edition.execute import ROOT
from tests.site import small_course


@pytest.fixture(scope="session")
def small_site(tmp_path_factory):
    """The folder of a built site; what is compiled for the browser is kept for the next time."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site").exists():
            (folder / "lessons").mkdir(exist_ok=True)
            build(folder / "site", [], small_course.course(folder / "lessons"), ROOT / "build/small_site")
    return folder / "site"
