"""Widgets are made again in a Python like a browser's, and every trait is compared."""

import base64
import json

import pytest
import torch

import widgets_lib as wl
from static_edition import snapshot
from static_edition.remake import remake
from widgets_lib.compute import mnist
from widgets_lib.widgets import _recipes
from widgets_lib.widgets._base import Widget


@pytest.fixture(scope="module")
def taken():
    """Widgets of all kinds of arguments, as the builder takes them from a lesson's kernel."""
    stock = Widget.__new__
    _recipes.record()
    m, c = torch.arange(1.0, 10).reshape(3, 3), torch.tensor([10.0, 20, 30])
    images = torch.from_numpy(mnist.load().x_train[:20]).reshape(-1, 28, 28)
    made = {
        "strides": wl.StrideExplorer(c.expand_as(m), name="t"),
        "pictures": wl.DigitViewer(images, labels=torch.from_numpy(mnist.load().y_train[:20]), index=2),
        "tape": wl.IteratorTape(images[0].reshape(-1), take=28),
        "sum": wl.BroadcastExplorer(m, c[:, None], names=("m", "c[:, None]")),
        "clash": wl.BroadcastExplorer((256, 256, 3), (256,), operator="*"),
        "predict": wl.Predict("What is its shape?", answer=m.shape),
        "forks": wl.ForkSimulator("torch", children=3, reseeding="spawn"),
        "workers": wl.LoaderWorkers(generator="torch"),
        "stream": wl.RandomStream(show="planes"),
        "stepper": wl.LoopStepper(strategy="kij"),
        "ladder": wl.MatmulLadder(),
        "variants": wl.Variants({"one": "1 + 1", "noise": "__import__('os').urandom(8)"}, repeat=True),
        "changed": wl.DigitViewer(),
    }
    made["changed"].row = 3
    made["variants"].run_for_keeps()
    if Widget.__new__ is not stock:
        del Widget.__new__
    widgets = {key: snapshot._taken(widget) for key, widget in made.items()}
    yield json.loads(json.dumps(widgets, default=snapshot.plain))
    for widget in made.values():
        widget.close()


def test_every_trait_is_as_it_was_but_for_what_a_browser_can_not_do(taken):
    remade = remake(taken)
    assert remade.problems == []
    assert {key: set(traits) for key, traits in remade.local.items()} == {"forks": {"cannot_fork"}, "ladder": {"rungs"}}
    assert remade.local["forks"]["cannot_fork"] == "There is no fork in a browser, so there is only the prediction."
    assert {key: values["row"] for key, values in remade.inputs.items()} == {"changed": 3}


def test_each_difference_is_named_with_its_place(taken):
    spoilt = json.loads(json.dumps({key: taken[key] for key in ("stepper", "strides", "tape")}))
    spoilt["stepper"]["state"]["m"] = 99
    spoilt["strides"]["state"]["picture"]["code"] = "x"
    spoilt["tape"]["recipe"] = base64.b64encode(b"nonsense").decode()
    problems = remake(spoilt).problems
    assert problems[0].startswith("stepper: LoopStepper: its inputs don't come back: m")
    assert problems[1] == "strides: StrideExplorer.picture: .code: 't' is not 'x'"
    assert problems[2].startswith("tape: IteratorTape: UnpicklingError")
