"""How weights find themselves: derivatives, gradient descent, and networks trained on digits, in numpy alone.

autograd   backpropagation on single numbers         graphs    prepared expressions, step by step
descent    softmax regression: loss, gradient, mini-batches, 2/λ
slices     cuts through its loss that can be drawn   paths     steps down such a cut, and what became of them
training   networks of layers, a mini-batch at a time
"""

from . import autograd, descent, graphs, paths, slices, training

__all__ = ["autograd", "descent", "graphs", "paths", "slices", "training"]
