"""How weights find themselves: derivatives, gradient descent, and networks trained on digits, in numpy alone.

autograd   backpropagation on single numbers         graphs    prepared expressions, step by step
descent    softmax regression: loss, gradient, mini-batches, 2/λ
slices     cuts through its loss that can be drawn   paths     steps down such a cut, and what became of them
landscapes the cuts that are shown, with contours    challenges  tasks about a descent, and who has done one
training   networks of layers, a mini-batch at a time  runs    trainings that are kept, taken again, pictured
"""

from . import autograd, challenges, descent, graphs, landscapes, paths, runs, slices, training

__all__ = ["autograd", "challenges", "descent", "graphs", "landscapes", "paths", "runs", "slices", "training"]
