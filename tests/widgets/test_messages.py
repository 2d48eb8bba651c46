"""Whatever a page sends, a widget answers in words: random messages and trait values, over all widgets.

`--hypothesis-profile=many` (in conftest.py) makes 10,000 of them in place of 500.
"""

import json
import logging
import re

import ipywidgets
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import widgets_lib as wl
from tests.support.catalog import widget_expressions
from widgets_lib.widgets._messages import either, integer, list_of, optional, record, text

EXPRESSIONS = widget_expressions()
RAW = re.compile(r"\b(Type|Key|Index|Attribute|Name|Trait|Overflow|Recursion|Zero\w+|Unicode\w*|Assertion)Error\b")
NO_LEAF = ("__", "0x7f", "object at", "NoneType", "positional argument", "unhashable", "instance expected")

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.integers(),
    st.sampled_from([2**31, -(2**63), 10**30, 1e308, -0.0, 0.5]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "it", "next", "islice", "until", "3", "3, 1", "ladder", "transpose", "wichmann-hill", "none"]),
    st.text(max_size=8),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


JUPYTERS = ipywidgets.DOMWidget().keys if hasattr(ipywidgets, "DOMWidget") else ()  # a page without Jupyter has none


def known_names():
    """Names that any widget knows, of messages and of what is in them."""
    names = {"view", "restore", "restart", "number", "shape", "stride", "storage_offset", "children"}
    for expression in EXPRESSIONS.values():
        cls = eval(expression.split("(")[0], {"wl": wl})
        names |= set(cls._known_messages()) | set(cls.inputs)
    return sorted(names)


@pytest.fixture(scope="module")
def widgets():
    made = {name: eval(expression, {"wl": wl}) for name, expression in EXPRESSIONS.items()}
    for widget in made.values():  # what is measured or forked for real has tests of its own
        for name in ("_measurements", "_tasks"):
            if hasattr(widget, name):
                setattr(widget, name, Nothing())
    yield made
    for widget in made.values():
        widget.close()


class Nothing:
    def submit(self, jobs):
        assert jobs

    def start(self, progress, job, publish):
        assert callable(job)

    def cancel(self):
        pass

    def wait(self, timeout_s=None):
        return True


def assert_calm(widget):
    error = widget.error
    assert not RAW.search(error) and not any(leaf in error for leaf in NO_LEAF), error
    assert len(error) < 1000
    json.dumps({name: getattr(widget, name) for name in widget.inputs})


MESSAGES = st.one_of(
    VALUES,
    st.dictionaries(st.sampled_from(known_names()), VALUES, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(known_names()), LEAVES, min_size=1, max_size=2),
    st.fixed_dictionaries({"press": st.lists(st.sampled_from(["next", "islice", "until", "same", "iter", "it", "3"]))}),
    st.fixed_dictionaries({"write": st.integers(-1, 4), "text": st.text(max_size=5)}),
    st.fixed_dictionaries(
        {"dials": st.fixed_dictionaries(dict.fromkeys(["shape", "stride"], st.lists(st.integers())) | {"storage_offset": st.integers()})}
    ),
    st.fixed_dictionaries({"run": st.lists(st.sampled_from(["python", "matmul", "no"]))}),
)  # fmt: skip


@given(data=st.data())
@settings(max_examples=max(500, settings().max_examples), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_message_and_no_trait_is_answered_by_a_raw_error(widgets, caplog, data):
    widget = widgets[data.draw(st.sampled_from(sorted(widgets)))]
    widget.error = ""
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        if data.draw(st.booleans()):
            widget._on_msg(data.draw(MESSAGES), [])
        else:
            traits = st.sampled_from([*widget.inputs, *widget.inputs, *sorted({*widget.keys} - {*JUPYTERS})])
            widget.set_state(data.draw(st.dictionaries(traits, VALUES, min_size=1, max_size=2)))
    assert_calm(widget)
    assert not caplog.records, caplog.text


# ---- what is none of a page's business ----

LONG = st.sampled_from(["x" * 100_000, ["x"] * 10_000, {"x": list(range(10_000))}])
ANYTHING = VALUES | LONG | st.just(float("nan")) | st.just("IPY_MODEL_of_another")


def from_page(model, **state):
    """What the page sets in a model, on the way on which it comes."""
    if JUPYTERS:
        model._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})
    else:
        model.set_state(state)


