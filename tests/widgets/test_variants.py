"""Variants: a page names one, and never sends code; what goes wrong in one is its result."""

import sys
import threading

import pytest

import widgets_lib as wl
from widgets_lib.widgets import _cells
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS

SUMS = {"add": "x = 1\nx + 2", "multiply": "x = 1\nx * 2", "fail": "x = 1\nx / 0"}


def choose(widget, name):
    widget.set_state({"chosen": name})
    assert widget.wait(20)


def test_the_first_has_run_when_the_widget_is_made_and_the_others_when_they_are_chosen():
    widget = wl.Variants(SUMS, notes={"multiply": "Twice."})
    assert widget.chosen == "add" and widget.result["text"] == "3"
    choose(widget, "multiply")
    assert widget.result == {"text": "2", "failed": False, "line": 0}
    names = [(each["name"], [line["changed"] for line in each["lines"]], each["note"]) for each in widget.variants]
    assert names == [("add", [False] * 2, ""), ("multiply", [False, True], "Twice."), ("fail", [False, True], "")]


def test_an_error_of_a_variant_is_its_result():
    widget = wl.Variants(SUMS)
    choose(widget, "fail")
    assert widget.result == {"text": "ZeroDivisionError: division by zero", "failed": True, "line": 2}
    assert widget.error == ""
    choose(widget, "add")
    assert not widget.result["failed"]


@pytest.mark.parametrize("sent", ["1 + 1", "", "__import__('os').abort()", "Add"])
def test_text_of_the_page_is_never_run(sent):
    widget = wl.Variants(SUMS)
    choose(widget, sent)
    assert "there is add, multiply and fail" in widget.error
    assert widget.result["text"] == "3"
    widget.set_state({"variants": [{"name": "add", "lines": [{"text": "4", "changed": False}], "note": ""}]})
    widget._on_msg({"again": "2 + 2"}, [])
    assert widget.variants[0]["lines"][0]["text"] == "x = 1"


def test_it_sees_the_notebook_as_it_was_and_changes_nothing(monkeypatch):
    notebook = vars(sys.modules["__main__"])
    monkeypatch.setitem(notebook, "some_rows", [1, 2])
    widget = wl.Variants({"all": "some_rows", "set": "some_rows = 5\nsome_rows"})
    choose(widget, "set")
    assert widget.result["text"] == "5" and notebook["some_rows"] == [1, 2]
    notebook["some_rows"] = "something else, further down in the lesson"
    choose(widget, "all")
    assert widget.result["text"] == "[1, 2]"


def test_a_long_variant_leaves_the_kernel_free_and_is_forgotten_for_another(monkeypatch):
    gate = threading.Event()
    monkeypatch.setitem(vars(sys.modules["__main__"]), "gate", gate)
    widget = wl.Variants({"quick": "1", "long": "gate.wait(20)\n'late'", "other": "2"})
    widget.chosen = "long"
    assert widget.progress == {"message": "running"} and widget.result["text"] == "1"
    long = widget._tasks._current
    widget.chosen = "other"
    assert widget.wait(20) and widget.result["text"] == "2" and widget.progress == {}
    gate.set()
    long.join(20)
    assert widget.result["text"] == "2"


def test_run_again_runs_it_again():
    widget = wl.Variants({"chance": "import random\nrandom.random()", "none": "0.5"}, repeat=True)
    before = widget.result["text"]
    widget._on_msg({"again": True}, [])
    assert widget.wait(20) and widget.result["text"] != before


def test_the_first_can_wait_until_it_is_chosen():
    widget = wl.Variants(SUMS, run_first=False)
    assert widget.chosen == "add" and widget.result == {} and widget.said == ""
    choose(widget, "multiply")
    choose(widget, "add")
    assert widget.result["text"] == "3"


def test_rows_of_numbers_are_a_picture_where_that_is_asked_for():
    rows = {"square": "[[0, 1], [1, 0]]", "jagged": "[[0, 1, 1], [0]]", "text": "'no rows'"}
    widget = wl.Variants(rows, picture=True)
    assert widget.result["lengths"] == [2, 2] and widget.result["shades"] == [0, 255, 255, 0]
    choose(widget, "jagged")
    assert widget.result["description"] == "1 row of 3, and a last one of 1"
    choose(widget, "text")
    assert "lengths" not in widget.result and widget.result["text"] == "'no rows'"
    assert "lengths" not in wl.Variants(rows).result


def test_a_rung_in_a_variant_joins_the_ladder_and_its_verdict_stands_beside_the_code():
    ladder = wl.MatmulLadder(m=3, k=4, n=2, budget_s=0.01)
    code = "import widgets_lib as wl\n\n\n@wl.rung('tried')\ndef f(a, b):\n    return {}"
    widget = wl.Variants({"right": code.format("a @ b"), "wrong": code.format("a @ b + 1")})
    try:
        assert ladder.wait(60) and widget.said.startswith("✓ right · ")
        choose(widget, "wrong")
        assert ladder.wait(60) and widget.said.startswith("✗ wrong · ")
        assert ladder.results["tried"]["time"] == "✗ wrong"
        assert "return a @ b + 1" in LEARNER_RUNGS["tried"].code
    finally:
        ladder.close()


def test_what_is_said_late_of_an_older_run_is_not_shown(monkeypatch):
    lines = []
    monkeypatch.setitem(vars(sys.modules["__main__"]), "grab", lambda: lines.append(_cells.line_under()))
    widget = wl.Variants({"first": "grab()", "second": "grab()"})
    lines[0]("✓ right")
    assert widget.said == "✓ right"
    choose(widget, "second")
    assert widget.said == ""
    lines[0]("of the first")
    assert widget.said == ""
    lines[1]("of the second")
    assert widget.said == "of the second"
    assert _cells.line_under() is None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"variants": {"one": "1"}}, ValueError, "two or more"),
        ({"variants": ["1", "2"]}, TypeError, "texts by name"),
        ({"variants": {"a": "1", "b": 2}}, TypeError, "texts by name"),
        ({"variants": {"a": "1", "b": "1 +"}}, ValueError, "“b”, line 1"),
        ({"variants": {"a": "1", " ": "2"}}, ValueError, "no name"),
        ({"variants": {"a": "1", "b": "\n"}}, ValueError, "“b” has no code"),
        ({"variants": SUMS, "notes": {"divide": "?"}}, ValueError, "“divide”"),
    ],
)
def test_what_is_wrong_is_said_to_the_author(arguments, error, words):
    with pytest.raises(error, match=words):
        wl.Variants(**arguments)
