"""A widget's whole state is how it was made and its inputs: kept as JSON and put back, it is the same widget."""

import json

import numpy as np
import pytest

import widgets_lib as wl
from tests.support.catalog import widget_expressions

# What a learner may do, one after the other: the traits a view sets, or a message it sends.
DOINGS = {
    "BackwardStepper": [
        {"message": {"set": {"name": "w1", "text": "−1/2"}}},
        {"expression": "softmax"},
        {"message": {"set": {"name": "s0", "text": "3"}}},
        {"expression": "neuron"},
    ],
    "BroadcastExplorer": [
        {"operator": "*"},
        {"preset": "clash"},
        {"message": {"repair": 0}},
        {"message": {"repair": 1}},
        {"message": {"add": True}},
        {"shapes": ["3, 2", "3, 1", "4, 1, 1"]},
        {"message": {"remove": 1}},
        {"preset": "image"},
        {"levels": {"scale": [0.5, 1, 0]}},
        {"pixel": [3, 200]},
        {"shapes": ["256, 256, 3", "4"]},
    ],
    "ContractionPath": [{"message": {"contract": [0, 1]}}, {"message": {"apart": 3}}],
    "DescentExplorer": [
        {"lr": 2.5},
        {"message": {"step": 7}},
        {"batch": 16},
        {"message": {"another": True}},
        {"message": {"step": 1}},
        {"message": {"back": True}},
        {"message": {"choose": "templates"}},
        {"message": {"loss": "squared error"}},
        {"start": [0.5], "steps": []},
        {"message": {"step": 2}},
    ],
    "DigitViewer": [{"row": 3, "column": 4}, {"numbers": True}],
    "EinsumExplorer": [
        {"text": "ik,jk"},
        {"text": "ik,jk->"},
        {"text": "ik,jk->z"},  # can't be read: the rest stays
        {"message": {"repair": 0}},
        {"message": {"preset": "bmm"}},
        {"message": {"order": "kpij"}},
        {"step": 7},
        {"message": {"output": "pji"}},
        {"pane": "loops", "text": "for i in range(3)"},
        {"pane": "expression", "text": "a @ b"},
        {"message": {"library": "torch"}},
        {"message": {"size": {"letter": "k", "size": 5}}},
        {"pane": "shapes", "text": "(2, 3, 1), (2, 5, 3)"},
        {"text": "(2, 3, 4), (2, 5, 3)"},  # 4 is not 5
        {"message": {"repair": 0}},
    ],
    "ForkSimulator": [
        {"generator": "python"},
        {"reseeding": "pid"},
        {"children": 3, "draws_before": 0, "draws_after": 1},
        {"seed": "7"},
    ],
    "IteratorTape": [
        {"take": 3},
        {"message": {"press": ["next", "it"]}},
        {"message": {"press": ["islice", "it", "2"]}},
        {"message": {"press": ["iter", "other"], "after": 1}},
    ],
    "KernelGrid": [
        {"threads": [32, 8]},
        {"x": "column"},
        {"cell": [49_999, 9]},
        {"message": {"size": {"name": "m", "text": "1,000"}}},
        {"message": {"size": {"name": "n", "text": "12"}}},
        {"message": {"threads": "16, 4"}},
        {"result": "float64"},
    ],
    "KernelTrace": [
        {"message": {"choose": {"row": 5}}},
        {"message": {"choose": {"array": "c", "place": 3}}},
        {"message": {"block": 2}},
        {"message": {"choose": {"thread": 7}}},
        {"message": {"kernel": "tiled"}},
        {"chosen": {"array": "tile_a", "cell": 4}},
    ],
    "LoaderWorkers": [{"workers": 2}, {"generator": "python", "reseeding": "spawn"}],
    "LoopStepper": [{"strategy": "outer"}, {"m": 2, "k": 2, "n": 1}],
    "MatmulLadder": [
        {"m": 50, "k": 10, "n": 2},
        {"backend": "numpy"},
        {"predictions": {"numpy": 1.0}},
        {"m": 60},
        {"predictions": {"numpy": 2.0}},
        {"show_published": True},
        {"sort": False},
    ],
    "MeanDigit": [{"digit": 7}, {"step": 3}, {"row": 5, "column": 20}, {"spread": True}],
    "PixelTable": [
        {"row": 3, "column": 4},
        {"message": {"index": "4:15, 4:22"}},
        {"scale": "0–1"},
        {"greys": False},
        {"cropped": True},
    ],
    "Predict": [{"given": "4"}, {"given": "3"}],
    "RandomStream": [
        *({"n": 100}, {"generator": "randu", "compare_with": ""}, {"seed": "1" + "0" * 40}, {"state": ["5"]}),
        *({"generator": "wichmann-hill", "compare_with": "tiny-lcg"}, {"divide_by_period": True}),
        *({"seed": "-12"}, {"state": [1, 2, 3]}, {"turn_deg": 40}),
    ],
    "Roofline": [{"m": 5}, {"rung": "numpy"}, {"m": 1024, "k": 1024, "n": 1024}, {"rung": ""}],
    "SimilarityExplorer": [
        {"guess": 5},
        {"metric": "l2", "mean": 3, "stage": "charges"},
        {"index": -1, "strokes": [[[3, 4], [12, 4.5]], [[12, 4.5], [7, 20]]], "guess": -1},
        {"scale": False, "centre": False, "smooth": False, "ink": False},
        {"stage": "draw", "ask": False},
        {"stage": "confusion", "cell": [5, 3], "page": 1},
        {"stage": "shift", "pixels": 2},
        {"pixels": 1, "direction": "left"},
    ],
    "StrideExplorer": [
        {"message": {"dials": {"shape": [3, 2], "stride": [1, 0], "storage_offset": 0}}},
        {"message": {"write": 1, "text": "−7.5"}},
        {"message": {"move": "contiguous"}},
        {"message": {"write": 2, "text": "1/4"}},
        {"message": {"dials": {"shape": [3], "stride": [9], "storage_offset": 0}}},  # leaves the storage
        {"message": {"dials": {"shape": [2, 2], "stride": [2, 1], "storage_offset": 1}}},
        {"message": {"move": "transpose"}},
    ],
    "TrainingRun": [
        {"message": {"train": True}},
        {"hidden": 0, "lr": 0.1},
        {"message": {"go_on": True}},
        {"batch": 32},
        {"message": {"step": True, "train": True}},
        {"message": {"choose": 0}},
        {"message": {"stop": True}},
    ],
    "Variants": [{"chosen": "multiply"}, {"chosen": "add"}],
}
OTHERS = {  # made in other ways
    "wl.BroadcastExplorer((3,), (3, 3), names=('c', 'm'))": [{"shapes": ["2", "3, 3"]}, {"message": {"repair": 0}}],
    "wl.BroadcastExplorer(np.ones(3), np.eye(3), operator='<')": [{"shapes": ["4", "3, 3"]}, {"shapes": ["3", "3, 3"]}],
    "wl.EinsumExplorer(challenge='rows')": [{"message": {"hint": True}}, {"text": "ab->a"}, {"text": "ab->b"}],
    "wl.EinsumExplorer('ik,kj->ij', np.eye(3), np.ones((3, 2)))": [{"text": "ij->ji"}, {"message": {"follow": True}}],
    "wl.KernelTrace(challenge='all')": [
        {"message": {"hint": True}},
        {"message": {"edit": {"place": 1, "alternative": 1}}},
        {"message": {"edit": {"place": 1, "alternative": -1}}},
        {"message": {"edit": {"place": 0, "alternative": 0}}},
        {"message": {"kernel": "race"}},
        {"message": {"choose": {"fault": 0}}},
    ],
    "wl.DescentExplorer(challenge='swing')": [{"message": {"hint": True}}, {"lr": 2.5}, {"message": {"step": 10}}],
    "wl.BroadcastExplorer(preset='outer')": [{"preset": "vector"}, {"preset": "outer"}],
    "wl.Predict('?', answer='a', choices=['a', 'b'])": [{"given": "b"}],
    "wl.Predict('?', answer=(3, 1))": [{"given": "3,1"}],
    "wl.SimilarityExplorer(challenge='one-step')": [{"message": {"hint": True}}, {"ink": False}, {"ink": True}],
    "wl.RandomStream(state=(1, 2, 3))": [{"seed": "42"}],
    "wl.RandomStream(seed=None)": [{"n": 3}],
    "wl.StrideExplorer(np.arange(12).reshape(3, 4)[::-1])": [{"message": {"move": "transpose"}}],
    "wl.DigitViewer(np.ones((3, 4, 4)), labels=[1, 2, 3])": [{"index": 2}, {"message": {"index": " 1 "}}],
    "wl.IteratorTape('abc')": [{"message": {"press": ["next", "it"]}}] * 4,
}
NEVER = {
    "DigitViewer": {"index"},
    "DescentExplorer": {"solved", "hints"},
    "EinsumExplorer": {"solved", "hints"},
    "KernelTrace": {"edits", "solved", "hints"},
    "SimilarityExplorer": {"solved", "hints", "pen_down"},
}  # it has one picture; no challenge; no pen is down when a page opens
# Measured, sent by a thread, or of the view's own making.
NOT_STATE = {"progress", "real", "layout", "tabbable", "tooltip", "_assets"}


