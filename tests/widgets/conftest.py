"""Each test of a widget begins in a kernel without rungs of learners, as after a restart."""

import pytest

from widgets_lib.widgets.ladder import learner_rungs, verdict


@pytest.fixture(autouse=True)
def kernel_without_learner_rungs(monkeypatch):
    """A ladder that another test left behind measures no rung of this one, and no version before it is compared."""
    learner_rungs.OPEN_LADDERS.clear()
    monkeypatch.setattr(learner_rungs, "_unlisted", [])
    monkeypatch.setattr(verdict, "_last", {})
