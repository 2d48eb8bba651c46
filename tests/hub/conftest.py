"""One hub with two learners, on a course of one small lesson."""

import pytest

from tests.support import servers
from tests.support.hub import Learner, hub
from tests.support.visitors import SLIDER

NAME = "01_slider.ipynb"


@pytest.fixture(scope="package")
def course(tmp_path_factory):
    """The folder of a course whose only lesson is a slider with a picture."""
    folder = tmp_path_factory.mktemp("course")
    servers.write_notebook([("md", "# A slider"), SLIDER], folder / NAME)
    return folder


@pytest.fixture(scope="package")
def anonymous(tmp_path_factory, course):
    """A hub that lets everybody in and has room for two."""
    with hub(tmp_path_factory.mktemp("hub"), HUB_LESSONS=str(course), HUB_SERVERS="2") as server:
        yield server


@pytest.fixture(scope="package")
def learners(anonymous):
    """Two who followed the same link, one after the other; each `.first_page` is what they found."""
    pair = [Learner(anonymous), Learner(anonymous)]
    for learner in pair:
        learner.first_page = learner.come("course/")
    return pair
