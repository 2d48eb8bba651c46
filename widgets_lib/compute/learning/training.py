"""Training a network of fully connected layers on digits, in numpy: forward and backward are matrix products.

    net = new_net((784, 128, 10), seed=0)        # (784, 10): a linear classifier
    training = Training(net, x_train, y_train, lr=0.3, batch=64, seed=0)
    for progress in training.run(epochs=4, every=200):
        print(progress.step, progress.loss)      # leave the loop to stop, come back to go on, set training.lr meanwhile
    accuracy(training.net, x_test, y_test)

The batches follow from the seed, so two trainings with the same settings take the same steps. A step that is interrupted
has not happened: weights and count change together, at its end.
Source: the layers and the rule of the chain as in I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, 2016, section
6.5; the size of the first weights from K. He and others, Delving deep into rectifiers, 2015.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from widgets_lib.compute import mnist
from widgets_lib.compute._browser import in_browser
from widgets_lib.compute._integers import check_count
from widgets_lib.compute.formatting import join_words

from .descent import check_digits, check_finite, check_lr, cross_entropies, softmax

CHUNK = 2_000  # digits that are evaluated at a time


@dataclass(frozen=True)
class Activation:
    """What bends the numbers between two layers."""

    forward: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    """Its derivative, of its value."""


def _sigmoid(z: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # 1 / (1 + inf) is the 0 that it should be
        value: np.ndarray = 1 / (1 + np.exp(-z))
    return value


ACTIVATIONS = {
    "relu": Activation(lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": Activation(np.tanh, lambda a: 1 - a * a),
    "sigmoid": Activation(_sigmoid, lambda a: a * (1 - a)),
}

Layer = tuple[np.ndarray, np.ndarray]  # weights (inputs, outputs) and bias (outputs,)


@dataclass(frozen=True, eq=False)
class Net:
    """Layers, one after the other, with an activation between two of them; the last one gives the scores."""

    layers: tuple[Layer, ...]
    activation: str = "relu"

    @property
    def sizes(self) -> tuple[int, ...]:
        """(pixels, hidden …, classes)."""
        return (self.layers[0][0].shape[0], *(w.shape[1] for w, _ in self.layers))


class Diverged(ValueError):
    """The weights left the numbers that a float can hold."""


def new_net(sizes: Sequence[int], activation: str = "relu", seed: int = 0, dtype: Any = np.float32) -> Net:
    """A network before training. sizes: (784, 10) is linear and starts from zeros, (784, 128, 10) has a hidden layer.

    Hidden layers start from random weights, √(2 / inputs) in size: from zeros all their units would stay alike.
    Raises: ValueError in words for fewer than two sizes and an unknown activation.
    """
    find_activation(activation)
    sizes = [check_count(size, "the size of a layer", 1, 100_000) for size in sizes]
    if len(sizes) < 2:
        raise ValueError("a network goes from pixels to classes: give two sizes at least, such as (784, 10)")
    rng = np.random.default_rng(seed)
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        scale = np.sqrt(2 / inputs) if len(sizes) > 2 else 0.0
        weights = scale * rng.standard_normal((inputs, outputs))
        layers.append((weights.astype(dtype), np.zeros(outputs, dtype)))
    return Net(tuple(layers), activation)


def find_activation(name: str) -> Activation:
    """The Activation of a name. Raises: ValueError that names those there are."""
    if name not in ACTIVATIONS:
        raise ValueError(f"there is no activation {name!r}: {join_words(list(ACTIVATIONS))} are known")
    return ACTIVATIONS[name]


# ---- forward and backward ----


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b. In a browser numpy has no BLAS, and its einsum over neighbours in memory is several times as fast as its @."""
    if not in_browser():
        return a @ b
    made: np.ndarray = np.einsum("ik,jk->ij", np.ascontiguousarray(a), np.ascontiguousarray(b.T))
    return made


def forward(net: Net, x: np.ndarray) -> list[np.ndarray]:
    """What goes into each layer, (n, inputs) each, and at the end the scores (n, classes)."""
    bend, values = find_activation(net.activation).forward, [x]
    for w, b in net.layers[:-1]:
        values.append(bend(product(values[-1], w) + b))
    w, b = net.layers[-1]
    return [*values, product(values[-1], w) + b]


