"""Whatever is no array of numbers is refused in words, by every function and widget that takes one."""

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute import broadcasting, iterators, matmul, rng, similarity, strides
from widgets_lib.compute.arrays import as_numpy, as_pictures


def in_itself():
    rows = []
    rows.append(rows)
    return rows


def deep():
    rows = 1
    for _ in range(100):
        rows = [rows]
    return rows


class FailsToConvert:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("not today")


def masked_tensor():
    return torch.masked.masked_tensor(torch.eye(3), torch.eye(3) > 0)


def fake_tensor():
    from torch._subclasses.fake_tensor import FakeTensorMode

    return FakeTensorMode().from_tensor(torch.eye(3))


ODD = {
    "a nested tensor": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
    "a sparse tensor": lambda: torch.eye(3).to_sparse_csc(),
    "an mkldnn tensor": lambda: torch.eye(3).to_mkldnn(),
    "a meta tensor": lambda: torch.empty(3, 3, device="meta"),
    "a quantised tensor": lambda: torch.quantize_per_tensor(torch.eye(3), 0.5, 0, torch.quint8),
    "a tensor of bits": lambda: torch.zeros(3, 3, dtype=torch.uint8).view(torch.bits8),
    "zeros without memory": lambda: torch._efficientzerotensor((3, 3)),
    "a masked tensor": masked_tensor,
    "a fake tensor": fake_tensor,
    "a masked array": lambda: np.ma.masked_less(np.arange(9).reshape(3, 3), 4),
    "dates": lambda: np.zeros((3, 3), "M8[s]"),
    "records": lambda: np.zeros((3, 3), "i4,f8"),
    "objects": lambda: np.full((3, 3), None),
    "None": lambda: None,
    "a set": lambda: {1, 2, 3},
    "a dict": lambda: {"a": [1]},
    "a function": lambda: np.eye,
    "a class": lambda: np.ndarray,
    "a generator": lambda: (n for n in range(3)),
    "a list in itself": in_itself,
    "deep lists": deep,
    "ragged lists": lambda: [[1, 2], [3]],
    "what fails": FailsToConvert,
}
TAKES = {
    "as_numpy": as_numpy,
    "as_pictures": as_pictures,
    "describe": strides.describe,
    "values": strides.values,
    "write": lambda x: strides.write(x, 0, 1),
    "cells": lambda x: broadcasting.cells("+", x, torch.ones(3)),
    "cells, numpy": lambda x: broadcasting.cells("*", [1, 2, 3], x),
    "matmul": lambda x: matmul.matmul(x, torch.eye(3)),
    "matmul, numpy": lambda x: matmul.matmul(np.eye(3), x, "numpy"),
    "chunks": lambda x: list(iterators.chunks(x, 2)),
    "pixels": lambda x: iterators.pixels(x, 1),
    "walk": lambda x: iterators.walk(x, [("next", "it")]),
    "augment": lambda x: rng.augment(x, rng.Augmentation(0, 1.0, 1, 1, None)),
    "LoopStepper": lambda x: wl.LoopStepper(x, x),
    "StrideExplorer": lambda x: wl.StrideExplorer(x),
    "StrideExplorer in place": lambda x: wl.StrideExplorer(x, in_place=True),
    "BroadcastExplorer": lambda x: wl.BroadcastExplorer(x, (3,)),
    "EinsumExplorer": lambda x: wl.EinsumExplorer("ij,jk->ik", x, torch.ones(3, 2)),
    "DigitViewer": lambda x: wl.DigitViewer(x),
    "PixelTable": lambda x: wl.PixelTable(x),
    "PixelTable's index": lambda x: wl.PixelTable(index=x),
    "MeanDigit's digit": lambda x: wl.MeanDigit(digit=x),
    "MeanDigit's count": lambda x: wl.MeanDigit(count=x),
    "SimilarityExplorer's drawing": lambda x: wl.SimilarityExplorer(strokes=x),
    "SimilarityExplorer's index": lambda x: wl.SimilarityExplorer(index=x),
    "distances": lambda x: similarity.distances(x, np.zeros((10, 3))),
    "means": lambda x: similarity.distances(np.zeros((2, 3)), x),
    "shift": lambda x: similarity.shift(x, 1, 0),
    "labels": lambda x: wl.DigitViewer(np.zeros((3, 3)), labels=x),
    "IteratorTape": lambda x: wl.IteratorTape(x),
    "LoaderWorkers": lambda x: wl.LoaderWorkers(x),
}
RAW = (
    "object is not", "unsupported operand", "has no attribute", "not supported between", "ambiguous", "aten::",
    "Internal error", "inhomogeneous", "array element with a sequence", "cannot be interpreted", "unhashable",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("takes", TAKES)
@pytest.mark.parametrize("what", ODD)
def test_what_can_not_be_read_is_refused_in_words_everywhere(what, takes):
    x = ODD[what]()
    if x is None and takes in ("StrideExplorer", "StrideExplorer in place", "DigitViewer", "LoaderWorkers", "IteratorTape", "labels", "LoopStepper", "PixelTable", "MeanDigit's count", "SimilarityExplorer's index"):  # fmt: skip
        return  # without an argument each has an example
    try:
        TAKES[takes](x)
    except (TypeError, ValueError) as error:
        assert not any(words in str(error) for words in RAW), error
        assert len(str(error)) < 300
