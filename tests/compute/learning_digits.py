"""Digits that the tests of compute.learning share, and one network that is trained once."""

from functools import cache

import numpy as np
from threadpoolctl import threadpool_limits

from widgets_lib.compute import mnist
from widgets_lib.compute.learning import training


@cache
def digits(n, dtype=np.float32):
    """The first n training digits (n, 784) and their labels, without unpacking the others."""
    images, labels = mnist.first_digits(n)
    return images.reshape(n, -1).astype(dtype) / dtype(256), labels


@cache
def trained():
    """784 → 128 → 10, six epochs of all 50,000 and one with a smaller learning rate; what was reported on the way.

    One thread: these products are so small that several wait for one another where other programs run.
    """
    with threadpool_limits(1):
        data = mnist.load()
        run = training.Training(training.new_net((784, 128, 10)), data.x_train, data.y_train, lr=0.5, batch=100)
        reports = list(run.run(epochs=5, every=250))
        run.lr = 0.05
        reports += run.run(epochs=1, every=250)
        return run, reports, training.accuracy(run.net, data.x_test, data.y_test)
