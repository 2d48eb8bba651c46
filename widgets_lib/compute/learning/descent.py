"""Softmax regression on real digits: its loss, its exact gradient, and what a mini-batch makes of that.

`x` are digits (n, pixels), `y` their labels (n,), `w` the weights (pixels, classes); the scores are `x @ w`. A column of
ones in x makes the last row of w a bias. Everything is computed in the type of x and w, float32 or float64.

Two losses, by their key: "cross-entropy", whose slope is bounded, so that no learning rate makes it diverge; and "squared
error", a quadratic function of the weights, which does diverge above 2/λ.
Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4 (gradient and Hessian).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from widgets_lib.compute._integers import check_count, check_positive
from widgets_lib.compute.formatting import count, join_words

TABLE_DIGITS = 100  # whose sums are in memory at a time


@dataclass(frozen=True)
class Loss:
    """A loss of one digit, as a function of its scores (n, classes)."""

    title: str
    values: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """(scores, y) -> the loss of each digit (n,)."""
    residuals: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """(scores, y) -> its derivative by each score (n, classes)."""
    curve: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """(scores, v) -> its second derivative by the scores times v, both (n, classes)."""
    table: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    """(scores (p, n, classes), others (q, n, classes), y) -> the mean loss of each sum of one and another (p, q)."""


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities (..., classes) that add up to 1: exp of each score over the sum of them all."""
    exps = np.exp(scores - scores.max(-1, keepdims=True))  # the largest becomes exp(0), so nothing overflows
    total: np.ndarray = exps / exps.sum(-1, keepdims=True)
    return total