def make(expression):
    return eval(expression, {"wl": wl, "np": np})


def do(widget, doing):
    if "message" in doing:
        widget._on_msg(dict(doing["message"]), [])
    else:
        widget.set_state(doing)
    settle(widget)


def settle(widget):
    if hasattr(widget, "wait"):
        assert widget.wait(60)


def kept(widget):
    """The inputs as a page keeps them."""
    state = widget.get_state([*widget.inputs])
    return json.loads(json.dumps(state))


def seen(widget):
    """All that a view gets, as text."""
    return {name: json.dumps(value, default=str) for name, value in widget.get_state().items() if name not in NOT_STATE}


EXPRESSIONS = {**{widget_expressions()[name]: doings for name, doings in DOINGS.items()}, **OTHERS}


def test_every_widget_is_here():
    assert set(DOINGS) == set(widget_expressions())


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_at_any_moment_the_inputs_are_the_whole_state(expression):
    widget = make(expression)
    settle(widget)
    for doing in EXPRESSIONS[expression]:
        before = kept(widget)
        do(widget, doing)
        assert widget.error == "", doing
        assert kept(widget) != before, doing
        again = make(expression)
        replies = []
        again.send = lambda content, buffers=None, replies=replies: replies.append(content)
        again._on_msg({"restore": kept(widget)}, [])
        settle(again)
        assert replies[-1] == {"restored": True}
        assert kept(again) == kept(widget), doing
        assert seen(again) == seen(widget), doing
        again.close()
    widget.close()


