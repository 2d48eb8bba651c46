"""The widgets of lessons 5 to 8, made again where there is no torch, no numba and no thread."""

import json
import math

import numpy as np
import pytest
import torch
from numba import cuda, float32

import widgets_lib as wl
from static_edition import snapshot
from static_edition.remake import remake
from widgets_lib.compute import roofline, stacks
from widgets_lib.compute.roofline import machines
from widgets_lib.widgets import _recipes
from widgets_lib.widgets._base import Widget
from widgets_lib.widgets.ladder import results
from widgets_lib.widgets.trace import learner_kernels

SCALE = 0.5
WAIT_S = 120


@cuda.jit(device=True)
def scaled(x):
    return SCALE * x


@cuda.jit
def halves(a, out):
    i = cuda.grid(1)
    if i < out.shape[0]:
        out[i] = scaled(a[i]) + float32(math.sqrt(4))


def say(widget, **message):
    widget._on_msg(message, [])


def einsum():
    torch.manual_seed(1)
    widget = wl.EinsumExplorer("bij,bjk->bik", torch.randn(2, 3, 4), torch.randn(2, 4, 2))
    say(widget, order="ijkb")
    widget.step = 5
    return widget


def einsum_of_shapes():
    widget = wl.EinsumExplorer("ik,lj->ij", (2, 3), (3, 4))
    say(widget, size={"letter": "k", "size": 5})
    return widget


def einsum_challenge():
    widget = wl.EinsumExplorer(challenge="trace")
    say(widget, hint=True)
    return widget


def path():
    widget = wl.ContractionPath("ij,jk,k->i", torch.rand(300, 300), torch.rand(300, 300), torch.rand(300))
    say(widget, contract=[1, 2])
    return widget


def roof():
    widget = wl.Roofline(m=50_000, k=784, n=10)
    widget.m, widget.rung = 5, "numpy"
    return widget


def grid():
    widget = wl.KernelGrid(20, 11, threads=(8, 8), cell=(3, 2))
    say(widget, threads="32, 8")
    return widget


def trace_of_a_function():
    a = torch.arange(12, dtype=torch.float32).reshape(3, 4)[:, 1]
    widget = wl.KernelTrace(halves, 1, 32, a, np.full(3, np.nan, np.float32))
    say(widget, choose={"row": 4})
    return widget


def trace_of_the_course():
    widget = wl.KernelTrace(preset="tiled")
    say(widget, block=1)
    return widget


def trace_challenge():
    widget = wl.KernelTrace(challenge="all")
    say(widget, edit={"place": 0, "alternative": 0})
    return widget


def trace_of_a_learner():
    return wl.KernelTrace("my halves")


def pixels():
    im3 = torch.from_numpy(stacks.training_images(3)[1032] / 255).float()
    widget = wl.PixelTable(im3, index="4:15, 4:22", cropped=True)
    widget.row, widget.mark = 9, "row"
    return widget


def mean():
    widget = wl.MeanDigit(count=1)
    widget.digit, widget.spread = 7, True
    return widget


def similarity():
    widget = wl.SimilarityExplorer("charges", index=68)
    widget.metric, widget.mean = "l2", 4
    return widget


def similarity_of_all():
    widget = wl.SimilarityExplorer(challenge="commonest-mistake")
    widget.cell = [5, 3]
    return widget


def backward():
    widget = wl.BackwardStepper("softmax")
    say(widget, set={"name": "s0", "text": "1/3"})
    return widget


def descent():
    widget = wl.DescentExplorer("plane", lr=0.5, batch=16)
    say(widget, step=5)
    say(widget, another=True)
    return widget


def training():
    widget = wl.TrainingRun(hidden=16, batch=64, epochs=1, digits=640)
    say(widget, train=True)
    return widget


MAKE = (
    einsum, einsum_of_shapes, einsum_challenge, path, roof, grid, trace_of_a_function, trace_of_the_course,
    trace_challenge, trace_of_a_learner, pixels, mean, similarity, similarity_of_all, backward, descent, training,
)  # fmt: skip


@pytest.fixture(scope="module")
def machine():
    one = roofline.Roof(1, 100e9, 10e9, "torch @, 384 × 384 × 384")
    return roofline.Machine(one, one, "A processor", 2**20, 2**27, 1.0, "26 November 2026")


@pytest.fixture(scope="module")
def remade(machine):
    """What came of all of them, in one Python of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machines, "_machine", machine)
        patch.setattr(results, "_measured", {})
        learner_kernels.LEARNER_KERNELS.clear()
        results.record(
            {"backend": "matmul", "m": 50_000, "k": 784, "n": 10},
            {
                "event": "result",
                "seconds": 0.02,
                "threads": 1,
                "extrapolated": False,
                "at_least": False,
                "at_most": False,
            },
        )
        stock = Widget.__new__
        _recipes.record()
        try:
            wl.kernel("my halves", 1, 32, arrays=(np.arange(5, dtype=np.float32), np.full(5, np.nan, np.float32)))(
                halves
            )
            wl.kernel("my product", (1, 2), (16, 16))(product)
            assert learner_kernels.wait(WAIT_S)
            made = {make.__name__: make() for make in MAKE}
            for widget in made.values():
                if hasattr(widget, "wait"):
                    assert widget.wait(WAIT_S)
                assert widget.error == ""
        finally:
            if Widget.__new__ is not stock:
                del Widget.__new__
        taken = {name: snapshot._taken(widget) for name, widget in made.items()}
        return remake(json.loads(json.dumps(taken, default=snapshot.plain)))


@cuda.jit
def product(a, b, c):
    i, j = cuda.grid(2)
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


def test_every_trait_is_what_it_was(remade):
    assert remade.problems == []


def test_only_what_a_machine_says_of_itself_may_differ(remade):
    assert remade.local in ({}, {"roof": {"timed": "numpy @"}})
