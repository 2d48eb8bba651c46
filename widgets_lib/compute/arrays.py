"""Tensors, arrays and nested lists as numpy arrays."""

import sys

import numpy as np


def as_numpy(x):
    """x (torch tensor on any device, array or nested list) as a numpy array, without a copy where possible."""
    return x.detach().cpu().numpy() if is_torch(x) else np.asarray(x)


def is_torch(x):
    """Whether x is a torch tensor; torch is not imported to find out."""
    return "torch" in sys.modules and isinstance(x, sys.modules["torch"].Tensor)
