"""Networks in numpy: gradients against torch in float64, accuracies as published for them, runs that come out again."""

import itertools
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits

from tests.compute.learning_digits import digits, trained
from widgets_lib.compute import mnist
from widgets_lib.compute.learning import training
from widgets_lib.compute.learning.training import Net, Training, new_net


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def small(lr=0.1, batch=32, **settings):
    return Training(new_net((784, 16, 10)), *digits(300), lr=lr, batch=batch, **settings)


def same(net, other):
    mine, theirs = ([array for layer in each.layers for array in layer] for each in (net, other))
    return all(map(np.array_equal, mine, theirs))


# ---- gradients ----


@pytest.mark.parametrize("sizes", [(7, 4), (7, 6, 4), (7, 6, 5, 4)])
@pytest.mark.parametrize("activation", training.ACTIVATIONS)
def test_loss_and_gradients_are_torchs(sizes, activation):
    rng = np.random.default_rng(3)
    layers = tuple((rng.standard_normal((m, n)), rng.standard_normal(n)) for m, n in itertools.pairwise(sizes))
    x, y = rng.standard_normal((20, 7)), rng.integers(0, 4, 20)
    theirs = [[torch.tensor(array, requires_grad=True) for array in layer] for layer in layers]
    values = torch.tensor(x)
    for w, b in theirs[:-1]:
        values = getattr(torch, activation)(values @ w + b)
    reference = F.cross_entropy(values @ theirs[-1][0] + theirs[-1][1], torch.tensor(y))
    reference.backward()
    loss, found = training.gradients(Net(layers, activation), x, y)
    assert loss == pytest.approx(reference.item(), rel=1e-12)
    for mine, other in zip(found, theirs, strict=True):
        for array, tensor in zip(mine, other, strict=True):
            np.testing.assert_allclose(array, tensor.grad.numpy(), rtol=1e-9, atol=1e-13)


def test_gradients_are_finite_differences():
    rng, x, y = np.random.default_rng(3), *digits(40, np.float64)
    net = new_net((784, 12, 10), "tanh", dtype=np.float64)
    _, found = training.gradients(net, x, y)
    nudge = [tuple(rng.standard_normal(array.shape) for array in layer) for layer in net.layers]

    def moved(h):
        layers = [(w + h * dw, b + h * db) for (w, b), (dw, db) in zip(net.layers, nudge, strict=True)]
        return training.gradients(Net(tuple(layers), "tanh"), x, y)[0]

    slope = sum(np.vdot(a, b) for mine, v in zip(found, nudge, strict=True) for a, b in zip(mine, v, strict=True))
    assert slope == pytest.approx((moved(1e-6) - moved(-1e-6)) / 2e-6, rel=1e-6)


def test_an_activation_of_large_numbers_is_finite():
    for name, activation in training.ACTIVATIONS.items():
        bent = activation.forward(np.array([-1e4, 0, 1e4], np.float32))
        assert np.isfinite(bent).all() and np.isfinite(activation.slope(bent)).all(), name


# ---- what is reached ----


@pytest.mark.parametrize(
    ("lr", "expected", "within"),
    [(0.01, 0.868, 0.005), (0.1, 0.908, 0.005), (0.5, 0.917, 0.006), (2, 0.869, 0.06), (50, 0.888, 0.06)],
)
def test_the_accuracy_of_a_linear_classifier_after_an_epoch_by_learning_rate(lr, expected, within):
    """A rate a hundred times too high costs accuracy, and does not diverge."""
    data = mnist.load()
    run = Training(new_net((784, 10)), data.x_train, data.y_train, lr, batch=64)
    reports = list(run.run())
    assert run.steps == 782 and reports[-1].epoch == 1
    assert training.accuracy(run.net, data.x_test, data.y_test) == pytest.approx(expected, abs=within)


def test_a_linear_classifier_reaches_0_92():
    data = mnist.load()
    run = Training(new_net((784, 10)), data.x_train, data.y_train, lr=0.5, batch=200)
    for _ in run.run(epochs=5):
        pass
    assert training.accuracy(run.net, data.x_test, data.y_test) >= 0.92


def test_two_layers_reach_0_97():
    run, reports, reached = trained()
    assert reached >= 0.97
    assert run.steps == 3_000 and [report.step for report in reports] == list(range(250, 3_001, 250))
    assert reports[0].loss > 3 * reports[-1].loss and reports[-1].lr == 0.05


# ---- runs ----


def test_the_same_settings_take_the_same_steps_and_another_seed_takes_others():
    first, second, other = small(seed=1), small(seed=1), small(seed=2)
    for run in (first, second, other):
        list(run.run(epochs=2))
    assert same(first.net, second.net) and not same(first.net, other.net)