@pytest.mark.parametrize("name", DOINGS)
def test_every_input_is_set_somewhere_above(name):
    expression = widget_expressions()[name]
    widget, changed = make(expression), set()
    for doing in DOINGS[name]:
        before = kept(widget)
        do(widget, doing)
        changed |= {key for key, value in kept(widget).items() if value != before[key]}
    assert changed == set(widget.inputs) - NEVER.get(name, set())
    widget.close()


BAD = [None, True, -1, 10**9, 2**70, 1.5, "", "x", "nan", [], ["x"], [[]], [{}], [None], {}, {"x": "y"}, [{"move": 5}]]
BAD += [[{"dials": {"shape": ["a"]}}], [{"write": 0}], [{"repair": 9}], [["next", "nobody"]], [["jump", "it"]]]


@pytest.mark.parametrize("expression", [*widget_expressions().values(), "wl.Predict('?', 'a', choices=['a', 'b'])"])
def test_what_does_not_fit_leaves_the_widget_as_it_was_made(expression):
    whole = make(expression)
    settle(whole)
    first = seen(whole)
    widget = make(expression)  # a second one only where a value fits: else it has to be as it was made
    for name in whole.inputs:
        for bad in BAD:
            fits = widget.restore({name: bad})
            settle(widget)
            assert widget.error == ""
            if fits:
                assert kept(widget)[name] == bad or kept(widget) == kept(whole), (name, bad)
                widget.close()
                widget = make(expression)
            else:
                assert seen(widget) == first, (name, bad)
    for bad in (None, [], "x", 5, {"colour": "red"}, {**kept(whole), "colour": "red"}, {"error": "x"}, {"_view": {}}):
        assert not widget.restore(bad)
        assert seen(widget) == first
    widget.close()
    whole.close()


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("wl.MatmulLadder()", {"backend": "my matmul"}),  # a rung of another day
        ("wl.MatmulLadder()", {"m": 50, "k": 10**6}),
        ("wl.MatmulLadder()", {"predictions": {"numpy": -1}}),
        ("wl.MatmulLadder()", {"predictions": {"numpy": "soon"}}),
        ("wl.Predict('?', 'a', choices=['a', 'b'])", {"given": "c"}),  # the choices have changed
        ("wl.Predict('?', 3)", {"given": "many"}),
        ("wl.DigitViewer()", {"row": 3, "column": 28}),
        ("wl.BackwardStepper()", {"values": {"neuron": {"w9": 1}}}),
        ("wl.BackwardStepper()", {"expression": "softmax", "values": {"softmax": {"s0": 1e9}}}),
        ("wl.KernelTrace()", {"kernel": "my kernel"}),  # of another day
        ("wl.KernelTrace()", {"kernel": "tiled", "chosen": {"array": "tile_c", "cell": 0}}),
        ("wl.KernelTrace(challenge='guard')", {"edits": {"guard": {"9": 0}}}),
        ("wl.KernelTrace(challenge='guard')", {"solved": ["axes"]}),
        ("wl.DescentExplorer()", {"start": ["2"]}),
        ("wl.DescentExplorer()", {"view": "plane", "start": [1]}),
        ("wl.DescentExplorer()", {"steps": [[0.5, 2000, 0], [0, 16, 0]]}),
        ("wl.DescentExplorer()", {"steps": [[0.5, 2000, 0]] * 61}),
        ("wl.TrainingRun()", {"runs": [{"hidden": 16}]}),
        ("wl.TrainingRun()", {"chosen": 1}),
        ("wl.TrainingRun()", {"lr": -1.0}),
        ("wl.LoopStepper()", {"strategy": "dot", "m": 7}),
        ("wl.RandomStream()", {"n": 0}),
        ("wl.RandomStream()", {"generator": "randu", "state": [2, 3, 4]}),
        ("wl.BroadcastExplorer()", {"shapes": ["3, x", "3"]}),
        ("wl.BroadcastExplorer()", {"history": [{"preset": "outer"}, {"repair": 0}]}),
        ("wl.EinsumExplorer()", {"shapes": [[3, 4]]}),
        ("wl.EinsumExplorer()", {"equation": "ik,kj->iz", "text": "?"}),
        ("wl.StrideExplorer()", {"history": [{"move": "transpose"}, {"write": 99, "text": "1"}]}),
        ("wl.IteratorTape()", {"take": 3, "presses": [["next", "it"], ["next", "other"]]}),
        ("wl.LoaderWorkers()", {"workers": 9}),
        ("wl.ForkSimulator()", {"reseeding": "magic"}),
        ("wl.Variants({'a': '1', 'b': '2'})", {"chosen": "c"}),  # the lesson has other variants now
    ],
)
def test_values_of_an_older_lesson_are_refused_whole(expression, values):
    widget = make(expression)
    settle(widget)
    first = seen(widget)
    assert not widget.restore(values)
    settle(widget)
    assert seen(widget) == first and widget.error == ""
    widget.close()


def test_a_widget_is_restored_once_and_told_so_in_one_message(monkeypatch):
    widget = wl.LoopStepper()
    sent = []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget._on_msg({"restore": {"m": 2, "k": 1, "n": 1, "strategy": "dot"}}, [])
    widget._on_msg({"restore": {"m": 1}}, [])  # of a second view
    assert [set(each["state"]) for each in sent if each["method"] == "update"] == [{"m", "k", "n", "strategy"}]
    assert [each["content"] for each in sent if each["method"] == "custom"] == [{"restored": True}]
    widget.restart()
    assert (widget.m, widget.strategy) == (3, "ijk")


def test_what_does_not_fit_is_said_in_the_view_and_not_as_an_error(monkeypatch):
    widget = wl.LoopStepper()
    replies = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: replies.append(content))
    widget._on_msg({"restore": {"m": 99, "strategy": "dot"}}, [])
    assert replies == [{"restored": False}]
    assert (widget.m, widget.strategy, widget.error) == (3, "ijk", "")
