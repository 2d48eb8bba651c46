"""Runs that are taken again come to the same weights, and the pictures show what is in a net."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.compute.learning_digits import trained
from widgets_lib.compute import mnist
from widgets_lib.compute.learning import runs
from widgets_lib.compute.learning.training import accuracy, new_net
from widgets_lib.compute.timing import Stopped


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


SMALL = runs.Settings(hidden=16, batch=32, seed=3, digits=320)


def test_a_run_is_taken_again_to_the_same_weights_whatever_its_rates():
    rates = [(0, 0.5), (7, 0.1), (12, 0.3)]
    first, second = runs.begin(SMALL, 0.5), runs.begin(SMALL, 9.0)
    for step in range(20):
        first.lr = {0: 0.5, 7: 0.1, 12: 0.3}.get(step, first.lr)
        first.step()
    runs.take(second, rates, 13)
    runs.take(second, rates, 20)
    for mine, theirs in zip(first.net.layers, second.net.layers, strict=True):
        np.testing.assert_array_equal(mine[0], theirs[0])
    assert [runs.rate_at(rates, step) for step in (0, 6, 7, 11, 12, 99)] == [0.5, 0.5, 0.1, 0.1, 0.3, 0.3]


def test_it_can_be_stopped_between_two_steps():
    training = runs.begin(SMALL, 0.5)
    with pytest.raises(Stopped):
        runs.take(training, [(0, 0.5)], 20, lambda: training.steps == 5)
    assert training.steps == 5


def test_points_of_a_curve_are_close_at_first_and_then_five_to_an_epoch():
    usual = runs.Settings(hidden=0, batch=100, digits=50_000)
    assert usual.steps_per_epoch == 500
    reported = [step for step in range(1, 1_001) if usual.is_reported(step)]
    assert reported == [1, 10, 30, *range(100, 1_001, 100)]


def test_a_linear_net_shows_its_ten_classes_and_a_hidden_layer_twenty_units():
    net = runs.begin(runs.Settings(hidden=0, batch=32, digits=320), 0.5)
    assert (runs.weight_sheet(net.net) == 128).all()  # zeros, before the first step
    net.step()
    sheet, weights = runs.weight_sheet(net.net), net.net.layers[0][0]
    assert sheet.shape == (28, 280) and sheet.dtype == np.uint8
    for label in range(10):
        picture = sheet[:, label * 28 : label * 28 + 28].astype(float).ravel() - 128
        column = weights[:, label] / np.abs(weights[:, label]).max()
        np.testing.assert_allclose(picture / 127, column, atol=0.005)
    assert runs.weight_sheet(new_net((784, 128, 10))).shape == (56, 280)
    assert runs.weight_sheet(new_net((784, 16, 10))).shape == (56, 280)


def test_what_is_misread_is_counted_and_named():
    run, _, reached = trained()
    found, data = runs.misread(run.net), mnist.load()
    assert found.accuracy == pytest.approx(reached) == accuracy(run.net, data.x_test, data.y_test)
    assert len(found.pixels) == len(found.labels) == len(found.answers) == 10
    for label, answer, pixels in zip(found.labels, found.answers, found.pixels, strict=True):
        at = int(np.flatnonzero((data.x_test * 256 == pixels.reshape(-1)).all(1))[0])
        assert data.y_test[at] == label != answer