@given(data=st.data())
@settings(max_examples=max(500, settings().max_examples), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_page_sets_inputs_and_nothing_else(widgets, data):
    """Outputs, what ipywidgets and anywidget bring, and the models that a widget has: layout and files."""
    widget = widgets[data.draw(st.sampled_from(sorted(widgets)))]
    others = [widget.layout, widget._assets] if JUPYTERS else []
    model = data.draw(st.sampled_from([widget, widget, *others]))
    inputs = {*widget.inputs, "error"} if model is widget else set()
    names = st.sampled_from(sorted({*model.keys, "no_trait", "__class__", "inputs", "set_state"} - inputs))
    state = data.draw(st.dictionaries(names, ANYTHING, min_size=1, max_size=3))
    before = {name: getattr(model, name) for name in model.keys if name != "error"}
    from_page(model, **state)
    assert all(getattr(model, name) is value for name, value in before.items())
    assert callable(model.set_state) and not hasattr(model, "no_trait")


def test_what_a_page_may_not_set_is_logged_once(widgets, caplog):
    widget = widgets["LoopStepper"]
    names = ["layout", "tooltip", "tabbable", "_view_name", "_model_name", "_esm", "_css", "_anywidget_id", "_assets"]
    names += ["_dom_classes", "_view", "input_names", "strategies"]
    widget._logged.clear()
    widget._assets._has_refused = widget.layout._has_refused = False
    for value in ("a", "b" * 100_000):
        for name in names:
            from_page(widget, **{name: value})
        for name in widget.layout.keys:
            from_page(widget.layout, **{name: value})
        from_page(widget._assets, files={value: value})
    assert len(caplog.records) == len(names) + 2
    assert max(len(record.getMessage()) for record in caplog.records) < 500


def test_a_page_is_told_what_was_left_out_and_what_the_inputs_are(monkeypatch):
    widget = wl.LoopStepper()
    sent = []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget._on_msg({"too_many": 380}, [])
    assert "380 requests were left out" in widget.error and "try again" in widget.error
    assert set(widget.inputs) <= {name for message in sent for name in message.get("state", {})}
    widget._on_msg({"too_many": 1}, [])
    assert "one request was left out" in widget.error
    widget.close()


# ---- the checks, one by one ----


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("StrideExplorer", {"dials": {"shape": [3], "stride": [1]}}),
        ("StrideExplorer", {"dials": {"shape": [3], "stride": [1], "storage_offset": 0, "more": 1}}),
        ("StrideExplorer", {"dials": {"shape": ["3"], "stride": [1], "storage_offset": 0}}),
        ("StrideExplorer", {"write": True, "text": "1"}),
        ("StrideExplorer", {"write": 0, "text": 1}),
        ("StrideExplorer", {"move": None}),
        ("StrideExplorer", {"shape": [3]}),
        ("BroadcastExplorer", {"remove": "0"}),
        ("BroadcastExplorer", {"repair": 1.0}),
        ("EinsumExplorer", {"output": 3}),
        ("EinsumExplorer", {"size": {"letter": "k"}}),
        ("EinsumExplorer", {"repair": "0"}),
        ("IteratorTape", {"press": []}),
        ("IteratorTape", {"press": "next"}),
        ("IteratorTape", {"press": ["next", "it"], "after": -1}),
        ("IteratorTape", {"take": 3}),
        ("ForkSimulator", {"run": {}}),
        ("ForkSimulator", {"run": {"generator": "python"}}),
        ("MatmulLadder", {"run": []}),
        ("MatmulLadder", {"run": [["python"]]}),
        ("MatmulLadder", {"view": "1"}),
        ("DigitViewer", {"index": 0}),
        ("DigitViewer", {"index": "0" * 100_000}),
        ("PixelTable", {"index": 4}),
        ("PixelTable", {"index": "0" * 100_000}),
        ("PixelTable", {"row": 3}),
        ("MeanDigit", {"digit": 7}),
        ("MeanDigit", {"restart": True, "step": 3}),
        ("SimilarityExplorer", {"digit": 18}),
        ("SimilarityExplorer", {"digit": ["18"]}),
        ("SimilarityExplorer", {"strokes": []}),
        ("Predict", {"given": "3"}),
        ("Predict", {}),
        ("Predict", []),
        ("Predict", "restart"),
        ("LoaderWorkers", None),
        ("RandomStream", {"seed": 1}),
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing_and_is_logged_once(name, message, caplog):
    widget = eval(EXPRESSIONS[name], {"wl": wl})
    before = {trait: getattr(widget, trait) for trait in widget.inputs}
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            widget._on_msg(message, [])
    assert widget.error == "The page sent something that can’t be used here, and nothing was changed."
    assert {trait: getattr(widget, trait) for trait in widget.inputs} == before
    (record_,) = caplog.records
    assert f"{name}: left out what the page sent, a message: it" in record_.getMessage()
    assert record_.exc_info is None and len(record_.getMessage()) < 400
    widget.close()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("MatmulLadder", {"m": "5"}),
        ("MatmulLadder", {"predictions": {"python": "soon"}}),
        ("MatmulLadder", {"predictions": {"python": 0}}),
        ("MatmulLadder", {"results": {}}),
        ("BroadcastExplorer", {"shapes": [3, 3]}),
        ("BroadcastExplorer", {"operator": "@"}),
        ("EinsumExplorer", {"pane": "picture"}),
        ("EinsumExplorer", {"shapes": [["3"]]}),
        ("EinsumExplorer", {"panes": {}}),
        ("LoopStepper", {"strategy": None}),
        ("Predict", {"right": True}),
        ("Predict", {"question": "Something else?"}),
        ("Predict", {"given": 3}),
        ("DigitViewer", {"row": 1.5}),
        ("DigitViewer", {"error": "The kernel was restarted"}),
        ("PixelTable", {"row": "3"}),
        ("PixelTable", {"cropped": "no"}),
        ("PixelTable", {"selection": {}}),
        ("MeanDigit", {"digit": "3"}),
        ("MeanDigit", {"stack": {}}),
        ("SimilarityExplorer", {"index": 18.5}),
        ("SimilarityExplorer", {"strokes": 7}),
        ("SimilarityExplorer", {"pen_down": "yes"}),
        ("SimilarityExplorer", {"challenge": {"solved": True}}),
        ("StrideExplorer", {"picture": {}}),
        ("RandomStream", {"draws": "AAAA"}),
    ],
)
def test_a_page_sets_inputs_only_and_gets_back_what_stands(name, state, monkeypatch):
    widget = eval(EXPRESSIONS[name], {"wl": wl})
    before = {trait: getattr(widget, trait) for trait in state}
    sent = []
    monkeypatch.setattr(widget, "send_state", lambda key=None: sent.append(key))
    widget.set_state(state)
    if "error" not in state:
        assert {trait: getattr(widget, trait) for trait in state} == before
    assert list(state) in sent
    assert widget.error == "The page sent something that can’t be used here, and nothing was changed."
    widget.close()