def test_an_epoch_goes_once_through_all_digits():
    run = small(batch=32)
    for epoch in (0, 1):
        rows = [run.rows(step).tolist() for step in range(epoch * 10, epoch * 10 + 10)]
        assert [len(batch) for batch in rows] == [32] * 9 + [12]
        assert sorted(row for batch in rows for row in batch) == list(range(300))
    assert run.rows(0).tolist() != run.rows(10).tolist()  # each epoch in an order of its own


def test_a_run_that_is_left_and_taken_up_again_goes_on_as_if_it_had_not_been():
    whole, parts = small(), small()
    list(whole.run(steps=25))
    for progress in parts.run(steps=25, every=4):
        if progress.step == 8:
            break
    assert parts.steps == 8
    parts.step()
    list(parts.run(steps=16))
    assert parts.steps == whole.steps == 25 and same(parts.net, whole.net)


def test_a_step_that_is_interrupted_has_not_happened(monkeypatch):
    run, untouched = small(), small()
    list(run.run(steps=3))
    before = run.net

    def interrupted(*args):
        real(*args)
        raise KeyboardInterrupt

    real = training.gradients
    with monkeypatch.context() as patch:
        patch.setattr(training, "gradients", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(run.run(steps=5))
    assert run.steps == 3 and run.net is before
    list(run.run(steps=4))
    list(untouched.run(steps=7))
    assert same(run.net, untouched.net)


def test_a_learning_rate_that_is_set_meanwhile_holds_from_the_next_step_on():
    run, reference = small(lr=0.1), small(lr=0.1)
    run.step()
    reference.step()
    run.lr = 0.4
    before = reference.net
    _, slopes = training.gradients(before, *(array[reference.rows(1)] for array in digits(300)))
    run.step()
    np.testing.assert_allclose(run.net.layers[0][0], before.layers[0][0] - np.float32(0.4) * slopes[0][0], rtol=1e-6)


def test_reports_tell_the_mean_loss_of_the_batches_since_the_last():
    run, reference = small(), small()
    losses = [reference.step() for _ in range(7)]
    reports = list(run.run(steps=7, every=3))
    assert [report.step for report in reports] == [3, 6, 7]
    assert [report.loss for report in reports] == pytest.approx([np.mean(losses[:3]), np.mean(losses[3:6]), losses[6]])
    assert reports[-1].epoch == 0.7


def test_a_run_that_leaves_all_numbers_stops_in_words_and_keeps_its_last_weights():
    run = small(lr=1e30)
    with pytest.raises(training.Diverged, match=r"smaller learning rate|too large"):
        list(run.run(steps=10))
    assert all(np.isfinite(array).all() for layer in run.net.layers for array in layer)


# ---- bad input ----

NAN = Net(((np.full((784, 10), np.nan, np.float32), np.zeros(10, np.float32)),))


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: Training(NAN, *digits(300)), "7,840 of 7,840 weights of layer 1 are nan"),
        (lambda: small(lr=0), "a learning rate is a number above 0, not 0"),
        (lambda: setattr(small(), "lr", -0.5), "above 0, not -0.5"),
        (lambda: small(batch=301), "a batch of 301 can’t be drawn from 300 digits: take at most 300"),
        (lambda: small(batch=0), "at least 1"),
        (lambda: new_net((784, 10), "softplus"), "no activation 'softplus': relu, tanh and sigmoid are known"),
        (lambda: new_net((784,)), "give two sizes at least"),
        (lambda: new_net((784, 0, 10)), "the size of a layer is at least 1"),
        (lambda: Training(new_net((12, 10)), *digits(300)), "takes 12 pixels, and the digits have 784"),
        (lambda: Training(new_net((784, 4)), *digits(300)), "a label 9, and the network has scores for 0 to 3"),
    ],
)
def test_bad_input_is_refused_in_words(use, words):
    with pytest.raises(ValueError, match=words):
        use()


def test_in_a_browser_a_product_is_the_same_product(monkeypatch):
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((7, 784), np.float32), rng.standard_normal((784, 5), np.float32)
    expected = a.astype(np.float64) @ b
    monkeypatch.setattr(sys, "platform", "emscripten")
    for left, right in ((a, b), (np.asfortranarray(a), b), (a, np.ascontiguousarray(b.T).T)):
        np.testing.assert_allclose(training.product(left, right), expected, atol=1e-4)
    assert training.product(a, b).dtype == np.float32


def test_bytes_train_to_the_same_weights_as_the_rows_that_they_become():
    rng = np.random.default_rng(4)
    images, labels = rng.integers(0, 256, (96, 784), np.uint8), rng.integers(0, 10, 96)
    both = [Training(new_net((784, 16, 10)), x, labels, lr=0.1, batch=32) for x in (images, mnist.as_rows(images))]
    for each in both:
        for _ in range(5):
            each.step()
    for one, other in zip(*(each.net.layers for each in both), strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def test_between_two_parts_of_a_prediction_warnings_are_as_before():
    net, before = new_net([784, 10]), np.geterr()
    for _ in training.predicting(net, np.zeros((training.CHUNK + 1, 784), np.float32)):
        assert np.geterr() == before