def cross_entropies(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(..., n) minus the logarithm of the probability of each right label, of scores (..., n, classes)."""
    by_class = np.moveaxis(scores, -1, 0).copy()  # sums over the first axis are several times as fast
    largest, right = by_class.max(0), np.take_along_axis(scores, _as_index(y, scores), -1)[..., 0]
    by_class -= largest
    losses: np.ndarray = np.log(np.exp(by_class, out=by_class).sum(0)) + (largest - right)
    return losses


def _as_index(y: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.broadcast_to(y[:, None], (*scores.shape[:-1], 1))


def _cross_entropy_curve(scores: np.ndarray, v: np.ndarray) -> np.ndarray:
    p = softmax(scores)
    product: np.ndarray = p * (v - (p * v).sum(-1, keepdims=True))
    return product


def _cross_entropy_table(one: np.ndarray, other: np.ndarray, y: np.ndarray) -> np.ndarray:
    """As exp(a + b) is exp(a) · exp(b), p + q exponentials of a score do instead of p · q, and the sums are products."""
    if np.ptp(one, -1).max() + np.ptp(other, -1).max() > 700:  # a product might be 0
        return np.array([cross_entropies(scores + other, y).mean(-1) for scores in one])
    losses = np.zeros((len(one), len(other)))
    for first in range(0, len(y), TABLE_DIGITS):
        some = slice(first, first + TABLE_DIGITS)
        (a, above_a), (b, above_b) = _shifted_exps(one[:, some], y[some]), _shifted_exps(other[:, some], y[some])
        totals = np.matmul(a.transpose(1, 0, 2).copy(), b.transpose(1, 2, 0).copy())  # (digits, p, q)
        losses += np.log(totals, out=totals).sum(0) + above_a[:, None] + above_b
    return losses / len(y)


def _shifted_exps(scores: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """exp of scores (p, n, classes) less the largest of each digit, and by how much that is above the right one's (p,)."""
    largest, right = scores.max(-1), np.take_along_axis(scores, _as_index(y, scores), -1)[..., 0]
    return np.exp(scores - largest[..., None]), (largest - right).sum(-1)


def _squared_error_table(one: np.ndarray, other: np.ndarray, y: np.ndarray) -> np.ndarray:
    n, missing = len(y), other - _one_hot(other, y)
    squares = [(scores**2).sum((-1, -2)) for scores in (one, missing)]
    products = np.einsum("pnc,qnc->pq", one, missing)  # `@` starts threads, which on a busy machine takes longer
    losses: np.ndarray = (squares[0][:, None] / 2 + squares[1] / 2 + products) / n
    return losses


def _one_hot(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    targets: np.ndarray = y[:, None] == np.arange(scores.shape[-1])
    return targets


LOSSES = {
    "cross-entropy": Loss(
        "cross-entropy",
        cross_entropies,
        lambda scores, y: softmax(scores) - _one_hot(scores, y),
        _cross_entropy_curve,
        _cross_entropy_table,
    ),
    "squared error": Loss(
        "squared error",
        lambda scores, y: ((scores - _one_hot(scores, y)) ** 2).sum(-1) / 2,
        lambda scores, y: scores - _one_hot(scores, y),
        lambda scores, v: v,
        _squared_error_table,
    ),
}


# ---- the loss of all digits, and its gradient ----


def loss(w: Any, x: Any, y: Any, kind: str = "cross-entropy") -> float:
    """The mean loss of the digits. Raises: ValueError in words for weights, digits or labels that don't fit."""
    w, x, y = check_problem(w, x, y)
    return float(find_loss(kind).values(_scores(x, w), y).mean())


def gradient(w: Any, x: Any, y: Any, kind: str = "cross-entropy") -> np.ndarray:
    """The derivative of the mean loss by each weight, (pixels, classes). Raises as `loss` does."""
    w, x, y = check_problem(w, x, y)
    product: np.ndarray = x.T @ find_loss(kind).residuals(_scores(x, w), y) / len(x)
    return product


def per_example_gradients(w: Any, x: Any, y: Any, kind: str = "cross-entropy") -> np.ndarray:
    """The gradient of each digit's own loss, (n, pixels, classes); their mean is `gradient`. Raises as `loss` does."""
    w, x, y = check_problem(w, x, y)
    each: np.ndarray = x[:, :, None] * find_loss(kind).residuals(_scores(x, w), y)[:, None, :]
    return each


def largest_curvature(
    w: Any, x: Any, y: Any, kind: str = "cross-entropy", tolerance: float = 1e-4, seed: int = 0
) -> float:
    """λ, the largest eigenvalue of the loss's second derivative at w, by power iteration; no matrix of it is made.

    Source: B. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1), 1994.
    """
    w, x, y = check_problem(w, x, y)
    chosen, scores = find_loss(kind), _scores(x, w)
    v = np.random.default_rng(seed).standard_normal(w.shape).astype(x.dtype)
    curvature, before = 0.0, -1.0
    for _ in range(500):
        if abs(curvature - before) <= tolerance * curvature:
            break
        v = x.T @ chosen.curve(scores, x @ v) / len(x)
        before, curvature = curvature, float(np.linalg.norm(v))
        if curvature == 0:
            break
        v /= curvature
    return curvature


def lr_limit(w: Any, x: Any, y: Any, kind: str = "cross-entropy") -> float:
    """2/λ: with a smaller learning rate gradient descent settles from near w, with a larger one it swings.

    Infinite where the loss is flat. The limit is that of a quadratic function with the curvature at w.
    """
    curvature = largest_curvature(w, x, y, kind)
    return 2 / curvature if curvature else float("inf")


# ---- mini-batches ----


def draw_batch(n: int, batch: int, seed: Any = None) -> np.ndarray:
    """`batch` different rows of n, in order of the draw: int64 (batch,). seed: whatever numpy's default_rng takes.

    Raises: ValueError if more are asked for than there are.
    """
    batch = check_count(batch, "the size of a batch", 1)
    if batch > n:
        raise ValueError(f"a batch of {batch:,} can’t be drawn from {count(n, 'digit')}: take at most {n:,}")
    rows: np.ndarray = np.random.default_rng(seed).choice(n, batch, replace=False, shuffle=True)
    return rows


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The cosine of the angle between two gradients of the same shape: 1 the same way, 0 across, −1 the other way.

    Raises: ValueError if one of them is zero, and so has no direction.
    """
    lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    if lengths == 0:
        raise ValueError("a gradient of zeros has no direction: at a minimum there is nothing to compare")
    return float(np.vdot(a, b)) / lengths


def batch_cosines(
    w: Any, x: Any, y: Any, batch: int, draws: int = 60, seed: int = 0, kind: str = "cross-entropy"
) -> np.ndarray:
    """(draws,) the cosine between the gradient of so many random batches and that of all digits. Raises as `loss`."""
    w, x, y = check_problem(w, x, y)
    residuals = find_loss(kind).residuals(_scores(x, w), y)
    full = x.T @ residuals
    rng = np.random.default_rng(seed)
    rows = [draw_batch(len(x), batch, rng) for _ in range(check_count(draws, "a number of draws", 1))]
    return np.array([cosine(x[chosen].T @ residuals[chosen], full) for chosen in rows])


# ---- checks ----


def find_loss(kind: str) -> Loss:
    """The Loss of a key. Raises: ValueError that names those there are."""
    if kind not in LOSSES:
        raise ValueError(f"there is no loss {kind!r}: {join_words(list(LOSSES))} are known")
    return LOSSES[kind]


def check_lr(lr: Any) -> float:
    """A learning rate as a float. Raises: TypeError or ValueError in words if it is not a finite number above 0."""
    return check_positive(lr, "a learning rate")


def check_problem(w: Any, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, digits and labels as arrays that fit. Raises: ValueError that names what doesn't."""
    w = np.asarray(w)
    x, y = check_digits(x, y)
    if w.ndim != 2 or w.shape[0] != x.shape[1]:
        raise ValueError(f"weights of shape {w.shape} don’t fit digits of {x.shape[1]} pixels: ({x.shape[1]}, classes)")
    check_finite(w, "weights")
    if y.max() >= w.shape[1]:
        raise ValueError(f"there is a label {y.max()}, and the weights have columns for 0 to {w.shape[1] - 1} only")
    return w, x, y


def check_digits(x: Any, y: Any, *, may_be_bytes: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Digits (n, pixels) in floating point and labels (n,) from 0 on. Raises: ValueError or TypeError in words."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or not x.size:
        raise ValueError(f"digits are rows of pixels, (n, pixels), not of shape {x.shape}: x.reshape(len(x), -1)")
    if x.dtype.kind != "f" and not (may_be_bytes and x.dtype == np.uint8):
        raise TypeError(f"pixels of type {x.dtype} would be rounded: divide them first, x / np.float32(255)")
    if y.shape != (len(x),) or y.dtype.kind not in "iu":
        raise ValueError(f"{count(len(x), 'digit')} need as many whole labels, not {y.dtype} of shape {y.shape}")
    if y.min() < 0:
        raise ValueError(f"a label is at least 0, not {y.min()}")
    return x, y


def check_finite(array: np.ndarray, what: str) -> None:
    """Raises: ValueError that counts what is nan or infinite in it."""
    bad = array.size - int(np.isfinite(array).sum())
    if bad:
        raise ValueError(f"{bad:,} of {array.size:,} {what} are nan or infinite: start again from finite ones")


def _scores(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # said in words below
        scores: np.ndarray = x @ w
    check_finite(scores, "scores")
    return scores
