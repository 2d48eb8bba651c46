"""The loss of softmax regression, its gradients and curvature, against torch in float64, finite differences and numpy."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits

from tests.compute.learning_digits import digits
from widgets_lib.compute.learning import descent, paths, slices

KINDS = list(descent.LOSSES)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture
def problem(rng):
    """Random weights, digits and labels in float64: (7, 4), (30, 7), (30,)."""
    return rng.standard_normal((7, 4)), rng.standard_normal((30, 7)), rng.integers(0, 4, 30)


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def torch_loss(w, x, y, kind):
    scores = torch.tensor(x) @ w
    if kind == "cross-entropy":
        return F.cross_entropy(scores, torch.tensor(y))
    return F.mse_loss(scores, F.one_hot(torch.tensor(y), scores.shape[1]).double(), reduction="sum") / 2 / len(x)


# ---- gradients and curvature ----


@pytest.mark.parametrize("kind", KINDS)
def test_loss_and_gradient_are_torchs(problem, kind):
    w, x, y = problem
    theirs = torch.tensor(w, requires_grad=True)
    reference = torch_loss(theirs, x, y, kind)
    reference.backward()
    assert descent.loss(w, x, y, kind) == pytest.approx(reference.item(), rel=1e-12)
    np.testing.assert_allclose(descent.gradient(w, x, y, kind), theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_a_finite_difference(problem, kind, rng):
    w, x, y = problem
    v, h = rng.standard_normal(w.shape), 1e-6
    slope = (descent.loss(w + h * v, x, y, kind) - descent.loss(w - h * v, x, y, kind)) / (2 * h)
    assert np.vdot(descent.gradient(w, x, y, kind), v) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_each_digit_has_its_own_gradient_and_their_mean_is_the_gradient(problem, kind):
    w, x, y = problem
    each = descent.per_example_gradients(w, x, y, kind)
    assert each.shape == (30, 7, 4)
    np.testing.assert_allclose(each[3], descent.gradient(w, x[3:4], y[3:4], kind), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(each.mean(0), descent.gradient(w, x, y, kind), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_curvature_is_the_largest_eigenvalue_of_torchs_hessian(problem, kind):
    w, x, y = problem
    hessian = torch.autograd.functional.hessian(lambda v: torch_loss(v, x, y, kind), torch.tensor(w))
    largest = torch.linalg.eigvalsh(hessian.reshape(w.size, w.size))[-1].item()
    assert descent.largest_curvature(w, x, y, kind, tolerance=1e-9) == pytest.approx(largest, rel=1e-4)
    assert descent.lr_limit(w, x, y, kind) == pytest.approx(2 / largest, rel=1e-3)


def test_softmax_and_its_loss_stand_large_scores():
    scores = np.array([[1e4, 0.0, -1e4]])
    np.testing.assert_array_equal(descent.softmax(scores), [[1, 0, 0]])
    assert descent.cross_entropies(scores, np.array([1])) == [1e4]


def test_a_flat_loss_has_no_limit():
    x, y = np.zeros((2, 3)), np.array([0, 1])
    assert descent.lr_limit(np.zeros((3, 2)), x, y) == math.inf


# ---- on the digits: the figures of the course ----


def test_the_limit_at_zero_weights_is_two_over_a_tenth_of_39():
    """With a bias. λ of the pixels is an eigenvalue of XᵀX/n; the softmax of ten equal scores takes a tenth of it."""
    x, y = digits(10_000)
    x = np.column_stack([x, np.ones(len(x), np.float32)])
    w = np.zeros((785, 10), np.float32)
    largest = np.linalg.eigvalsh(x.T @ x / len(x))[-1]
    assert largest == pytest.approx(39.0, abs=0.5)
    assert descent.largest_curvature(w, x, y) == pytest.approx(largest / 10, rel=1e-3)
    assert descent.lr_limit(w, x, y) == pytest.approx(0.51, abs=0.01)
    assert descent.lr_limit(w, x, y, "squared error") == pytest.approx(0.051, abs=0.001)


def full_batch(lr, steps, kind="cross-entropy", n=4_000):
    (x, y), w, losses = digits(n), np.zeros((784, 10), np.float32), []
    for _ in range(steps):
        losses.append(descent.loss(w, x, y, kind))
        w -= np.float32(lr) * descent.gradient(w, x, y, kind)
    return losses


def test_at_a_learning_rate_of_1_the_loss_swings_and_does_not_diverge():
    losses = full_batch(1.0, 60)
    early = np.array(losses[1:8])
    assert (np.diff(early) > 0).any() and early.max() < 1.7
    assert early.min() > 0.8 and losses[-1] < 0.4  # on the way it swings, and settles as the curvature falls


def test_below_the_limit_it_falls_at_every_step():
    assert (np.diff(full_batch(0.45, 25)) < 0).all()


def test_the_squared_error_diverges_above_its_limit_and_settles_below():
    limit = descent.lr_limit(np.zeros((784, 10), np.float32), *digits(4_000), "squared error")
    assert full_batch(1.2 * limit, 60, "squared error")[-1] > 100
    assert full_batch(0.9 * limit, 60, "squared error")[-1] < 0.3


@pytest.mark.parametrize(("batch", "expected"), [(1, 0.135), (16, 0.44), (64, 0.69), (256, 0.88), (1024, 0.97)])
def test_a_batch_points_nearer_to_the_true_gradient_the_larger_it_is(batch, expected):
    x, y = digits(10_000)
    w = np.zeros((784, 10), np.float32)
    found = descent.batch_cosines(w, x, y, batch, draws=40)
    assert found.mean() == pytest.approx(expected, abs=3 * found.std() / math.sqrt(40) + 0.02)
    np.testing.assert_array_equal(found, descent.batch_cosines(w, x, y, batch, draws=40))


# ---- slices ----


@pytest.fixture(scope="module")
def named():
    return slices.directions(*digits(600))


def test_directions_have_length_1_stand_at_right_angles_and_are_what_they_say(named):
    x, y = digits(600, np.float64)
    flat = np.array([direction.weights.ravel() for direction in named.values()])
    np.testing.assert_allclose(flat @ flat.T, np.eye(3), atol=1e-12)
    downhill = -descent.gradient(np.zeros((784, 10)), x, y)
    assert descent.cosine(named["templates"].weights, downhill) == pytest.approx(1)
    ink = named["ink"].weights
    assert descent.cosine(ink[:, 0], x.mean(0)) > 0.99 and descent.cosine(ink[:, 1], x.mean(0)) < -0.99


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keys", [("templates",), ("templates", "ink")])
def test_a_slice_is_the_loss_of_all_weights_and_its_gradient_that_one_projected(named, kind, keys, rng):
    x, y = digits(600, np.float64)
    along = [named[key].weights for key in keys]
    origin = 0.1 * rng.standard_normal((784, 10))
    cut = slices.Slice(x, y, *along, origin=origin, kind=kind)
    t = rng.standard_normal(len(along))
    w = origin + sum(a * d for a, d in zip(t, along, strict=True))
    assert cut.loss(t) == pytest.approx(descent.loss(w, x, y, kind), rel=1e-12)
    full = descent.gradient(w, x, y, kind)
    np.testing.assert_allclose(cut.gradient(t), [np.vdot(full, d) for d in along], rtol=1e-9)
    own = descent.per_example_gradients(w, x[:5], y[:5], kind)
    np.testing.assert_allclose(cut.each_gradient(t)[:5], [[np.vdot(g, d) for d in along] for g in own], atol=1e-12)
    h, size = 1e-5, np.eye(len(along))
    second = [(cut.gradient(t + h * e) - cut.gradient(t - h * e)) / (2 * h) for e in size]
    np.testing.assert_allclose(cut.hessian(t), second, rtol=1e-6, atol=1e-8)
    assert cut.lr_limit(t) == pytest.approx(2 / np.linalg.eigvalsh(second)[-1], rel=1e-6)


@pytest.mark.parametrize("kind", descent.LOSSES)
def test_a_grid_holds_the_loss_at_each_place_and_the_minimum_is_below_all(named, kind):
    cut = slices.Slice(*digits(600), named["templates"].weights, named["ink"].weights, kind=kind)
    across, up = [-1.0, 0, 4], [-2.0, 0, 1, 3]
    grid = cut.grid(across, up)
    assert grid.shape == (3, 4)
    np.testing.assert_allclose(grid, [[cut.loss([a, b]) for b in up] for a in across], rtol=1e-12)
    place, lowest = cut.minimum
    assert lowest < grid.min() and np.linalg.norm(cut.gradient(place)) < 1e-8
    far = cut.grid([-4000.0, 0], [1.0, 4000])  # where exp of the scores' differences leaves float64
    np.testing.assert_allclose(far, [[cut.loss([a, b]) for b in (1, 4000)] for a in (-4000, 0)], rtol=1e-12)


# ---- paths ----


def test_a_path_walks_the_slice_and_its_outcome_is_told(named):
    ink = slices.Slice(*digits(600), named["ink"].weights)
    assert {lr: walk(ink, [2.0], lr) for lr in (0.01, 0.4, 1.0, 8.0)} == {
        0.01: "under way",
        0.4: "settled",
        1.0: "swings",
        8.0: "swings",
    }
    squared = slices.Slice(*digits(600), named["ink"].weights, kind="squared error")
    limit = squared.lr_limit([0.0])
    assert [walk(squared, [2.0], factor * limit) for factor in (0.8, 1.05, 30)] == ["settled", "diverged", "diverged"]


def walk(cut, start, lr, steps=20):
    path = paths.Descent(cut, start, lr)
    path.step(steps)
    first, second = path.places[:2]
    np.testing.assert_allclose(second.t, first.t - lr * cut.gradient(first.t))
    return path.outcome()


def test_the_arrow_of_a_batch_is_the_mean_of_its_digits_own_gradients(named):
    cut = slices.Slice(*digits(600), named["templates"].weights, named["ink"].weights)
    path = paths.Descent(cut, [0.0, 1.0], 0.3, batch=16, seed=4)
    path.step(3)
    for step, place in enumerate(path.places):
        rows = path.rows(step)
        assert len(set(rows.tolist())) == 16
        np.testing.assert_allclose(place.batch_gradient, cut.each_gradient(place.t)[rows].mean(0))
        assert place.cosine == pytest.approx(descent.cosine(place.batch_gradient, place.gradient))
        assert place.uphill == (place.cosine < 0)
    for place, following in itertools.pairwise(path.places):
        np.testing.assert_allclose(following.t, place.t - 0.3 * place.batch_gradient)
    again = paths.Descent(cut, [0.0, 1.0], 0.3, batch=16, seed=4)
    again.step(3)
    np.testing.assert_array_equal(again.places[-1].t, path.places[-1].t)
    path.batch = None  # from the next step on, and its arrow at once
    path.step(0)
    np.testing.assert_allclose(path.places[-1].batch_gradient, path.places[-1].gradient)


def test_a_path_that_has_left_all_bounds_stops_there(named):
    cut = slices.Slice(*digits(600), named["ink"].weights, kind="squared error")
    path = paths.Descent(cut, [2.0], 10.0)
    path.step(500)
    assert path.diverged and len(path.places) < 10 and math.isfinite(path.places[-1].loss)


# ---- bad input ----

X, Y, W = np.ones((3, 2)), np.array([0, 1, 1]), np.zeros((2, 2))
NAN = np.array([[np.nan, 0], [0, np.inf]])


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: descent.loss(NAN, X, Y), "2 of 4 weights are nan or infinite: start again"),
        (lambda: descent.gradient(W, NAN, Y[:2]), "scores are nan"),
        (lambda: descent.loss(np.zeros((3, 2)), X, Y), "don’t fit digits of 2 pixels"),
        (lambda: descent.loss(W, X, Y + 1), "a label 2, and the weights have columns for 0 to 1"),
        (lambda: descent.loss(W, X, Y - 1), "a label is at least 0, not -1"),
        (lambda: descent.loss(W, X, Y[:2]), "3 digits need as many whole labels"),
        (lambda: descent.loss(W, X[0], Y), "rows of pixels"),
        (lambda: descent.loss(W, X, Y, "hinge"), "no loss 'hinge': cross-entropy and squared error"),
        (lambda: descent.draw_batch(3, 4), "a batch of 4 can’t be drawn from 3 digits: take at most 3"),
        (lambda: descent.draw_batch(3, 0), "at least 1, not 0"),
        (lambda: descent.cosine(W, W), "has no direction"),
        (lambda: descent.check_lr(0), "a learning rate is a number above 0, not 0"),
        (lambda: descent.check_lr(math.nan), "not nan"),
        (lambda: slices.directions(X, Y), "no 2, 3, 4, 5, 6, 7, 8 and 9 among these 3 digits"),
        (lambda: slices.Slice(X, Y), "one direction or two"),
        (lambda: slices.Slice(X, Y, NAN), "nan or infinite"),
        (lambda: slices.Slice(X, Y, W).loss([1.0, 2.0]), "has 1 coordinates"),
        (lambda: slices.Slice(X, Y, W).loss([np.nan]), "start it again"),
        (lambda: slices.Slice(X, Y, W).grid([1], [2]), "has 1 axes"),
        (lambda: paths.Descent(slices.Slice(X, Y, W), [0.0], -1), "a number above 0, not -1"),
        (lambda: paths.Descent(slices.Slice(X, Y, W), [0.0], 1, batch=4), "at most 3"),
    ],
)
def test_bad_input_is_refused_in_words(use, words):
    with pytest.raises(ValueError, match=words):
        use()


def test_whole_pixels_would_be_rounded_and_are_refused():
    with pytest.raises(TypeError, match=r"x / np.float32\(255\)"):
        descent.loss(W, np.ones((3, 2), np.uint8), Y)