def gradients(net: Net, x: np.ndarray, y: np.ndarray) -> tuple[float, tuple[Layer, ...]]:
    """The mean cross-entropy of the digits x (n, pixels), labels y (n,), and its derivative by each weight and bias.

    Raises: Diverged if the loss is no finite number.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        *inputs, scores = forward(net, x)
        loss = float(cross_entropies(scores, y).mean())
    if not np.isfinite(loss):
        raise Diverged("the loss is no finite number any more: start again with a smaller learning rate")
    delta = softmax(scores)  # the derivative by the scores: probabilities, less 1 at the right label
    delta[np.arange(len(y)), y] -= 1
    delta /= len(y)
    slope, found = find_activation(net.activation).slope, []
    for (w, _), values in zip(reversed(net.layers), reversed(inputs), strict=True):
        found.append((product(values.T, delta), delta.sum(0)))
        if values is not x:
            delta = product(delta, w.T) * slope(values)
    return loss, tuple(reversed(found))


def predict(net: Net, x: np.ndarray) -> np.ndarray:
    """The label with the largest score of each digit, int64 (n,)."""
    return np.concatenate([*predicting(net, x)])


def predicting(net: Net, x: np.ndarray) -> Iterator[np.ndarray]:
    """The same in parts, one after the other. x: pixels from 0 to 1, or bytes as `mnist.compact` has them."""
    for start in range(0, len(x), CHUNK):
        with np.errstate(over="ignore", invalid="ignore"):  # of a net that is about to diverge
            labels = forward(net, mnist.as_rows(x[start : start + CHUNK]))[-1].argmax(1)
        yield labels  # outside, where whoever asks for the parts has warnings as before


def accuracy(net: Net, x: np.ndarray, y: np.ndarray) -> float:
    """The share of the digits whose label the network finds, from 0 to 1."""
    return float((predict(net, x) == y).mean())


# ---- training ----


@dataclass(frozen=True)
class Progress:
    """Where a training is."""

    step: int
    """Steps taken, from 1."""
    epoch: float
    """How often all digits were seen."""
    loss: float
    """The mean loss of the batches since the last report, each before its step."""
    lr: float


class Training:
    """Stochastic gradient descent on a network, a mini-batch at a time.

    net: where it starts; `training.net` is where it is. x: pixels from 0 to 1, (n, pixels), or bytes as `mnist.compact` has
    them, of which each batch is converted. lr may be set at any time, and holds from the next step on.
    Raises: ValueError or TypeError in words for digits, weights, lr or batch that can't be used.
    """

    def __init__(self, net: Net, x: Any, y: Any, lr: float = 0.3, batch: int = 64, seed: int = 0) -> None:
        self._x, self._y = check_digits(x, y, may_be_bytes=True)
        n = len(self._x)
        if net.sizes[0] != self._x.shape[1]:
            raise ValueError(f"the network takes {net.sizes[0]} pixels, and the digits have {self._x.shape[1]}")
        if self._y.max() >= net.sizes[-1]:
            raise ValueError(
                f"there is a label {self._y.max()}, and the network has scores for 0 to {net.sizes[-1] - 1}"
            )
        for number, layer in enumerate(net.layers, 1):
            for array, what in zip(layer, ("weights", "biases"), strict=True):
                check_finite(array, f"{what} of layer {number}")
        self.batch = check_count(batch, "the size of a batch", 1)
        if self.batch > n:
            raise ValueError(f"a batch of {self.batch:,} can’t be drawn from {n:,} digits: take at most {n:,}")
        self.seed = check_count(seed, "a seed", 0)
        self.lr = lr
        self._state = (net, 0)  # set as one, so that no step is half done
        self._order = (-1, np.arange(0))  # of an epoch

    @property
    def net(self) -> Net:
        return self._state[0]

    @property
    def steps(self) -> int:
        """Steps taken."""
        return self._state[1]

    @property
    def lr(self) -> float:
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = check_lr(lr)

    @property
    def steps_per_epoch(self) -> int:
        """The last batch of an epoch may be smaller than the others."""
        return -(-len(self._x) // self.batch)

    def rows(self, step: int) -> np.ndarray:
        """The digits of the batch that a step takes, numbered from 0: each epoch goes through all in an order of its own."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            self._order = (epoch, np.random.default_rng([self.seed, epoch]).permutation(len(self._x)))
        return self._order[1][position * self.batch : (position + 1) * self.batch]

    def step(self) -> float:
        """Take one step, and give the loss of its batch before it.

        Raises: Diverged if the loss or a new weight is no finite number; the weights stay as they were.
        """
        net, step = self._state
        rows = self.rows(step)
        loss, slopes = gradients(net, mnist.as_rows(self._x[rows]), self._y[rows])
        lr = net.layers[0][0].dtype.type(self._lr)
        with np.errstate(over="ignore", invalid="ignore"):
            pairs = zip(net.layers, slopes, strict=True)
            layers = tuple((w - lr * dw, b - lr * db) for (w, b), (dw, db) in pairs)
        if not all(np.isfinite(array).all() for layer in layers for array in layer):
            raise Diverged(f"step {step + 1} leads out of all numbers: a learning rate of {self._lr:g} is too large")
        self._state = (Net(layers, net.activation), step + 1)
        return loss

    def run(self, steps: int | None = None, *, epochs: float = 1, every: int = 100) -> Iterator[Progress]:
        """Take so many steps (by default those of `epochs`), with a report after `every` of them and at the end.

        Leave the loop to pause; another `run` goes on from there. Raises: as `step`.
        """
        last = self.steps + (round(epochs * self.steps_per_epoch) if steps is None else steps)
        losses: list[float] = []
        while self.steps < last:
            losses.append(self.step())
            if len(losses) == every or self.steps == last:
                yield Progress(self.steps, self.steps / self.steps_per_epoch, float(np.mean(losses)), self._lr)
                losses = []
