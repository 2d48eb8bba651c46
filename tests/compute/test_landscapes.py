"""Cuts through the loss as they are drawn, and the tasks about them."""

import itertools

import numpy as np
import pytest

from widgets_lib.compute.learning import landscapes
from widgets_lib.compute.learning.challenges import CHALLENGES, find_challenge
from widgets_lib.compute.learning.landscapes import VIEWS, contour, landscape, ticks
from widgets_lib.compute.learning.paths import Descent

KINDS = ("cross-entropy", "squared error")


def test_a_contour_of_a_cone_is_a_circle():
    x, y = np.linspace(-3, 3, 61), np.linspace(-2, 2, 41)
    heights = np.hypot(x[:, None], y[None, :])
    segments = contour(heights, x, y, 1.5)
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*ends.T), 1.5, atol=0.005)
    lengths = np.hypot(*(segments[:, :2] - segments[:, 2:]).T)
    assert lengths.sum() == pytest.approx(3 * np.pi, rel=0.002)
    assert contour(heights, x, y, 9).shape == (0, 4)


@pytest.mark.parametrize(("view", "kind"), [*itertools.product(VIEWS, KINDS)])
def test_what_is_drawn_is_the_loss(view, kind):
    shown = landscape(view, kind)
    place, lowest = shown.slice.minimum
    inside = shown.clip(place) == tuple(place)
    assert inside and shown.slice.loss(shown.start) > lowest + 0.5
    assert shown.limit == pytest.approx(shown.slice.lr_limit(place))
    for t, height in shown.curve[::40]:
        assert shown.slice.loss([t]) == pytest.approx(height, rel=1e-5)
    for level, segments in shown.contours:
        middle = segments[len(segments) // 2, :2]
        near = shown.slice.loss(middle) - lowest
        assert near == pytest.approx(level - lowest, rel=0.12), level
    assert len(shown.contours) == (landscapes.CONTOURS if view == "plane" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_tells_whether_the_bottom_holds_a_ball_that_is_near(kind):
    shown = landscape("ink", kind)
    place, _ = shown.slice.minimum
    start = 0.1 * (1 if kind == "cross-entropy" else 0.1)
    for factor, nearer in ((0.95, True), (1.05, False)):
        path = Descent(shown.slice, place + start, factor * shown.limit)
        path.step(20)
        assert (abs(path.places[-1].t - place) < start)[0] == nearer


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-2, 10, [-2, 0, 2, 4, 6, 8, 10]), (-0.5, 0.5, [-0.4, -0.2, 0, 0.2, 0.4]), (0.2, 31, [5, 10, 15, 20, 25, 30])],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == expected


def walk(key, lr, batch=None, steps=10, kind="cross-entropy", seed=0):
    shown = landscape(CHALLENGES[key].view, kind)
    path = Descent(shown.slice, shown.start, lr, batch, seed)
    path.step(steps)
    return path


def at_the_bottom(lr):
    path = walk("diverge", 0.02, steps=60, kind="squared error")
    path.lr = lr
    return path


SOLUTIONS = {
    "swing": lambda: [walk("swing", 2.5)],
    "settle": lambda: [walk("settle", 0.5, steps=4)],
    "diverge": lambda: [walk("diverge", 0.1, kind="squared error")],
    "uphill": lambda: [walk("uphill", 0.5, 1, 15, seed=seed) for seed in range(20)],
    "agree": lambda: [walk("agree", 0.5, 256, steps, seed=seed) for steps in (6, 8) for seed in range(10)],
}
MISSES = {
    "swing": [
        (lambda: walk("swing", 0.5), "come to rest"),
        (lambda: walk("swing", 2.5, steps=2), "2 steps so far"),
        (lambda: walk("swing", 0.01), "does not swing yet"),
        (lambda: walk("swing", 0.1, kind="squared error"), "This one diverged"),
    ],
    "settle": [
        (lambda: walk("settle", 0.05, steps=3), "3 steps of at most 4"),
        (lambda: walk("settle", 0.05, steps=4), "it is not there"),
        (lambda: walk("settle", 0.5, steps=9), "after 9 steps"),
    ],
    "diverge": [
        (lambda: walk("diverge", 50), "bounded"),
        (lambda: walk("diverge", 0.1), "isn’t growing"),
        (lambda: at_the_bottom(0.1), "At the bottom the slope is 0"),
    ],
    "uphill": [
        (lambda: walk("uphill", 0.5, 512, 8), "points downhill, with a cosine of"),
        (lambda: walk("uphill", 0.5, 1, 0), "Walk to the bottom first"),
    ],
    "agree": [
        (lambda: walk("agree", 0.5), "fewer than 500"),
        (lambda: walk("agree", 0.5, 16, 0), "Walk to the bottom first"),
        (lambda: walk("agree", 0.5, 1, 30, seed=3), "0.9 is wanted"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_task_can_be_done_and_what_is_missing_is_said(key):
    assert any(CHALLENGES[key].judge(path).is_solved for path in SOLUTIONS[key]())
    for make, words in MISSES[key]:
        verdict = CHALLENGES[key].judge(make())
        assert not verdict.is_solved and words in verdict.message
    assert len(CHALLENGES[key].hints) >= 2


def test_unknown_names_are_told_which_there_are():
    with pytest.raises(ValueError, match="no view 'valley': ink, templates and plane"):
        landscape("valley")
    with pytest.raises(ValueError, match="no challenge 'fly': swing, settle"):
        find_challenge("fly")


def test_a_negative_cosine_has_a_minus_and_words_that_hold():
    solved = next(v for path in SOLUTIONS["uphill"]() if (v := CHALLENGES["uphill"].judge(path)).is_solved)
    assert "with a cosine of −0." in solved.message
    assert "slope grows without limit" in CHALLENGES["diverge"].judge(SOLUTIONS["diverge"]()[0]).message
    assert "under “more”" in CHALLENGES["diverge"].hints[0]
