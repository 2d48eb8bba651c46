"""`wl.projector` sends one script to the page, and refuses what is no scale in one sentence."""

import numpy as np
import pytest

import widgets_lib as wl
from widgets_lib.widgets import projector as module


@pytest.fixture
def sent(monkeypatch):
    scripts = []
    monkeypatch.setattr(module, "_run_in_page", lambda script, text: scripts.append((script, text)))
    return scripts


@pytest.mark.parametrize(
    ("scale", "written"), [(1.5, "1.5"), (2, "2.0"), (0.5, "0.5"), (np.float32(1.25), "1.25"), (4, "4.0")]
)
def test_the_scale_goes_to_the_page(sent, scale, written):
    assert wl.projector(scale) is None
    ((script, text),) = sent
    assert script.rstrip().endswith(f"}})({written});") and text.startswith("Projector: ")


def test_none_is_the_usual_size(sent):
    wl.projector(None)
    ((script, text),) = sent
    assert script.rstrip().endswith("})(null);") and text == "Projector: 1 times the usual size."


@pytest.mark.parametrize("scale", ["large", "1.5", True, [1.5], 2j, {}])
def test_what_is_no_number_is_refused(sent, scale):
    with pytest.raises(TypeError, match=r"such as 1.5; None for the usual size; not "):
        wl.projector(scale)
    assert not sent


@pytest.mark.parametrize("scale", [0, -1.5, 0.49, 4.01, 150, float("inf"), float("nan"), 10**400])
def test_a_number_out_of_range_is_refused(sent, scale):
    with pytest.raises(ValueError, match=r"from 0.5 to 4, such as 1.5"):
        wl.projector(scale)
    assert not sent
