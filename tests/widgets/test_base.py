"""What every widget shares: inputs that are traits, and one way back to how the widget was made."""

import pytest

import widgets_lib as wl
from tests.support.catalog import widget_expressions

CHANGES = {  # widget -> other values of its inputs; of one that is not here its whole numbers change
    "BackwardStepper": {"expression": "softmax"},
    "BroadcastExplorer": {"shapes": ["2, 3", "3"], "operator": "*"},
    "ContractionPath": {"pairs": [[0, 1]]},
    "DescentExplorer": {"lr": 2.5, "batch": 16},
    "DigitViewer": {"row": 3, "column": 4, "numbers": True},
    "EinsumExplorer": {"text": "ik,kj->ji", "library": "torch", "order": "kij", "step": 3},
    "ForkSimulator": {"generator": "python", "children": 3, "draws_after": 1, "draws_before": 0, "seed": "7"},
    "IteratorTape": {"take": 3, "presses": [("next", "it")]},
    "KernelTrace": {"kernel": "columns"},
    "LoaderWorkers": {"workers": 2, "reseeding": "spawn", "generator": "python"},
    "LoopStepper": {"strategy": "outer", "m": 2, "k": 2, "n": 1},
    "MatmulLadder": {
        "m": 50,
        "k": 10,
        "n": 2,
        "backend": "numpy",
        "predictions": {"numpy": 1.0},
        "show_published": True,
    },
    "Predict": {"given": "3"},
    "RandomStream": {"n": 100, "generator": "randu", "compare_with": "", "seed": "7"},
    "SimilarityExplorer": {
        "stage": "shift",
        "index": -1,
        "strokes": [[[3, 4], [12, 4]]],
        "guess": 5,
        "cell": [5, 1],
        "pixels": 2,
        "scale": False,
    },
    "StrideExplorer": {"shape": (3,), "stride": (1,), "storage_offset": 0},
    "TrainingRun": {"hidden": 32, "batch": 128},
    "Variants": {"chosen": "multiply"},
}


def values_of(widget, names):
    return {name: getattr(widget, name) for name in names}


@pytest.mark.parametrize(("name", "expression"), widget_expressions().items())
def test_start_again_brings_back_what_the_widget_was_made_with(name, expression):
    widget = eval(expression, {"wl": wl})
    first = values_of(widget, widget.inputs)
    changes = CHANGES.get(name) or {trait: value - 1 for trait, value in first.items() if type(value) is int}
    assert changes and set(changes) <= set(widget.inputs) <= set(widget.trait_names())
    for trait, value in changes.items():
        setattr(widget, trait, value)
    assert values_of(widget, changes) == changes and widget.error == ""
    widget.error = "something went wrong"
    widget._on_msg({"restart": True}, [])
    assert values_of(widget, widget.inputs) == first
    assert widget.error == ""
    widget.close()


def test_a_list_among_the_inputs_that_was_changed_in_place_comes_back_whole():
    widget = wl.IteratorTape()
    widget.presses.append(("next", "it"))
    widget.restart()
    assert widget.presses == []


def test_start_again_is_one_message_to_the_view(monkeypatch):
    widget = wl.DigitViewer()
    widget.row, widget.column, widget.numbers = 1, 2, True
    sent = []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget.restart()
    states = [message["state"] for message in sent if message["method"] == "update"]
    assert [{"row", "column", "numbers"} <= set(state) for state in states] == [True]