def test_inputs_beside_what_can_not_be_set_are_taken():
    widget = wl.Predict("How many?", answer=3)
    widget.set_state({"given": "3", "verdict": "Anything is right"})
    assert (widget.given, widget.verdict) == ("3", "Right: 3.")
    widget.set_state({"given": "", "error": ""})  # what the view sends when it is asked again
    assert (widget.given, widget.error) == ("", "")


def test_the_view_of_the_strides_hears_that_its_request_is_done_whatever_it_was(monkeypatch):
    widget = wl.StrideExplorer()
    sent = []
    monkeypatch.setattr(widget, "send", sent.append)
    for number, message in enumerate(({"move": 3}, {"nonsense": 1}, {"move": "no such"}, {"move": "transpose"})):
        widget._on_msg({**message, "number": number}, [])
    assert sent == [{"done": number} for number in range(4)]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (integer, [0, -3, 10**30], [True, 1.0, "1", None]),
        (text, ["", "é"], [b"", 1, "x" * 10_001]),
        (optional(integer), [None, 1], [False, ""]),
        (either(integer, text), [1, "1"], [1.5, None]),
        (list_of(integer), [[], [1, 2], (3,)], [1, "12", {1: 2}, [1, "2"], [0] * 1001]),
        (list_of(text, least=1), [["a"]], [[], [None]]),
        (
            record(a=integer, b=text),
            [{"a": 1, "b": ""}],
            [{}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": "", "c": 0}, []],
        ),
    ],
)
def test_the_checks(check, good, bad):
    assert all(map(check, good)) and not any(map(check, bad))
